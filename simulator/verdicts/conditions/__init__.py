"""One condition per file; each has `find(evidence)`, which yields the breaks of its kind."""
