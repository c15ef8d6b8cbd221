"""The event store: every event as a row of a table, found again, shown and passed on."""
