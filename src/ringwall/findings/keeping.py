"""Between rows of the queue and values: what stands in which column, and in ``told``."""

from datetime import datetime
from typing import Any

from ringwall.core.components import Classification, Criticality, Environment, Exposure, Found
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Fact, Place
from ringwall.core.observations import State as Read
from ringwall.findings.models import Queued
from ringwall.findings.ranking import Exploit, Placed
from ringwall.findings.standing import Standing
from ringwall.findings.states import Excuse, State

SEVERITIES = {one.number: one for one in Severity}


def told_of(one: Finding) -> dict[str, Any]:
    """What no query asks for."""
    told: dict[str, Any] = {
        "message": one.message,
        "fix": one.fix,
        "rule": one.rule,
        "evidence": list(one.evidence),
        "references": list(one.references),
        "controls": list(one.controls),
        "place": None if one.place is None else [one.place.path, one.place.line, one.place.end],
        "facts": [
            [f.component, f.aspect, str(f.state), f.api, _iso(f.at), f.why] for f in one.facts
        ],
    }
    if (about := one.about) is not None:
        told["about"] = [about.label, about.account, about.region, list(map(list, about.tags))]
    return told


def finding_of(row: Queued) -> Finding:
    """The finding of a row."""
    told = row.told
    place = told["place"]
    return Finding(
        source=row.source,
        weakness=row.weakness,
        component=row.component,
        part=row.part,
        title=row.title,
        severity=SEVERITIES[row.severity],
        seen=row.last_seen,
        message=told["message"],
        fix=told["fix"],
        rule=told["rule"],
        evidence=tuple(told["evidence"]),
        references=tuple(told["references"]),
        controls=tuple(told["controls"]),
        place=None if place is None else Place(*place),
        facts=tuple(
            Fact(component, aspect, Read(state), api, _moment(at), why)
            for component, aspect, state, api, at, why in told["facts"]
        ),
        about=about_of(row) if "about" in told else None,
    )


def about_of(row: Queued) -> Found:
    """What the finding of a row says of its component, which may be no more than its id."""
    kind, _, name = row.component.partition("/")
    label, account, region, tags = row.told.get("about", ("", "", "", ()))
    return Found(
        kind=kind,
        name=name,
        label=label,
        account=account,
        region=region,
        tags=tuple((key, value) for key, value in tags),
    )


def put(row: Queued, one: Finding) -> None:
    """Put the words of a finding into its row."""
    row.source, row.title, row.severity = one.source, one.title, one.severity.number
    row.told = told_of(one)


def placed_of(row: Queued) -> Placed:
    """The categories that a row was ranked by."""
    return Placed(
        exposure=Exposure(row.exposure) if row.exposure else None,
        classification=Classification(row.classification) if row.classification else None,
        criticality=Criticality(row.criticality) if row.criticality else None,
        environment=Environment(row.environment) if row.environment else None,
        owner=row.owner,
        is_behind=row.is_behind,
    )


def excuse_of(row: Queued) -> Excuse | None:
    """Why it is excused, if it is."""
    kept = row.excuse
    if kept is None:
        return None
    return Excuse(
        owner=kept["owner"],
        reason=kept["reason"],
        until=datetime.fromisoformat(kept["until"]),
        severity=Severity(kept["severity"]),
        facts=kept["facts"],
    )


def kept_excuse(excuse: Excuse) -> dict[str, Any]:
    """The same as a row has it."""
    return {
        "owner": excuse.owner,
        "reason": excuse.reason,
        "until": excuse.until.isoformat(),
        "severity": str(excuse.severity),
        "facts": dict(excuse.facts),
    }


def standing_of(row: Queued) -> Standing:
    """All that the queue knows of a row's finding."""
    return Standing(
        finding=finding_of(row),
        state=State(row.state),
        since=row.since,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        score=row.score,
        place=placed_of(row),
        exploit=Exploit(row.exploited, row.epss),
        owner=row.owner,
        deadline=row.deadline,
        excuse=excuse_of(row),
        unconfirmed_since=row.unconfirmed_since,
        unconfirmed_why=row.unconfirmed_why,
        reopened=row.reopened,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
