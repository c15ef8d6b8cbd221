"""What answers for an API: functions, services of AWS, and what stands in networks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.ways.admitting import function_lets_in
from ringwall.posture.checks.aws.ways.looking import Looking
from ringwall.posture.permissions.asking import context_of, may
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.paths import Hop

LINK: Final = "aws-apigateway-vpc-link"
LISTENER: Final = "aws-elbv2-listener"
SERVICE: Final = "aws-ecs-service"
KINDS: Final = (LINK, LISTENER, SERVICE)
READS: Final = (f"{LINK}.listed", f"{LISTENER}.listed", f"{SERVICE}.described")
_ASKS: Final = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:(?P<service>[^:]+):(?:path|action)/(?P<rest>.*)"
)
_ADDRESS: Final = re.compile(r"(?P<scheme>https?|wss?)://(?P<host>[^/:?#]+)(?::(?P<port>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What an API asks: an address or ARN, as a role, over a link into a network, or a service."""

    uri: str
    role: str = ""
    link: str = ""
    target: str = ""
    service: str = ""
    is_mock: bool = False


class Leading:
    """Where integrations lead. ``hosts`` gives places by the name they have on the internet."""

    def __init__(self, it: Looking, hosts: Callable[[str], str | None]) -> None:
        self._it, self._hosts = it, hosts

    def to(self, api: Subject, route: str, one: Integration, source: str) -> Iterator[Hop]:
        """The steps from an API over one of its routes; ``source`` is how it names itself."""
        if one.is_mock:
            return
        how = f"{api.label} hands {route} to"
        function = _function_in(one.uri)
        if function:
            yield from self._to_function(api, how, one, function, source)
            return
        asks = _ASKS.match(one.uri)
        if one.service or asks:
            named = one.service.partition("-")[0] or (asks["service"] if asks else "")
            if one.role:
                does = f"{how} {named}, as the role {one.role.rpartition('/')[2]}"
                yield self._hop(api, one.role, does, is_certain=False)
            return
        for place, name in self._in_network(api, one) if one.link or one.target else ():
            yield self._hop(api, place, f"{how} {name}")
        address = _ADDRESS.match(one.uri)
        known = self._hosts(str(address["host"])) if address and not one.link else None
        if address and known:
            port = address["port"] or ("443" if address["scheme"] in {"https", "wss"} else "80")
            yield from self.to_place(api, how, known, int(port))

    def to_place(self, front: Subject, how: str, place: str, port: int) -> Iterator[Hop]:
        """To what has a name of its own; of a load balancer, to what listens at the port."""
        if ":loadbalancer/" in place and "/" not in place.partition(":loadbalancer/")[2]:
            name = place.rpartition("/")[2]
            yield self._hop(front, f"{place}:{port}", f"{how} the load balancer {name}")
        elif ":loadbalancer/" in place:
            for listener in self._listeners(place, port):
                yield self._hop(front, listener.name, f"{how} the load balancer {listener.label}")
        else:
            yield self._hop(front, place, f"{how} {place.rpartition(':')[2].rpartition('/')[2]}")

    def _to_function(
        self, api: Subject, how: str, one: Integration, arn: str, source: str
    ) -> Iterator[Hop]:
        if "${" in arn:
            raise UnknownError(f"which function {how.removesuffix(' to')} to is not known: {arn}")
        function = self._it.function(arn)
        if function is None:
            return
        if one.role and ":role/" in one.role:
            decision, why = self._by_role(one.role, function)
        else:
            decision, why = function_lets_in(function, arn, "apigateway.amazonaws.com", source)
        if decision.may_be:
            perhaps = f": perhaps, for {why}" if why else ""
            certain = decision.outcome is Outcome.ALLOWED
            said = f"{how} the function {function.label}{perhaps}"
            yield self._hop(api, function.name, said, is_certain=certain)

    def _by_role(self, role: str, function: Subject) -> tuple[Decision, str]:
        identity = self._it.account.roles.get(role)
        if identity is None:
            why = f"what {role} may is not known"
            return Decision(Outcome.UNKNOWN, why), why
        context = context_of(identity, organisation=self._it.account.organisation)
        return may(identity, "lambda:InvokeFunction", function.name, context=context), ""

    def _in_network(self, api: Subject, one: Integration) -> Iterator[tuple[str, str]]:
        """Places behind a link into a network, each with what it is called."""
        if ":servicediscovery:" in one.uri:
            for service in self._it.all(SERVICE):
                registered = service.read("described").get("serviceRegistries") or ()
                if any(each.get("registryArn") == one.uri for each in registered):
                    yield service.name, f"the service {service.label}"
            return
        if ":listener/" in one.uri:
            name = one.uri.split("/")[-3]
            yield one.uri, f"the load balancer {name}"
            return
        balancers = [one.target] if one.target else self._linked(api, one.link)
        address = _ADDRESS.match(one.uri)
        port = int(address["port"]) if address and address["port"] else 80
        if address and not address["port"] and address["scheme"] == "https":
            port = 443
        for balancer in balancers:
            for listener in self._listeners(balancer, port):
                yield listener.name, f"the load balancer {listener.label}"

    def _linked(self, api: Subject, link: str) -> list[str]:
        for one in self._it.all(LINK):
            if one.name.endswith(f"/{link}") and one.region == api.region:
                return [str(each) for each in one.read("listed").get("targetArns") or ()]
        raise UnknownError(f"where the link {link} of {api.label} leads is not known")

    def _listeners(self, balancer: str, port: int) -> Iterator[Subject]:
        for one in self._it.all(LISTENER):
            listed = one.read("listed")
            if listed.get("LoadBalancerArn") == balancer and listed.get("Port") == port:
                yield one

    def _hop(self, front: Subject, place: str, how: str, *, is_certain: bool = True) -> Hop:
        name = place.rpartition(":")[2].rpartition("/")[2]
        mend = f"take {name} from behind {front.label}"
        return Hop(front.name, place, how, is_certain=is_certain, effort=3, mend=mend)


def _function_in(uri: str) -> str:
    """The function that an address of an integration means, empty where it is none."""
    if uri.startswith("arn:") and ":lambda:path/" in uri:
        return uri.partition("/functions/")[2].removesuffix("/invocations")
    return uri if ":function:" in uri and uri.startswith("arn:") else ""
