"""A finding as it stands in the queue, as a value: what is shown, exported and told. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ringwall.core.findings import Finding
from ringwall.findings.ranking import Exploit, Placed, explained
from ringwall.findings.states import EXCUSED, UNDONE, Excuse, State

_UNKNOWN_EXPLOIT: Final = Exploit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A finding, and what the queue knows of it besides."""

    finding: Finding
    state: State
    since: datetime
    first_seen: datetime
    last_seen: datetime
    score: int
    place: Placed
    exploit: Exploit = _UNKNOWN_EXPLOIT
    owner: str = ""
    deadline: datetime | None = None
    excuse: Excuse | None = None
    unconfirmed_since: datetime | None = None
    unconfirmed_why: str = ""
    reopened: int = 0

    @property
    def uid(self) -> str:
        """The finding's."""
        return self.finding.uid

    @property
    def version(self) -> str:
        """Another as soon as anything is so that whoever decides about it would look anew.

        That it was seen again as it was is not; nor is a rank that changed with its component.
        """
        one, excuse = self.finding, self.excuse
        facts = sorted((f.component, f.aspect, str(f.state), f.why) for f in one.facts)
        told = [self.uid, str(self.state), self.since.isoformat(), self.owner, self.reopened]
        told += [str(one.severity), one.title, one.message, one.fix, facts]
        told += [
            None if excuse is None else [excuse.owner, excuse.reason, excuse.until.isoformat()]
        ]
        return sha256(json.dumps(told).encode()).hexdigest()[:16]

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been mended by now."""
        return self.deadline is not None and self.state in UNDONE and self.deadline <= now

    def to_json(self, now: datetime) -> dict[str, Any]:
        """All of it but raw forms, for programs."""
        one, excuse = self.finding, self.excuse
        return {
            "uid": one.uid,
            "version": self.version,
            "weakness": one.weakness,
            "component": one.component,
            "part": one.part,
            "source": one.source,
            "rule": one.rule,
            "title": one.title,
            "message": one.message,
            "severity": str(one.severity),
            "fix": one.fix,
            "evidence": list(one.evidence),
            "facts": [
                {
                    "component": f.component,
                    "aspect": f.aspect,
                    "state": str(f.state),
                    "api": f.api,
                    "at": _time(f.at),
                    "why": f.why or None,
                }
                for f in one.facts
            ],
            "place": None if one.place is None else str(one.place),
            "references": list(one.references),
            "controls": list(one.controls),
            "state": str(self.state),
            "since": self.since.isoformat(),
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
            "not_confirmed_since": _time(self.unconfirmed_since),
            "not_confirmed_why": self.unconfirmed_why or None,
            "reopened": self.reopened,
            "score": self.score,
            "score_by": explained(one.severity, self.place, self.exploit),
            "exposure": self.place.exposure,
            "classification": self.place.classification,
            "criticality": self.place.criticality,
            "environment": self.place.environment,
            "behind": self.place.is_behind,
            "known_exploited": self.exploit.is_known,
            "epss": self.exploit.epss,
            "owner": self.owner or None,
            "deadline": _time(self.deadline),
            "overdue": self.is_overdue(now),
            "excuse": None
            if excuse is None or self.state not in EXCUSED
            else {
                "owner": excuse.owner,
                "reason": excuse.reason,
                "until": excuse.until.isoformat(),
            },
        }


def whole(
    one: Standing, now: datetime, steps: Iterable[Any], sightings: Iterable[Any]
) -> dict[str, Any]:
    """A finding with who saw it and what became of it, for programs."""
    return one.to_json(now) | {
        "seen_by": [
            {
                "source": seen.source,
                "scope": seen.scope,
                "rule": seen.rule,
                "first": seen.first_seen.isoformat(),
                "last": seen.last_seen.isoformat(),
                "still": seen.is_present,
                "not_confirmed_since": _time(seen.unconfirmed_since),
            }
            for seen in sightings
        ],
        "history": [
            {
                "at": step.at.isoformat(),
                "what": step.what,
                "before": step.before,
                "after": step.after,
                "text": step.text,
                "who": step.who,
            }
            for step in steps
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run came to, in numbers of findings."""

    new: int = 0
    reopened: int = 0
    still: int = 0
    fixed: int = 0
    unconfirmed: int = 0
    older: int = 0
    """Seen before what is known already: nothing was made of them."""
    refused: tuple[tuple[str, str], ...] = ()
    """The title of each that was not taken, and why."""

    def to_json(self) -> Mapping[str, Any]:
        """The same for programs."""
        return {
            "new": self.new,
            "reopened": self.reopened,
            "still_there": self.still,
            "fixed": self.fixed,
            "not_confirmed": self.unconfirmed,
            "older": self.older,
            "refused": [{"title": title, "why": why} for title, why in self.refused],
        }
