"""The page of checks: each with what it judges, why it matters and how it is mended."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from ringwall.posture.checking.finding import KnownCheck, imported_checks

_NAMES: Final = {"ringwall": "Ringwall itself", "k8s": "Kubernetes"}


def lines() -> Iterator[str]:
    """A list of parts, then each check with its id as anchor, by what it judges."""
    checks = sorted(imported_checks(), key=lambda one: (_part(one), one.id))
    parts = [(name, list(several)) for name, several in groupby(checks, _part)]
    yield f"{len(checks)} checks. [posture.md](posture.md) tells how they are used."
    yield ""
    for name, several in parts:
        yield f"- [{name}](#{name.lower().replace(' ', '-')}): {len(several)}"
    for name, several in parts:
        yield from ("", f"## {name}")
        for one in several:
            yield from _check(one)


def _part(one: KnownCheck) -> str:
    first, _, rest = one.check.judges.partition("-")
    if first != "aws":
        return _NAMES.get(first, first)
    return f"AWS {rest.partition('-')[0]}"


def _check(one: KnownCheck) -> Iterator[str]:
    yield from ("", f"### {one.id}", "", f"**{one.title}.** {one.about}".strip(), "")
    yield f"- Severity: {one.check.severity}; judges `{one.check.judges}`"
    yield f"- Why: {one.why}"
    yield f"- Fix: {one.fix}"
    if one.check.controls:
        yield f"- Controls: {'; '.join(one.check.controls)}"
    if one.check.known_as:
        yield f"- Known as: {', '.join(f'`{name}`' for name in one.check.known_as)}"
