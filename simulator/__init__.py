"""Tenfold: what a launch costs, and what breaks first."""
