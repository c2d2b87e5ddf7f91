"""One router configuration format per file."""
