"""Which findings the queue takes: none without evidence and a way to fix it. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import orjson

from ringwall.core.components import Found
from ringwall.core.findings import Finding

LONGEST: Final = {"weakness": 200, "component": 1000, "part": 1000, "title": 500, "rule": 300}
"""Characters of what a finding is known by."""
_TEXT: Final = 20_000
_MOST: Final = 200
"""Of a list: pieces of evidence, references, controls, facts."""
_AGE: Final = re.compile(r"-?\d+ days?")
"""How old something is, or how long it is still good, is another every day."""
_COMPONENT: Final = re.compile(r"[a-z][a-z0-9-]{0,62}/.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding that is not taken, and why."""

    finding: Finding
    why: str


def admitted(findings: Iterable[Finding], *, source: str) -> Iterator[Finding | Refused]:
    """Each as it is kept, or why not; several with one uid are the worst, with all evidence."""
    kept: dict[str, Finding] = {}
    for one in findings:
        told = _fit(one)
        why = reason_against(told, source=source)
        if why:
            yield Refused(one, why)
        elif told.uid in kept:
            kept[told.uid] = _both(kept[told.uid], told)
        else:
            kept[told.uid] = told
    yield from kept.values()


def reason_against(one: Finding, *, source: str) -> str:
    """Why a finding is not taken; empty where it is."""
    if one.source != source:
        return f"it says that it is from {one.source}, in a run of {source}"
    for name, most in LONGEST.items():
        if len(getattr(one, name)) > most:
            return f"its {name} has more than {most} characters"
    if not one.weakness or not one.title.strip():
        return "it has no name: weakness and title are needed"
    if not _COMPONENT.fullmatch(one.component):
        return f"{one.component[:80]!r} names no component: <kind>/<name> is needed"
    if not any(text.strip() for text in one.evidence) and not one.facts and one.place is None:
        return "there is no evidence: nobody could see whether it is true"
    if not one.fix.strip():
        return "there is no way to fix it: nobody could do anything about it"
    if one.seen.tzinfo is None:
        return "when it was seen has no time zone"
    return ""


def facts_of(one: Finding) -> str:
    """A digest of what it stands on: the same as long as nothing of it changed, whenever read.

    Values count where the finding tells them, whatever is said of them. Where it has facts its
    evidence tells when each was read, and its message what that came to.
    """
    return _digest([*_words_of(one), one.values])


def _words_of(one: Finding) -> list[object]:
    return [
        one.severity,
        [_AGE.sub("days", one.message)] if one.facts else sorted(one.evidence),
        sorted((fact.component, fact.aspect, str(fact.state)) for fact in one.facts),
    ]


def content_of(one: Finding) -> str:
    """A digest of all that it says, but for when; where it has facts its evidence tells that."""
    place = None if one.place is None else [one.place.path, one.place.line, one.place.end]
    told: list[object] = [
        _digest(_words_of(one)),
        [one.title, one.message, one.fix, one.rule, place],
        [] if one.facts else one.evidence,
        one.references,
        one.controls,
    ]
    about = one.about
    if about is not None:
        told.append([about.label, about.account, about.region, about.tags])
    return _digest(told)


def _digest(told: object) -> str:
    return sha256(orjson.dumps(told)).hexdigest()[:16]


def _fit(one: Finding) -> Finding:
    """With texts that a database keeps."""
    return replace(
        one,
        title=kept_text(" ".join(one.title.split()))[:500],
        message=kept_text(one.message)[:_TEXT],
        fix=kept_text(one.fix)[:_TEXT],
        evidence=tuple(kept_text(text)[:_TEXT] for text in one.evidence[:_MOST]),
        references=tuple(kept_text(text)[:2000] for text in one.references[:_MOST]),
        controls=tuple(kept_text(text)[:200] for text in one.controls[:_MOST]),
        facts=one.facts[:_MOST],
        part=kept_text(one.part),
        component=kept_text(one.component),
        rule=kept_text(one.rule),
        weakness=kept_text(one.weakness),
        about=None if one.about is None else _fit_about(one.about),
    )


def _fit_about(one: Found) -> Found:
    tags = ((kept_text(key)[:200], kept_text(value)[:1000]) for key, value in one.tags[:_MOST])
    return Found(
        kind=kept_text(one.kind),
        name=kept_text(one.name),
        label=kept_text(one.label)[:1000],
        account=kept_text(one.account)[:100],
        region=kept_text(one.region)[:100],
        tags=tuple(sorted(tags)),
    )


def kept_text(text: str) -> str:
    """A text without NUL and halves of pairs, which no database keeps."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _both(one: Finding, other: Finding) -> Finding:
    worse = other if other.severity.number > one.severity.number else one
    return replace(
        worse,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:_MOST],
        facts=tuple(dict.fromkeys((*one.facts, *other.facts)))[:_MOST],
        references=tuple(dict.fromkeys((*one.references, *other.references)))[:_MOST],
        controls=tuple(dict.fromkeys((*one.controls, *other.controls)))[:_MOST],
        seen=max(one.seen, other.seen),
        about=worse.about or one.about or other.about,
    )
