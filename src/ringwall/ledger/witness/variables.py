"""What the witness's process is told by its environment. Who starts it loads no more than this."""

from typing import Final

LISTEN_VARIABLE: Final = "RINGWALL_WITNESS_LISTEN"
"""``unix:/path`` or ``host:port``."""
FOLDER_VARIABLE: Final = "RINGWALL_WITNESS_FOLDER"
"""The folder of the key, and of what was cosigned."""
NAME_VARIABLE: Final = "RINGWALL_WITNESS_NAME"
LOGS_VARIABLE: Final = "RINGWALL_WITNESS_LOGS"
"""The file of logs: a vkey a line, which is trusted for the origin of its name, or for the one
that follows it after a space. Read anew at each request."""
