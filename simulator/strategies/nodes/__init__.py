"""One strategy node per file; the file's class is a word of the YAML."""
