"""Which calls have to be made for what checks read."""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import ringwall.posture.collectors.aws
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.shape import Detail, Listing, Within
from ringwall.posture.collecting.tagging import TAGS
from ringwall.posture.snapshot.snapshot import CONTROLS, LISTED

PERMISSIONS: Final = {
    "accessanalyzer": "access-analyzer",
    "s3control": "s3",
    "apigatewayv2": "apigateway",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
}
"""The prefix of a service's permissions, where that is not boto3's name of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is called: listings of what there is first, then those in batches, then the details.

    ``missing`` are aspects that checks read and no collector tells: they stay unknown.
    """

    listings: tuple[Listing, ...]
    details: tuple[Detail, ...]
    missing: tuple[str, ...]

    @property
    def actions(self) -> list[str]:
        """The IAM permissions that it needs, all of them and no others."""
        found = {"sts:GetCallerIdentity", "ec2:DescribeRegions"}
        for one in self.calls:
            found |= {one.action or permission(one.call), *one.also}
            ready = getattr(one, "ready", None)
            found |= {permission(ready.call)} if ready is not None else set()
            job = getattr(one, "job", None)
            found |= {permission(job.call)} if job is not None else set()
        return sorted(found)

    @property
    def calls(self) -> "tuple[Listing | Detail, ...]":
        """All that is called, in order."""
        return self.listings + self.details

    @property
    def names(self) -> set[str]:
        """The names of all calls, those that make others ready included."""
        return {one.call for one in self.calls} | {call for call, _ in self.before}

    @property
    def before(self) -> list[tuple[str, Detail]]:
        """The calls that make others ready or begin them, each with the detail it is made for."""
        found = [(one.ready.call, one) for one in self.details if one.ready is not None]
        return found + [(one.job.call, one) for one in self.details if one.job is not None]

    @property
    def waves(self) -> list[list[Listing]]:
        """The listings that are made together, one lot after another.

        Who asks for what another one finds comes after it.
        """
        left, found = list(self.listings), list[list[Listing]]()
        while left:
            now = [one for one in left if not _waits(one, left)] or left
            found.append(now)
            left = [one for one in left if one not in now]
        return found


def _waits(one: Listing, left: Iterable[Listing]) -> bool:
    kind = one.batches.kind if one.batches else None
    return any(kind in other.kinds for other in left if other is not one)


def permission(call: str) -> str:
    """The IAM action of a call, as most are named."""
    service, _, operation = call.partition(":")
    return f"{PERMISSIONS.get(service, service)}:{operation}"


def how_often(one: Listing | Detail) -> str:
    """How many times a call is made, in words: a page more where there is much."""
    if isinstance(one, Detail):
        return "once" if one.kind == "aws-account" else f"for each {one.kind}"
    if one.batches is not None:
        return f"for each {one.batches.most:,} of {one.batches.kind}"
    return "in each region" if one.within is Within.REGION else "once"


def collectors() -> list[ModuleType]:
    """All collectors' files."""
    package = ringwall.posture.collectors.aws
    return [
        importlib.import_module(f"{package.__name__}.{one.name}")
        for one in pkgutil.iter_modules(package.__path__)
    ]


def plan_for(checks: Iterable[KnownCheck], modules: Iterable[ModuleType] | None = None) -> Plan:
    """The calls that these checks need, each once."""
    return plan_of(wanted_by(checks), modules)


def scan_for(checks: Iterable[KnownCheck]) -> Plan:
    """The calls of a scan by these checks: whose what is, rules tell by its tags."""
    return plan_of({TAGS, *wanted_by(checks)})


def wanted_by(checks: Iterable[KnownCheck]) -> set[str]:
    """The aspects of AWS (``kind.aspect``) that these checks read."""
    wanted: set[str] = set()
    for one in checks:
        wanted.add(f"{one.check.judges}.{LISTED}")
        for read in one.check.reads:
            if read in one.check.beside:
                continue
            wanted.add(read if "." in read else f"{one.check.judges}.{read}")
    return {one for one in wanted if one.startswith("aws-")}


def plan_of(wanted: Iterable[str], modules: Iterable[ModuleType] | None = None) -> Plan:
    """The calls that tell these aspects (``kind.aspect``), and what those calls need."""
    several = list(collectors() if modules is None else modules)
    listings = [one for module in several for one in getattr(module, "LISTINGS", ())]
    details = [one for module in several for one in getattr(module, "DETAILS", ())]
    left, taken, chosen = set(wanted), list[Listing](), list[Detail]()
    lent = {f"aws-account.{CONTROLS}"}
    told: set[str] = {f"aws-account.{LISTED}", f"aws-region.{LISTED}", *lent}
    left |= {f"{one.partition('.')[0]}.{LISTED}" for one in left - lent}
    chosen += [one for one in details if f"{one.kind}.{one.aspect}" in left]
    left -= {f"{one.kind}.{one.aspect}" for one in chosen}
    while due := left - told:
        found = [
            one
            for one in listings
            if one not in taken and due & {*one.told, *(f"{kind}.{LISTED}" for kind in one.kinds)}
        ]
        if not found:
            break
        for one in found:
            taken.append(one)
            told |= {*one.told, *(f"{kind}.{LISTED}" for kind in one.kinds)}
            if one.batches is not None:
                left.add(f"{one.batches.kind}.{LISTED}")
    taken.sort(key=lambda one: (one.batches is not None, one.call))
    chosen.sort(key=lambda one: (one.call, one.aspect))
    return Plan(tuple(taken), tuple(chosen), tuple(sorted(left - told)))
