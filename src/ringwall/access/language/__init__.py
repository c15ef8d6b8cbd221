"""Cedar's policy language, read so that every word keeps its place in the file."""
