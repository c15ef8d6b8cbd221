"""The private door of the web process: questions without a body, asked by this machine's name."""

import asyncio
from typing import Any

import pytest

from ringwall.gateway.callouts import Callouts, server
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.runtime import web
from ringwall.runtime.configuration import Address
from ringwall.runtime.web import PrivateDoor

Message = dict[str, Any]


def ask(
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    address: str = "127.0.0.1:9900",
) -> tuple[int, bool, bool]:
    """The status, whether the application was asked, and whether the body was read."""
    asked = read = False
    sent: list[Message] = []

    async def application(scope: Message, _receive: Any, send: Any) -> None:
        nonlocal asked
        asked = scope["ringwall.private"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        nonlocal read
        read = True
        return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"host": address, **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": "/healthz",
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    door = PrivateDoor(application, Address.parse(address))
    asyncio.run(door(scope, receive, send))
    return sent[0]["status"], asked, read


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_question_is_answered(method: str) -> None:
    assert ask(method=method) == (200, True, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "BREW"])
def test_other_methods_are_refused_unread(method: str) -> None:
    assert ask(method=method, headers={"content-length": "100000000"}) == (405, False, False)


@pytest.mark.parametrize("header", [("content-length", "1"), ("transfer-encoding", "chunked")])
def test_a_question_with_a_body_is_refused_unread(header: tuple[str, str]) -> None:
    """Else Django would keep it in a file of any size before it asks whose page it is."""
    assert ask(headers=dict([header])) == (413, False, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9900", "localhost", "[::1]:9900", ""])
def test_loopback_has_the_names_of_this_machine(host: str) -> None:
    assert ask(headers={"host": host}) == (200, True, False)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:9900", "localhost.evil"])
def test_a_page_in_a_browser_on_this_machine_cannot_ask_by_its_own_name(host: str) -> None:
    """DNS rebinding: a stranger's name that leads to 127.0.0.1."""
    assert ask(headers={"host": host}) == (421, False, False)
    assert ask(headers={"host": host}, address="192.0.2.1:9900") == (200, True, False)


def test_the_edge_ends_idle_connections_long_before_its_own_processes_do() -> None:
    """Else what it sends meets one that is just being closed, and somebody gets a 503."""
    (protocol,) = local_cluster("web", Address(path="/run/web.sock"))[
        "typed_extension_protocol_options"
    ].values()
    idle = float(protocol["common_http_protocol_options"]["idle_timeout"].removesuffix("s"))
    asked = server(Callouts(lambda _: None)).config.timeout_keep_alive
    assert min(web._OPTIONS["timeout_keep_alive"], asked) >= 4 * idle
