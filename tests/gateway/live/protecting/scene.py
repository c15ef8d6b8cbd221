"""Services that can be slow, sick or gone, and routes that have something ready for it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from tests.gateway.live.stage import Json, Stage
from tests.gateway.live.upstream import Answer, Upstream, reply
from tests.ports import free_port

APP = "https://app.localhost"
PAGE = "<!doctype html><title>Shop</title><p>100% of it is being worked on"


def named(one: Upstream) -> Answer:
    """The usual answer, the service's name."""
    return lambda exchange: reply(exchange, 200, one.name.encode())


def kept(body: bytes = b"for all", **headers: str) -> Answer:
    """An answer that may be kept for a minute; as ``once`` gives it."""
    given = {"cache_control": "max-age=60", **headers}
    return lambda exchange: reply(exchange, 200, body, **given)


class Services:
    """Every service of this file; they listen in this process, behind sidecars."""

    def __init__(self) -> None:
        self.shop = Upstream("shop")
        self.busy = Upstream("busy")

    @property
    def all(self) -> tuple[Upstream, ...]:
        return (self.shop, self.busy)

    def config(self) -> Json:
        def behind(upstream: Upstream, **more: Any) -> Json:
            return {
                "addresses": [f"127.0.0.1:{free_port()}"],
                "owner": "tests",
                # Who is dead is known at once; the time is for a busy machine.
                "health": {"interval": "200ms", "timeout": "5s", "unhealthy_after": 1},
                "sidecar": {"app": upstream.address},
                **more,
            }

        def route(name: str, service: str = "shop", **more: Any) -> Json:
            given = {"hosts": ["app.localhost"], "path": f"/{name}/**", "sign_in": "none"}
            return {"name": name, "service": service, "timeout": "2s", **given, **more}

        list_gone = {
            "status": 200,
            "text": '{"likely": []}',
            "content_type": "application/json",
        }
        return {
            "edge": {"hosts": {"app.localhost": {}, "id.localhost": {}}},
            "identity": {"host": "id.localhost"},
            "availability": {
                "connections": {"handshakes": 40, "read_within": "2s", "requests": 40},
                "exempt": {"networks": []},
                "limits": {
                    "address": None,
                    "network": None,
                    "tenant": {"by": "tenant", "rate": "20/s", "burst": 40},
                },
            },
            "services": {
                "shop": behind(self.shop),
                "busy": behind(
                    self.busy, circuit={"adaptive": True, "admission": True}, calls=["shop"]
                ),
            },
            "routes": [
                route("open"),
                route("long", streaming=True),
                route("busy", "busy", timeout="10s", when_gone={"text": "gone"}),
                route("ill", "busy"),
                route("work", sign_in="required", timeout="10s"),
                route(
                    "closed",
                    methods=["GET", "POST"],
                    sign_in="required",
                    maintenance={
                        "until": "2030-01-01T07:00:00+01:00",
                        "text": PAGE,
                        "content_type": "text/html; charset=utf-8",
                    },
                ),
                route("shown", when_gone={"text": "closed today", "retry_after": "90s"}),
                route("likely", when_gone=list_gone),
                route("kept", methods=["GET", "POST"], cache={"query": ["page", "q"]}),
            ],
        }


def at_once(stage: Stage, count: int, path: str) -> list[httpx.Response]:
    """Ask that many times at the same moment, each on a connection of its own."""
    ready = threading.Barrier(count)

    def one(_: int) -> httpx.Response:
        with stage.client(base_url=APP) as client:
            ready.wait(30)
            return client.get(path)

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(one, range(count)))
