"""All that was read at one time: components, their aspects, and what could not be read."""
