"""Instances and functions that the internet comes to by themselves, and as whom each runs."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.exposure import READS as EXPOSURE
from ringwall.posture.checks.aws.exposure import group_named, instance_reach, opened_by
from ringwall.posture.checks.aws.ways.looking import FUNCTION, INSTANCE, Looking
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.networks import Intervals
from ringwall.posture.permissions.terrain import Open

READS: Final = (
    f"{INSTANCE}.listed",
    f"{FUNCTION}.listed",
    f"{FUNCTION}.urls",
    f"{FUNCTION}.policy",
    *EXPOSURE,
)


def instances(it: Looking) -> Iterator[Open]:
    """Every instance, whoever it answers."""
    by_profile = {
        profile["Arn"]: role["Arn"]
        for one in it.world.all("aws-iam-role", account=it.account.id)
        for role in [one.read("details")]
        for profile in role.get("InstanceProfileList") or ()
    }
    for one in it.instances.values():
        profile = (one.read("listed").get("IamInstanceProfile") or {}).get("Arn", "")
        workload = Workload(INSTANCE, one.name, by_profile.get(profile, ""))
        try:
            opened = instance_reach(it.world, one)
        except UnknownError as error:
            yield Open(workload, f"perhaps, for {it.unsure(error)}", is_certain=False)
            continue
        by = groups_that_open(it.world, one.account, _groups(one)) if opened.parts else ()
        yield Open(workload, f"port {ports_as_text(opened)} is open" if opened.parts else "", by=by)


def functions(it: Looking) -> Iterator[Open]:
    """Every function, and whether its own address asks who is there."""
    for one in it.functions.values():
        listed: dict[str, Any] = one.read("listed")
        workload = Workload(FUNCTION, one.name, str(listed.get("Role") or ""))
        try:
            urls = [url for url in one.read("urls", ()) if url.get("AuthType") == "NONE"]
        except UnknownError as error:
            yield Open(workload, f"perhaps, for {it.unsure(error)}", is_certain=False)
            continue
        by = tuple(f"AuthType NONE of {url.get('FunctionUrl', 'its address')}" for url in urls)
        yield Open(workload, "its address asks nobody who is there" if urls else "", by=by)


def ports_as_text(ports: Intervals) -> str:
    """Such as ``22, 80-90``."""
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports.parts)


def groups_that_open(
    world: World, account: str, groups: set[str], ports: Intervals | None = None
) -> tuple[str, ...]:
    """Those of these security groups that by themselves let the internet in, at these ports."""
    found = []
    for identifier in sorted(groups):
        for one in group_named(world, identifier):
            opened = opened_by(world, one)
            is_ours = one.account == account
            if is_ours and (opened if ports is None else opened & ports).parts:
                found.append(f"security group {identifier}")
    return tuple(found)


def _groups(instance: Subject) -> set[str]:
    return {
        str(group["GroupId"])
        for interface in instance.read("listed").get("NetworkInterfaces") or ()
        for group in interface.get("Groups") or ()
    }
