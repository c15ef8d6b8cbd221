"""Runs of scanners over an account, and what holds of the queue whatever happened."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ringwall.core.components import (
    Classification,
    Component,
    Criticality,
    Environment,
    Exposure,
    Layer,
    ServiceModel,
)
from ringwall.core.findings import Finding, Severity

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BUCKET = "aws-s3-bucket/arn:aws:s3:::invoices"
ACCOUNT = "aws:111122223333"


def at(days: float) -> datetime:
    """So many days after noon."""
    return NOON + timedelta(days=days)


def finding(**told: Any) -> Finding:
    """A bucket that everybody may read, or what is said of it instead."""
    usual: dict[str, Any] = {
        "source": "ringwall",
        "weakness": "aws-s3-bucket-public",
        "component": BUCKET,
        "title": "The bucket is open to the world",
        "message": "anybody may read its objects",
        "severity": Severity.HIGH,
        "fix": "turn on the block of public access",
        "seen": NOON,
        "evidence": ("the policy allows s3:GetObject to *",),
    }
    return Finding(**{**usual, **told})


def component(**told: Any) -> Component:
    """A database of the company's in production."""
    usual: dict[str, Any] = {
        "kind": "aws-s3-bucket",
        "name": "arn:aws:s3:::invoices",
        "layer": Layer.DATABASE,
        "service_model": ServiceModel.PAAS,
        "environment": Environment.PRODUCTION,
        "classification": Classification.CONFIDENTIAL,
        "exposure": Exposure.INTERNAL,
        "owner": "billing@example.com",
        "criticality": Criticality.MEDIUM,
    }
    return Component(**{**usual, **told})


class Inventory:
    """Who knows these components."""

    def __init__(self, *known: Component) -> None:
        self.known = {one.id: one for one in known}

    def of(self, components: Collection[str], /) -> dict[str, Component]:
        return {uid: one for uid, one in self.known.items() if uid in components}


def take(*findings: Finding, day: float = 0, **told: Any) -> Any:
    """A run of all checks over the account on a day, which finds these."""
    from dataclasses import replace

    from ringwall.findings import service

    source = told.pop("source", "ringwall")
    told.setdefault("judged", service.all_judged)
    seen = [replace(one, seen=at(day), source=source) for one in findings]
    told.setdefault("scope", ACCOUNT)
    found = service.take(seen, source=source, at=at(day), **told)
    check_queue()
    return found


def state(one: Finding) -> str:
    from ringwall.findings import service

    return str(service.find(one.uid).state)


def story(one: Finding) -> list[str]:
    """The states that it went through."""
    from ringwall.findings import service

    steps, _ = service.history(one.uid)
    return [step.after for step in steps if step.after]


def check_queue() -> None:
    """What holds of every row, whatever happened."""
    from ringwall.findings.keeping import standing_of
    from ringwall.findings.models import Queued
    from ringwall.findings.states import EXCUSED, State

    for row in Queued.objects.prefetch_related("sightings", "steps"):
        standing = standing_of(row)
        assert standing.uid == row.pk
        present = [one for one in row.sightings.all() if one.is_present]
        if standing.state is State.FIXED:
            assert present == [], "what is fixed is seen by nobody"
        else:
            assert present != [], "what is not fixed is seen by somebody"
        assert (standing.excuse is not None) == (standing.state in EXCUSED)
        steps = sorted(row.steps.all(), key=lambda one: one.pk)
        told = [one.after for one in steps if one.after]
        assert told[-1] == row.state, "its history leads to its state"
        assert row.first_seen <= row.last_seen
        assert standing.finding.evidence or standing.finding.facts or standing.finding.place
        assert standing.finding.fix


def all_of(findings: Iterable[Finding]) -> set[str]:
    return {one.uid for one in findings}
