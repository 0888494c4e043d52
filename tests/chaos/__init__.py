"""The real `sowhat serve` among people who talk to it while things break; see docs/chaos.md.

`python -m tests.chaos` runs every scenario of `scenarios` and prints a table.
"""
