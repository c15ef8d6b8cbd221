"""SARIF 2.1.0 (OASIS): rules once, a result for each verdict that fails or is not known.

Hosts of code show every result as an alert, whatever its ``kind``, and refuse a log with one that
has no place in a file: what is not known of code is a notification, with its place.
"""

import json
import string
from typing import Any, Final

from ringwall import __version__
from ringwall.core.findings import Severity
from ringwall.core.observations import Place
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.code.reading import Remark
from ringwall.posture.reports.report import Report, Row
from ringwall.posture.scope import CODE

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
_TAGS: Final = 20
"""More of one rule than that are refused by hosts of code."""
_LONGEST: Final = 1000
_PLAIN: Final = frozenset(b"-._~/" + string.ascii_letters.encode() + string.digits.encode())


def text(report: Report) -> str:
    """The whole log."""
    rules = list(report.checks)
    numbers = {one.id: number for number, one in enumerate(rules)}
    open_ = report.of(Outcome.UNKNOWN)
    shown = report.of(Outcome.FAIL) + [row for row in open_ if not _is_code(row)]
    run: dict[str, Any] = {
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
                "executionSuccessful": not any(one.is_broken for one in report.remarks),
                "endTimeUtc": f"{report.made:%Y-%m-%dT%H:%M:%SZ}",
                "toolExecutionNotifications": [
                    {
                        "level": "warning",
                        "message": {"text": f"{scope.kind} of {scope.account}: not listed: {why}"},
                    }
                    for scope, why in report.unlisted
                ]
                + [
                    {
                        "level": "note",
                        "message": {"text": f"control policies of {account}: left out: {why}"},
                    }
                    for account, why in report.left_out
                ]
                + [_remark(one) for one in report.remarks]
                + [_unknown(row, numbers) for row in open_ if _is_code(row)],
            }
        ],
    }
    if len(report.read) == 1:
        run["automationDetails"] = {"id": f"ringwall/{next(iter(report.read)).removeprefix(CODE)}/"}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=1, sort_keys=True) + "\n"


def _rule(one: KnownCheck) -> dict[str, Any]:
    tagged = (" ".join(each.split()[:2]) for each in one.check.controls)
    told: dict[str, Any] = {
        "id": one.id,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": one.why[:_LONGEST]},
        "help": {"text": one.fix},
        "defaultConfiguration": {"level": _LEVELS[one.check.severity]},
        "properties": {
            "security-severity": _SCORES[one.check.severity],
            "tags": ["security", *tagged][:_TAGS],
        },
    }
    address = next((text for text in one.references if text.startswith("https://")), None)
    if address is not None:
        told["helpUri"] = address
    return told


def _result(row: Row, numbers: dict[str, int], report: Report) -> dict[str, Any]:
    fails = row.outcome is Outcome.FAIL
    finding = row.finding(report.made)
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": row.judged.component, "name": row.found.label}]
    }
    if row.place is not None:
        location["physicalLocation"] = _physical(row.place, is_code=_is_code(row))
    return {
        "ruleId": row.check.id,
        "ruleIndex": numbers[row.check.id],
        "kind": "fail" if fails else "open",
        "level": _LEVELS[row.judged.severity] if fails else "none",
        "message": {"text": row.judged.verdict.why},
        "locations": [location],
        "partialFingerprints": {"ringwall/v1": finding.uid},
    }


def _is_code(row: Row) -> bool:
    return row.found.account.startswith(CODE)


def _physical(place: Place, *, is_code: bool) -> dict[str, Any]:
    """A place; those of code are from the root of its working tree."""
    artifact = {"uri": _uri(place.path)}
    if is_code:
        artifact["uriBaseId"] = "%SRCROOT%"
    return {"artifactLocation": artifact, "region": {"startLine": max(place.line, 1)}}


def _uri(path: str) -> str:
    """A path as RFC 3986 writes it."""
    return "".join(
        chr(one) if one in _PLAIN else f"%{one:02X}" for one in path.encode("utf-8", "replace")
    )


def _unknown(row: Row, numbers: dict[str, int]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "level": "note",
        "message": {"text": f"{row.found.label}: not known: {row.judged.verdict.why}"},
        "associatedRule": {"id": row.check.id, "index": numbers[row.check.id]},
    }
    if row.place is not None:
        told["locations"] = [{"physicalLocation": _physical(row.place, is_code=True)}]
    return told


def _remark(one: Remark) -> dict[str, Any]:
    return {
        "level": "error" if one.is_broken else "note",
        "message": {"text": one.why},
        "locations": [{"physicalLocation": _physical(one.place, is_code=True)}],
    }
