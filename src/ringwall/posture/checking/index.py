"""What is told of Ringwall's own checks, in one file, so that listing them imports none.

``posture/checks/index.jsonl`` has a line for each, written by ``make docs`` from the checks
themselves. It is used only if it is of the files that are there, by name and size.
"""

import importlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, overload

import ringwall.posture.checks
from ringwall.core.findings import Severity
from ringwall.posture.checking.cases import Case
from ringwall.posture.checking.check import Check, Judgment
from ringwall.posture.checking.reading import Subject, World

ROOT: Final = Path(ringwall.posture.checks.__file__).parent
INDEX: Final = ROOT / "index.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index has of a check: its file below ``posture/checks``, its page, its metadata."""

    file: str
    size: int
    title: str
    about: str
    why: str
    fix: str
    check: Check


def line_of(entry: Entry) -> str:
    """An entry as it is written."""
    return json.dumps(asdict(entry), sort_keys=True, ensure_ascii=False)


def entries() -> list[Entry] | None:
    """All entries by file; ``None`` where the index is not of the files that are there."""
    import orjson  # noqa: PLC0415 - whoever imports checks of their own does without

    try:
        told = [orjson.loads(line) for line in INDEX.read_bytes().splitlines()]
    except OSError:
        return None
    if {one["file"]: one["size"] for one in told} != dict(_sizes(str(ROOT), "")):
        return None
    return [_entry(one) for one in told]


def _entry(told: dict[str, Any]) -> Entry:
    check = told.pop("check")
    several = {key: tuple(value) for key, value in check.items() if isinstance(value, list)}
    severity = Severity(check["severity"])
    return Entry(**told, check=Check(**{**check, **several, "severity": severity}))


def _sizes(folder: str, below: str) -> Iterator[tuple[str, int]]:
    """The files of checks, ``[a-z]*_*.py``, with their sizes."""
    with os.scandir(folder) as found:
        for one in found:
            if one.is_dir():
                yield from _sizes(one.path, f"{below}{one.name}/")
            elif one.name.endswith(".py") and "_" in one.name and "a" <= one.name[0] <= "z":
                yield below + one.name, one.stat().st_size


class Behind:
    """What is in a check's file, which is imported when it is first asked for."""

    def __init__(self, file: str) -> None:
        self._file = file

    @cached_property
    def module(self) -> Any:
        """The module of the file."""
        inner = self._file.removesuffix(".py").replace("/", ".")
        return importlib.import_module(f"{ringwall.posture.checks.__name__}.{inner}")

    def judge(self, it: Subject, world: World) -> Judgment | None:
        """What the check says of a component."""
        found: Judgment | None = self.module.judge(it, world)
        return found


class CasesBehind(Sequence[Case]):
    """The cases of a check's file, which is imported when they are first looked at."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind

    @overload
    def __getitem__(self, place: int) -> Case: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Case]: ...

    def __getitem__(self, place: int | slice) -> Case | Sequence[Case]:
        """As of any sequence."""
        found: Case | Sequence[Case] = self._behind.module.CASES[place]
        return found

    def __len__(self) -> int:
        """As of any sequence."""
        return len(self._behind.module.CASES)
