"""Slack's side: what comes in, the screens that go out, and the Bolt app between them."""
