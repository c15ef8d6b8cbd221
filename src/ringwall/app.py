"""The composition root: what ``ringwall`` on the command line is."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line. Ctrl-C ends it quietly from the first moment on."""
    try:
        from ringwall.cli.main import run  # noqa: PLC0415 - importing can be interrupted too

        run()
    except KeyboardInterrupt:
        sys.exit(130)
