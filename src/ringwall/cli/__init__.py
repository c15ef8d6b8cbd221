"""The command line: finds every module's commands, and tells errors as sentences."""
