"""Commands of ``ringwall`` without the time it takes to load their code again and again.

A process that has loaded it, and set up nothing, waits at a socket; whoever runs a command hands it
arguments, environment, working folder and its three streams, and it makes a copy of itself that
runs the command as the program would. What a command prints, leaves behind and ends with is its
own; only that the code was in memory before is other. What stays and starts others (``up``,
``process``) is started as it is by everybody.
"""

from tests.preloaded.starting import program

__all__ = ["program"]
