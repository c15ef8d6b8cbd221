"""Which route a URL leads to: the same that the edge takes."""

import pytest

from ringwall.gateway.destinations import NowhereError, by_name, by_url, normalised
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

TEXT = """
version: 1
edge:
  hosts: {id.example: {}, api.example: {}, "*.app.example": {}}
identity: {host: id.example, tenant_hosts: "*.app.example"}
services:
  orders: {addresses: ["127.0.0.1:7001"], owner: ada, tls: none, classification: internal}
routes:
  - {name: all, hosts: [api.example, "*.app.example"], path: /**, service: orders}
  - {name: order, hosts: [api.example], path: "/v1/{tenant}/orders/{id}", service: orders}
  - {name: events, hosts: [api.example], path: "/v1/{tenant}/orders/events", service: orders}
  - {name: place, hosts: [api.example], path: "/v1/{t}/orders/{o}", methods: [POST],
     service: orders}
"""


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    return Wanted.of(load_text(TEXT, all_sections()))


@pytest.mark.parametrize(
    ("method", "url", "route", "parameters"),
    [
        ("GET", "https://api.example/", "all", {}),
        ("GET", "api.example:8443/v1/north/orders/7?x=/", "order", {"tenant": "north", "id": "7"}),
        ("HEAD", "https://API.example/v1/north/orders/events", "events", {"tenant": "north"}),
        ("POST", "https://api.example/v1/north/orders/7", "place", {"t": "north", "o": "7"}),
        (
            "GET",
            "https://api.example/v1//north/x/../orders/%37",
            "order",
            {"tenant": "north", "id": "7"},
        ),
        ("GET", "https://api.example/v1/north/orders/7/", "all", {}),
    ],
)
def test_the_most_specific_route_is_found(
    wanted: Wanted, method: str, url: str, route: str, parameters: dict[str, str]
) -> None:
    found = by_url(wanted, method, url)
    assert (found.route.name, found.parameters) == (route, parameters)


def test_a_tenants_host_names_its_tenant(wanted: Wanted) -> None:
    found = by_url(wanted, "GET", "https://north.app.example/x")
    assert (found.host, found.host_tenant) == ("*.app.example", "north")
    assert by_name(wanted, "all", "GET", host="south.app.example").host_tenant == "south"
    assert by_name(wanted, "all", None).host_tenant is None


@pytest.mark.parametrize(
    ("method", "url", "said"),
    [
        ("GET", "https://other.example/", "answers for no host"),
        ("GET", "https://a.north.app.example/", "answers for no host"),
        ("DELETE", "https://api.example/x", "405"),
        ("GET", "https://id.example/x", "404"),
        ("GET", "https://api.example/a%2fb", "400"),
    ],
)
def test_what_leads_nowhere_says_what_the_edge_answers(
    wanted: Wanted, method: str, url: str, said: str
) -> None:
    with pytest.raises(NowhereError, match=said):
        by_url(wanted, method, url)


def test_paths_are_normalised_as_the_edge_does() -> None:
    paths = ("/a//b", "/a/./b/../c", "/a/..", "/../x", "/a/b/", "/%7ea%c3", "/")
    assert [normalised(one) for one in paths] == [
        "/a/b",
        "/a/c",
        "/",
        "/x",
        "/a/b/",
        "/~a%C3",
        "/",
    ]
