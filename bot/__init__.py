"""So What: a Slack bot that coaches quality improvement plans until the impact can be checked."""
