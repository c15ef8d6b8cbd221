"""Read files into a configuration (to be completed)."""
