"""That this process is to end, for whoever waits in it for something else."""

from threading import Event
from typing import Final

ending: Final = Event()
"""Set once the process is told to end; nothing waits for seconds without looking at it."""
