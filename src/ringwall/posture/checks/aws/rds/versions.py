"""How long the major version of an engine is mended, as AWS tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.posture.checking import (
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    fails,
    passes,
)

STANDARD: Final = "open-source-rds-standard-support"
EXTENDED: Final = "open-source-rds-extended-support"


def judge_version(it: Subject, world: World) -> Judgment | None:
    """By the end of its standard support.

    ``None`` of engines of which AWS tells no dates. Of a major version that AWS lists no more, of
    an engine that it lists, nothing is known.
    """
    listed = it.read("listed")
    engine, version = str(listed.get("Engine")), str(listed.get("EngineVersion"))
    told = world.region(it).read("rds_versions").get(engine) or {}
    if not any(told.values()):
        return None
    major = max((one for one in told if _is_of(version, one)), key=len, default=None)
    if major is None or STANDARD not in told[major]:
        msg = f"AWS does not tell how long {engine} {version} is supported"
        raise UnknownError(msg)
    return _judged(it.label, f"{engine} {major}", told[major], listed)


def _is_of(version: str, major: str) -> bool:
    return version == major or version.startswith(f"{major}.")


def _judged(label: str, what: str, ends: Mapping[str, str], listed: Mapping[str, Any]) -> Judgment:
    standard = ends[STANDARD]
    if not _is_over(standard):
        return passes(f"{what} is supported until {standard[:10]}")
    over = f"standard support of {what}, which {label} runs, ended on {standard[:10]}"
    extended = ends.get(EXTENDED)
    if extended and not _is_over(extended) and listed.get("EngineLifecycleSupport") == EXTENDED:
        return fails(f"{over}; what is grave is mended until {extended[:10]}", Severity.MEDIUM)
    return fails(over)


def _is_over(end: str) -> bool:
    when = datetime.fromisoformat(end)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) < datetime.now(UTC)
