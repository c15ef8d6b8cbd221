"""What one control's verdicts stand on, as a bundle that stands for itself.

A zip of three files: ``control.json`` says which control, how it stands and what was looked at;
``verdicts.jsonl`` has a line for each verdict with every read it stands on: aspect, API, time, what
became of it, and the digest of the answer, or the answer itself where that is asked for;
``SHA256SUMS`` has the digests of both as ``sha256sum --check`` takes them. The same report gives
the same bytes.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

import orjson

from ringwall import __version__
from ringwall.core.observations import Fact, Observation
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.frameworks.coverage import ControlStanding, Standing, coverage
from ringwall.posture.reports.report import CONTROL_POLICIES, Report, Row
from ringwall.posture.snapshot.writing import encoded

Reads = Callable[[str, str], Observation | None]
"""What was read of a component's aspect."""
_WORDS: Final = {
    Standing.FAILING: "Something that a check looks at is not as it should be.",
    Standing.UNKNOWN: "Nothing that was seen fails, but not all that was to be seen could be.",
    Standing.PASSING: "All that checks looked at passes. They do not look at the whole control.",
    Standing.NOT_JUDGED: "Checks support it, and found nothing to judge.",
    Standing.NOT_CHECKED: "No check looks at it. Of this control nothing is known here.",
}
_FIRST: Final = (1980, 1, 1, 0, 0, 0)
"""The time of each file in the zip, so that the same evidence is the same bytes."""


def bundle(
    report: Report, framework: Framework, control: str, reads: Reads, *, answers: bool = False
) -> bytes:
    """The zip; ``ValueError`` where the framework has no such control."""
    standing = _standing(report, framework, control)
    rows = [row for row in report.rows if row.check.id in standing.checks]
    files = {
        "control.json": _control(report, framework, standing),
        "verdicts.jsonl": b"".join(_lines(rows, report, reads, answers=answers)),
    }
    sums = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    files["SHA256SUMS"] = "".join(sums).encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            one = zipfile.ZipInfo(name, _FIRST)
            one.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(one, content)
    return whole.getvalue()


def lines(
    report: Report, framework: Framework, control: str, reads: Reads, *, answers: bool = False
) -> Iterator[bytes]:
    """The same as lines of JSON: the control, its verdicts, and the digest of all lines before."""
    standing = _standing(report, framework, control)
    digest = sha256()
    rows = [row for row in report.rows if row.check.id in standing.checks]
    head = orjson.dumps(orjson.loads(_control(report, framework, standing))) + b"\n"
    for line in (head, *_lines(rows, report, reads, answers=answers)):
        digest.update(line)
        yield line
    yield orjson.dumps({"sha256": digest.hexdigest()}) + b"\n"


def _standing(report: Report, framework: Framework, control: str) -> ControlStanding:
    found = coverage(framework, report.mapped, report.verdicts)
    for one in found.controls:
        if one.control == control:
            return one
    msg = f"{framework.id} has no control {control}"
    raise ValueError(msg)


def _control(report: Report, framework: Framework, one: ControlStanding) -> bytes:
    checks = {each.id: each for each in report.checks}
    told: dict[str, Any] = {
        "framework": framework.id,
        "version": framework.version,
        "control": one.control,
        "title": one.title,
        "standing": one.standing.value,
        "means": _WORDS[one.standing],
        "strength": one.strength,
        "verdicts": {"fail": one.failed, "unknown": one.unknown, "pass": one.passed},
        "checks": [
            {
                "id": name,
                "title": checks[name].title,
                "why": checks[name].why,
                "standing": one.of_checks[name].value,
            }
            for name in one.checks
            if name in checks
        ],
        "checks_that_are_not_here": [name for name in one.checks if name not in checks],
        "not_listed": [
            {"kind": scope.kind, "scope": scope.account, "region": scope.region, "why": why}
            for scope, why in report.unlisted
            if any(checks[name].check.judges == scope.kind for name in one.checks if name in checks)
        ],
        "control_policies_left_out": [
            {"scope": account, "why": why}
            for account, why in report.left_out
            if any(
                CONTROL_POLICIES in checks[name].check.reads
                for name in one.checks
                if name in checks
            )
        ],
        "could_not_look": [
            {"check": name, "scope": scope}
            for scope, looked in sorted(report.looked.items())
            for name in looked.unread
            if name in one.checks
        ],
        "scopes": {name: at.isoformat() for name, at in sorted(report.read.items())},
        "made": report.made.isoformat(),
        "by": f"Ringwall {__version__}",
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"


def _lines(rows: Iterable[Row], report: Report, reads: Reads, *, answers: bool) -> Iterator[bytes]:
    for row in rows:
        verdict = row.judged.verdict
        told = {
            "check": row.check.id,
            "component": row.judged.component,
            "scope": row.found.account,
            "region": row.found.region,
            "outcome": row.outcome,
            "why": verdict.why,
            "severity": row.judged.severity,
            "uid": row.finding(report.made).uid,
            "facts": [
                _fact(one, reads(one.component, one.aspect), answers=answers)
                for one in verdict.facts
            ],
        }
        yield encoded(told) + b"\n"


def _fact(fact: Fact, told: Observation | None, *, answers: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "component": fact.component,
        "aspect": fact.aspect,
        "state": fact.state,
        "api": fact.api,
        "at": None if fact.at is None else fact.at.isoformat(),
    }
    if fact.why:
        made["why"] = fact.why
    if told is not None and told.state == fact.state and told.at == fact.at:
        made["answer_sha256"] = sha256(encoded(told.value)).hexdigest()
        if answers:
            made["answer"] = told.value
    return made
