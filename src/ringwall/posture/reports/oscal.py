"""OSCAL 1.1.2 assessment results (NIST): observations, and findings by control."""

import json
from collections.abc import Iterable
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from ringwall import __version__
from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.frameworks.coverage import ControlStanding, Standing, coverage
from ringwall.posture.reports.report import Report, Row, said

_OSCAL: Final = "1.1.2"


def text(report: Report, framework: Framework) -> str:
    """The results for one framework's controls."""
    standing = coverage(framework, report.mapped, report.verdicts)
    stamp = f"{report.made:%Y-%m-%dT%H:%M:%SZ}"
    begun = min(report.read.values(), default=report.made)
    seen = [one for one in standing.controls if one.standing is not Standing.NOT_CHECKED]
    rows = {name: [row for row in report.rows if row.check.id == name] for name in _names(seen)}
    result = {
        "uuid": _uuid(stamp, "result"),
        "title": f"{framework.title} {framework.version}, as far as Ringwall's checks look",
        "description": (
            f"{standing.checked} of {len(standing.controls)} controls are looked at by any check; "
            f"of the others nothing is said. The controls are {framework.of}."
        ),
        "start": f"{begun:%Y-%m-%dT%H:%M:%SZ}",
        "end": stamp,
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": _token(one.control)} for one in seen]}
                if seen
                else {"exclude-controls": []}
            ]
        },
        "observations": [_observation(row, stamp) for several in rows.values() for row in several],
        "findings": [
            _finding(one, rows, stamp) for one in seen if one.failed + one.unknown + one.passed
        ],
    }
    if report.left_out:
        told = (f"account {account}: {why}" for account, why in report.left_out)
        result["remarks"] = f"Control policies do not count in verdicts of {'; of '.join(told)}"
    for name in ("observations", "findings"):
        if not result[name]:
            del result[name]
    log = {
        "assessment-results": {
            "uuid": _uuid(stamp, framework.id),
            "metadata": {
                "title": "Posture, judged by Ringwall",
                "last-modified": stamp,
                "version": __version__,
                "oscal-version": _OSCAL,
            },
            "import-ap": {"href": "#ringwall-posture"},
            "results": [result],
        }
    }
    return json.dumps(log, indent=1) + "\n"


def _names(several: Iterable[ControlStanding]) -> list[str]:
    return sorted({name for one in several for name in one.checks})


def _observation(row: Row, stamp: str) -> dict[str, Any]:
    finding = row.judged
    return {
        "uuid": _uuid(stamp, finding.check, finding.component),
        "title": row.check.title,
        "description": f"{row.outcome.value}: {finding.verdict.why}",
        "methods": ["TEST"],
        "subjects": [
            {
                "subject-uuid": _uuid(finding.component),
                "type": "component",
                "title": finding.component,
            }
        ],
        "relevant-evidence": [{"description": said(fact)} for fact in finding.verdict.facts[:20]]
        or [{"description": "no read"}],
        "collected": stamp,
    }


def _finding(one: ControlStanding, rows: dict[str, list[Row]], stamp: str) -> dict[str, Any]:
    judged = [row for name in one.checks for row in rows[name]]
    fulfilled = one.standing is Standing.PASSING
    strength = f", {one.strength} of the control" if one.strength else ""
    told = f"{one.failed} fail, {one.unknown} are unknown, {one.passed} pass{strength}"
    made: dict[str, Any] = {
        "uuid": _uuid(stamp, "finding", one.control),
        "title": f"{one.control}: {one.title}",
        "description": told,
        "target": {
            "type": "objective-id",
            "target-id": _token(one.control),
            "status": {
                "state": "satisfied" if fulfilled else "not-satisfied",
                "reason": "pass" if fulfilled else "fail" if one.failed else "other",
                "remarks": "as far as the checks look, which is not the whole control",
            },
        },
    }
    shown = [row for row in judged if row.outcome is not Outcome.PASS or fulfilled] or judged[:1]
    if shown:  # of a control whose checks could not look at anything there is none
        made["related-observations"] = [
            {"observation-uuid": _uuid(stamp, row.judged.check, row.judged.component)}
            for row in shown
        ]
    return made


def _token(control: str) -> str:
    """An identifier as OSCAL writes it: AC-2(1) is ac-2.1, and 1.4 is c1.4."""
    made = control.lower().replace("(", ".").replace(")", "").replace("&", "-and-")
    return made if made[0].isalpha() else f"c{made}"


def _uuid(*named: str) -> str:
    return str(uuid5(NAMESPACE_URL, "\0".join(("ringwall", *named))))
