"""APIs of API Gateway: which of their methods and routes ask nobody who is there, and what answers.

An API is one place. What stands behind a method that asks (an authorizer, IAM, a key) is not gone
to; that somebody may get what is asked for is no way from the internet by itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.apigateway.parts import anybody, called
from ringwall.posture.checks.aws.ways.integrating import Integration, Leading
from ringwall.posture.checks.aws.ways.looking import Looking
from ringwall.posture.permissions.paths import INTERNET, Hop

REST: Final = "aws-apigateway-rest-api"
REST_STAGE: Final = "aws-apigateway-rest-stage"
API: Final = "aws-apigateway-api"
STAGE: Final = "aws-apigateway-stage"
DOMAIN: Final = "aws-apigateway-domain"
KINDS: Final = (REST, REST_STAGE, API, STAGE, DOMAIN)
READS: Final = (
    f"{REST}.listed",
    f"{REST}.resources",
    f"{REST_STAGE}.listed",
    f"{API}.listed",
    f"{API}.routes",
    f"{API}.integrations",
    f"{STAGE}.listed",
    f"{DOMAIN}.listed",
)


def gateways(it: Looking, leading: Leading) -> Iterator[Hop]:
    """Of each API that is deployed, who comes to it and what they get to."""
    stages: dict[str, list[str]] = {}
    for kind in (REST_STAGE, STAGE):
        for one in it.all(kind):
            api, _, stage = one.name.partition("/stages/")
            stages.setdefault(api, []).append(stage)
    for one in it.all(REST):
        with it.each():
            if one.name in stages:
                yield from _rest(it, one, stages[one.name][0], leading)
    for one in it.all(API):
        with it.each():
            if one.name in stages:
                yield from _later(it, one, stages[one.name][0], leading)


def _rest(it: Looking, one: Subject, stage: str, leading: Leading) -> Iterator[Hop]:
    listed = one.read("listed")
    several = [
        (name, str(resource.get("path") or "/"), method)
        for resource in one.read("resources", ())
        for name, method in (resource.get("resourceMethods") or {}).items()
        if name != "OPTIONS"
        and method.get("authorizationType", "NONE") == "NONE"
        and not method.get("apiKeyRequired")
    ]
    if not several:
        return
    types = (listed.get("endpointConfiguration") or {}).get("types") or ()
    if "PRIVATE" not in types:
        names = [f"{name} {path}" for name, path, _ in several]
        is_own = listed.get("disableExecuteApiEndpoint") is True
        yield from _entering(it, one, names, is_own=is_own, policy=listed.get("policy"))
    for name, path, method in several:
        integration = _of_method(method.get("methodIntegration") or {})
        method_name = "GET" if name == "ANY" else name
        source = called(one, f"{stage}/{method_name}{path}")
        yield from leading.to(one, f"{name} {path}", integration, source)


def _of_method(told: Mapping[str, Any]) -> Integration:
    is_linked = told.get("connectionType") == "VPC_LINK"
    return Integration(
        uri=str(told.get("uri") or ""),
        role=str(told.get("credentials") or ""),
        link=str(told.get("connectionId") or "without a name") if is_linked else "",
        target=str(told.get("integrationTarget") or ""),
        is_mock=told.get("type", "MOCK") == "MOCK",
    )


def _later(it: Looking, one: Subject, stage: str, leading: Leading) -> Iterator[Hop]:
    listed = one.read("listed")
    routes = list(one.read("routes", ()))
    opened = [route for route in routes if _is_open(route)]
    if listed.get("ProtocolType") == "WEBSOCKET":
        first = [route for route in routes if route.get("RouteKey") == "$connect"]
        opened = routes if all(map(_is_open, first)) else []
    if not opened:
        return
    is_own = listed.get("DisableExecuteApiEndpoint") is True
    names = [str(route.get("RouteKey")) for route in opened]
    yield from _entering(it, one, names, is_own=is_own)
    integrations = {str(each.get("IntegrationId")): each for each in one.read("integrations", ())}
    for route in opened:
        key = str(route.get("RouteKey"))
        told = integrations.get(str(route.get("Target") or "").rpartition("/")[2])
        if told is None:
            continue
        integration = Integration(
            uri=str(told.get("IntegrationUri") or ""),
            role=str(told.get("CredentialsArn") or ""),
            link=str(told.get("ConnectionId") or ""),
            service=str(told.get("IntegrationSubtype") or ""),
            is_mock=told.get("IntegrationType") == "MOCK",
        )
        method, _, path = key.partition(" ")
        named = f"{'GET' if method == 'ANY' else method}{path}" if path else key
        yield from leading.to(one, key, integration, called(one, f"{stage}/{named}"))


def _is_open(route: Mapping[str, Any]) -> bool:
    is_asked = route.get("AuthorizationType", "NONE") != "NONE" or route.get("ApiKeyRequired")
    return not is_asked and not str(route.get("RouteKey")).startswith("OPTIONS ")


def _entering(
    it: Looking, one: Subject, names: list[str], *, is_own: bool, policy: Any = None
) -> Iterator[Hop]:
    """The step from the internet to an API; ``is_own``: by a domain of its own at most."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    how = f"the API {one.label} asks nobody who calls {', '.join(names[:5])}{more}"
    mend = f"have {one.label} ask who is there, by an authorizer or IAM"
    certain = True
    if is_own:
        try:
            domains = it.world.all(DOMAIN, account=one.account, region=one.region)
        except UnknownError as error:
            it.unsure(error)
        else:
            if not domains:
                return
        how, certain = f"{how}: perhaps, by a domain of its own", False
    if policy:
        found = anybody(one, policy)
        if not found:
            return
        certain = certain and any(each.is_certain for each in found)
    by = tuple(f"no authorizer of {name} of {one.label}" for name in names)
    yield Hop(INTERNET, one.name, how, is_certain=certain, effort=2, by=by, mend=mend)
