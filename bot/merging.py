"""What was understood of a file, put into a workspace's plan: all of it, or nothing."""
