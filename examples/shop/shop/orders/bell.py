"""Wakes whoever waits for news of a tenant. What the news is stands in the database."""

import asyncio
from collections import defaultdict


class Bell:
    """Rung after each change; a listener takes its event *before* it reads the database.

    A change between the two then rings the event already taken: nothing is missed.
    """

    def __init__(self) -> None:
        self._next: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.stopped = False

    def next(self, tenant: str) -> asyncio.Event:
        """Return the event that the next change for this tenant sets."""
        return self._next[tenant]

    def ring(self, tenant: str) -> None:
        """Wake every listener of this tenant."""
        self._next.pop(tenant, asyncio.Event()).set()

    def stop(self) -> None:
        """Wake everybody for good: the service ends."""
        self.stopped = True
        for tenant in list(self._next):
            self.ring(tenant)
