"""A table in a folder is on the disk for good before anything relies on it.

Delta's library syncs nothing: after a power cut a file may be empty, or a name missing, of what was
written in the last half minute. So before the journal forgets what went into the table, and before
files go that newer ones stand for, all that is not synced yet is, and the version that this goes to
is noted, with the boot of the machine. After another boot what came later is taken back, whole or
not: the journal still has it.
"""

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import msgspec
import orjson

from ringwall.runtime.private_files import write_private
from ringwall.runtime.processes.kernel import boot_identity

_LOG: Final = "_delta_log"
_LAST_CHECKPOINT: Final = "_last_checkpoint"
_DIGITS: Final = 20
"""Of a version in the names of Delta's log (Delta protocol, Delta Log Entries)."""
NOTHING: Final = -1
"""The version of a table that does not exist."""


class Noted(msgspec.Struct, frozen=True):
    """What of a table was on the disk for good, and in which boot that was written.

    ``end`` is the index of the first event that was not in that version.
    """

    version: int
    end: int
    boot: str


def mark_of(table: Path) -> Path:
    """Where that is noted: beside the table, which others read too."""
    return table.with_name(f"{table.name}.synced")


def noted(table: Path) -> Noted | None:
    """What was noted; ``None`` where nothing was, as of a table that was put there by hand."""
    try:
        return msgspec.json.decode(mark_of(table).read_bytes(), type=Noted)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def begin(table: Path) -> None:
    """Note that there is no table yet, before there is one."""
    if noted(table) is None:
        _note(table, NOTHING, 0)


def sync(table: Path, end: int) -> None:
    """Return once the table, as it is now, with all events before ``end``, is there for good.

    ``OSError`` where that cannot be, or where a file of it is missing: rely on nothing then.
    """
    log, before = table / _LOG, noted(table)
    versions = _versions(log)
    if not versions:
        return
    since = NOTHING if before is None else before.version
    fresh = [log / _commit(one) for one in versions if one > since]
    checkpoints = [path for path in _checkpoints(log) if int(path.name[:_DIGITS]) >= since]
    last = [path for path in (log / _LAST_CHECKPOINT,) if path.exists()]
    files = [*(table / one for one in _added(fresh)), *fresh, *checkpoints, *last]
    for path in files:
        _fsync(path, os.O_RDONLY)
    sync_folders(table, files)
    if before != Noted(versions[-1], end, boot_identity()):
        _note(table, versions[-1], end)


def sync_folders(table: Path, files: Iterable[Path]) -> None:
    """Have the names of files on the disk, or that they are gone, up to the table's own."""
    folders = {table.parent}
    for path in files:
        folder = path.parent
        while folder != table.parent:
            folders.add(folder)
            folder = folder.parent
    for folder in sorted(folders, reverse=True):
        _fsync(folder, os.O_RDONLY | os.O_DIRECTORY)


def take_back(table: Path, first: int) -> int:
    """After another boot, have the table as it was noted; how many versions went.

    None does where the journal, which begins with event ``first``, has not all that came since.
    """
    before = noted(table)
    if before is None or before.boot == boot_identity() or first > before.end:
        return 0
    log = table / _LOG
    late = [one for one in _versions(log) if one > before.version]
    for path in _checkpoints(log):
        if int(path.name[:_DIGITS]) > before.version:
            path.unlink()
    if _last_checkpoint(log) > before.version:
        (log / _LAST_CHECKPOINT).unlink(missing_ok=True)
    for version in reversed(late):  # whenever this is killed what is left is a table
        (log / _commit(version)).unlink()
    if log.is_dir():
        _fsync(log, os.O_RDONLY | os.O_DIRECTORY)
    _note(table, before.version, before.end)
    return len(late)


def _note(table: Path, version: int, end: int) -> None:
    write_private(mark_of(table), msgspec.json.encode(Noted(version, end, boot_identity())))


def _commit(version: int) -> str:
    return f"{version:0{_DIGITS}d}.json"


def _versions(log: Path) -> list[int]:
    names = (path.name for path in log.glob("*.json"))
    return sorted(int(one[:_DIGITS]) for one in names if one[:_DIGITS].isdigit())


def _checkpoints(log: Path) -> Collection[Path]:
    return [path for path in log.glob("*.checkpoint*") if path.name[:_DIGITS].isdigit()]


def _last_checkpoint(log: Path) -> int:
    """The version that a reader begins with; one that cannot be read is of no use to any."""
    path = log / _LAST_CHECKPOINT
    with suppress(FileNotFoundError):
        try:
            return int(orjson.loads(path.read_bytes())["version"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            path.unlink()
    return NOTHING


def _added(commits: Iterable[Path]) -> list[str]:
    """The paths of files that came in some commits, and did not go in them again."""
    found: dict[str, None] = {}
    for commit in commits:
        for line in commit.read_bytes().splitlines():
            action: dict[str, Any] = orjson.loads(line)
            if "add" in action:
                found[unquote(action["add"]["path"])] = None
            elif "remove" in action:
                found.pop(unquote(action["remove"]["path"]), None)
    return list(found)


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
