"""The shop as it is run: APIs, streams, what survives a kill. Pages are in test_shop_pages."""

import json
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import unix_connect

from .conftest import Shop

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
T = TypeVar("T")


def wanted(sku: str = "ash-chair", quantity: int = 1, **more: object) -> Json:
    return {"reference": "Room 4", "lines": [{"sku": sku, "quantity": quantity}], **more}


def place(
    client: httpx.Client, body: object, *, tenant: str = "north", key: str = ""
) -> httpx.Response:
    headers = {"idempotency-key": key or uuid4().hex}
    return client.post(f"/v1/{tenant}/orders", json=body, headers=headers)


def problem(response: httpx.Response, status: int) -> Json:
    """Return a problem body after checking that it is one (RFC 9457)."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: Json = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def eventually(look: Callable[[], T | None], *, within: float = 15) -> T:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def invoices(shop: Shop, tenant: str = "north") -> list[Json]:
    found: list[Json] = (
        shop.client("billing").get(f"/v1/{tenant}/invoices?limit=100").json()["invoices"]
    )
    return found


def test_an_order_is_charged_and_its_invoice_stands_at_billing(shop: Shop) -> None:
    orders, billing = shop.client("orders"), shop.client("billing")
    before = orders.get("/v1/north/stock").json()["stock"]["ash-chair"]

    response = place(orders, wanted(quantity=2))

    assert response.status_code == 201, response.text
    order = response.json()
    assert (order["status"], order["total_cents"]) == ("paid", 37000)
    assert response.headers["location"] == f"/v1/north/orders/{order['id']}"
    assert orders.get(response.headers["location"]).json() == order
    assert orders.get("/v1/north/orders").json()["orders"][0] == order
    invoice = billing.get(f"/v1/north/invoices/{order['invoice']['id']}").json()
    assert (invoice["order_id"], invoice["amount_cents"]) == (order["id"], 37000)
    assert (invoice["status"], invoice["number"]) == ("paid", order["invoice"]["number"])
    assert orders.get("/v1/north/stock").json()["stock"]["ash-chair"] == before - 2


def test_cancelling_gives_money_and_stock_back_once(shop: Shop) -> None:
    orders, billing = shop.client("orders"), shop.client("billing")
    before = orders.get("/v1/south/stock").json()["stock"]["clay-pot"]
    order = place(orders, wanted("clay-pot", 3), tenant="south").json()

    for _ in range(2):
        response = orders.post(f"/v1/south/orders/{order['id']}/cancel")
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")

    assert orders.get("/v1/south/stock").json()["stock"]["clay-pot"] == before
    invoice = billing.get(f"/v1/south/invoices/{order['invoice']['id']}").json()
    assert invoice["status"] == "credited"
    delivered = next(
        o for o in orders.get("/v1/south/orders").json()["orders"] if o["status"] == "delivered"
    )
    problem(orders.post(f"/v1/south/orders/{delivered['id']}/cancel"), 409)


def test_a_delivered_order_is_refunded_once(shop: Shop) -> None:
    orders = shop.client("orders")
    several = orders.get("/v1/south/orders").json()["orders"]
    delivered = next(one for one in several if one["status"] == "delivered")
    before = orders.get("/v1/south/stock").json()["stock"]
    line = delivered["lines"][0]
    for _ in range(2):
        response = orders.post(f"/v1/south/orders/{delivered['id']}/refund")
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    after = orders.get("/v1/south/stock").json()["stock"]
    assert after[line["sku"]] == before[line["sku"]] + line["quantity"]
    paid = place(orders, wanted("clay-pot", 1), tenant="south").json()
    problem(orders.post(f"/v1/south/orders/{paid['id']}/refund"), 409)
    problem(orders.post(f"/v1/north/orders/{delivered['id']}/refund"), 404)


def test_another_tenants_things_are_not_there(shop: Shop) -> None:
    orders, billing = shop.client("orders"), shop.client("billing")
    order = place(orders, wanted()).json()
    charge_id = billing.get(f"/v1/north/invoices/{order['invoice']['id']}").json()["charge_id"]

    missing = [
        orders.get(f"/v1/south/orders/{order['id']}"),
        orders.post(f"/v1/south/orders/{order['id']}/cancel"),
        orders.get("/v1/nobody/orders"),
        billing.get(f"/v1/south/invoices/{order['invoice']['id']}"),
        billing.post(f"/v1/south/charges/{charge_id}/refund"),
        billing.get("/v1/nobody/invoices"),
    ]

    never = orders.get("/v1/south/orders/ord-0000000000000000")
    for response in missing:
        assert problem(response, 404) == problem(never, 404)
    numbers = {o["id"] for o in orders.get("/v1/south/orders?limit=100").json()["orders"]}
    assert order["id"] not in numbers
    assert orders.get(f"/v1/north/orders/{order['id']}").json()["status"] == "paid"
    problem(place(orders, wanted("oak-table"), tenant="south"), 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ringwall-tenant": "south"},
        {"host": "south.shop.localhost"},
        {"host": "north.shop.localhost", "x-ringwall-tenant": "south"},
        {"host": "north.shop.localhost", "x-ringwall-tenant": "nobody"},
        {"host": "north.shop.localhost", "x-ringwall-tenant": ""},
    ],
)
def test_the_path_must_be_the_callers_tenant(shop: Shop, headers: dict[str, str]) -> None:
    for service, what in (("orders", "orders"), ("orders", "stock"), ("billing", "invoices")):
        problem(shop.client(service).get(f"/v1/north/{what}", headers=headers), 404)


def test_the_verified_header_wins_over_the_host(shop: Shop) -> None:
    headers = {"host": "south.shop.localhost", "x-ringwall-tenant": "north"}
    assert shop.client("orders").get("/v1/north/orders", headers=headers).status_code == 200
    twice = [("x-ringwall-tenant", "north"), ("x-ringwall-tenant", "north")]
    problem(shop.client("orders").get("/v1/north/orders", headers=twice), 404)


def test_the_same_key_is_the_same_order(shop: Shop) -> None:
    orders, key = shop.client("orders"), uuid4().hex

    first = place(orders, wanted(), key=key)
    again = place(orders, wanted(), key=key)
    other = place(orders, wanted(quantity=2), key=key)
    elsewhere = place(orders, wanted("clay-pot"), tenant="south", key=key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert problem(other, 422)["type"].endswith(":idempotency-key-reused")
    assert elsewhere.status_code == 201
    charged = [i for i in invoices(shop) if i["order_id"] == first.json()["id"]]
    assert len(charged) == 1


def test_the_same_key_at_the_same_time_is_the_same_order(shop: Shop) -> None:
    key = uuid4().hex
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: place(shop.client("orders"), wanted(), key=key), range(8))
        )
    assert {a.json()["id"] for a in answers} == {answers[0].json()["id"]}
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len([i for i in invoices(shop) if i["order_id"] == answers[0].json()["id"]]) == 1


def test_a_charge_is_idempotent_too(shop: Shop) -> None:
    billing, headers = shop.client("billing"), {"idempotency-key": uuid4().hex}
    body = {"order_id": "ord-x", "description": "Order", "amount_cents": 500, "currency": "EUR"}
    first = billing.post("/v1/north/charges", json=body, headers=headers)
    again = billing.post("/v1/north/charges", json=body, headers=headers)
    other = billing.post("/v1/north/charges", json=body | {"amount_cents": 501}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    problem(other, 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reference"),
        (wanted(reference=""), "reference"),
        (wanted(reference="x" * 81), "reference"),
        (wanted(reference="tab\there"), "reference"),
        (wanted(reference="\ud800"), "reference"),
        (wanted(reference=7), "reference"),
        (wanted(note="x" * 501), "note"),
        (wanted(lines=[]), "lines"),
        (wanted(lines=[1]), "lines"),
        (wanted(lines=[{"sku": "ash-chair", "quantity": 1}] * 51), "lines"),
        (wanted(quantity=0), "lines[0].quantity"),
        (wanted(quantity=-1), "lines[0].quantity"),
        (wanted(quantity=True), "lines[0].quantity"),
        (wanted(quantity=100), "lines[0].quantity"),
        (wanted("no-such-thing"), "lines[0].sku"),
        (wanted(lines=[{"sku": "ash-chair", "quantity": 1}] * 2), "lines[1].sku"),
        (wanted(colour="red"), "colour"),
        (wanted(expected_total_cents="1"), "expected_total_cents"),
    ],
)
def test_a_bad_field_is_named(shop: Shop, body: Json, field: str) -> None:
    orders = shop.client("orders")
    before = orders.get("/v1/north/orders").json()
    headers = {"idempotency-key": uuid4().hex, "content-type": "application/json"}
    # json.dumps writes lone surrogates as escapes, as an attacker would.
    response = orders.post("/v1/north/orders", content=json.dumps(body), headers=headers)
    assert field in {error["field"] for error in problem(response, 422)["errors"]}
    assert orders.get("/v1/north/orders").json() == before


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"\xff", {}, 400),
        (b"[" * 60_000, {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"idempotency-key": ""}, 400),
        (b"{}", {"idempotency-key": "short"}, 400),
        (b" " * 70_000, {}, 413),
    ],
)
def test_a_bad_body_is_refused(
    shop: Shop, content: bytes, headers: dict[str, str], status: int
) -> None:
    usual = {"content-type": "application/json", "idempotency-key": uuid4().hex}
    for service, path in (("orders", "orders"), ("billing", "charges")):
        response = shop.client(service).post(
            f"/v1/north/{path}", content=content, headers=usual | headers
        )
        problem(response, status)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=-1", "page=2"])
def test_a_bad_page_is_refused(shop: Shop, query: str) -> None:
    problem(shop.client("orders").get(f"/v1/north/orders?{query}"), 422)
    problem(shop.client("billing").get(f"/v1/north/invoices?{query}"), 422)


def test_lists_come_in_pages(shop: Shop) -> None:
    orders = shop.client("orders")
    everything = orders.get("/v1/south/orders?limit=100").json()["orders"]
    first = orders.get("/v1/south/orders?limit=2").json()["orders"]
    rest = orders.get(f"/v1/south/orders?limit=100&before={first[-1]['number']}").json()["orders"]
    assert first + rest == everything


def test_unknown_paths_and_methods_are_problems(shop: Shop) -> None:
    for service in ("orders", "billing"):
        problem(shop.client(service).get("/v1"), 404)
        problem(shop.client(service).put("/healthz"), 405)


def test_what_is_not_in_stock_or_changed_its_price_is_refused(shop: Shop) -> None:
    orders = shop.client("orders")
    sold_out = problem(place(orders, wanted("coat-stand")), 409)
    assert sold_out["type"].endswith(":out-of-stock")
    assert sold_out["errors"] == [{"field": "lines[0].quantity", "detail": "Coat stand: 0 left"}]
    changed = problem(place(orders, wanted(expected_total_cents=18499)), 409)
    assert changed["type"].endswith(":price-changed")
    assert place(orders, wanted(expected_total_cents=18500)).status_code == 201


def test_stock_is_never_sold_twice(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: place(shop.client("orders"), wanted("oak-bench")), range(8))
        )
    assert sorted(a.status_code for a in answers) == [201] * 3 + [409] * 5


def test_a_charge_above_the_limit_declines_the_order_and_frees_its_stock(shop: Shop) -> None:
    orders = shop.client("orders")
    before = orders.get("/v1/north/stock").json()
    lines = [{"sku": "oak-table", "quantity": 14}, {"sku": "wool-rug", "quantity": 8}]
    refused = problem(place(orders, wanted(lines=lines)), 422)
    assert refused["type"].endswith(":declined")
    assert orders.get("/v1/north/orders").json()["orders"][0]["status"] == "declined"
    assert orders.get("/v1/north/stock").json() == before


@contextmanager
def event_stream(shop: Shop, tenant: str, **headers: str) -> Iterator[Iterator[Json]]:
    with (
        shop.new_client("orders") as client,
        client.stream("GET", f"/v1/{tenant}/orders/events", headers=headers) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines).startswith("retry:")

        def read() -> Iterator[Json]:
            event: Json = {}
            for line in lines:
                name, _, value = line.partition(": ")
                if name == "data":
                    event |= json.loads(value)
                elif name in {"id", "event"}:
                    event[name] = value
                elif not line and event:
                    yield event
                    event = {}

        yield read()


def test_events_arrive_as_they_happen_and_only_ones_own(shop: Shop) -> None:
    with event_stream(shop, "north") as events:
        place(shop.client("orders"), wanted("clay-pot"), tenant="south")
        order = place(shop.client("orders"), wanted()).json()
        first, second = next(events), next(events)
    assert (first["type"], second["type"]) == ("order.pending", "order.paid")
    assert first["order"]["id"] == second["order"]["id"] == order["id"]
    assert second["order"] == order

    with event_stream(shop, "north", **{"last-event-id": first["id"]}) as missed:
        assert next(missed) == second


def test_stock_is_told_as_it_changes(shop: Shop) -> None:
    url, path = "ws://north.shop.localhost/v1/north/stock", str(shop.socket("orders"))
    with unix_connect(path, url, origin="http://north.shop.localhost") as socket:
        stock = json.loads(socket.recv(timeout=10))["stock"]
        assert set(stock) >= {"oak-table", "coat-stand"}
        socket.send("whatever a client may say")
        place(shop.client("orders"), wanted("clay-pot"), tenant="south")
        place(shop.client("orders"), wanted("reading-lamp", 2))
        change = json.loads(socket.recv(timeout=10))
        assert change == {"stock": {"reading-lamp": stock["reading-lamp"] - 2}}


@pytest.mark.parametrize(
    ("url", "origin", "status"),
    [
        ("ws://orders/v1/nobody/stock", None, 404),
        ("ws://south.shop.localhost/v1/north/stock", None, 404),
        ("ws://north.shop.localhost/v1/north/stock", "http://south.shop.localhost", 403),
        ("ws://north.shop.localhost/v1/north/stock", "null", 403),
    ],
)
def test_a_socket_for_somebody_else_is_refused(
    shop: Shop, url: str, origin: str | None, status: int
) -> None:
    with (
        pytest.raises(InvalidStatus) as refusal,
        unix_connect(str(shop.socket("orders")), url, origin=origin),
    ):
        pass
    assert refusal.value.response.status_code == status


def test_kill_9_loses_no_acknowledged_order_and_charges_each_once(own_shop: Shop) -> None:
    shop = own_shop
    shop.start("billing")
    shop.start("orders")
    pot, keys = wanted("clay-pot"), [uuid4().hex for _ in range(200)]
    acknowledged: dict[str, str] = {}
    enough = threading.Event()

    def customer(mine: list[str]) -> None:
        with closing(HTTPConnection("orders")) as line:
            line.sock = socket.socket(socket.AF_UNIX)
            line.sock.connect(str(shop.socket("orders")))
            for key in mine:
                headers = {"content-type": "application/json", "idempotency-key": key}
                try:
                    line.request("POST", "/v1/south/orders", json.dumps(pot), headers)
                    answer = line.getresponse()
                    body = answer.read()
                except (OSError, HTTPException):
                    return
                if answer.status == 201:
                    acknowledged[key] = json.loads(body)["id"]
                # By whoever has the last of these: others have more under way, and go on at once.
                if len(acknowledged) >= 10 and not enough.is_set():
                    enough.set()
                    shop.processes["orders"].kill()

    with ThreadPoolExecutor(4) as customers:
        running = [customers.submit(customer, keys[at::4]) for at in range(4)]
        assert enough.wait(30)
        assert shop.processes["orders"].wait(timeout=10) == -signal.SIGKILL
        for one in running:
            one.result()
    assert len(acknowledged) < 64, "the kill came after the last order: it proved nothing"

    shop.start("orders")

    orders = shop.client("orders")
    for key, order_id in acknowledged.items():
        kept = orders.get(f"/v1/south/orders/{order_id}").json()
        assert kept["status"] == "paid"
        again = place(orders, pot, tenant="south", key=key)
        assert (again.status_code, again.json()["id"]) == (200, order_id)

    def all_settled() -> list[Json] | None:
        found: list[Json] = orders.get("/v1/south/orders?limit=100").json()["orders"]
        return None if any(order["status"] == "pending" for order in found) else found

    settled = eventually(all_settled)
    charged = [invoice["order_id"] for invoice in invoices(shop, "south")]
    assert len(charged) == len(set(charged))
    assert {order["id"] for order in settled} == set(charged)
    sold = sum(o["lines"][0]["quantity"] for o in settled if o["number"] > 2004)
    assert orders.get("/v1/south/stock").json()["stock"]["clay-pot"] == 64 - sold


def test_an_order_is_kept_while_billing_is_away_and_charged_when_it_is_back(
    own_shop: Shop,
) -> None:
    shop = own_shop
    shop.start("billing")
    shop.start("orders")
    shop.stop("billing", signal.SIGKILL)

    response = place(shop.client("orders"), wanted())
    assert (response.status_code, response.json()["status"]) == (201, "pending")
    order_id = response.json()["id"]
    problem(shop.client("orders").post(f"/v1/north/orders/{order_id}/cancel"), 409)

    shop.start("billing")
    paid = eventually(
        lambda: next(
            (
                order
                for order in shop.client("orders").get("/v1/north/orders").json()["orders"]
                if order["id"] == order_id and order["status"] == "paid"
            ),
            None,
        ),
        within=25,
    )
    assert [i["id"] for i in invoices(shop) if i["order_id"] == order_id] == [paid["invoice"]["id"]]


def test_sigterm_ends_streams_and_leaves_in_order(own_shop: Shop) -> None:
    shop = own_shop
    shop.start("billing")
    shop.start("orders")
    url = "ws://orders/v1/north/stock"
    with (
        event_stream(shop, "north") as events,
        unix_connect(str(shop.socket("orders")), url) as socket,
    ):
        socket.recv(timeout=10)
        began = time.monotonic()
        assert shop.stop("orders") == 0
        assert list(events) == []
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012  # service restart: come back
    # The server gives running requests five seconds: the streams did not use them up.
    assert time.monotonic() - began < 4
    assert not shop.socket("orders").exists()
    assert shop.log("orders") == ""
    assert shop.stop("billing", signal.SIGINT) == 0


def test_sockets_and_data_are_for_this_user_alone(shop: Shop) -> None:
    for service in ("billing", "orders", "storefront"):
        assert stat.S_IMODE(shop.socket(service).stat().st_mode) == 0o600
        database = shop.folder / "data" / f"{service}.sqlite3"
        assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE((shop.folder / "data").stat().st_mode) == 0o700


def test_a_second_process_does_not_take_the_socket_over(shop: Shop) -> None:
    assert "already listens" in shop.refusal("billing")
    assert shop.client("billing").get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"SHOP_LISTEN": ""}, "SHOP_LISTEN is not set"),
        ({"SHOP_LISTEN": "0.0.0.0:9000"}, "stays on 127.0.0.1"),
        ({"SHOP_LISTEN": "unix:" + "x" * 200}, "1 to 107 bytes"),
        ({"SHOP_LISTEN": "127.0.0.1:70000"}, "host:port"),
        ({"SHOP_BILLING_URL": ""}, "set SHOP_OUTBOUND"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    own_shop: Shop, settings: dict[str, str], complaint: str
) -> None:
    said = own_shop.refusal("orders", **settings)
    assert complaint in said
    assert said.count("\n") == 1


def test_seeds_are_the_same_at_every_start_from_nothing(shop: Shop, own_shop: Shop) -> None:
    own_shop.start("billing")
    assert invoices(own_shop) == [i for i in invoices(shop) if i["number"] <= 1005]


class Recorder(BaseHTTPRequestHandler):
    """Stands where the sidecar does, keeps what arrives and has no answer."""

    seen: list[dict[str, str]]

    def do_POST(self) -> None:
        self.seen.append({k.lower(): v for k, v in self.headers.items()} | {"path": self.path})
        self.send_response(503)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


def test_calls_go_to_the_sidecar_by_name_and_carry_the_trace(own_shop: Shop) -> None:
    class Mine(Recorder):
        seen: list[dict[str, str]] = []  # noqa: RUF012 - shared by the handlers of this test

    trace = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "x-request-id": "7c0f7b9e-0000-4000-8000-000000000000",
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), Mine) as sidecar:
        thread = threading.Thread(target=sidecar.serve_forever, args=(0.02,))
        thread.start()
        try:
            own_shop.start("orders", SHOP_OUTBOUND=f"127.0.0.1:{sidecar.server_port}")
            order = (
                own_shop.client("orders")
                .post(
                    "/v1/north/orders",
                    json=wanted(),
                    headers=trace | {"idempotency-key": uuid4().hex, "cookie": "secret=1"},
                )
                .json()
            )
        finally:
            sidecar.shutdown()
            thread.join()
    assert order["status"] == "pending"
    (call,) = Mine.seen
    assert (call["host"], call["path"]) == ("billing", "/v1/north/charges")
    assert {name: call[name] for name in trace} == trace
    assert call["idempotency-key"] == order["id"]
    assert "cookie" not in call


def test_a_billing_that_never_answers_does_not_hold_the_order_up(own_shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own_shop.start("orders", SHOP_OUTBOUND=f"127.0.0.1:{silent.getsockname()[1]}")
        order = place(own_shop.client("orders"), wanted()).json()
    assert order["status"] == "pending"
