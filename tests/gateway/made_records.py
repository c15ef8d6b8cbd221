"""Lines of the access record as the edge writes them, of requests to the shop made by chance."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from random import Random
from typing import Any, Final

from ringwall.access.asking.askers import Asking
from ringwall.access.asking.judgments import Judgment
from ringwall.access.compiler.facts import GROUP_MARK, Several, Text
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.gateway.answers import Answer, Answers
from ringwall.gateway.destinations import by_url
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import load_sources
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections

SHOP: Final = Path(__file__).parents[2] / "examples" / "shop"
NOW: Final = int(datetime(2026, 11, 26, 9, tzinfo=UTC).timestamp())
API: Final = "api.shop.localhost:8443"


@lru_cache
def shop(*changed: tuple[bytes, bytes]) -> Wanted:
    """The shop's configuration, with some of its text replaced."""
    configuration = load(SHOP / "ringwall.yaml", all_sections())
    sources = list(configuration.sources)
    for old, new in changed:
        found = [(name, data.replace(old, new)) for name, data in sources]
        assert found != sources, old
        sources = found
    return Wanted.of(load_sources(sources, all_sections(), root=SHOP))


@dataclass(frozen=True)
class Made:
    """A request, what is recorded of it, and what Cedar makes of it."""

    asking: Asking
    method: str
    url: str
    line: dict[str, Any]
    answer: Answer


class Scene:
    """Requests by people and programs of two organisations and the shop's own."""

    def __init__(self, answers: Answers, seed: int = 0) -> None:
        self.wanted, self._answers, self._any = answers.wanted, answers, Random(seed)
        self._count = 0

    def requests(self, count: int) -> Iterator[Made]:
        """Some, one second after the other."""
        for _ in range(count):
            yield self.request(self._asking(), *self._where())

    def request(self, asking: Asking, method: str, url: str) -> Made:
        """One request, recorded as the edge would."""
        to = by_url(self.wanted, method, url)
        answer = self._answers.answer(asking, to)
        self._count += 1
        return Made(asking, method, url, self._line(asking, method, url, answer), answer)

    def _asking(self) -> Asking:
        of = self._any.choice
        who = of(("user", "user", "user", "key", "delegated", "client", "nobody"))
        tenant = of(("north", "south", "shop"))
        roles = {
            "shop": ((), ("support",)),
        }.get(tenant, ((), ("customer",), ("billing-manager",), ("customer", "billing-manager")))
        scopes = of(((), ("orders:read",), ("orders:read", "orders:write"), ("orders:write",)))
        number = self._any.randrange(4)
        application = None
        match who:
            case "nobody":
                principal = Principal(
                    kind=PrincipalKind.ANONYMOUS, id="anonymous", name="anonymous"
                )
            case "client":
                principal = Principal(
                    kind=PrincipalKind.CLIENT,
                    id=f"program-{number}",
                    name=f"program-{number}",
                    tenant=of((tenant, None)),
                    scopes=scopes,
                )
            case _:
                principal = Principal(
                    kind=PrincipalKind.USER,
                    id=f"{tenant}-{number}",
                    name=f"{tenant}-{number}",
                    tenant=tenant,
                    roles=of(roles),
                    key=f"k{number}" if who == "key" else None,
                    scopes=of((scopes, None)) if who == "key" else None,
                )
        if who == "delegated":
            application = Principal(
                kind=PrincipalKind.CLIENT, id="app", name="app", scopes=scopes, is_by_itself=False
            )
        return Asking(
            principal=principal,
            strength="key" if who == "key" else of(("single", "mfa", "phr")),
            proven_ago=of((0, 300, 3599, 3601, 90_000)),
            application=application,
            address=ip_address(of(("192.0.2.7", "10.0.0.1", "::1"))),
            now=NOW + self._count,
        )

    def _where(self) -> tuple[str, str]:
        of = self._any.choice
        tenant = of(("north", "south"))
        number = self._any.randrange(50)
        method, place = of(
            (
                ("GET", f"{API}/v1/{tenant}/orders"),
                ("POST", f"{API}/v1/{tenant}/orders"),
                ("HEAD", f"{API}/v1/{tenant}/orders/{number}"),
                ("GET", f"{API}/v1/{tenant}/orders/{number}"),
                ("POST", f"{API}/v1/{tenant}/orders/{number}/cancel"),
                ("POST", f"{API}/v1/{tenant}/orders/{number}/refund"),
                ("GET", f"{tenant}.shop.localhost:8443/desk"),
                ("GET", f"{tenant}.shop.localhost:8443/v1/{tenant}/stock"),
                ("POST", "shop.localhost:8443/anything"),
            )
        )
        return method, f"https://{place}"

    def _line(self, asking: Asking, method: str, url: str, answer: Answer) -> dict[str, Any]:
        host, _, path = url.removeprefix("https://").partition("/")
        route = self.wanted.world.routes[answer.to.route.name]
        is_asked = route.asks.value != "none" and asking.principal.kind != "Anonymous"
        request = asking.request()
        action = answer.to.action
        policies = answer.policies.hash[:12]
        details, policy = _decided(answer, asking)
        sets = request.sets if is_asked else {}
        words = request.words if is_asked else {}
        roles = sorted(sets.get(Several.ROLES, ()), key=lambda one: (one[0] == GROUP_MARK, one))
        key = asking.principal.key
        return {
            "time": f"{datetime.fromtimestamp(asking.now, UTC):%Y-%m-%dT%H:%M:%S}.250Z",
            "request_id": f"r{self._count}",
            "method": method,
            "host": host,
            "path": f"/{path}",
            "status": 200 if details == "via_upstream" else 403,
            "details": details,
            "route": answer.to.route.name,
            "service": answer.to.route.service,
            "user": words.get(Text.USER),
            "session": (key or f"s{asking.principal.id}") if is_asked else None,
            "tenant": words.get(Text.TENANT),
            "program": words.get(Text.CLIENT),
            "roles": ",".join(roles) or None,
            "scopes": " ".join(sorted(sets.get(Several.SCOPES, ()))) or None,
            "strength": words.get(Text.STRENGTH),
            "proven": str(request.proven) if is_asked and request.proven is not None else None,
            "action": action if action != method else None,
            "policy": policy,
            "policies": policies,
            "client": str(asking.address),
        }


def _decided(answer: Answer, asking: Asking) -> tuple[str, str | None]:
    denied = "rbac_access_denied_matched_policy"
    if answer.kept_out:
        if asking.principal.kind is PrincipalKind.ANONYMOUS:
            return "jwt_authn_access_denied{Jwt_is_missing}", None
        return f"{denied}[place]", None
    refusing = next((one for one in answer.judgments if not one.cedar.allowed), None)
    if refusing is None:
        named = " ".join(_compiled(one)[0] for one in answer.judgments)
        return "via_upstream", f"access:{named}"
    if refusing.proof is not None and all(one.cedar.allowed for one in answer.judgments[1:]):
        return f"{denied}[proof]", "proof"
    if refusing.sign_in_would_help:
        return f"{denied}[unknown]", "unknown"
    name = next(iter(_compiled(refusing)), "default")
    return f"{denied}[access:{name}]", f"access:{name}"


def _compiled(judgment: Judgment) -> tuple[str, ...]:
    return () if judgment.compiled is None else judgment.compiled.policies


def encoded(lines: list[dict[str, Any]]) -> bytes:
    """The lines as a file has them."""
    return b"".join(
        json.dumps(one, separators=(",", ":"), sort_keys=True).encode() + b"\n" for one in lines
    )
