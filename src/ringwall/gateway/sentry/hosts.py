"""The hosts of the edge, which come and go as its configuration changes."""

import json
from pathlib import Path


class Hosts:
    """Reads their names whenever the file is another one; of a damaged one it takes nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._names: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Those that were read last."""
        try:
            found = self._file.stat()
            seen = found.st_ino, found.st_mtime_ns
            if seen != self._seen:
                self._names = frozenset(map(str, json.loads(self._file.read_bytes())["hosts"]))
                self._seen = seen
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return self._names
