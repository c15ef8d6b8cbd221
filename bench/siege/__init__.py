"""Honest clients while the edge is attacked: Ringwall and nginx with its usual limits, one run.

People who are signed in ask at a steady rate, first alone, then during an attack from other
addresses of this machine, then after it. Told of each attack: how many of their requests went
well, how long they took beside peace, what became of the attacker's tries, whose processor time it
was, and what memory the server holds before and after.

``SIEGE_ATTACKS=idle,get`` chooses attacks, ``SIEGE_SERVERS=ringwall`` servers, ``SIEGE_SECONDS``
says how long an attack lasts, with half as much peace before it; ``SIEGE_REST`` how long is waited
after it, ``SIEGE_JSON`` where the figures are written. It sends to this machine alone.
"""

import importlib


def main() -> None:
    """Measure and print."""
    # Only now: the processes of clients, which begin with this package, must be there at once.
    importlib.import_module("bench.siege.running").main()
