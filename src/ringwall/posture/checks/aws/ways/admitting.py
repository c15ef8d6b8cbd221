"""Whether what stands behind a front lets that front in: by security groups, or by a policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.exposure import cidrs_of, rules_of
from ringwall.posture.checks.aws.openings import is_open, ports_of, sources_of
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.networks import Addresses
from ringwall.posture.permissions.statements import Kind, unread
from ringwall.posture.permissions.vouching import service_may

_PROTOCOLS: Final = {"UDP": ("udp",), "TCP_UDP": ("tcp", "udp"), "QUIC": ("udp",)}


@dataclass(frozen=True, slots=True)
class Front:
    """What knocks: its security groups, its own addresses, and whose it shows.

    ``shows`` is whether what stands behind it sees the addresses of who came to the front.
    """

    groups: frozenset[str]
    cidrs: tuple[str, ...]
    shows: bool = False


def lets_in(
    world: World, groups: Iterable[str], front: Front, port: int, protocol: str = "HTTP"
) -> bool | None:
    """Whether security groups let a front in at a port.

    ``None`` where they let in the front itself, and whether it shows itself is not known.
    ``UnknownError`` where a group, or whom it names, is not known.
    """
    rules = rules_of(world, groups)
    for said in _PROTOCOLS.get(protocol, ("tcp",)):
        fitting = [
            rule
            for rule in rules
            if (reach := ports_of(rule, said)) is not None and reach[0] <= port <= reach[1]
        ]
        pairs = [pair for rule in fitting for pair in rule.get("UserIdGroupPairs") or ()]
        if any(pair.get("GroupId") in front.groups for pair in pairs):
            return True
        named = [
            one for rule in fitting for one in sources_of(rule, lambda at: cidrs_of(world, at))
        ]
        sources = Addresses.of(named)
        if front.shows:
            if is_open(sources):
                return True
            if sources & Addresses.of(front.cidrs):
                return None
        elif sources & Addresses.of(front.cidrs):
            return True
    return False


def function_lets_in(
    function: Subject, arn: str, service: str, source: str, *, action: str = "lambda:InvokeFunction"
) -> tuple[Decision, str]:
    """Whether a function lets a service call it for ``source``, and why that is not known.

    ``arn`` is how it is called: an alias or version has a policy of its own, which is not read.
    """
    name = f"policy of {function.label}"
    try:
        written = function.read("policy", None)
        policy = read(written, name=name, kind=Kind.RESOURCE) if written else None
        why = ""
    except UnknownError as error:
        policy, why = unread(name, Kind.RESOURCE, error.why), error.why
    decision = service_may(
        policy,
        service,
        action,
        function.name,
        source=source,
        account=function.account,
    )
    if not decision.may_be and arn != function.name:
        why = f"the policy of {arn.rpartition(':')[2]} of {function.label} is not read"
        decision = Decision(Outcome.UNKNOWN, why)
    return decision, why
