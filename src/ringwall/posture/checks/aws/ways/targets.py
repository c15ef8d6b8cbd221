"""From a listener of a load balancer to what is in the target groups it sends on to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.ways.admitting import Front, function_lets_in, lets_in
from ringwall.posture.checks.aws.ways.looking import Looking
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.paths import Hop


@dataclass(frozen=True, slots=True)
class Behind:
    """Something that runs behind target groups, with the security groups before it.

    ``groups`` is ``None`` where it has none of its own.
    """

    arn: str
    port: int
    groups: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Sending:
    """From one listener on."""

    it: Looking
    source: str
    label: str
    is_certain: bool

    def to_group(
        self,
        listed: Any,
        group: Subject | None,
        listeners: dict[str, list[Subject]],
        behind: dict[str, list[Behind]],
    ) -> Iterator[Hop]:
        """To all that is in a target group, and lets the balancer in."""
        if group is None:
            raise UnknownError(f"a target group of {self.label} is not known")
        told = group.read("listed")
        if told.get("TargetType") == "lambda":
            yield from self._to_functions(group)
            return
        if told.get("TargetType") == "alb":
            yield from self._to_balancers(group, told, listeners)
            return
        is_network = listed.get("Type") == "network"
        subnets = [str(zone["SubnetId"]) for zone in listed.get("AvailabilityZones") or ()]
        with self.it.each():
            front = Front(
                frozenset(listed.get("SecurityGroups") or ()),
                tuple(self.it.cidrs(subnets)),
                shows=is_network and _shows(told),
            )
            for one in self._behind(group, told, behind):
                yield from self.to(one, front, str(told.get("Protocol") or ""), group.label)

    def to(self, one: Behind, front: Front, protocol: str, group: str = "") -> Iterator[Hop]:
        """To something that runs, if it lets the balancer in."""
        name = one.arn.rpartition(":")[2].rpartition("/")[2]
        by_group = f" (target group {group})" if group else ""
        how = f"{self.label} sends what comes on to {name}{by_group}"
        mend = f"take {name} from behind {self.label}"
        is_let: bool | None = True
        if one.groups is not None:
            try:
                is_let = lets_in(self.it.world, one.groups, front, one.port, protocol)
            except UnknownError as error:
                is_let, how = None, f"{how}: perhaps, for {self.it.unsure(error)}"
        if is_let is not False:
            certain = self.is_certain and is_let is True
            yield Hop(self.source, one.arn, how, is_certain=certain, effort=3, mend=mend)

    def _behind(
        self, group: Subject, told: Any, behind: dict[str, list[Behind]]
    ) -> Iterator[Behind]:
        yield from behind.get(group.name, ())
        for target in _targets(group):
            name, port = str(target.get("Id")), int(target.get("Port") or told.get("Port") or 0)
            if told.get("TargetType") == "ip":
                found = self.it.addressed.get((str(told.get("VpcId")), name))
                if found is not None:
                    yield Behind(found[0].name, port, groups_of([found[1]]))
            elif name in self.it.instances:
                one = self.it.instances[name]
                interfaces = one.read("listed").get("NetworkInterfaces") or ()
                yield Behind(one.name, port, groups_of(interfaces))

    def _to_functions(self, group: Subject) -> Iterator[Hop]:
        for target in _targets(group):
            function = self.it.function(str(target.get("Id")))
            if function is None:
                continue
            decision, why = function_lets_in(
                function, str(target.get("Id")), "elasticloadbalancing.amazonaws.com", group.name
            )
            if decision.may_be:
                how = f"{self.label} hands what comes to the function {function.label}"
                perhaps = f": perhaps, for {why}" if why else ""
                yield Hop(
                    self.source,
                    function.name,
                    f"{how} (target group {group.label}){perhaps}",
                    is_certain=self.is_certain and decision.outcome is Outcome.ALLOWED,
                    effort=3,
                    mend=f"take {function.label} from behind {self.label}",
                )

    def _to_balancers(
        self, group: Subject, told: Any, listeners: dict[str, list[Subject]]
    ) -> Iterator[Hop]:
        for target in _targets(group):
            port = target.get("Port") or told.get("Port")
            for one in listeners.get(str(target.get("Id")), ()):
                if one.read("listed").get("Port") == port:
                    how = f"{self.label} sends what comes on to the load balancer {one.label}"
                    mend = f"take {one.label} from behind {self.label}"
                    certain = self.is_certain
                    yield Hop(self.source, one.name, how, is_certain=certain, effort=3, mend=mend)


def _targets(group: Subject) -> list[Any]:
    """What is registered, and is not about to go."""
    return [
        one.get("Target") or {}
        for one in group.read("targets", ())
        if (one.get("TargetHealth") or {}).get("State") != "draining"
    ]


def _shows(group: Any) -> bool:
    """Whether, as it comes, targets see who asked: by id always, by address of datagrams only."""
    return group.get("TargetType") == "instance" or group.get("Protocol") in {"UDP", "TCP_UDP"}


def groups_of(interfaces: Any) -> tuple[str, ...]:
    """The security groups of network interfaces, as EC2 describes these."""
    found = {str(group["GroupId"]) for one in interfaces for group in one.get("Groups") or ()}
    return tuple(sorted(found))
