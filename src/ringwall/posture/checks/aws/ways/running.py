"""Instances and functions that the internet comes to by themselves, and as whom each runs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.exposure import READS as EXPOSURE
from ringwall.posture.checks.aws.exposure import group_named, instance_reach, opened_by
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS, ALIAS_READS
from ringwall.posture.checks.aws.strangers import arn_of
from ringwall.posture.checks.aws.ways.looking import FUNCTION, INSTANCE, Looking
from ringwall.posture.collecting.shape import tags_of
from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.asking import context_of, may, speaks
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER, Exposed, exposed
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.networks import Intervals
from ringwall.posture.permissions.paths import Hop
from ringwall.posture.permissions.requests import ABSENT, Values
from ringwall.posture.permissions.statements import Document, Effect, Kind
from ringwall.posture.permissions.strangers import Stranger
from ringwall.posture.permissions.terrain import Open

READS: Final = (
    f"{INSTANCE}.listed",
    f"{FUNCTION}.listed",
    f"{FUNCTION}.urls",
    f"{FUNCTION}.policy",
    *ALIAS_READS,
    *EXPOSURE,
)
_CODE: Final = "lambda:UpdateFunctionCode"
_KEYS: Final = "ec2-instance-connect"
_SHELL: Final = 22
_ASKING_FOR_COMMANDS: Final = ("ssmmessages:CreateControlChannel", "ec2messages:GetMessages")
_AUTHENTICATION: Final = "lambda:functionurlauthtype"
_BY_ADDRESS: Final = "lambda:invokedviafunctionurl"


_GONE: Final = frozenset({"shutting-down", "terminated"})
"""States of which nothing comes back."""


def instances(it: Looking) -> Iterator[Open]:
    """Every instance, whoever it answers."""
    by_profile = {
        profile["Arn"]: role["Arn"]
        for one in it.world.all("aws-iam-role", account=it.account.id)
        for role in [one.read("details")]
        for profile in role.get("InstanceProfileList") or ()
    }
    for one in it.instances.values():
        listed = one.read("listed")
        if (listed.get("State") or {}).get("Name") in _GONE:
            continue
        profile = (listed.get("IamInstanceProfile") or {}).get("Arn", "")
        role = by_profile.get(profile, "") if _tells_its_role(listed) else ""
        tags = {**tags_of(listed.get("Tags")), **one.tags}
        doubts = commanded(it, role, "ssm")
        try:
            opened = instance_reach(it.world, one)
        except UnknownError as error:
            doubts |= {_KEYS: f"whether port {_SHELL} of it is open is not known"}
            workload = Workload(INSTANCE, one.name, role, tags, doubts=doubts)
            yield Open(workload, f"perhaps, for {it.unsure(error)}", is_certain=False)
            continue
        if not (opened & Intervals.of([(_SHELL, _SHELL)])).parts:
            doubts |= {_KEYS: f"nobody is known to come to port {_SHELL} of it"}
        by = groups_that_open(it.world, one.account, _groups(one)) if opened.parts else ()
        workload = Workload(INSTANCE, one.name, role, tags, doubts=doubts)
        yield Open(workload, f"port {ports_as_text(opened)} is open" if opened.parts else "", by=by)


def commanded(it: Looking, role: str, service: str) -> dict[str, str]:
    """Why commands may not come to what runs as a role: its agent is to ask for them as that."""
    identity = it.account.roles.get(role)
    if identity is None:
        return {}
    context = context_of(identity, organisation=it.account.organisation)
    asked = (may(identity, one, "*", context=context) for one in _ASKING_FOR_COMMANDS)
    if any(one.outcome is Outcome.ALLOWED for one in asked):
        return {}
    return {service: f"{identity.name} may not ask for commands, unless all there may by default"}


def _tells_its_role(listed: Mapping[str, Any]) -> bool:
    """Whether what runs in it gets the credentials of its role: by its metadata, if these are on.

    What is changed and not in force yet does not count.
    """
    options = listed.get("MetadataOptions") or {}
    is_off = options.get("HttpEndpoint") == "disabled"
    return not (is_off and options.get("State", "applied") == "applied")


def functions(it: Looking) -> Iterator[Open]:
    """Every function, and whether strangers may call it: by an address, or as AWS is called."""
    aliases: dict[str, list[Subject]] = {}
    for one in it.all(ALIAS):
        aliases.setdefault(one.name.rpartition(":")[0], []).append(one)
    for one in it.functions.values():
        listed: dict[str, Any] = one.read("listed")
        tags = dict(one.tags)
        role = str(listed.get("Role") or "")
        workload = Workload(FUNCTION, one.name, role, tags or None, _own_policy(one))
        several = list(_doors(it, one, aliases.get(one.name, [])))
        doors = [door for door in several if door.is_certain] or several
        yield Open(
            workload,
            "; ".join(dict.fromkeys(door.why for door in doors)),
            is_certain=all(door.is_certain for door in doors),
            by=tuple(dict.fromkeys(each for door in doors for each in door.by)),
        )


def admitted(account: Account, workloads: Iterable[Workload]) -> Iterator[Hop]:
    """Who may change the code of a function by its policy alone.

    Whose own policies allow it comes to it by a technique.
    """
    for one in workloads:
        if one.policy is None or not one.role or not _speaks_of_code(one.policy):
            continue
        for identity in account.everybody:
            if identity.at == one.role or speaks(identity, _CODE):
                continue
            context = context_of(identity, organisation=account.organisation)
            decision = may(identity, _CODE, one.arn, context=context, resource_policy=one.policy)
            if decision.may_be:
                name = one.arn.rpartition(":")[2]
                yield Hop(
                    identity.at,
                    one.role,
                    f"{identity.name} changes the code of {name}, which runs as {one.role}",
                    is_certain=decision.outcome is Outcome.ALLOWED,
                    by=tuple(map(str, decision.all_by)),
                    mend=f"let {identity.name} not change the code of {name}",
                )


def _speaks_of_code(policy: Document) -> bool:
    return any(one.effect is Effect.ALLOW for one in policy.concerning(_CODE.lower()))


class _Door(NamedTuple):
    """Why strangers may call a function, or perhaps do, and by which rules."""

    why: str
    is_certain: bool
    by: tuple[str, ...] = ()


def _doors(it: Looking, function: Subject, aliases: list[Subject]) -> Iterator[_Door]:
    """An address without authentication opens only if its policy lets everybody call.

    Function and aliases each have a policy of their own, and addresses.
    """
    own = arn_of(function, "lambda:function:{label}")
    places = {own: function} | {one.name: one for one in aliases}
    urls: dict[str, list[Mapping[str, Any]]] = {}
    unread: UnknownError | None = None
    try:
        for url in function.read("urls", ()):
            at = str(url.get("FunctionArn") or own)
            urls.setdefault(own if at == function.name else at, []).append(url)
    except UnknownError as error:
        unread = error
    for at in urls:
        if at not in places:
            yield _Door(f"perhaps, for the policy of {at.rpartition(':')[2]} is not known", False)
    for at, place in places.items():
        try:
            policy = _policy(place)
            if policy is not None:
                yield from _called(it, policy, at)
                for url in urls.get(at, ()):
                    yield from _addressed(it, policy, at, url)
                if unread is not None:
                    for door in _addressed(it, policy, at, {"AuthType": "NONE"}):
                        yield _Door(f"perhaps, for {it.unsure(unread)}", False, door.by)
        except UnknownError as error:
            yield _Door(f"perhaps, for {it.unsure(error)}", False)


def _own_policy(function: Subject) -> Document | None:
    """What its policy gives besides; one that nobody can read takes away nothing that is given."""
    try:
        found = _policy(function)
    except UnknownError:
        return None
    return found if found is not None and not found.faults else None


def _policy(place: Subject) -> Document | None:
    written = place.read("policy", None)
    return read(written, name=f"policy of {place.label}", kind=Kind.RESOURCE) if written else None


def _addressed(it: Looking, policy: Document, arn: str, url: Mapping[str, Any]) -> Iterator[_Door]:
    how = str(url.get("AuthType") or "")
    keys: Mapping[str, Values] = {_AUTHENTICATION: (how,), _BY_ADDRESS: ("true",)}
    is_open = how == "NONE"
    who = Stranger.ANYBODY if is_open else Stranger.ANY_ACCOUNT
    for one in _exposed(it, policy, arn, "lambda:InvokeFunctionUrl", keys):
        if one.stranger is who and is_open:
            at = f"AuthType NONE of {url.get('FunctionUrl', 'its address')}"
            yield _door(one, "its address asks nobody who is there", (at,))
        elif one.stranger is who:
            yield _door(one, f"its address answers {who}")


def _called(it: Looking, policy: Document, arn: str) -> Iterator[_Door]:
    keys: Mapping[str, Values] = {_AUTHENTICATION: ABSENT, _BY_ADDRESS: ("false",)}
    for one in _exposed(it, policy, arn, "lambda:InvokeFunction", keys):
        if one.stranger is Stranger.ANY_ACCOUNT:
            yield _door(one, f"its policy lets {one.stranger} call it")
    for one in _exposed(it, policy, arn, _CODE, {}):
        if one.stranger is Stranger.ANY_ACCOUNT:
            yield _door(one, f"its policy lets {one.stranger} change its code")


def _exposed(
    it: Looking, policy: Document, arn: str, action: str, keys: Mapping[str, Values]
) -> list[Exposed]:
    found = exposed(policy, (arn,), account=it.account.id, rcps=it.account.rcps, keys=keys)
    return [one for one in found if one.is_wide and one.action == action]


def _door(one: Exposed, why: str, by: tuple[str, ...] = ()) -> _Door:
    if one.is_certain:
        perhaps = ""
    elif one.decision.outcome is Outcome.CONDITIONAL:
        perhaps = f", as far as {', '.join(sorted(one.decision.keys))} admit it"
    else:
        perhaps = f", perhaps, for {one.decision.why}"
    theirs = {each.name for each in EVERYTHING_OF_A_STRANGER}
    stated = [str(each) for each in one.decision.all_by if each.document not in theirs]
    return _Door(f"{why}{perhaps}", one.is_certain, by or tuple(stated))


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
