"""What visitors get of a service that is worked on, or gone."""

import threading
from typing import Any

import httpx
import pytest
from tests.gateway.live.protecting.scene import PAGE, Services, kept, named
from tests.gateway.live.stage import Stage
from tests.gateway.live.upstream import Exchange, hang_up, reply, status

pytestmark = pytest.mark.e2e


def test_what_is_worked_on_says_so_to_everybody(client: httpx.Client, services: Services) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = client.request(method, "/closed/x", headers={"sec-fetch-mode": "navigate"})
        assert answer.status_code == 503  # and nobody is sent to sign in first
        assert answer.text == ("" if method == "HEAD" else PAGE)
        assert answer.headers["retry-after"] == "Tue, 01 Jan 2030 06:00:00 GMT"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if "envoy" in name]
    assert client.request("PUT", "/closed/x").status_code == 405
    assert services.shop.total == 0


def test_maintenance_leaves_all_else_alone(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    assert client.get("/open/x").text == "shop"
    out = client.post("/.ringwall/sign-out")
    assert (out.status_code, out.text) == (299, "/.ringwall/sign-out")  # Ringwall's own process
    assert stage.is_ready()  # the edge finds the service healthy
    assert services.shop.seen == {"GET /open/x": 1}


@pytest.mark.parametrize(
    "sick", [status(503), status(502), status(504), hang_up], ids=["503", "502", "504", "cut"]
)
def test_a_sick_service_is_answered_for(
    client: httpx.Client, services: Services, sick: Any
) -> None:
    services.shop.answer = sick
    answer = client.get("/shown/x")
    assert (answer.status_code, answer.text) == (503, "closed today")
    assert answer.headers["retry-after"] == "90"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    other = client.get("/likely/x")
    assert (other.status_code, other.json()) == (200, {"likely": []})
    assert other.headers["content-type"] == "application/json"
    assert "retry-after" not in other.headers
    # Where nothing is said, nothing changes.
    assert client.get("/open/x").text != "closed today"


def test_a_service_that_says_more_is_left_alone(client: httpx.Client, services: Services) -> None:
    services.shop.answer = lambda exchange: reply(exchange, 503, b"my own", retry_after="7")
    answer = client.get("/shown/x")
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (503, "my own", "7")
    services.shop.answer = status(500)
    assert client.get("/shown/x").text == "the service's own words"
    services.shop.answer = status(404)
    assert client.get("/shown/x").status_code == 404


def test_a_dead_service_is_answered_for_until_it_is_back(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    services.shop.answer = kept(b"from before")
    assert client.get("/kept/dead").text == "from before"
    services.shop.answer = named(services.shop)
    services.shop.stop()
    try:
        assert client.get("/kept/dead").text == "from before"
        assert {client.get("/shown/x").text for _ in range(10)} == {"closed today"}
        assert client.get("/likely/x").status_code == 200
        assert client.get("/open/x").text == "503 Service Unavailable\n"
    finally:
        services.shop.start()
    stage.wait(lambda: client.get("/shown/x").text == "shop")


def test_a_hanging_service_is_answered_for(client: httpx.Client, services: Services) -> None:
    over = threading.Event()

    def late(exchange: Exchange) -> None:
        over.wait(10)
        reply(exchange, 200, b"late")

    services.shop.answer = late
    try:
        assert client.get("/shown/x").text == "closed today"
    finally:
        over.set()
