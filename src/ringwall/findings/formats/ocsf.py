"""Findings as OCSF 1.8.0 has them: https://schema.ocsf.io/1.8.0/categories/findings.

What names a CVE is a Vulnerability Finding (2002), all else a Compliance Finding (2003): a check
that did not pass. What OCSF has no word for stands in ``unmapped.ringwall``. Pure.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

import orjson

from ringwall import __version__
from ringwall.core.findings import Finding
from ringwall.findings.standing import Standing
from ringwall.findings.states import State

VERSION: Final = "1.8.0"
CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")
CWE: Final = re.compile(r"CWE-\d{1,5}")
VULNERABILITY: Final = 2002
COMPLIANCE: Final = 2003
_CLASSES: Final = {VULNERABILITY: "Vulnerability Finding", COMPLIANCE: "Compliance Finding"}
_STATUS: Final = {
    State.OPEN: (1, "New"),
    State.ACKNOWLEDGED: (1, "New"),
    State.IN_PROGRESS: (2, "In Progress"),
    State.TO_BE_CONFIRMED: (2, "In Progress"),
    State.FIXED: (4, "Resolved"),
    State.ACCEPTED: (3, "Suppressed"),
    State.FALSE_POSITIVE: (3, "Suppressed"),
}


class Activity(IntEnum):
    """``activity_id`` of the findings classes."""

    CREATE = 1
    UPDATE = 2
    CLOSE = 3


def write(standings: Iterable[Standing]) -> bytes:
    """A JSON array of findings."""
    made = []
    for one in standings:
        activity = Activity.CLOSE if one.state is State.FIXED else Activity.UPDATE
        made.append(event_of(one, activity))
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


def event_of(one: Standing, activity: Activity, *, why: str = "") -> dict[str, Any]:
    """A finding as an event. ``why`` is what happened to it."""
    found = one.finding
    cves = [text for text in found.references if CVE.fullmatch(text)]
    kind = VULNERABILITY if cves else COMPLIANCE
    status_id, status = _STATUS[one.state]
    event: dict[str, Any] = {
        "activity_id": int(activity),
        "activity_name": activity.name.capitalize(),
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": kind,
        "class_name": _CLASSES[kind],
        "type_uid": kind * 100 + activity,
        "type_name": f"{_CLASSES[kind]}: {activity.name.capitalize()}",
        "time": _ms(one.last_seen),
        "severity_id": found.severity.number,
        "severity": found.severity.capitalize(),
        "status_id": status_id,
        "status": status,
        "message": found.message or found.title,
        "finding_info": _info(one),
        "resources": [_resource(one)],
        "metadata": {
            "version": VERSION,
            "uid": f"{found.uid}:{_ms(one.last_seen)}",
            "product": {"name": "Ringwall", "vendor_name": "Ringwall", "version": __version__},
        },
        "unmapped": {"ringwall": _own_words(one)},
    }
    if (cloud := _cloud(found.component)) is not None:
        event["cloud"] = cloud
        event["metadata"]["profiles"] = ["cloud"]  # it alone has regions, of resources too
    if why:
        event["status_detail"] = why
    if kind == VULNERABILITY:
        event["vulnerabilities"] = [_vulnerability(one, cve) for cve in cves]
    else:
        event["compliance"] = _compliance(found)
        event["remediation"] = _remediation(found)
        if found.evidence:
            event["evidences"] = [{"data": {"text": text}} for text in found.evidence]
    return event


def _info(one: Standing) -> dict[str, Any]:
    found = one.finding
    made: dict[str, Any] = {
        "uid": found.uid,
        "title": found.title,
        "types": [found.weakness],
        "analytic": {"uid": found.weakness, "type_id": 1, "type": "Rule"},
        "created_time": _ms(one.first_seen),
        "first_seen_time": _ms(one.first_seen),
        "last_seen_time": _ms(one.last_seen),
        "modified_time": _ms(max(one.since, one.last_seen)),
        "data_sources": [found.source],
    }
    if found.message:
        made["desc"] = found.message
    return made


def _resource(one: Standing) -> dict[str, Any]:
    kind, _, name = one.finding.component.partition("/")
    made: dict[str, Any] = {"uid": name, "name": name, "type": kind}
    if region := (_cloud(one.finding.component) or {}).get("region"):
        made["region"] = region
    if one.place.criticality is not None:
        made["criticality"] = str(one.place.criticality)
    return made


def _cloud(component: str) -> dict[str, Any] | None:
    """The account and region of what an ARN names."""
    parts = component.partition("/")[2].split(":", 5)
    if parts[0] != "arn" or len(parts) < 6:
        return None
    made: dict[str, Any] = {"provider": "AWS"}
    if parts[3]:
        made["region"] = parts[3]
    if parts[4]:
        made["account"] = {"uid": parts[4]}
    return made


def _vulnerability(one: Standing, cve: str) -> dict[str, Any]:
    found = one.finding
    told: dict[str, Any] = {"uid": cve}
    if one.exploit.epss is not None:
        told["epss"] = {"score": repr(one.exploit.epss)}
    made: dict[str, Any] = {
        "cve": told,
        "title": found.title,
        "severity": found.severity.capitalize(),
        "remediation": _remediation(found),
        "first_seen_time": _ms(one.first_seen),
        "last_seen_time": _ms(one.last_seen),
    }
    if found.message:
        made["desc"] = found.message
    if one.exploit.is_known:
        made["is_exploit_available"] = True
    return made


def _compliance(found: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {"control": found.weakness, "status_id": 3, "status": "Fail"}
    standards = list(dict.fromkeys(text.rpartition(" ")[0] for text in found.controls))
    if standards:
        made["standards"] = [text for text in standards if text]
        made["requirements"] = list(found.controls)
    if not made.get("standards"):
        made.pop("standards", None)
    return made


def _remediation(found: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {"desc": found.fix}
    addresses = [text for text in found.references if text.startswith(("https://", "http://"))]
    if addresses:
        made["references"] = addresses
    return made


def _own_words(one: Standing) -> dict[str, Any]:
    found = one.finding
    made: dict[str, Any] = {
        "weakness": found.weakness,
        "component": found.component,
        "state": str(one.state),
        "score": one.score,
        "source": found.source,
    }
    more: dict[str, Any] = {
        "part": found.part,
        "rule": found.rule,
        "evidence": list(found.evidence),
        "references": list(found.references),
        "controls": list(found.controls),
        "owner": one.owner,
        "deadline": None if one.deadline is None else _ms(one.deadline),
        "place": None
        if found.place is None
        else {
            "path": found.place.path,
            "line": found.place.line,
            **({} if found.place.end is None else {"end": found.place.end}),
        },
        "facts": [
            {"component": fact.component, "aspect": fact.aspect, "state": str(fact.state)}
            for fact in found.facts
        ],
    }
    return made | {name: value for name, value in more.items() if value not in (None, "", [])}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
