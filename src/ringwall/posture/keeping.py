"""Keep what was read of each account: for the next run, and for whoever asks without credentials.

What an account tells of itself is nobody else's: files below the state folder, for their owner
alone.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ringwall.posture.collecting.remembering import Journal
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.snapshot.writing import decoded, encoded, lines_of, snapshot_of
from ringwall.runtime.private_files import (
    locked,
    private_folder,
    remove_leftovers,
    write_private,
)

_FORMAT: Final = 1
_GZIP: Final = 31
_BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error)
_OF_ONE: Final = 30
"""Bytes that a component takes at least, for files that do not say how many there are."""
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An account as it was read last. ``gaps`` says of how many reads nothing is known."""

    account: str
    read: datetime
    gaps: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """That an account was read: when, with how many gaps, and how many components were found.

    ``mark`` is another for each reading that is kept.
    """

    account: str
    read: datetime
    gaps: int
    components: int
    mark: str


class Accounts:
    """The accounts of an installation, below its state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture" / "accounts"

    def only_here(self, account: str) -> AbstractContextManager[None]:
        """Held while an account is read; ``BlockingIOError`` where another process reads it."""
        self._ready()
        return locked(self._path(account, "lock"), wait=False)

    def journal(self, account: str) -> Journal:
        """What was answered of a reading that has not ended. For the holder of the lock."""
        self._ready()
        remove_leftovers(self._folder)
        return Journal(self._path(account, "journal"))

    def keep(self, account: str, snapshot: Snapshot, *, read: datetime, gaps: int) -> None:
        """Have it on the disk when this returns, in the place of what was there."""
        self._ready()
        header = {"format": _FORMAT, "account": account, "read": read, "gaps": gaps}
        header["components"] = len(snapshot)
        squeezed = zlib.compressobj(1, wbits=_GZIP)
        parts = [squeezed.compress(encoded(header) + b"\n")]
        parts += [squeezed.compress(line + b"\n") for line in lines_of(snapshot)]
        write_private(self._path(account, "snapshot"), *filter(None, parts), squeezed.flush())

    def get(self, account: str) -> Kept | None:
        """As it was read last; ``ValueError`` names the file that is damaged."""
        path = self._path(account, "snapshot")
        try:
            with gzip.open(path, "rb") as file:
                header: dict[str, Any] = decoded(file.readline())
                if header.get("format") != _FORMAT:
                    msg = f"it is of format {header.get('format')}"
                    raise ValueError(msg)  # noqa: TRY301 - told as all that is wrong with it
                return Kept(
                    account=header["account"],
                    read=header["read"],
                    gaps=header["gaps"],
                    snapshot=snapshot_of(file),
                )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, AttributeError, *_BROKEN) as error:
            msg = f"{path}: {error}: delete it and scan the account anew"
            raise ValueError(msg) from error

    def read_at(self, account: str) -> datetime | None:
        """When an account was read last, without reading all of that; ``None`` if it cannot be."""
        found = self.last(account)
        return None if found is None else found.read

    def last(self, account: str) -> Last | None:
        """What is said of the last reading of an account at its beginning; as for ``read_at``."""
        path = self._path(account, "snapshot")
        try:
            with gzip.open(path, "rb") as file:
                header = decoded(file.readline())
                status = os.fstat(file.fileno())
            read, gaps = header["read"], header["gaps"]
            components = header.get("components", status.st_size // _OF_ONE)
        except (OSError, ValueError, KeyError, TypeError, *_BROKEN):
            return None
        if not isinstance(read, datetime) or not isinstance(gaps, int):
            return None
        mark = f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}"
        return Last(account=account, read=read, gaps=gaps, components=components, mark=mark)

    def all(self) -> Iterator[str]:
        """The accounts that were read."""
        for path in sorted(self._folder.glob("*.snapshot")):
            if _ACCOUNT.fullmatch(path.stem):
                yield path.stem

    def _path(self, account: str, ending: str) -> Path:
        if not _ACCOUNT.fullmatch(account):
            msg = f"{account!r} is no account of AWS: those are 12 digits"
            raise ValueError(msg)
        return self._folder / f"{account}.{ending}"

    def _ready(self) -> None:
        private_folder(self._folder)
