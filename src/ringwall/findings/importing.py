"""Take in a file of another tool: what it found, what passed, what it says of findings."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ringwall.core.findings import Finding, Severity
from ringwall.core.verdicts import Outcome
from ringwall.findings import service
from ringwall.findings.admitting import kept_text
from ringwall.findings.config import Findings
from ringwall.findings.formats.form import Form
from ringwall.findings.formats.forms import read
from ringwall.findings.formats.reading import Brought, FormatError, Known, Said
from ringwall.findings.ranking import Categories
from ringwall.findings.standing import Taken
from ringwall.findings.states import Move, Refusal
from ringwall.findings.taking import OWN, Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    source: str
    scope: str
    found: int
    taken: Taken
    said: tuple[str, ...] = ()
    """What became of each statement that it makes of a finding."""


def bring_in(
    data: bytes,
    *,
    known: Known,
    categories: Categories,
    rules: Findings,
    now: datetime,
    form: Form | None = None,
    scope: str = "",
    about: str = "",
    is_whole: bool = False,
    believes: bool = False,
) -> Imported:
    """Take a file in; ``FormatError`` before anything is, where it is not what it should be.

    ``scope`` tells runs apart; ``about`` is the code base, or its component, of what names none.
    ``is_whole``: what the file does not tell of is not there. ``believes``: what it says of
    findings is done with them, else it is a comment.
    """
    about = about.removeprefix("code-repository/")
    brought = _as_outside(read(data, known, now=now, form=form, about=about))
    if is_whole and brought.failed:
        raise FormatError(brought.failed, "the scanner's run failed: it cannot be all there is")
    scope = kept_text(scope or about or "import")
    taken = service.take(
        brought.findings,
        source=brought.source,
        scope=scope,
        judged=judged_by(brought, is_whole=is_whole),
        looked=judged_by(brought, is_whole=False),
        categories=categories,
        rules=rules,
        exploits=brought.exploits,
        at=_judged_at(brought),
    )
    said = tuple(_say(one, brought.source, believes=believes, rules=rules) for one in brought.said)
    return Imported(
        source=brought.source, scope=scope, found=len(brought.findings), taken=taken, said=said
    )


def _judged_at(brought: Brought) -> datetime | None:
    """When it looked: what an old report says passed is not so now."""
    times = [one.seen for one in brought.findings]
    return max([*times, brought.ended], default=None) if brought.ended is not None else None


def judged_by(brought: Brought, *, is_whole: bool) -> Judged:
    """What a file says of what it does not tell of; what could not be judged comes first."""
    return _Judged(brought, is_whole=is_whole)


class _Judged:
    def __init__(self, brought: Brought, *, is_whole: bool) -> None:
        self._brought, self._is_whole = brought, is_whole
        self._said_of = {(one.weakness, one.component) for one in brought.said}
        self._told = {(one.weakness, one.component) for one in brought.findings}

    def __call__(self, weakness: str, component: str, /) -> Outcome | None:
        pair = (weakness, component)
        if pair in self._brought.unknown:
            return Outcome.UNKNOWN
        if pair in self._brought.passed:
            return Outcome.FAIL if pair in self._told else Outcome.PASS
        return Outcome.PASS if self._is_whole and pair not in self._said_of else None

    def of_part(self, weakness: str, component: str, part: str, /) -> Outcome | None:
        outcome = self(weakness, component)
        if outcome is None and self._brought.passed_at:
            words = part.split(" ")
            begins = (" ".join(words[:count]) for count in range(len(words) + 1))
            places = self._brought.passed_at
            is_passed = any((weakness, component, one) in places for one in begins)
            return Outcome.PASS if is_passed else None
        return outcome


def _as_outside(brought: Brought) -> Brought:
    """The same from outside: nobody's file speaks for our own checks."""
    if brought.source != OWN and not brought.source.startswith(f"{OWN}/"):
        return brought
    source = f"import-{brought.source.replace('/', '-')}"
    return replace(
        brought,
        source=source,
        findings=tuple(replace(one, source=source) for one in brought.findings),
    )


def _say(one: Said, source: str, *, believes: bool, rules: Findings) -> str:
    """What becomes of what somebody says of a finding."""
    uid = _uid(one)
    text = f"{source} says that it is {one.state}: {one.why}"
    try:
        if not believes:
            service.comment(uid, text)
            return f"{uid}: noted down that {text}"
        step = Move.REJECT if one.state == "false-positive" else Move.DONE
        done = service.move(uid, step, reason=text, rules=rules)
    except service.NoSuchFindingError:
        return f"{uid}: no such finding is in the queue, {one.weakness} of {one.component}"
    return f"{uid}: {done.why if isinstance(done, Refusal) else done.state}"


def _uid(one: Said) -> str:
    """The uid of what it speaks of: of the finding, by what it is known by."""
    return Finding(
        source="",
        weakness=one.weakness,
        component=one.component,
        part=one.part,
        title="",
        message="",
        severity=Severity.INFORMATIONAL,
        fix="",
        seen=datetime.min.replace(tzinfo=UTC),
    ).uid
