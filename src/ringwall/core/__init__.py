"""The shared words, without I/O: what a component is, and what time it is."""
