"""An edge with policies right before a recorder: whatever arrives there must be what Cedar allows.

One person asks, Nora of North; all that is not hers or North's must stay out of reach.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from posixpath import normpath
from typing import Any, Final
from urllib.parse import unquote

import httpx
from tests.gateway.live.recorder import Recorder, Seen
from tests.gateway.live.recorder2 import Recorder2
from tests.gateway.live.stage import Json
from tests.gateway.live.wire import Exchange, converse
from tests.gateway.live.wire2 import Fields, Http2
from tests.identity.edge.scene import COOKIE, ID, SECRET, IdentityStage, PatientStage

from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler, Decision
from ringwall.access.engine import Engine, Question
from ringwall.access.model import Kind, RouteEntity
from ringwall.access.schema import schema
from ringwall.gateway.paths import parse_template
from ringwall.gateway.wanted import Wanted
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Proven
from ringwall.runtime.configuration import load
from ringwall.runtime.current import all_sections

API: Final = "api.localhost"
WILD: Final = "*.app.localhost"
NORTH: Final = "north.app.localhost"
_TENANTS_HOST: Final = re.compile(rb"^(host: .*\.app\.localhost)\r$", re.IGNORECASE | re.MULTILINE)
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

POLICIES: Final = """
@id("members-read")
permit (principal is User in Role::"customer", action in Action::"read", resource)
when { principal has tenant && resource has tenant && principal.tenant == resource.tenant };

@id("some-items-change")
permit (principal is User in Role::"customer", action == Action::"items:change", resource)
when {
  principal has tenant && resource has tenant && principal.tenant == resource.tenant
  && context.path has item && context.path.item like "a-*"
};

@id("support-does-all")
permit (principal is User in Role::"support", action, resource);

@id("leads-see-the-admin-page")
permit (
  principal is User in Role::"support.lead",
  action in Action::"read",
  resource == Route::"admin"
);

@id("office-only")
forbid (principal, action, resource == Route::"office")
unless { context.address.isInRange(ip("192.0.2.0/24")) };

@id("programs-read")
permit (principal is ApiClient, action in Action::"read", resource == Route::"list")
when {
  principal.scopes.contains("orders:read")
  && principal has tenant && resource has tenant && principal.tenant == resource.tenant
};

@id("applications-read-the-ledger")
permit (principal is ApiClient, action in Action::"read", resource == Route::"ledger")
when { principal.for_person };

@id("people-read-the-ledger")
permit (principal is User, action in Action::"read", resource == Route::"ledger");

@id("applications-need-the-scope-for-the-ledger")
forbid (principal is User, action, resource == Route::"ledger")
when { principal has scopes && !principal.scopes.contains("ledger:read") };

@id("by-mail")
permit (principal is User, action in Action::"read", resource == Route::"mail")
when { principal has email && principal.email like "*@north.example" };
"""


def config(recorder: Recorder, recorder2: Recorder2) -> Json:
    """Routes at a plain host and at tenants' hosts; ``/v2`` leads to HTTP/2."""
    plain = {"owner": "tests", "tls": "none", "health": None}

    def route(name: str, path: str, **more: Any) -> Json:
        given = {"hosts": [API], "methods": list(METHODS), "service": "recorder"}
        return {"name": name, "path": path, **given, **more}

    changes = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "items:change")
    return {
        "edge": {"hosts": {host: {} for host in (API, WILD, ID)}, "workers": 1},
        "identity": {"host": ID, "tenant_hosts": WILD},
        "access": {
            "roles": {
                "customer": {},
                "super.support": {},
                "support:lead": {},
                "support.lead": {"held_by": "provider"},
                "support": {"held_by": "provider"},
            }
        },
        "services": {
            "recorder": {"addresses": [recorder.address], **plain},
            "recorder2": {"addresses": [recorder2.address], "protocol": "http2", **plain},
        },
        "routes": [
            route("list", "/v1/{tenant}/list"),
            route("item", "/v1/{tenant}/items/{item}", actions=changes),
            route("list2", "/v2/{tenant}/list", service="recorder2"),
            route("chat", "/chat/{tenant}", websocket=True, methods=["GET"]),
            route("office", "/office/{tenant}"),
            route("admin", "/admin/**"),
            route("mail", "/mail"),
            route("ledger", "/ledger"),
            route("own", "/own/**", hosts=[WILD]),
        ],
    }


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom a token is for; ``client`` and ``scopes`` make it an API client's.

    ``through`` is an application that acts for the person, with ``scopes``.
    """

    name: str = "nora"
    tenant: str = "north"
    roles: tuple[str, ...] = ("customer",)
    email: str = "nora@example.com"
    client: bool = False
    through: str | None = None
    scopes: tuple[str, ...] = ()
    strength: str = "mfa"
    proven: int = field(default_factory=lambda: int(time.time()))

    def proof(self, audience: str) -> Proven:
        """The same as a token says it."""
        told: dict[str, Any] = {"sub": self.name, "sid": self.name, "audience": (audience,)}
        told |= {"tenant": self.tenant, "roles": self.roles}
        if self.client:
            return Proven(**told, client=self.name, scope=" ".join(self.scopes) or None)
        told |= {"email": self.email, "acr": self.strength, "auth_time": self.proven}
        if self.through is not None:
            return Proven(**told, client=self.through, scope=" ".join(self.scopes))
        return Proven(**told)

    def request(self) -> Request:
        """The same as policies see it."""
        words: dict[Word, str] = {Text.USER: self.name, Text.TENANT: self.tenant}
        sets = {Several.ROLES: frozenset(self.roles)}
        if self.client:
            words[Text.CLIENT] = self.name
            sets[Several.SCOPES] = frozenset(self.scopes)
        else:
            words |= {Text.STRENGTH: self.strength, Text.EMAIL: self.email}
        address = ip_address("127.0.0.1")
        proven = None if self.client else self.proven
        return Request(words=words, sets=sets, now=int(time.time()), proven=proven, address=address)


NORA: Final = Person()


class Guarded:
    """The running edge. Made by :func:`guarded`."""

    def __init__(self, identity: IdentityStage) -> None:
        self.identity, self.stage = identity, identity.stage
        self._credentials: dict[tuple[Person, bool], tuple[str, str]] = {}
        self.reread()

    def reread(self) -> None:
        """Ask Cedar about the policies that the files now have."""
        wanted = Wanted.of(load(self.stage.file, all_sections()))
        assert wanted.policies is not None
        self.world = wanted.world
        self._engine = Engine(
            wanted.policies.policies, schema=schema(self.world), roles=self.world.roles
        )
        self._compiler = Compiler((), self.world)

    def credential(self, who: Person, host: str) -> tuple[str, str]:
        """The header that shows somebody at a host, good for an hour."""
        key = (who, host == API)
        if key not in self._credentials:
            self._credentials[key] = self._signed(who, host)
        return self._credentials[key]

    def _signed(self, who: Person, host: str) -> tuple[str, str]:
        audience = self.identity.facts.origin_of(API if host == API else WILD)
        proven = who.proof(audience)
        if who.client or who.through is not None:
            token = self.identity.issue(Purpose.ACCESS, proven, hours=1)
            return "authorization", f"Bearer {token}"
        token = self.identity.issue(Purpose.SESSION, proven, hours=1)
        return "cookie", f"{COOKIE}={int(time.time()) + 3600}.{SECRET}~{token}"

    # -- asking ----------------------------------------------------------------------------

    def send(
        self, request: bytes, *, who: Person = NORA, host: str = API, head: bool = False
    ) -> tuple[Exchange, list[Seen]]:
        """Send bytes in which ``~`` is a mark and ``@`` the credential's line; what came of it.

        A tenant's host gets the port, to which tokens are bound as well.
        """
        mark = self.identity.mark()
        name, value = self.credential(who, host)
        data = request.replace(b"~", mark.encode())
        data = data.replace(b"@\r\n", f"{name}: {value}\r\n".encode())
        data = re.sub(
            rb"(?i)^(Host: .*\.app\.localhost)\r$", self._with_port, data, flags=re.MULTILINE
        )
        found = converse(self.stage, data, sni=host, head=head, to_the_end=False, linger=0.02)
        return found, self.identity.about(mark)

    def _with_port(self, line: "re.Match[bytes]") -> bytes:
        return line[1] + f":{self.stage.port}\r".encode()

    def send2(
        self, fields: Fields, *, who: Person = NORA, host: str = API, body: bytes | None = None
    ) -> tuple[Exchange, list[Seen]]:
        """The same over HTTP/2, the credential behind the fields."""
        mark = self.identity.mark()
        told = [(n, v.replace("~", mark) if isinstance(v, str) else v) for n, v in fields]
        with Http2(self.stage, sni=host) as wire:
            wire.request([*told, self.credential(who, host)], body)
            wire.read(4, until=1)
            found = wire.exchange
        return found, self.identity.about(mark)

    def get(
        self, path: str, *, who: Person = NORA, host: str = API, method: str = "GET", **more: Any
    ) -> httpx.Response:
        """An honest request."""
        with self.stage.client() as client:
            headers = [self.credential(who, host), *more.pop("headers", ())]
            url = f"https://{host}:{self.stage.port}{path}"
            return client.request(method, url, headers=headers, **more)

    # -- judging ---------------------------------------------------------------------------

    def decide(self, who: Person, method: str, host: str, path: str) -> Decision:
        """What Cedar says of a request as it reads; what no route takes is denied."""
        pattern = API if host == API else WILD
        route = self._route(pattern, path)
        if route is None or method not in route.actions:
            return Decision(allowed=False, policies=("no route",))
        request = who.request()
        words = {**request.words, Text.HOST_TENANT: host.partition(".")[0]}
        parts = path.split("/")
        for at, name in enumerate(route.path.split("/")):
            if name.startswith("{"):
                words[Parameter(name[1:-1])] = parts[at]
        place = self._compiler.place(route, pattern, method)
        kind = Kind.CLIENT if who.client else Kind.USER
        asked = Question(kind=kind, place=place, request=replace(request, words=words))
        return self._engine.decide(asked)

    def _route(self, pattern: str, path: str) -> RouteEntity | None:
        for route in self.world.routes.values():
            if pattern in route.hosts and parse_template(route.path).matches(path):
                return route
        return None

    def check(self, seen: Sequence[Seen], who: Person = NORA) -> None:
        """Whatever reached the service is what Cedar allows, however the service reads it."""
        for one in seen:
            host = one.host.lower().partition(":")[0]
            for path in readings(one.path):
                decision = self.decide(who, one.method, host, path)
                assert decision.allowed, f"{one.method} {host} {path}: {decision}"
            told = {
                "x-ringwall-user": [who.name],
                "x-ringwall-tenant": [who.tenant],
                "x-ringwall-roles": [",".join(who.roles)],
                "x-ringwall-client": [who.name] if who.client else [],
                "x-ringwall-scope": [" ".join(who.scopes)] if who.scopes else [],
            }
            for name, values in told.items():
                assert one.values(name) == values, name
            names = [name for name, _ in one.headers]
            assert not any("_" in name for name in names)
            assert not {"x-ringwall-networks", "x-ringwall-place"} & {*names}
            assert not any(name.startswith(("x-original", "x-rewrite")) for name in names)
            assert not any("method" in name for name in names)


def readings(path: str) -> list[str]:
    """How services of all kinds may read one path: as it is, decoded, without parameters."""
    once = unquote(path)
    bare = "/".join(part.partition(";")[0] for part in path.split("/"))
    several = (path, once, unquote(once), once.replace("\\", "/"), unquote(bare))
    return [path, *(_resolved(one) for one in several)]


def _resolved(path: str) -> str:
    return "/" + normpath(path).lstrip("/")


@contextmanager
def guarded(folder: Path) -> Iterator[Guarded]:
    """A running edge in a folder. Nobody's tables are asked: tokens are signed for whoever asks."""
    (folder / "policies").mkdir()
    (folder / "policies" / "all.cedar").write_text(POLICIES)
    with (
        Recorder() as recorder,
        Recorder2() as recorder2,
        PatientStage(folder, config(recorder, recorder2)) as stage,
    ):
        stage.up()
        yield Guarded(IdentityStage(stage, recorder, recorder2))


def request(
    target: str, *lines: str, method: str = "GET", host: str = API, body: str = ""
) -> bytes:
    head = [f"{method} {target} HTTP/1.1", f"Host: {host}", *lines, "@"]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1")
