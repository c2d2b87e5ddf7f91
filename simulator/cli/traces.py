"""trace: look into logs, convert, cut, multiply, generate."""
