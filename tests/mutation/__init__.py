"""Whether the unit tests notice small changes to the pure core: see `__main__`."""
