"""Every configuration that was applied, whole, so that any of them can come back.

A version is a folder ``<number>`` with the files as they were and ``version.json``. It is written
as ``<number>.pending`` before the edge is touched and renamed once the edge has taken it: what is
applied is never lost, what was not applied never counts.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ringwall.gateway.certificates.private_files import private_folder, write_private
from ringwall.runtime.configuration import Configuration, Section
from ringwall.runtime.configuration.loading import load_sources

_PENDING: Final = ".pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One applied configuration. ``hash`` is the SHA-256 over its files; ``time`` is UTC."""

    number: int
    hash: str
    author: str
    time: datetime
    reason: str
    root: str
    files: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values, the time in ISO 8601."""
        return {**asdict(self), "time": self.time.isoformat()}


class VersionStore:
    """The versions below one folder. One writer at a time: the supervisor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Version, ...]:
        """Every applied version, oldest first. A damaged one is an error, not left out."""
        numbers = sorted(
            int(entry.name)
            for entry in (self._folder.iterdir() if self._folder.is_dir() else ())
            if entry.name.isdigit()
        )
        return tuple(self.get(number) for number in numbers)

    def latest(self) -> Version | None:
        """The version in force, or ``None`` before the first."""
        found = self.all()
        return found[-1] if found else None

    def get(self, number: int) -> Version:
        """One version; ``LookupError`` when there is none of this number."""
        path = self._folder / str(number) / "version.json"
        if not path.is_file():
            msg = f"there is no version {number}: `ringwall history` lists them"
            raise LookupError(msg)
        try:
            value = json.loads(path.read_bytes())
            return Version(
                **{
                    **value,
                    "time": datetime.fromisoformat(value["time"]),
                    "files": tuple(value["files"]),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            msg = f"{path} is damaged ({error}): bring it back from a copy, or move it away"
            raise ValueError(msg) from error

    def load(self, version: Version, sections: tuple[Section, ...]) -> Configuration:
        """The configuration of a version, its relative paths taken from where it was applied."""
        folder = self._folder / str(version.number) / "files"
        sources = [(Path(name), (folder / name).read_bytes()) for name in version.files]
        return load_sources(sources, sections, root=Path(version.root))

    def begin(
        self, configuration: Configuration, *, author: str, time: datetime, reason: str
    ) -> Version:
        """Keep a configuration as pending, before the edge is touched."""
        latest = self.latest()
        version = Version(
            number=latest.number + 1 if latest else 1,
            hash=configuration.hash,
            author=author,
            time=time,
            reason=reason,
            root=str(configuration.root),
            files=tuple(str(name) for name, _ in configuration.sources),
        )
        folder = self._folder / f"{version.number}{_PENDING}"
        private_folder(self._folder)
        if folder.exists():
            shutil.rmtree(folder)
        for name, content in configuration.sources:
            target = folder / "files" / name
            private_folder(target.parent)
            write_private(target, content)
        write_private(folder / "version.json", json.dumps(version.to_json()).encode())
        return version

    def commit(self, version: Version) -> None:
        """Count a pending version as applied."""
        pending = self._folder / f"{version.number}{_PENDING}"
        pending.rename(self._folder / str(version.number))

    def abandon(self, version: Version) -> None:
        """Forget a pending version that the edge did not take."""
        shutil.rmtree(self._folder / f"{version.number}{_PENDING}", ignore_errors=True)
