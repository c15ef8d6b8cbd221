"""SARIF 2.1.0 (OASIS): rules once, a result for each verdict that fails or is not known."""

import json
from typing import Any, Final

from ringwall import __version__
from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.reports.report import Report, Row

_LEVELS: Final = {
    Severity.INFORMATIONAL: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES: Final = {
    Severity.INFORMATIONAL: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""``security-severity``, by which code hosts sort."""


def text(report: Report) -> str:
    """The whole log."""
    rules = list(report.checks)
    numbers = {one.id: number for number, one in enumerate(rules)}
    shown = [row for row in report.rows if row.outcome is not Outcome.PASS]
    run = {
        "tool": {
            "driver": {
                "name": "Ringwall",
                "semanticVersion": f"{__version__}",
                "rules": [_rule(one) for one in rules],
            }
        },
        "results": [_result(row, numbers, report) for row in shown],
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": f"{report.made:%Y-%m-%dT%H:%M:%SZ}",
                "toolExecutionNotifications": [
                    {
                        "level": "warning",
                        "message": {"text": f"{scope.kind} of {scope.account}: not listed: {why}"},
                    }
                    for scope, why in report.unlisted
                ],
            }
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=1, sort_keys=True) + "\n"


def _rule(one: KnownCheck) -> dict[str, Any]:
    return {
        "id": one.id,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": one.why},
        "help": {"text": one.fix},
        "defaultConfiguration": {"level": _LEVELS[one.check.severity]},
        "properties": {
            "security-severity": _SCORES[one.check.severity],
            "tags": ["security", *(" ".join(each.split()[:2]) for each in one.check.controls)],
        },
    }


def _result(row: Row, numbers: dict[str, int], report: Report) -> dict[str, Any]:
    fails = row.outcome is Outcome.FAIL
    finding = row.finding(report.made)
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": row.judged.component, "name": row.found.label}]
    }
    if row.place is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": row.place.path},
            "region": {"startLine": row.place.line},
        }
    return {
        "ruleId": row.check.id,
        "ruleIndex": numbers[row.check.id],
        "kind": "fail" if fails else "open",
        "level": _LEVELS[row.judged.severity] if fails else "none",
        "message": {"text": row.judged.verdict.why},
        "locations": [location],
        "partialFingerprints": {"ringwall/v1": finding.uid},
    }
