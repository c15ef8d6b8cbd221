"""The composition root: what ``ringwall`` on the command line is."""

import gc
import sys
from typing import Final, NoReturn

_SELDOM: Final = 50_000
"""Objects that come before garbage is looked for. Of what is imported nothing ever is, and to look
through it again and again takes a tenth of the start."""


def main() -> NoReturn:
    """Run the command line. Ctrl-C ends it quietly from the first moment on."""
    gc.set_threshold(_SELDOM, 10, 10)
    gc.disable()  # until the command begins
    try:
        from ringwall.cli.main import run  # noqa: PLC0415 - importing can be interrupted too

        run()
    except KeyboardInterrupt:
        sys.exit(130)
