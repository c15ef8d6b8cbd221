"""What pages tell of each check, kept by whoever has loaded all of them to judge.

The web process, which answers strangers and has little memory, then reads one file in the place of
hundreds. It is true for as long as checks are what they were: of others it is made anew.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

import ringwall.posture
from ringwall.core.findings import Severity
from ringwall.posture.checking.finding import KnownCheck
from ringwall.runtime.private_files import private_folder, write_private

_ROOT: Final = Path(ringwall.posture.__file__).parent
_DECIDE: Final = ("checks", "checking", "permissions")
_JUDGING: Final = "judging.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """A check without its function and its cases; fields as those of ``Check``."""

    id: str
    title: str
    about: str
    why: str
    fix: str
    severity: Severity
    judges: str
    reads: tuple[str, ...]
    controls: tuple[str, ...]
    known_as: tuple[str, ...]
    references: tuple[str, ...]
    remedy: str


@cache
def digest() -> str:
    """Another one whenever checks, or what decides for them, are others: SHA-256 of their files."""
    found = sha256()
    paths = [_ROOT / _JUDGING]
    paths += [path for name in _DECIDE for path in (_ROOT / name).rglob("*.py")]
    for path in sorted(paths):
        content = path.read_bytes()
        found.update(f"{path.relative_to(_ROOT)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def page_of(one: KnownCheck) -> CheckPage:
    """What is told of a check."""
    return CheckPage(
        id=one.id,
        title=one.title,
        about=one.about,
        why=one.why,
        fix=one.fix,
        severity=one.check.severity,
        judges=one.check.judges,
        reads=one.check.reads,
        controls=one.check.controls,
        known_as=one.check.known_as,
        references=one.references,
        remedy=one.check.remedy,
    )


class CheckPages:
    """The pages of Ringwall's own checks, below the state folder."""

    def __init__(self, state: Path) -> None:
        self._path = state / "posture" / "checks.json"

    def keep(self, checks: Iterable[KnownCheck]) -> None:
        """Have them on the disk when this returns, unless they are; ``checks`` are all there are.

        What is not of Ringwall's own folder is left out: who answers strangers tells nothing of it.
        """
        if self.get() is not None:
            return
        private_folder(self._path.parent)
        own = [one for one in checks if one.path.is_relative_to(_ROOT)]
        told = {"digest": digest(), "checks": [asdict(page_of(one)) for one in own]}
        write_private(self._path, orjson.dumps(told))

    def get(self) -> list[CheckPage] | None:
        """All of them by id; ``None`` where none are kept, or of checks that were others."""
        try:
            told = orjson.loads(self._path.read_bytes())
            if told["digest"] != digest():
                return None
            return sorted(map(_page, told["checks"]), key=lambda one: one.id)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _page(told: dict[str, Any]) -> CheckPage:
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return CheckPage(**{**told, **lists, "severity": Severity(told["severity"])})
