"""The composition root: what ``ringwall`` on the command line is."""

from typing import NoReturn


def main() -> NoReturn:
    """Run the command line."""
    from ringwall.cli.main import run  # noqa: PLC0415 - imported here so that --help stays quick

    run()
