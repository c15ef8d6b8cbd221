"""What templates mean to Ringwall is what they mean to Envoy, asked of a real one."""

import itertools
import random
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.gateway.live.lone import lone_envoy
from tests.gateway.live.upstream import Upstream
from tests.ports import free_port

from ringwall.gateway.config import Edge, HostSettings, Route
from ringwall.gateway.envoy import http, listeners, overload
from ringwall.gateway.envoy.access_log import Files, file_logs
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.routes import route_table
from ringwall.gateway.paths import PathTemplate, parse_template
from ringwall.inventory.config import Service
from ringwall.runtime.configuration import Address

pytestmark = pytest.mark.e2e

WORDS = ("a", "b", "a.b", "%C3%A9", "(a)$", "{x}")


def _named(parts: tuple[str, ...], last: str) -> str:
    numbered = (f"{{v{n}}}" if part == "{x}" else part for n, part in enumerate(parts))
    return "/" + "/".join([*numbered, last])


TEMPLATES = [
    _named(parts, last)
    for depth in range(3)
    for parts in itertools.product(WORDS[:2] + WORDS[-1:] if depth == 2 else WORDS, repeat=depth)
    for last in ("a", "b", "a.b", "{last}", "", "**")
]
SAMPLES = 60
"""How many hosts have several templates, besides those that have one each."""


def _hosts() -> dict[str, list[PathTemplate]]:
    parsed = [parse_template(text) for text in TEMPLATES]
    hosts = {f"only{n}.test": [one] for n, one in enumerate(parsed)}
    chosen = random.Random(4)  # the same tables in every run
    for number in range(SAMPLES):
        hosts[f"some{number}.test"] = chosen.sample(parsed, chosen.randint(2, 12))
    return hosts


HOSTS = _hosts()
PARTS = st.sampled_from(
    ["a", "b", "a.b", "axb", "(a)$", "%28a%29$", "%C3%A9", "%c3%A9", "%20", "A", "aa", "x;y", "{x}"]
)
PATHS = st.builds(
    lambda parts, last: "/" + "/".join([*parts, last]),
    st.lists(PARTS, max_size=3),
    st.one_of(PARTS, st.just("")),
)


def _bootstrap(folder: Path, port: int, upstream: str) -> dict[str, object]:
    edge = Edge(
        hosts=dict.fromkeys(HOSTS, HostSettings()), listen=Address.parse(f"127.0.0.1:{port}")
    )
    service = Service(addresses=(Address.parse(upstream),), owner="tests")
    table = [
        Route(
            name=f"r{number}-{TEMPLATES.index(template.text)}",
            hosts=(host,),
            path=template.text,
            service="it",
            response_headers={"x-template": template.text},
        )
        for number, (host, templates) in enumerate(HOSTS.items())
        for template in templates
    ]
    routes = route_table(
        "all", edge=edge, hosts=list(HOSTS), routes=table, services={"it": service}
    )
    manager = http.edge_manager(
        stat_prefix="all",
        limits=edge.limits,
        tls=False,
        trusted_hops=0,
        logs=file_logs(Files(str(folder / "access.jsonl"), str(folder / "strangers.jsonl"))),
        routes={"rds": {"route_config_name": "all", "config_source": {}}},
        filters=[http.route_slot()],
    )
    chain = listeners.plain_chain(manager)
    return Rendering(
        bootstrap={
            "node": {"id": "templates", "cluster": "tests"},
            "layered_runtime": overload.runtime_layers({}),
        },
        clusters=(local_cluster("it", service.addresses[0]),),
        listeners=(listeners.listener("all", edge.listen, chains=[chain]),),
        tables={"all": routes},
    ).static()


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    """A connection to an Envoy that has all the tables."""
    folder, port = tmp_path_factory.mktemp("templates"), free_port()
    with Upstream("it") as upstream:
        bootstrap = _bootstrap(folder, port, upstream.address)
        with lone_envoy(folder, port, bootstrap) as made:
            yield made


def _expected(host: str, path: str) -> str | None:
    covering = [one for one in HOSTS[host] if one.matches(path)]
    return min(covering, key=lambda one: one.order).text if covering else None


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(host=st.sampled_from(sorted(HOSTS)), path=PATHS, query=st.sampled_from(["", "?a/b", "?"]))
@example(host="some0.test", path="/", query="?/a")
def test_envoy_routes_as_templates_match(
    connection: HTTPConnection, host: str, path: str, query: str
) -> None:
    connection.request("GET", path + query, headers={"host": host})
    answer = connection.getresponse()
    answer.read()
    assert answer.status in {200, 404}
    assert answer.getheader("x-template") == _expected(host, path)


@pytest.mark.parametrize(
    ("path", "last"), [("/%61", "a"), ("/a%2Eb", "a.b"), ("/%7E", None), ("/x/..%2f", None)]
)
def test_what_envoy_unescapes_is_matched_as_what_it_says(
    connection: HTTPConnection, path: str, last: str | None
) -> None:
    host = f"only{TEMPLATES.index('/' + (last or 'a'))}.test"
    connection.request("GET", path, headers={"host": host})
    answer = connection.getresponse()
    answer.read()
    assert answer.getheader("x-template") == (last and f"/{last}")


def test_every_template_is_reached_by_a_path_of_its_own(connection: HTTPConnection) -> None:
    """So that the test above cannot pass by everything being unknown."""
    for host, (template, *_) in HOSTS.items():
        if not host.startswith("only"):
            continue
        path = template.text.replace("**", "x/y")
        for name in template.variables:
            path = path.replace(f"{{{name}}}", "some-thing")
        connection.request("GET", path, headers={"host": host})
        answer = connection.getresponse()
        answer.read()
        assert answer.getheader("x-template") == template.text, path
