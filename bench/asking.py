"""What the edge would otherwise ask by ``ext_authz``: Cedar's engine, or Casbin, behind HTTP.

``python -m bench.asking cedar|casbin PORT FOLDER`` answers what ``FOLDER/asked.json`` is about,
200 or 403, as fast as Python can. The facts are in the headers that the edge makes of tokens.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import casbin
from casbin.model import FastModel

from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler
from ringwall.access.engine import Engine, Question
from ringwall.access.language.parser import parse
from ringwall.access.model import Kind
from ringwall.access.schema import schema
from ringwall.gateway.envoy.predicates import HEADERS
from ringwall.gateway.envoy.resources import Json, extension
from ringwall.gateway.envoy.signed_in import PROVEN_HEADER
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.current import all_sections

Headers = Mapping[str, str]
Judge = Callable[[str, str, Headers], bool]
"""May this be done: by its method, path and headers."""

ASKED: Final = "asked.json"
"""The texts of a configuration and its policies, by the paths of files; and Casbin's rules."""

_MODEL: Final = """
[request_definition]
r = route, act, roles, tenant, own, scopes, strength, id

[policy_definition]
p = route, act, sort, who, more, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.route == p.route && r.act == p.act && applies(r.roles, r.tenant, r.own, r.scopes, \
    r.strength, r.id, p.sort, p.who, p.more)
"""


def with_cedar(asked: Mapping[str, Any]) -> Judge:
    """Cedar's engine with the whole policy set."""
    sources = [(Path(name), text.encode()) for name, text in asked["files"].items()]
    configuration = load_sources(sources, all_sections(), root=Path("/srv/bench"))
    world = Wanted.of(configuration).world
    texts = [text for name, text in asked["files"].items() if name.endswith(".cedar")]
    policies = parse("\n".join(texts), Path("all.cedar"))
    engine = Engine(policies, schema=schema(world), roles=world.roles)
    places = Compiler((), world)

    def judge(method: str, path: str, headers: Headers) -> bool:
        version, tenant, _, item = path.strip("/").split("/")
        route = world.routes[f"route-{version[1:]}"]
        texts: dict[Word, str] = {
            word: headers[name]
            for word, name in HEADERS.items()
            if isinstance(word, Text) and name in headers
        }
        now = int(time.time())
        request = Request(
            words=texts | {Parameter("tenant"): tenant, Parameter("id"): item},
            sets={Several.ROLES: frozenset(headers.get(HEADERS[Several.ROLES], "").split(","))},
            now=now,
            proven=int(headers.get(PROVEN_HEADER, now)),  # the edge tells it where policies ask
            address=ip_address("127.0.0.1"),
        )
        place = places.place(route, route.hosts[0], method)
        return engine.decide(Question(kind=Kind.USER, place=place, request=request)).allowed

    return judge


def with_casbin(asked: Mapping[str, Any]) -> Judge:
    """Casbin's enforcer that looks rules up by route and action first, then tries each."""
    model = FastModel([0, 1])
    model.load_model_from_text(_MODEL)
    enforcer = casbin.FastEnforcer(model, cache_key_order=[0, 1])
    enforcer.add_function("applies", _applies)
    enforcer.add_policies(asked["rules"])

    def judge(method: str, path: str, headers: Headers) -> bool:
        version, tenant, _, item = path.strip("/").split("/")
        found: bool = enforcer.enforce(
            f"route-{version[1:]}",
            "read" if method == "GET" else "write",
            headers.get(HEADERS[Several.ROLES], "").split(","),
            headers.get(HEADERS[Text.TENANT], ""),
            tenant,
            headers.get(HEADERS[Several.SCOPES], "").split(" "),
            headers.get(HEADERS[Text.STRENGTH], ""),
            item,
        )
        return found

    return judge


def _applies(
    roles: list[str],
    tenant: str,
    own: str,
    scopes: list[str],
    strength: str,
    item: str,
    sort: str,
    who: str,
    more: str,
) -> bool:
    """What the four sorts of policies in ``bench.access`` say."""
    match sort:
        case "role":
            return who in roles and tenant == own
        case "scope":
            return who == tenant and more in scopes
        case "tenant":
            return who == tenant and strength not in {"", "single"}
    return who in roles and item.startswith(more)


def by_ext_authz(port: int) -> Callable[[dict[str, Json]], None]:
    """A change to an edge's files: whatever gets to the router is asked about first."""
    cluster = {
        "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
        "name": "asked",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": "asked", "endpoints": [{"lb_endpoints": [_at(port)]}]},
    }
    ask = extension(
        "bench.asked",
        "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
        http_service={
            "server_uri": {"uri": "http://asked", "cluster": "asked", "timeout": "10s"},
        },
        allowed_headers={"patterns": [{"prefix": "x-ringwall-"}]},
    )

    def change(files: dict[str, Json]) -> None:
        files["cds.json"]["resources"].append(cluster)
        for listener in files["lds.json"]["resources"]:
            for chain in listener["filter_chains"]:
                for one in chain["filters"]:
                    filters = one["typed_config"].get("http_filters")
                    if filters is not None:
                        filters.insert(-1, ask)

    return change


def _at(port: int) -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return {"endpoint": {"address": address}}


JUDGES: Final[Mapping[str, Callable[[Mapping[str, Any]], Judge]]] = {
    "cedar": with_cedar,
    "casbin": with_casbin,
}


class _Answering(asyncio.Protocol):
    """One connection of Envoy's, whose requests have no bodies."""

    def __init__(self, judge: Judge) -> None:
        self._judge, self._rest = judge, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for head in heads:
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            headers = dict(line.split(": ", 1) for line in lines if ": " in line)
            status = "200 OK" if self._judge(method, path, headers) else "403 Forbidden"
            self._transport.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())


async def serve(judge: Judge, port: int) -> None:
    """Answer until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(_Answering, judge), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    sort, port, folder = sys.argv[1:]
    judged_by = JUDGES[sort](json.loads((Path(folder) / ASKED).read_text()))
    asyncio.run(serve(judged_by, int(port)))
