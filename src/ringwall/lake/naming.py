"""The name of the log in its checkpoints: chosen once, and then for ever."""

import secrets
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import private_folder, write_private

FILE: Final = "origin"


class RenamedError(ValueError):
    """The configuration names the log otherwise than it is named already."""


def origin_of(log: Path, chosen: str = "") -> str:
    """The name of the log in a folder; with the first call it is what is ``chosen``, or made up.

    A log that had another name would be another log: :class:`RenamedError`.
    """
    known = known_origin(log)
    if known is None:
        known = chosen or f"ringwall.internal/log/{secrets.token_hex(8)}"
        write_private(private_folder(log) / FILE, known.encode() + b"\n")
    elif chosen and chosen != known:
        msg = (
            f"log.origin is {chosen}, but this log is {known} since it began: write that, or move "
            f"{log} away to begin another log"
        )
        raise RenamedError(msg)
    return known


def known_origin(log: Path) -> str | None:
    """The name that it has, if it has one."""
    try:
        return (log / FILE).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
