"""Load balancers: who comes to their listeners, and to what those send on.

A listener is a place of its own, since each sends on to other things. What asks who is there (a
sign-in, a certificate of the caller's) counts as closed, as does a rule for few networks.
"""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.elb.listeners import admitted, asks_who, forwards
from ringwall.posture.checks.aws.exposure import reachable
from ringwall.posture.checks.aws.openings import is_open
from ringwall.posture.checks.aws.ways.admitting import Front
from ringwall.posture.checks.aws.ways.looking import SUBNET, Looking
from ringwall.posture.checks.aws.ways.running import groups_that_open
from ringwall.posture.checks.aws.ways.targets import Behind, Sending, groups_of
from ringwall.posture.permissions.networks import Addresses, Intervals
from ringwall.posture.permissions.paths import INTERNET, Hop

BALANCER: Final = "aws-elbv2-load-balancer"
LISTENER: Final = "aws-elbv2-listener"
TARGETS: Final = "aws-elbv2-target-group"
CLASSIC: Final = "aws-elb-load-balancer"
KINDS: Final = (BALANCER, LISTENER, TARGETS, CLASSIC, SUBNET)
READS: Final = (
    f"{BALANCER}.listed",
    f"{LISTENER}.listed",
    f"{LISTENER}.rules",
    f"{TARGETS}.listed",
    f"{TARGETS}.targets",
    f"{CLASSIC}.listed",
    f"{SUBNET}.listed",
)
_VERSIONS: Final = {"dualstack": (4, 6), "dualstack-without-public-ipv4": (6,)}
_DATAGRAMS: Final = {"UDP", "QUIC"}


def balancers(it: Looking, behind: dict[str, list[Behind]]) -> Iterator[Hop]:
    """Of each balancer, who comes to it and where it sends them; ``behind`` is by target group."""
    listeners: dict[str, list[Subject]] = {}
    for one in it.all(LISTENER):
        listeners.setdefault(str(one.read("listed")["LoadBalancerArn"]), []).append(one)
    groups = {one.name: one for one in it.all(TARGETS)}
    for one in it.all(BALANCER):
        with it.each():
            listed = one.read("listed")
            if listed.get("Type") == "gateway":
                continue
            for listener in listeners.get(one.name, ()):
                yield from _entering(it, one, listed, listener)
                for arn, is_certain in _sent_on(it, one, listener, groups):
                    with it.each():
                        way = Sending(it, listener.name, one.label, is_certain=is_certain)
                        yield from way.to_group(listed, groups.get(arn), listeners, behind)
    for one in it.all(CLASSIC):
        with it.each():
            yield from _classic(it, one)


def _entering(it: Looking, one: Subject, listed: Any, listener: Subject) -> Iterator[Hop]:
    told = listener.read("listed")
    if listed.get("Scheme") != "internet-facing" or _wants_certificate(told):
        return
    port, protocol = int(told.get("Port") or 0), str(told.get("Protocol") or "")
    subnets = [str(zone["SubnetId"]) for zone in listed.get("AvailabilityZones") or ()]
    versions = _VERSIONS.get(str(listed.get("IpAddressType")), (4,))
    groups = list(listed.get("SecurityGroups") or ())
    is_guarded = bool(groups) or listed.get("Type") != "network"
    yield from _opened(
        it,
        one,
        place=listener.name,
        port=port,
        subnets=subnets,
        vpc=str(listed.get("VpcId") or ""),
        groups=groups if is_guarded else None,
        versions=versions,
        protocol="udp" if protocol in _DATAGRAMS else "tcp",
    )


def _opened(
    it: Looking,
    one: Subject,
    *,
    place: str,
    port: int,
    subnets: list[str],
    vpc: str,
    groups: list[str] | None,
    versions: tuple[int, ...] = (4,),
    protocol: str = "tcp",
) -> Iterator[Hop]:
    """The step from the internet to a port of a balancer, if there is one."""
    ports = Intervals(((port, port),))

    def is_reached(subnet: str) -> bool:
        found = reachable(
            it.world,
            one,
            subnet=subnet,
            vpc=vpc,
            groups=groups,
            protocol=protocol,
            versions=versions,
            ports=ports,
        )
        return bool(found.parts)

    how = f"the internet reaches port {port} of the load balancer {one.label}"
    mend = f"keep the internet from port {port} of {one.label}"
    try:
        if it.world.any_true(*(lambda at=at: is_reached(at) for at in subnets)):
            wanted = set(groups or ())
            by = groups_that_open(it.world, one.account, wanted, ports) if wanted else ()
            yield Hop(INTERNET, place, how, effort=2, by=by, mend=mend)
    except UnknownError as error:
        perhaps = f"{how}: perhaps, for {it.unsure(error)}"
        yield Hop(INTERNET, place, perhaps, is_certain=False, effort=2, mend=mend)


def _wants_certificate(listener: Any) -> bool:
    return (listener.get("MutualAuthentication") or {}).get("Mode") == "verify"


def _sent_on(
    it: Looking, one: Subject, listener: Subject, groups: dict[str, Subject]
) -> Iterator[tuple[str, bool]]:
    """The target groups a listener sends everybody on to, each with whether that is certain."""
    told = listener.read("listed")
    rules = [{"Actions": told.get("DefaultActions") or ()}]
    certain: list[str] = []
    unread: UnknownError | None = None
    try:
        rules += listener.read("rules", ())
    except UnknownError as error:
        unread = error
    for rule in rules:
        actions, networks = rule.get("Actions") or (), admitted(rule)
        is_for_all = networks is None or is_open(Addresses.of(networks))
        if is_for_all and not asks_who(actions):
            certain += forwards(actions)
    yield from ((arn, True) for arn in dict.fromkeys(certain))
    if unread is not None:
        it.unsure(unread)
        for arn, group in groups.items():
            if arn not in certain and one.name in group.read("listed").get("LoadBalancerArns", ()):
                yield arn, False


def _classic(it: Looking, one: Subject) -> Iterator[Hop]:
    listed = one.read("listed")
    subnets = [str(each) for each in listed.get("Subnets") or ()]
    groups = [str(each) for each in listed.get("SecurityGroups") or ()]
    vpc = str(listed.get("VPCId") or "")
    front = Front(frozenset(groups), tuple(it.cidrs(subnets)))
    for each in listed.get("ListenerDescriptions") or ():
        listener = each.get("Listener") or {}
        place = f"{one.name}:{listener.get('LoadBalancerPort')}"
        if listed.get("Scheme") == "internet-facing":
            port = int(listener.get("LoadBalancerPort") or 0)
            yield from _opened(
                it, one, place=place, port=port, subnets=subnets, vpc=vpc, groups=groups
            )
        way = Sending(it, place, one.label, is_certain=True)
        for instance in listed.get("Instances") or ():
            found = it.instances.get(str(instance.get("InstanceId")))
            if found is not None:
                interfaces = found.read("listed").get("NetworkInterfaces") or ()
                port = int(listener.get("InstancePort") or 0)
                yield from way.to(Behind(found.name, port, groups_of(interfaces)), front, "TCP")
