"""The processes of Ringwall's own that are Python: their names, and how each is started.

It stands apart from what is known of them, so that each of them loads no more than it needs.
"""

import sys
from typing import Final

PRIVATE_VARIABLE: Final = "RINGWALL_PRIVATE"
"""Where the web process serves its private pages."""

SUPERVISOR: Final = "supervisor"
WEB: Final = "web"
WORKER: Final = "worker"
CALLOUTS: Final = "callouts"
"""There only where policies need it; see :mod:`~ringwall.gateway.callouts`."""
SENTRY: Final = "sentry"
"""Sees attacks; see :mod:`ringwall.gateway.sentry`."""
QUOTAS: Final = "quotas"
"""There only where a limit is shared; see :mod:`~ringwall.gateway.quotas`."""
REVOCATIONS: Final = "revocations"
"""Ends by itself; see :mod:`~ringwall.gateway.catching_up`."""


def program(name: str) -> tuple[str, ...]:
    """The command line of supervisor, web, worker, callouts and revocations."""
    return (sys.executable, "-m", "ringwall.cli.process", name)
