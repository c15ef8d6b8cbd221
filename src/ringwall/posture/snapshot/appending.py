"""What changed in a snapshot since it was written, in a file beside it that only grows.

Whoever follows an account writes what a change did, and not all there is. A file begins with which
snapshot it is of: of another it says nothing. What was appended ends with a line that says so; what
stands after the last such line is of somebody who was killed, and was never told to be kept.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.posture.snapshot.writing import (
    component_line,
    decoded,
    encoded,
    listing_line,
    take_line,
)
from ringwall.runtime.private_files import write_private

_FORMAT: Final = 1
_KEPT: Final = b'["kept",'
_TAIL: Final = 1 << 16


class Appended:
    """The file of changes at ``path``. Whoever writes holds the account's lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """Its bytes; 0 where there is none."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def forget(self) -> None:
        """Nothing changed since: the snapshot was written anew."""
        self._path.unlink(missing_ok=True)

    def add(
        self,
        of: str,
        head: Mapping[str, Any],
        snapshot: Snapshot,
        components: Iterable[str],
        listings: Iterable[Scope],
    ) -> None:
        """Have these on the disk as they are now when this returns, gone ones, too.

        ``of`` is the mark of the snapshot that is there, ``head`` what is otherwise in its head.
        """
        lines = []
        told = dict(snapshot.all_listings())
        lines += [listing_line(scope, told[scope]) for scope in sorted(listings) if scope in told]
        for name in sorted(components):
            seen = snapshot.get(name)
            lines.append(encoded(["removed", name]) if seen is None else component_line(seen))
        content = b"".join(line + b"\n" for line in [*lines, encoded(["kept", head])])
        if self._of() != of:
            first = encoded({"format": _FORMAT, "of": of}) + b"\n"
            write_private(self._path, first, content)
            return
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._path, flags), "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            if not _is_whole(file.read()):
                file.seek(0)
                file.truncate(_end_of(file.read()))
            file.seek(0, os.SEEK_END)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def head(self, of: str) -> dict[str, Any]:
        """What is otherwise in the head of that snapshot; ``ValueError`` where it is damaged."""
        with self._opened(of) as file:
            if file is None:
                return {}
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            tail = file.read()
            if _KEPT not in tail:
                file.seek(0)
                tail = file.read()
        return _head(tail[: tail.rfind(b"\n") + 1])

    def apply(self, of: str, snapshot: Snapshot) -> dict[str, Any]:
        """Change a snapshot, the one with this mark, as it was changed since.

        What is otherwise in its head is returned; ``ValueError`` says that the file is damaged.
        """
        with self._opened(of) as file:
            if file is None:
                return {}
            file.seek(0)
            content = file.read()
        content = content[: _end_of(content)]
        for number, line in enumerate(content.splitlines()[1:], 2):
            if line.startswith(_KEPT):
                continue
            try:
                take_line(snapshot, line)
            except (TypeError, ValueError, AttributeError, KeyError) as error:
                msg = f"line {number} is no change of a snapshot: {error}"
                raise ValueError(msg) from error
        return _head(content)

    def _of(self) -> str:
        """Of which snapshot it is; of none where it is not there, or not whole."""
        try:
            with self._path.open("rb") as file:
                return _of(file)
        except OSError:
            return ""

    @contextmanager
    def _opened(self, of: str) -> Iterator[BinaryIO | None]:
        """The file, where it is of that snapshot: what is opened stays, though it is forgotten."""
        with ExitStack() as opened:
            try:
                file = opened.enter_context(self._path.open("rb"))
            except OSError:
                yield None
                return
            yield file if _of(file) == of else None


def _of(file: BinaryIO) -> str:
    try:
        first = decoded(file.readline())
        return str(first["of"]) if first["format"] == _FORMAT else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _head(content: bytes) -> dict[str, Any]:
    """What the last line says that tells of what was kept."""
    kept = [one for one in content.splitlines() if one.startswith(_KEPT)]
    found: dict[str, Any] = decoded(kept[-1])[1] if kept else {}
    return found


def _is_whole(tail: bytes) -> bool:
    last = tail[tail.rfind(b"\n", 0, -1) + 1 :]
    return last.endswith(b"\n") and last.startswith(_KEPT)


def _end_of(content: bytes) -> int:
    """Where what was kept ends; the first line says of what it is."""
    end = content.find(b"\n") + 1
    at = end
    while (after := content.find(b"\n", at) + 1) > 0:
        if content.startswith(_KEPT, at):
            end = after
        at = after
    return end
