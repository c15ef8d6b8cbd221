"""Ringwall as it comes, before the services: identity, sidecars, sentry and all."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.gateway.live.stage import Json, Stage
from tests.ports import free_port

from bench.siege.services import Services
from bench.siege.target import APP, ID, Target
from ringwall.identity import facts
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Mint, Proven

PEOPLE: Final = 20
TENANTS: Final = ("north", "south", "east", "west")


class _Installation(Stage):
    """The same with the patience that a first start with identity takes."""

    def wait(self, condition: Any, within: float = 150.0) -> None:
        super().wait(condition, within)


@contextmanager
def running(folder: Path, services: Services) -> Iterator[tuple[Target, dict[str, list[int]]]]:
    """Run Ringwall in ``folder``; what clients must know, and its processes by name."""
    with _Installation(folder, _config(services)) as stage:
        stage.up()
        with stage.client() as client:
            url = f"https://{ID}:{stage.port}/accounts/login/"
            page = client.get(url)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if token is None:
            msg = f"{url} answered {page.status_code} without a form"
            raise RuntimeError(msg)
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        told = facts.read(stage.state)
        mint = Mint(stage.state, told)

        def cookie(number: int, tenant: str) -> str:
            return _cookie(mint, told.origin_of(APP), number, tenant)

        target = Target(
            name="ringwall",
            port=stage.port,
            roots=str(stage.state / "pki" / "edge" / "trust.pem"),
            cookies=tuple(cookie(n, TENANTS[n % len(TENANTS)]) for n in range(PEOPLE)),
            greedy=cookie(PEOPLE, "greedy"),
            login_host=ID,
            login_headers=f"Cookie: {cookies}\r\nOrigin: https://{ID}:{stage.port}\r\n"
            f"Referer: {url}\r\n",
            login_body=f"csrfmiddlewaretoken={token[1]}&login=ada%40example.com&password=wrong",
        )
        known = {int(one["pid"]): str(one["name"]) for one in stage.ask("status")["processes"]}
        parts: dict[str, list[int]] = {}
        for pid in stage.left():
            parts.setdefault(known.get(pid, "other"), []).append(pid)
        yield target, parts


def _config(services: Services) -> Json:
    def service(name: str) -> Json:
        return {
            "addresses": [f"127.0.0.1:{free_port()}"],
            "owner": "bench",
            "health": {"path": "/healthz", "interval": "1s"},
            "sidecar": {"app": f"unix:{services.path(name)}"},
        }

    def route(name: str, path: str, service: str = "shop", **more: Any) -> Json:
        return {"name": name, "hosts": [APP], "path": path, "service": service, **more}

    return {
        "edge": {"hosts": {APP: {}, ID: {}}, "workers": 2},
        "identity": {"host": ID, "token_lifetime": "15m"},
        # The tools that attack can only come from 127.0.0.1, which would be exempt.
        "availability": {"exempt": {"networks": ["127.0.0.2/32"]}},
        "services": {"shop": service("shop"), "sick": service("sick")},
        "routes": [
            route("public", "/public/**", sign_in="none", methods=["GET", "POST"]),
            route("sick", "/sick/**", "sick", sign_in="none"),
            route("all", "/**", methods=["GET", "POST"]),
        ],
    }


def _cookie(mint: Mint, audience: str, number: int, tenant: str) -> str:
    proven = Proven(
        sub=f"5d0b4bd0b0a04c4c8d1f6a3f1f0c9f{number:02d}",
        sid=f"sJ2kq0P4m1nVZb8w7r6tX{number:02d}",
        audience=(audience,),
        tenant=tenant,
        roles=("buyer", "seller"),
        email=f"person{number}@example.com",
        name=f"Person {number}",
        acr="mfa",
        amr=("mfa", "otp", "pwd"),
        auth_time=int(time.time()),
    )
    token = mint.issue(Purpose.SESSION, proven, now=datetime.now(UTC), life=timedelta(hours=3))
    return f"__Host-ringwall=9999999999.{'s' * 43}~{token}"
