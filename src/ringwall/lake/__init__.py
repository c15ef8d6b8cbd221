"""The memory of what happened: events taken in, their columns, and how they are searched."""
