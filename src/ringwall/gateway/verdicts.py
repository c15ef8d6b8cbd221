"""What Envoy has found good before, so that a change has only judged what it changes.

A verdict is kept by the hash of everything that Envoy is given to judge: which Envoy it is, the
whole bootstrap, the secrets beside it, and the files of the user's that it names. Nothing is kept
of what it refuses. Whoever could write the file could write what runs as well.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.binary import envoy_path
from ringwall.gateway.envoy.resources import Json
from ringwall.runtime.private_files import private_folder, write_private

_AT_MOST: Final = 256
"""Verdicts; the oldest go first."""


class Verdicts:
    """The good verdicts of one installation, kept in a file of its state."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def known(self) -> tuple[str, ...]:
        """Keys of what has been found good, the latest last; none where they cannot be read."""
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return ()
        if not isinstance(found, list):
            return ()
        return tuple(one for one in found if isinstance(one, str))

    def keep(self, keys: Sequence[str]) -> None:
        """Keep verdicts, as the latest."""
        before = self.known()
        found = [*(one for one in before if one not in keys), *keys][-_AT_MOST:]
        if found != list(before):
            private_folder(self._file.parent)
            write_private(self._file, json.dumps(found).encode())


def key_of(bootstrap: str, secrets: Iterable[Json], files: Iterable[str]) -> str | None:
    """Of what a verdict would be: a bootstrap in JSON, its secrets, and the files that it names.

    ``None`` where one of them is no file, such as a pipe that nothing comes out of, or cannot be
    read: Envoy is asked then, which has a limit in time. The null device says nothing.
    """
    envoy = envoy_path()
    stat = envoy.stat()
    digest = hashlib.sha256(f"{envoy} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    for part in (bootstrap, *map(json.dumps, secrets)):
        digest.update(part.encode() + b"\n")
    for name in sorted(set(files) - {os.devnull}):
        path = Path(name)
        try:
            content = path.read_bytes() if path.is_file() else None
        except OSError:
            content = None
        if content is None:
            return None
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def named_files(value: Any) -> Iterator[str]:
    """The files whose content is part of a configuration (``core.v3.DataSource``)."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "filename" and isinstance(one, str):
                yield one
            else:
                yield from named_files(one)
    elif isinstance(value, list):
        for one in value:
            yield from named_files(one)
