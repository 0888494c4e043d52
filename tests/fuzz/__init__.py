"""Broken input on purpose, at every door: nothing may end in an error that a person would see."""
