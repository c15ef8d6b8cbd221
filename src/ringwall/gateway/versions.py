"""Every configuration that was applied, whole, so that any of them can come back.

A version is a folder ``<number>`` with the files as they were and ``version.json``. It is written
as ``<number>.pending`` before the edge is touched and renamed once the edge has taken it: what is
applied is never lost, what was not applied never counts.
"""

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ringwall.runtime.configuration import Configuration, ConfigurationError, Section
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.configuration.reading import Source, fingerprint
from ringwall.runtime.private_files import private_folder, write_private

_PENDING: Final = ".pending"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


class DamagedVersionError(ValueError):
    """What was kept of a version cannot be read any more; the text says where it lies."""

    def __init__(self, folder: Path, why: object) -> None:
        super().__init__(
            f"the kept version {folder.name} is damaged ({why}): bring {folder} back from a "
            "backup, or move it away; `ringwall reload` applies the files as a new version"
        )


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

    def is_of(self, configuration: Configuration) -> bool:
        """Whether it has the same contents, in the same place."""
        return (self.hash, self.root) == (configuration.hash, str(configuration.root))

    def to_json(self) -> dict[str, object]:
        """Plain values, the time in ISO 8601."""
        return {**asdict(self), "time": self.time.isoformat()}


class VersionStore:
    """The versions below one folder. One writer at a time: the supervisor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Version, ...]:
        """Every applied version, oldest first. A damaged one is an error, not left out."""
        return tuple(self.get(number) for number in self._numbers())

    def readable(self) -> tuple[Version, ...]:
        """The same without those that are damaged, for whoever can do without them."""
        found = []
        for number in self._numbers():
            with suppress(DamagedVersionError):
                found.append(self.get(number))
        return tuple(found)

    def latest(self) -> Version | None:
        """The version in force, or ``None`` before the first."""
        numbers = self._numbers()
        return self.get(numbers[-1]) if numbers else None

    def get(self, number: int) -> Version:
        """One version; ``LookupError`` when there is none of this number.

        ``DamagedVersionError`` when there is one, but it cannot be read.
        """
        folder = self._folder / str(number)
        if not folder.is_dir():
            msg = f"there is no version {number}: `ringwall history` lists them"
            raise LookupError(msg)
        try:
            return _decoded(json.loads((folder / "version.json").read_bytes()), number)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DamagedVersionError(folder, error) from error

    def load(self, version: Version, sections: tuple[Section, ...]) -> Configuration:
        """The configuration of a version, its relative paths taken from where it was applied.

        ``DamagedVersionError`` when its files are not what was applied, ``ConfigurationError``
        when this Ringwall understands them no more.
        """
        return self._read(self._folder / str(version.number), version, sections)

    def pending(self) -> tuple[str, ...]:
        """The hashes of what is about to be put in force."""
        found = []
        for folder in self._folder.glob(f"*{_PENDING}"):
            try:
                found.append(str(json.loads((folder / "version.json").read_bytes())["hash"]))
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return tuple(found)

    def of_hash(self, hash_: str, sections: tuple[Section, ...]) -> Configuration | None:
        """A configuration by its hash, also one that is about to be put in force."""
        pending = sorted(self._folder.glob(f"*{_PENDING}"))
        kept = [self._folder / str(number) for number in reversed(self._numbers())]
        for folder in (*pending, *kept):
            try:
                value = json.loads((folder / "version.json").read_bytes())
                if value["hash"] == hash_:
                    number = int(folder.name.removesuffix(_PENDING))
                    return self._read(folder, _decoded(value, number), sections)
            except (OSError, ValueError, KeyError, TypeError):
                continue  # it was moved meanwhile, or is damaged
        return None

    def interrupted(self, sections: tuple[Section, ...]) -> Configuration | None:
        """What a killed change was about to put in force, if one left anything readable."""
        for folder in self._folder.glob(f"*{_PENDING}"):
            number = int(folder.name.removesuffix(_PENDING))
            try:
                value = json.loads((folder / "version.json").read_bytes())
                return self._read(folder, _decoded(value, number), sections)
            except (
                OSError,
                ValueError,
                KeyError,
                TypeError,
                DamagedVersionError,
                ConfigurationError,
            ):
                continue
        return None

    def forget_interrupted(self) -> None:
        """Remove what a killed change left."""
        for folder in self._folder.glob(f"*{_PENDING}"):
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _read(folder: Path, version: Version, sections: tuple[Section, ...]) -> Configuration:
        try:
            sources = [
                (Path(name), (folder / "files" / name).read_bytes()) for name in version.files
            ]
        except OSError as error:
            raise DamagedVersionError(folder, error) from error
        if fingerprint(Source(name, data) for name, data in sources) != version.hash:
            raise DamagedVersionError(folder, "its files were changed")
        return load_sources(sources, sections, root=Path(version.root))

    def begin(
        self, configuration: Configuration, *, author: str, time: datetime, reason: str
    ) -> Version:
        """Keep a configuration as pending, before the edge is touched."""
        version = Version(
            number=max(self._numbers(), default=0) + 1,
            hash=configuration.hash,
            author=author,
            time=time,
            reason=reason,
            root=str(configuration.root),
            files=tuple(str(name) for name, _ in configuration.sources),
        )
        private_folder(self._folder)
        for left in self._folder.glob(f"*{_PENDING}"):
            shutil.rmtree(left)
        folder = self._folder / f"{version.number}{_PENDING}"
        try:
            for name, content in configuration.sources:
                target = folder / "files" / name
                private_folder(target.parent)
                write_private(target, content)
            write_private(folder / "version.json", json.dumps(version.to_json()).encode())
        except BaseException:
            self.abandon(version)
            raise
        return version

    def commit(self, version: Version) -> None:
        """Count a pending version as applied."""
        pending = self._folder / f"{version.number}{_PENDING}"
        pending.rename(self._folder / str(version.number))
        _sync(self._folder)

    def abandon(self, version: Version) -> None:
        """Forget a pending version that the edge did not take."""
        shutil.rmtree(self._folder / f"{version.number}{_PENDING}", ignore_errors=True)

    def _numbers(self) -> list[int]:
        entries = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted(int(e.name) for e in entries if _NUMBER.fullmatch(e.name))


def _decoded(value: dict[str, Any], number: int) -> Version:
    version = Version(
        **{
            **value,
            "time": datetime.fromisoformat(value["time"]),
            "files": tuple(value["files"]),
        }
    )
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in version.files):
        msg = "it names files outside of its folder"
        raise ValueError(msg)
    if version.number != number:
        msg = f"it says it is version {version.number}"
        raise ValueError(msg)
    return version


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
