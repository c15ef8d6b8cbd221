"""What becomes of the lines of each spool: one file a source."""
