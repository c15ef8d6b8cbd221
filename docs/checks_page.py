"""The page of checks: each with what it judges, why it matters and how it is mended."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from ringwall.posture.checking.finding import KnownCheck, imported_checks
from ringwall.posture.checking.settled import can_tell
from ringwall.posture.code.mapping import KINDS

_NAMES: Final = {"ringwall": "Ringwall itself", "k8s": "Kubernetes"}


def lines() -> Iterator[str]:
    """A list of parts, then each check with its id as anchor, by what it judges."""
    checks = sorted(imported_checks(), key=lambda one: (_part(one), one.id))
    parts = [(name, list(several)) for name, several in groupby(checks, _part)]
    of_aws = [one for one in checks if one.id.startswith("aws-")]
    in_code = sum(map(_judges_code, of_aws))
    yield f"{len(checks)} checks. [posture.md](posture.md) tells how they are used."
    yield f"{in_code} of the {len(of_aws)} of AWS judge Terraform or CloudFormation, too."
    yield ""
    for name, several in parts:
        yield f"- [{name}](#{name.lower().replace(' ', '-')}): {len(several)}"
    for name, several in parts:
        yield from ("", f"## {name}")
        for one in several:
            yield from _check(one)


def _judges_code(one: KnownCheck) -> bool:
    """Whether Terraform or CloudFormation can tell what it asks for."""
    return one.check.judges in KINDS and can_tell(one.check)


def _part(one: KnownCheck) -> str:
    first, _, rest = one.check.judges.partition("-")
    if first != "aws":
        return _NAMES.get(first, first)
    return f"AWS {rest.partition('-')[0]}"


def _check(one: KnownCheck) -> Iterator[str]:
    yield from ("", f"### {one.id}", "", f"**{one.title}.** {one.about}".strip(), "")
    where = ", in code, too" if one.id.startswith("aws-") and _judges_code(one) else ""
    yield f"- Severity: {one.check.severity}; judges `{one.check.judges}`{where}"
    yield f"- Why: {one.why}"
    yield f"- Fix: {one.fix}"
    if one.check.controls:
        yield f"- Controls: {'; '.join(one.check.controls)}"
    if one.check.known_as:
        yield f"- Known as: {', '.join(f'`{name}`' for name in one.check.known_as)}"
    if one.references:
        yield f"- More: {', '.join(_link(text) for text in one.references)}"


def _link(reference: str) -> str:
    """An address under its end, so that a line of several stays short; other names as they are."""
    if not reference.startswith("https://"):
        return reference
    end = reference.rstrip("/").rpartition("/")[2].rpartition("#")
    return f"[{end[2].removesuffix('.html')}]({reference})"
