"""Accounts, frameworks and checks as programs are told of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.coverage import ControlStanding, Coverage
from ringwall.posture.frameworks.history import Point
from ringwall.posture.summing import Change, Said, Summary

if TYPE_CHECKING:
    from ringwall.posture.check_pages import CheckPage
    from ringwall.posture.service import Account, Between


def told_of_account(one: "Account") -> dict[str, Any]:
    """An account; without a summary, ``why`` says what became of it.

    ``stale`` says that checks changed since it was judged; ``read_since`` is a reading after that
    which nobody judged yet.
    """
    kept, since = one.kept, one.read_since
    if kept is None:
        return {"account": one.account, "judged": False, "why": one.why}
    summary = kept.summary
    return {
        "account": one.account,
        "judged": True,
        "judged_at": kept.judged.isoformat(),
        "stale": one.is_stale,
        "read_since": None if since is None else since.isoformat(),
        "read": summary.read.isoformat(),
        "whole": summary.is_whole,
        "gaps": summary.gaps,
        "verdicts": {outcome.value: summary.total.get(outcome, 0) for outcome in Outcome},
        "checks": {
            "judged": len(summary.counts),
            "nothing_to_judge": len(summary.empty),
            "could_not_look": len(summary.unread),
        },
        "not_listed": [{"what": what, "why": why} for what, why in summary.unlisted],
        "control_policies_left_out": summary.left_out,
    }


def told_of_framework(one: Coverage) -> dict[str, Any]:
    """A framework without its controls.

    ``score`` is the share of verdicts that pass, ``share_of_checks`` that of checks of which all
    verdicts do; both count what is unknown as not passing.
    """
    return {
        "framework": one.framework.id,
        "title": one.framework.title,
        "version": one.framework.version,
        "of": one.framework.of,
        "controls": len(one.controls),
        "looked_at": one.checked,
        "counts": {standing.value: count for standing, count in one.counts.items()},
        "verdicts": {
            "fail": sum(each.failed for each in one.controls),
            "unknown": sum(each.unknown for each in one.controls),
            "pass": sum(each.passed for each in one.controls),
        },
        "score": one.score,
        "checks": {standing.value: count for standing, count in one.of_checks.items()},
        "share_of_checks": one.share_of_checks,
    }


def told_of_control(one: ControlStanding) -> dict[str, Any]:
    """A control: how it stands, how much of it is looked at, by which checks."""
    return {
        "control": one.control,
        "title": one.title,
        "standing": one.standing.value,
        "strength": None if one.strength is None else one.strength.value,
        "checks": list(one.checks),
        "of_checks": {name: standing.value for name, standing in one.of_checks.items()},
        "fail": one.failed,
        "unknown": one.unknown,
        "pass": one.passed,
    }


def told_of_point(one: Point) -> dict[str, Any]:
    """How a framework stood after one scan."""
    shares = {"score": one.score, "share_of_checks": one.share_of_checks}
    return {**asdict(one), "at": one.at.isoformat(), **shares}


def told_of_change(one: Change) -> dict[str, Any]:
    """The last scan of all checks beside the one before."""
    before = None if one.before is None else told_of_point(one.before)
    return {"now": told_of_point(one.now), "before": before}


def told_of_between(one: "Between") -> dict[str, Any]:
    """Two scans, and the checks that say something else; ``null`` where one judged nothing.

    Where ``other_checks`` a difference may be of what they look for; where either scan is
    ``partial``, of what could be read.
    """
    return {
        "before": {"at": one.before.at.isoformat(), "partial": one.before.partial},
        "now": {"at": one.now.at.isoformat(), "partial": one.now.partial},
        "other_checks": one.before.checks != one.now.checks,
        "differences": [
            {
                "check": each.check,
                "before": _verdicts(each.before),
                "now": _verdicts(each.now),
                "could_look": {"before": each.could_look[0], "now": each.could_look[1]},
            }
            for each in one.differences
        ],
    }


def _verdicts(counts: Mapping[Outcome, int] | None) -> dict[str, int] | None:
    if counts is None:
        return None
    return {outcome.value: counts.get(outcome, 0) for outcome in Outcome}


def told_of_check(one: "CheckPage") -> dict[str, Any]:
    """A check's page and what it is held to."""
    return {
        "check": one.id,
        "title": one.title,
        "about": one.about,
        "why": one.why,
        "fix": one.fix,
        "severity": one.severity.value,
        "judges": one.judges,
        "reads": list(one.reads),
        "controls": list(one.controls),
        "known_as": list(one.known_as),
        "references": list(one.references),
        "remedy": one.remedy or None,
    }


def standing_of_check(name: str, several: Sequence[Summary]) -> dict[str, Any]:
    """What a check comes to in these accounts together.

    ``could_not_look`` are accounts of which it is not known whether there is anything to judge.
    """
    return {
        "verdicts": {
            outcome.value: sum(one.counts.get(name, {}).get(outcome, 0) for one in several)
            for outcome in Outcome
        },
        "could_not_look": [one.account for one in several if name in one.unread],
    }


def in_order(several: Iterable[Said]) -> list[Said]:
    """What is said of what a check does not pass: what fails first, then the worst."""
    return sorted(several, key=lambda one: (one.outcome is not Outcome.FAIL, -one.severity.number))


def told_of_said(one: Said) -> dict[str, Any]:
    """One component that does not pass."""
    return {
        "component": one.component,
        "label": one.label,
        "account": one.account,
        "region": one.region,
        "outcome": one.outcome.value,
        "severity": one.severity.value,
        "why": one.why,
        "finding": one.uid or None,
    }
