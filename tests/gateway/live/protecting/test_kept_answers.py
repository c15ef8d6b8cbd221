"""Answers that are asked for once, and what is never given to anybody else."""

import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.gateway.live.peers import Identities, ask_over
from tests.gateway.live.protecting.scene import Services, at_once, kept
from tests.gateway.live.stage import Stage
from tests.gateway.live.upstream import Exchange

from ringwall.gateway.envoy.caching import MARK
from ringwall.gateway.layout import EDGE

pytestmark = pytest.mark.e2e


def test_one_asks_for_all_that_want_the_same(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    def slow(exchange: Exchange) -> None:
        time.sleep(1)
        kept()(exchange)

    services.shop.answer = slow
    found = at_once(stage, 30, "/kept/cold?page=2")
    assert {(one.status_code, one.text) for one in found} == {(200, "for all")}
    assert services.shop.seen == {"GET /kept/cold?page=2": 1}
    # The edge's own headers come with what is kept too.
    again = client.get("/kept/cold?page=2")
    assert again.headers["x-content-type-options"] == "nosniff"
    assert int(again.headers["age"]) >= 0
    assert services.shop.total == 1


def test_nobody_gets_what_is_for_somebody_else(client: httpx.Client, services: Services) -> None:
    told: list[dict[str, str]] = []

    def personal(exchange: Exchange) -> None:
        told.append({name.lower(): value for name, value in exchange.headers.items()})
        kept(f"for number {len(told)}".encode(), set_cookie=f"who={len(told)}")(exchange)

    services.shop.answer = personal
    mine = {"cookie": "who=ann", "authorization": "Bearer a.b.c", "x-api-key": "k"}
    first = client.get("/kept/mine", headers=mine)
    client.cookies.clear()
    second = client.get("/kept/mine")
    assert first.text == "for number 1"
    assert second.text == "for number 2"  # what sets a cookie was not kept
    assert second.headers["set-cookie"] == "who=2"
    for one in told:  # and the service could not tell who asked
        assert not one.keys() & {"cookie", "authorization", "x-api-key", "x-forwarded-for"}
        assert not [name for name in one if name.startswith(("x-ringwall", "x-envoy"))]
    client.cookies.clear()
    services.shop.answer = kept()
    assert client.get("/kept/other", headers=mine).text == "for all"
    services.shop.answer = kept(b"changed")
    assert client.get("/kept/other").text == "for all"


def test_a_service_is_told_nothing_by_which_answers_could_differ(
    client: httpx.Client, services: Services
) -> None:
    told: list[dict[str, str]] = []

    def noting(exchange: Exchange) -> None:
        told.append({name.lower(): value for name, value in exchange.headers.items()})
        kept()(exchange)

    services.shop.answer = noting
    mine = {
        "accept": "application/json",
        "accept-encoding": "zstd",
        "accept-language": "de",
        "api-key": "k",
        "origin": "https://elsewhere.example",
        "proxy-authorization": "Basic YTpi",
        "referer": "https://app.localhost/open/ann",
        "user-agent": "telephone",
        "x-auth-token": "t",
        "x-forwarded-host": "elsewhere.example",
        "x-ringwall-user": "ann",
    }
    assert client.get("/kept/told", headers=mine).text == "for all"
    (one,) = told
    assert one == {
        "host": "app.localhost",
        "accept": "*/*",
        "user-agent": "ringwall",
        "x-forwarded-proto": "https",
    }
    client.get("/open/told", headers=mine)  # elsewhere all of that is the service's own affair
    assert told[1]["accept-language"] == "de"
    assert told[1]["x-auth-token"] == "t"


@pytest.mark.parametrize(
    "given",
    [
        {"cache_control": "private, max-age=60"},
        {"cache_control": "no-store"},
        {"cache_control": ""},
        {"vary": "accept-language"},
        {"set_cookie": "a=b"},
    ],
    ids=["private", "no-store", "silent", "varies", "cookie"],
)
def test_what_the_service_does_not_give_to_all_is_not_kept(
    client: httpx.Client, services: Services, given: dict[str, str], request: Any
) -> None:
    services.shop.answer = kept(b"for all", **given)
    path = f"/kept/{request.node.callspec.id}"
    for _ in range(3):
        assert client.get(path).text == "for all"
    assert services.shop.seen == {f"GET {path}": 3}


def test_only_what_was_declared_is_kept(client: httpx.Client, services: Services) -> None:
    services.shop.answer = kept()
    for path in ("/kept/x?other=1", "/kept/x?page=1&other=1", f"/kept/x?q={'y' * 65}", "/open/x"):
        for _ in range(2):
            client.get(path)
        assert services.shop.seen.pop(f"GET {path}") == 2
    client.post("/kept/x")
    client.post("/kept/x")
    assert services.shop.seen == {"POST /kept/x": 2}
    services.shop.seen.clear()
    # Whatever a client asks of a cache, it does not make the service do it again.
    for forced in ({}, {"cache-control": "no-cache"}, {"if-none-match": '"x"'}, {"pragma": "x"}):
        assert client.get("/kept/x?q=a&page=1", headers=forced).status_code == 200
    assert client.head("/kept/x?q=a&page=1").status_code == 200
    assert services.shop.seen == {"GET /kept/x?q=a&page=1": 1}


@pytest.mark.parametrize("body", [b"x", [b"x"], [b""]], ids=["length", "chunks", "no length"])
def test_nobody_makes_a_service_work_by_a_body_that_it_does_not_need(
    client: httpx.Client, services: Services, body: bytes | list[bytes]
) -> None:
    services.shop.answer = kept()
    for _ in range(3):
        assert client.request("GET", "/kept/with-body", content=body).status_code == 400
    assert services.shop.total == 0
    assert client.request("GET", "/kept/with-body", content=b"").text == "for all"
    assert client.request("GET", "/open/with-body", content=body).status_code == 200


def test_no_service_fills_the_cache_for_others(
    stage: Stage, client: httpx.Client, services: Services, tmp_path: Path
) -> None:
    own = Identities(stage.state, tmp_path)
    found = {one.cluster: one.address for one in stage.gateway().admin(EDGE).upstreams()}
    port = int(found["shop"].rpartition(":")[2])
    services.shop.answer = kept(b"planted")
    context, marked = own.context(own.of("busy")), {MARK: "1", "host": "app.localhost"}
    assert ask_over(port, context, "/kept/planted", host="app.localhost")[0] == 200
    assert services.shop.total == 1
    assert ask_over(port, context, "/kept/planted", **marked)[0] == 403
    assert services.shop.total == 1
    services.shop.answer = kept()
    assert client.get("/kept/planted").text == "for all"


def test_one_that_hangs_does_not_hold_up_those_who_come_later(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    over = threading.Event()

    def late(exchange: Exchange) -> None:
        over.wait(20)
        kept(b"late")(exchange)

    services.shop.answer = late
    try:
        assert {one.status_code for one in at_once(stage, 5, "/kept/hangs")} <= {503, 504, 408}
        assert services.shop.total <= 2
    finally:
        services.shop.answer = kept(b"back")
        over.set()
    stage.wait(lambda: client.get("/kept/hangs").text in {"back", "late"}, within=5)
