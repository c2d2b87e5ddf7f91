"""What can go wrong with an answer, one kind per file: in a profile by rate, schedule or sequence, or by a header."""
