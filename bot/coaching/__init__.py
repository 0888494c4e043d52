"""The pure core: what a good action is, reading a reply, the interview's next step.

Nothing here reads a clock, a file, a network or a database: values in, values out.
"""
