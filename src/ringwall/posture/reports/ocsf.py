"""OCSF 1.8: a Compliance Finding (2003) for each verdict, as lines of JSON."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from ringwall import __version__
from ringwall.core.events.shape import OCSF
from ringwall.core.verdicts import Outcome
from ringwall.posture.reports.report import Report, Row, said

_STATUS: Final = {
    Outcome.PASS: (1, "Pass"),
    Outcome.FAIL: (3, "Fail"),
    Outcome.UNKNOWN: (0, "Unknown"),
}


def lines(report: Report) -> Iterator[bytes]:
    """One line of JSON for each verdict."""
    for row in report.rows:
        yield orjson.dumps(event(row, report), option=orjson.OPT_SORT_KEYS) + b"\n"


def event(row: Row, report: Report) -> dict[str, Any]:
    """A verdict as an object of OCSF."""
    at = report.read.get(row.found.account, report.made)
    number, word = _STATUS[row.outcome]
    fails = row.outcome is Outcome.FAIL
    finding = row.finding(at)
    made: dict[str, Any] = {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": int(at.timestamp() * 1000),
        "message": row.judged.verdict.why,
        "severity_id": finding.severity.number if fails else 1,
        "severity": (finding.severity.value if fails else "informational").title(),
        "status_id": 1,
        "status": "New",
        "metadata": {
            "version": OCSF,
            "uid": f"{finding.uid}-{int(at.timestamp())}",
            "product": {"name": "Ringwall", "vendor_name": "Ringwall", "version": __version__},
        },
        "finding_info": {
            "uid": finding.uid,
            "title": row.check.title,
            "desc": row.check.why,
            "types": ["Posture"],
            "last_seen_time": int(at.timestamp() * 1000),
        },
        "compliance": {
            "control": row.check.id,
            "status_id": number,
            "status": word,
            "standards": sorted({one.split()[0] for one in finding.controls}) or ["ringwall"],
            "requirements": [" ".join(one.split()[:2]) for one in finding.controls],
        },
        "remediation": {"desc": row.check.fix},
        "resources": [
            {
                "uid": row.found.name,
                "name": row.found.label,
                "type": row.found.kind,
            }
        ],
        "evidences": [{"data": {"read": said(fact)}} for fact in row.judged.verdict.facts][:20],
        "unmapped": {"ringwall": _ours(row, report.left_out_of(row))},
    }
    addresses = [text for text in finding.references if text.startswith("https://")]
    if addresses:
        made["remediation"]["references"] = addresses
    if row.found.account.isdigit():
        made["metadata"]["profiles"] = ["cloud"]
        made["cloud"] = {"provider": "AWS", "account": {"uid": row.found.account}}
        if row.found.region:
            made["cloud"]["region"] = row.found.region
    if not made["evidences"]:
        del made["evidences"]
    return made


def _ours(row: Row, left_out: str) -> dict[str, str]:
    """What OCSF has no field for."""
    told = {
        "check": row.check.id,
        "component": row.judged.component,
        "scope": row.found.account,
        "place": "" if row.place is None else str(row.place),
        "control_policies_left_out": left_out,
    }
    return {name: value for name, value in told.items() if value}
