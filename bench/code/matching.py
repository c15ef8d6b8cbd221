"""What both find, and what only one does, by file and resource.

Both name resources in their own ways: ``aws_s3_bucket.data`` of ``module.store`` is
``module.store.aws_s3_bucket.data`` here and there, with the index of ``count`` or without it. So a
place is a file and the last two words of an address. What speaks of something else (a rule of a
group, a policy document) has no verdict of its own here: it is found with what its folder has.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from bench.code.rules import Rule, Why

_INDEX: Final = re.compile(r"\[[^\]]*\]")
_BESIDE: Final = re.compile(
    r"policy|_rule$|listener$|parameter_group$|RoleBinding|::IAM::Policy|encryption_by_default"
    r"|recorder$|_object$|aws_vpc$|gateway_method(?:_settings)?$|gatewayv2_route$"
    r"|::ApiGateway::Method|::ApiGatewayV2::Route"
)
"""Types of resources that say something of another one."""
Place = tuple[str, str]
"""A file and a resource in it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One verdict: by which check or rule, where, and what came out."""

    by: str
    place: Place
    outcome: str
    resource: str = ""
    """What it is called by who tells it, its type first."""


@dataclass(slots=True)
class Matched:
    """How two sets of faults lie to each other."""

    both: int = 0
    only_they: dict[Why, list[tuple[Told, str]]] = field(default_factory=dict)
    only_we: Counter[str] = field(default_factory=Counter)


def short(address: str) -> str:
    """``module.a.aws_s3_bucket.it[0]`` as ``aws_s3_bucket.it``."""
    return ".".join(_INDEX.sub("", address).split(".")[-2:])


def matched(ours: Iterable[Told], theirs: Iterable[Told], rules: dict[str, Rule]) -> Matched:
    """Each failing verdict of theirs, held against all of ours."""
    several = list(ours)
    at: dict[tuple[Place, str], set[str]] = {}
    beside: dict[tuple[str, str], set[Told]] = {}
    for one in several:
        at.setdefault((one.place, one.by), set()).add(one.outcome)
        if one.outcome == "fail":
            beside.setdefault((_folder(one), one.by), set()).add(one)
    met: set[tuple[Place, str]] = set()
    found = Matched()
    for one in theirs:
        rule = rules.get(one.by)
        if rule is None or rule.why is not None:
            why = rule.why if rule is not None and rule.why is not None else Why.KIND
            found.only_they.setdefault(why, []).append((one, rule.told if rule else ""))
            continue
        here = {check: at.get((one.place, check), set()) for check in rule.checks}
        hits = {(one.place, check) for check, outcomes in here.items() if "fail" in outcomes}
        if not hits and _BESIDE.search(one.resource):
            hits = {
                (other.place, check)
                for check in rule.checks
                for other in beside.get((_folder(one), check), ())
            }
        if hits:
            found.both += 1
            met |= hits
            continue
        outcomes = set().union(*here.values())
        why = (
            Why.UNKNOWN
            if "unknown" in outcomes
            else Why.PASSES
            if "pass" in outcomes
            else Why.NOT_SEEN
        )
        found.only_they.setdefault(why, []).append((one, " ".join(sorted(rule.checks))))
    for one in several:
        if one.outcome == "fail" and (one.place, one.by) not in met:
            found.only_we[one.by] += 1
    return found


def _folder(one: Told) -> str:
    return str(PurePosixPath(one.place[0]).parent)
