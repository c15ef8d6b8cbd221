"""An Envoy that decides by compiled policies alone, and says by which: no tokens, no services."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tests.gateway.live.lone import lone_envoy
from tests.ports import free_port

from ringwall.access.compiler.facts import Parameter, Several, Text
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler
from ringwall.access.model import RouteEntity
from ringwall.gateway.envoy import callout, http
from ringwall.gateway.envoy.callout import About
from ringwall.gateway.envoy.permissions import PREFIX, permissions
from ringwall.gateway.envoy.predicates import HEADERS
from ringwall.gateway.envoy.resources import extension
from ringwall.gateway.envoy.shadow import shadow_log
from ringwall.gateway.envoy.signed_in import PROVEN_HEADER
from ringwall.gateway.paths import parse_template
from ringwall.runtime.configuration import Address

Json = dict[str, Any]
_SAID: Final = "%DYNAMIC_METADATA(envoy.filters.http.rbac:access_enforced_effective_policy_id)%"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Envoy said: the status, and the name of what decided."""

    status: int
    by: str


def virtual_host(
    name: str,
    domain: str,
    compiler: Compiler,
    *,
    version: str = "",
    beside: Compiler | None = None,
) -> Json:
    """All routes of a compiler's world below one domain (``*.`` for the hosts of tenants).

    ``version`` is what call-outs name; what is ``beside`` only counts.
    """
    entries = []
    for route in compiler.world.routes.values():
        template = parse_template(route.path)
        for method in route.actions:
            rulings = compiler.route(route, route.hosts[0], method)
            host = route.hosts[0]
            is_tenants = host == compiler.world.tenant_hosts
            about = About(version=version, route=route.name, host=host, is_tenants=is_tenants)
            other = None if beside is None else beside.route(route, host, method)
            filters = permissions(rulings, template, about, beside=other).filters
            entries.append(
                {
                    "name": route.name,
                    "match": {
                        **template.envoy_match(),
                        "headers": [{"name": ":method", "string_match": {"exact": method}}],
                    },
                    "direct_response": {"status": 200, "body": {"inline_string": "ok"}},
                    "typed_per_filter_config": {http.ROUTE_SLOT: http.route_filters(*filters)},
                }
            )
    return {"name": name, "domains": [domain], "routes": entries}


@contextmanager
def running(
    folder: Path,
    virtual_hosts: Sequence[Json],
    *,
    callouts: Path | None = None,
    admin: Path | None = None,
    shadow: Path | None = None,
) -> Iterator[HTTPConnection]:
    """An Envoy with these, and a connection to it. It believes ``x-forwarded-for``."""
    port = free_port()
    static = _static(port, virtual_hosts, shadow)
    if callouts is not None:
        cluster = callout.cluster(Address(path=str(callouts)))
        cluster = {name: value for name, value in cluster.items() if name != "@type"}
        static["static_resources"]["clusters"] = [cluster]
    if admin is not None:
        static["admin"] = {"address": {"pipe": {"path": str(admin)}}}
    with lone_envoy(folder, port, static) as connection:
        yield connection


def _static(port: int, virtual_hosts: Sequence[Json], shadow: Path | None) -> Json:
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="decisions",
        codec_type="AUTO",
        use_remote_address=True,
        xff_num_trusted_hops=1,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        local_reply_config={
            "body_format": {
                "text_format_source": {"inline_string": f"%RESPONSE_CODE_DETAILS%\n{_SAID}"}
            }
        },
        route_config={"name": "all", "virtual_hosts": list(virtual_hosts)},
        http_filters=[http.route_slot(), http.router()],
        access_log=[] if shadow is None else [shadow_log(str(shadow))],
    )
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    listener = {"name": "all", "address": address, "filter_chains": [{"filters": [manager]}]}
    return {"static_resources": {"listeners": [listener]}}


def ask(
    connection: HTTPConnection,
    method: str,
    path: str,
    headers: Mapping[str, str],
) -> Answer:
    """Send one request and read what was decided."""
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value.encode())
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode()
    if method == "HEAD":
        return Answer(response.status, "")
    details, _, by = body.strip().partition("\n")
    if response.status == 403:  # Envoy answers before it sets the metadata
        by = details.removeprefix("rbac_access_denied_matched_policy[").removesuffix("]")
    return Answer(response.status, by.removeprefix(PREFIX))


def headers_of(request: Request, host: str) -> dict[str, str]:
    """What the edge would have made of the token that stands for a request."""
    found = {"host": host, "x-forwarded-for": str(request.address)}
    for word, value in request.words.items():
        if isinstance(word, Text) and word in HEADERS:
            found[HEADERS[word]] = value
    if request.sets.get(Several.ROLES):
        found[HEADERS[Several.ROLES]] = ",".join(sorted(request.sets[Several.ROLES]))
    if request.sets.get(Several.SCOPES):
        found[HEADERS[Several.SCOPES]] = " ".join(sorted(request.sets[Several.SCOPES]))
    if request.proven is not None:
        found[PROVEN_HEADER] = str(request.proven)
    return found


def path_of(route: RouteEntity, request: Request) -> str:
    """The path with the request's parameters in it."""
    path = route.path
    for name in route.parameters:
        path = path.replace(f"{{{name}}}", quote(request.words[Parameter(name)], safe="~:@"))
    return path
