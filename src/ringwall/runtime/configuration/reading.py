"""The files a configuration is read from: which they are, and their bytes, read exactly once."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LARGEST: Final = 1024**2
"""Bytes in one file."""
MOST: Final = 500
"""Files in one configuration."""
_ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: ``name`` is relative to the configuration folder."""

    name: Path
    data: bytes


class UnreadableError(Exception):
    """The file cannot be part of the configuration; the message says why and what to do."""


def read(folder: Path, name: Path, *, inside: bool = True) -> Source:
    """Read a regular file of at most ``LARGEST`` bytes, once.

    ``inside`` refuses what lies outside ``folder`` when links are followed. ``UnreadableError``
    says what is in the way.
    """
    try:
        real = (folder / name).resolve(strict=True)
        if inside and not real.is_relative_to(folder.resolve()):
            raise UnreadableError(f"{name} leads out of the configuration folder: move it inside")
        # Without O_NONBLOCK a named pipe would block the start for ever.
        handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor, not a path
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UnreadableError(f"{name} is not a regular file")
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UnreadableError(f"there is no file {name}") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableError(f"cannot read {name}: {reason}") from None
    if len(data) > LARGEST:
        raise UnreadableError(f"{name} is larger than 1 MiB: spread it over several included files")
    return Source(name, data)


def included(folder: Path, pattern: str) -> tuple[Path, ...]:
    """Return the names, relative to ``folder``, that one line of ``include:`` stands for, sorted.

    A folder stands for its ``*.yaml`` and ``*.yml``; hidden files are passed over.
    ``UnreadableError`` if there is nothing of that name, or it leads out of the folder.
    """
    if not pattern or "\0" in pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise UnreadableError("write a name relative to this file, inside its folder")
    if any(mark in pattern for mark in "*?["):
        names = _globbed(folder, pattern)
        if not names:
            raise UnreadableError(f"no file matches {pattern}")
        return names
    target = folder / pattern
    try:
        if target.is_dir():
            if not target.resolve().is_relative_to(folder.resolve()):
                raise UnreadableError(f"{pattern} leads out of the configuration folder")
            return tuple(sorted(_of_folder(folder, target)))
    except (OSError, RuntimeError) as error:
        raise UnreadableError(f"cannot read {pattern}: {error}") from None
    return (Path(pattern),)


def _of_folder(folder: Path, target: Path) -> Iterator[Path]:
    for entry in target.iterdir():
        if entry.suffix in _ENDINGS and not entry.name.startswith("."):
            yield entry.relative_to(folder)


def _globbed(folder: Path, pattern: str) -> tuple[Path, ...]:
    try:
        names = [
            found.relative_to(folder)
            for found in folder.glob(pattern)
            if not found.is_dir() and not found.name.startswith(".")
        ]
    except (OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise UnreadableError(f"cannot read {pattern}: {error}") from None
    return tuple(sorted(names))


def below(folder: Path, name: str, ending: str) -> tuple[Path, ...]:
    """Return the files with an ending in a folder and all below it, relative to ``folder``, sorted.

    Hidden ones are passed over. Nothing where the folder is missing. ``UnreadableError`` if it
    leads out of the configuration folder.
    """
    if not name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise UnreadableError(f"{name} leads out of the configuration folder: move it inside")
    target = folder / name
    try:
        if not os.path.lexists(target):
            return ()
        if not target.is_dir():
            raise UnreadableError(f"{name} is not a folder")
        if not target.resolve().is_relative_to(folder.resolve()):
            raise UnreadableError(f"{name} leads out of the configuration folder")
        return tuple(sorted(_all_below(folder, target, ending)))
    except (OSError, RuntimeError) as error:
        raise UnreadableError(f"cannot read {name}: {error}") from None


def _all_below(folder: Path, target: Path, ending: str) -> Iterator[Path]:
    """Nothing is passed over in silence: neither what cannot be read nor links to other folders."""

    def refuse(error: OSError) -> None:
        raise error

    for place, folders, files in os.walk(target, onerror=refuse):
        here = Path(place)
        folders[:] = [one for one in folders if not one.startswith(".")]
        for one in folders:
            if (here / one).is_symlink():
                link = (here / one).relative_to(folder)
                raise UnreadableError(f"{link} is a link to a folder: put the folder itself there")
        for one in files:
            if one.endswith(ending) and not one.startswith("."):
                yield (here / one).relative_to(folder)


def fingerprint(sources: Sequence[Source] | Iterable[Source]) -> str:
    """Return the SHA-256 over names and contents, each preceded by its length in eight bytes."""
    digest = hashlib.sha256()
    for source in sources:
        for part in (source.name.as_posix().encode("utf-8", "surrogateescape"), source.data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
