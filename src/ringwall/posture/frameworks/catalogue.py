"""The catalogues: identifiers of controls, with titles that are public or in our own words.

A user's own framework is a file of the same form. It may say itself which checks support what::

    title: "Our rules"
    version: "3"
    of: "all of them"
    controls: {"R1": "Backups are tested"}
    checks: {"R1": ["aws-rds-instance-backups partial"]}
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FOLDER: Final = Path(__file__).with_name("catalogues")


class Strength(StrEnum):
    """How much of a control a check looks at, from most to least."""

    FULL = "full"
    """It asks for one setting or fact, of all things of a kind, and the check finds out just that.

    Nothing is that asks the same of a whole company, by whatever it does so.
    """
    PARTIAL = "partial"
    """It asks for what the check finds out, and for more, or of more than the check sees."""
    SUPPORTING = "supporting"
    """It does not ask for that, but is easier to fulfil, or to show, with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A catalogue. ``of`` says what its ``controls`` are all of; ``checks`` are a user's own words.

    ``controls`` are titles by identifier, in the framework's order.
    """

    id: str
    title: str
    version: str
    of: str
    controls: Mapping[str, str]
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def control(self, written: str) -> str | None:
        """The control that an identifier counts for: itself, or the one above it that is listed."""
        name = written
        while name not in self.controls:
            name, dot, _ = name.rpartition(".")
            if not dot:
                return None
        return name


@cache
def frameworks() -> Mapping[str, Framework]:
    """Those that come with Ringwall, by id."""
    return {path.stem: read_framework(path) for path in sorted(_FOLDER.glob("*.yaml"))}


def read_framework(path: Path) -> Framework:
    """A framework from its file; ``ValueError`` says what is wrong, and where."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        told: Any = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(told, Mapping):
        raise ValueError(f"{path}: it has no title, version, of and controls")  # noqa: TRY004
    for name in ("title", "version", "of"):
        if not isinstance(told.get(name), str):
            said = f"{name} is missing, or no text in quotes"
            raise ValueError(f"{path}: {said}")  # noqa: TRY004 - as below
    controls = told.get("controls")
    if not isinstance(controls, Mapping) or not controls:
        said = "controls is no list of identifiers with titles"
        raise ValueError(f"{path}: {said}")
    checks = {}
    for control, several in (told.get("checks") or {}).items():
        if control not in controls:
            raise ValueError(f"{path}: checks speaks of {control}, which is none of its controls")
        checks[str(control)] = tuple(map(str, several))
        for one in checks[str(control)]:
            parse_mapping(f"x {one}")
    return Framework(
        id=path.stem,
        title=told["title"],
        version=told["version"],
        of=told["of"],
        controls={str(control): str(title) for control, title in controls.items()},
        checks=checks,
    )


def parse_mapping(written: str) -> tuple[str, str, Strength]:
    """``<framework> <control> [strength]``, partial where nothing is said; else ``ValueError``."""
    words = written.split()
    if len(words) not in {2, 3}:
        raise ValueError(f"{written!r} is not of the form <framework> <control> [strength]")
    strength = words[2] if len(words) == 3 else "partial"
    if strength not in set(Strength):
        raise ValueError(f"{written!r}: the strength is one of {', '.join(Strength)}")
    return words[0], words[1], Strength(strength)


def supporters(
    framework: Framework, checks: Iterable[tuple[str, Iterable[str]]]
) -> dict[str, list[tuple[str, Strength]]]:
    """By control: the checks that support it, by what each says of itself and what the file says.

    ``checks`` are ids with their ``controls``. Every control of the framework is there.
    Whoever sees all of a part (8.3.7) sees a part of the control that is listed (8.3).
    """
    found: dict[str, dict[str, Strength]] = {control: {} for control in framework.controls}
    for name, controls in checks:
        for written in controls:
            where, control, strength = parse_mapping(written)
            counted = framework.control(control) if where == framework.id else None
            if counted is not None:
                if counted != control and strength is Strength.FULL:
                    strength = Strength.PARTIAL
                before = found[counted].get(name, Strength.SUPPORTING)
                found[counted][name] = min(before, strength, key=list(Strength).index)
    for control, several in framework.checks.items():
        for one in several:
            name, _, strength_word = one.partition(" ")
            found[control][name] = Strength(strength_word or "partial")
    return {control: sorted(several.items()) for control, several in found.items()}
