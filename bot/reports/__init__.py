"""Summaries of the plan on demand: one page of words and tables for each view."""
