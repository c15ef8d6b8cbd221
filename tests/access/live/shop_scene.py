"""The example shop, whole, behind its edge, with everybody whom its policies tell apart."""

import base64
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import yaml
from tests.gateway.live.record import lines_of
from tests.gateway.live.stage import Json
from tests.identity import tenants
from tests.identity.edge.scene import COOKIE, SECRET, IdentityStage, identity_stage
from tests.identity.provider.party import TOKEN, VERIFIER, challenge_of
from tests.ports import free_port

from ringwall.access.engine import Engine
from ringwall.access.guarding import MACHINE
from ringwall.access.language.syntax import Effect
from ringwall.access.model import Kind, World
from ringwall.access.policies import PolicySet
from ringwall.access.schema import schema
from ringwall.gateway.wanted import Wanted
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Proven
from ringwall.runtime.configuration import load
from ringwall.runtime.current import all_sections

SHOP: Final = Path(__file__).parents[3] / "examples" / "shop"
API, ID = "api.shop.localhost", "id.shop.localhost"
TENANTS: Final = ("north", "south")
HOSTS: Final = (*(f"{one}.shop.localhost" for one in TENANTS), API)
HOUR_S: Final = 3600
BACK: Final = "https://app.example/back"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody, or something, that asks: what the edge is shown, and who that is to Cedar.

    ``shown`` are the credential's headers by host. ``at`` are the hosts where they hold.
    """

    name: str
    kind: Kind = Kind.ANONYMOUS
    shown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    at: frozenset[str] = frozenset()
    user: str | None = None
    client: str | None = None
    tenant: str | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    email: str | None = None
    strength: str | None = None
    proven: int | None = None

    @property
    def delegated(self) -> bool:
        """Whether it is an application that acts for a person."""
        return self.client is not None and self.kind is Kind.USER


class ShopScene:
    """The running shop. Made by :func:`shop_scene`."""

    def __init__(self, identity: IdentityStage) -> None:
        self.identity, self.stage = identity, identity.stage
        self._tokens: dict[str, Callable[[], str]] = {}

    @cached_property
    def wanted(self) -> Wanted:
        """The configuration in force."""
        return Wanted.of(load(self.stage.file, all_sections()))

    @property
    def policies(self) -> PolicySet:
        """Its policies."""
        assert self.wanted.policies is not None
        return self.wanted.policies

    @cached_property
    def world(self) -> World:
        """What its policies speak of."""
        return self.wanted.world

    def engine(self, *, only: Effect | None = None) -> Engine:
        """Cedar's engine with its policies, or those of one effect."""
        policies = [one for one in self.policies.policies if only in {None, one.effect}]
        return Engine(policies, schema=schema(self.world), roles=self.world.roles)

    def received(self) -> dict[str, list[Json]]:
        """What services received, each with its name, by the request's id.

        The storefront hands that on to orders with what it asks there itself.
        """
        found: dict[str, list[Json]] = {}
        for file in self.stage.folder.glob("received-*.jsonl"):
            for line in file.read_text().splitlines():
                told = {**json.loads(line), "service": file.stem.removeprefix("received-")}
                told["headers"] = [(name, value) for name, value in told["headers"]]
                ids = [value for name, value in told["headers"] if name == "x-request-id"]
                found.setdefault(",".join(ids), []).append(told)
        return found

    def recorded(self, requests: set[str]) -> dict[str, Json]:
        """The access record of some requests, once all of it is written."""
        deadline = time.monotonic() + 60
        while True:
            lines = lines_of(self.stage.state)
            found = {one["request_id"]: one for one in lines if one["request_id"] in requests}
            if len(found) == len(requests):
                return found
            assert time.monotonic() < deadline, f"{len(requests) - len(found)} are not recorded"
            # The last line may not be whole yet: one more request has it end.
            self.stage.get(f"https://shop.localhost:{self.stage.port}/")
            time.sleep(1)

    # -- people ----------------------------------------------------------------------------

    def person(
        self,
        name: str,
        organisation: str,
        *roles: str,
        acr: str = "mfa",
        ago: float = 0,
        given: tuple[str, ...] = (),
    ) -> Principal:
        """A person who has signed in, with a cookie of every host that lets them enter.

        ``ago`` is how many seconds they were proven ago; ``given`` are roles without effect.
        """
        email = f"{name.replace(' ', '-')}@example.com"
        user = tenants.person(email)
        tenants.join(user, organisation, *roles, *given)
        session = tenants.session(
            user, organisation, acr=acr, amr=["pwd"], key=email, address="127.0.0.1"
        )
        session.proven -= timedelta(seconds=ago)
        session.save()
        own = frozenset({API, f"{organisation}.shop.localhost"} & set(HOSTS))
        cookies = {host: f"{COOKIE}={self.identity.enter(session, host)}" for host in own}
        anyone = next(iter(cookies.values()))
        return Principal(
            name=name,
            kind=Kind.USER,
            shown={host: {"cookie": cookies.get(host, anyone)} for host in HOSTS},
            at=own,
            user=user.subject,
            tenant=organisation,
            roles=frozenset(roles),
            email=email,
            strength=acr,
            proven=int(session.proven.timestamp()),
        )

    def token(self, person: Principal, name: str, *, acr: str) -> Principal:
        """The same person with a token for the API alone, proven as identity would let nobody in.

        Identity asks the company's own people for two factors: the edge must not rely on that.
        """
        proven = Proven(
            sub=str(person.user),
            sid=name.replace(" ", "-"),
            audience=(self.identity.facts.origin_of(API),),
            tenant=person.tenant,
            roles=tuple(sorted(person.roles)),
            email=person.email,
            acr=acr,
            auth_time=person.proven,
        )
        token = self.identity.issue(Purpose.SESSION, proven, hours=1)
        cookie = {"cookie": f"{COOKIE}={int(time.time()) + HOUR_S}.{SECRET}~{token}"}
        shown = dict.fromkeys(HOSTS, cookie)
        return replace(person, name=name, strength=acr, shown=shown, at=frozenset({API}))

    def key(self, person: Principal, name: str, *scopes: str) -> Principal:
        """An API key of a person's, with the same roles."""
        from django.utils import timezone

        from ringwall.identity import apikeys
        from ringwall.identity.installed import current_mint
        from ringwall.identity.models import Organisation, User

        now = timezone.now()
        wanted = apikeys.Wanted(
            name=name,
            expires=now + timedelta(days=1),
            owner=User.objects.get(email=person.email),
            organisation=Organisation.objects.get(slug=person.tenant),
            roles=sorted(person.roles),
            scopes=scopes,
        )
        text = apikeys.make(
            wanted, facts=self.identity.facts, mint=current_mint(), now=now, by=MACHINE
        ).text
        return Principal(
            name=name,
            kind=Kind.USER,
            shown={host: {"x-api-key": text} for host in HOSTS},
            at=person.at,
            user=person.user,
            tenant=person.tenant,
            roles=person.roles,
            scopes=frozenset(scopes) if scopes else None,
        )

    # -- programs --------------------------------------------------------------------------

    def program(self, name: str, organisation: str | None, *scopes: str) -> Principal:
        """A program with a token of its own."""
        from ringwall.identity import clients
        from ringwall.identity.models import Organisation

        whose = Organisation.objects.get(slug=organisation) if organisation else None
        wanted = clients.Registration(name=name, scopes=scopes, organisation=whose)
        made, secret = clients.add(wanted, facts=self.identity.facts, by=MACHINE)
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        self._tokens[name] = lambda: self._token(str(made.pk), secret, form)
        return Principal(
            name=name,
            kind=Kind.CLIENT,
            shown=_bearer(self._tokens[name]()),
            at=frozenset({API, f"{organisation}.shop.localhost"} & set(HOSTS)),
            user=str(made.pk),
            client=str(made.pk),
            tenant=organisation,
            scopes=frozenset(scopes),
        )

    def application(self, person: Principal, name: str, *scopes: str) -> Principal:
        """An application with an access token of a person's, by way of an authorization code."""
        from ringwall.identity import clients
        from ringwall.identity.models import Organisation, User

        wanted = clients.Registration(
            name=name,
            grant_types=("authorization_code",),
            scopes=("openid", "roles", "email", *scopes),
            redirect_uris=(BACK,),
            first_party=True,
        )
        made, secret = clients.add(wanted, facts=self.identity.facts, by=MACHINE)
        cookie = self.identity.sign_in(
            "password",
            "totp",
            user=User.objects.get(email=person.email),
            organisation=Organisation.objects.get(slug=person.tenant),
        )
        asked = {
            "response_type": "code",
            "client_id": str(made.pk),
            "redirect_uri": BACK,
            "scope": " ".join(wanted.scopes),
            "state": "the-state",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }

        def issued() -> str:
            code = self._code(asked, cookie)
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
            return self._token(str(made.pk), secret, {**form, "code_verifier": VERIFIER})

        self._tokens[name], token = issued, issued()
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return Principal(
            name=name,
            kind=Kind.USER,
            shown=_bearer(token),
            at=person.at,
            user=person.user,
            client=str(made.pk),
            tenant=person.tenant,
            roles=person.roles,
            scopes=frozenset(wanted.scopes),
            email=said.get("email"),
            strength=said.get("acr"),
            proven=said.get("auth_time"),
        )

    def fresh(self, principal: Principal) -> Principal:
        """The same with a new access token, if they show one: those hold for five minutes."""
        issue = self._tokens.get(principal.name)
        return principal if issue is None else replace(principal, shown=_bearer(issue()))

    def _code(self, asked: Mapping[str, str], cookie: str) -> str:
        """An authorization code, as a browser gets it that is signed in."""
        url = self.identity.url("/identity/o/authorize", ID)
        headers = {"cookie": cookie, "accept": "text/html"}
        with self.stage.client() as browser:
            answer = browser.get(url, params=dict(asked), headers=headers)
            for _ in range(3):
                if not answer.headers.get("location", "").startswith("/"):
                    break
                answer = browser.get(
                    str(answer.url.join(answer.headers["location"])), headers=headers
                )
        assert answer.headers.get("location", "").startswith(BACK), (
            answer.status_code,
            answer.text,
        )
        (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
        return code

    def _token(self, client: str, secret: str | None, form: Mapping[str, str]) -> str:
        with self.stage.client() as machine:
            url = self.identity.url(TOKEN, ID)
            answer = machine.post(url, data=dict(form), auth=httpx.BasicAuth(client, secret or ""))
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["access_token"]
        return found


def _bearer(token: str) -> dict[str, dict[str, str]]:
    return {host: {"authorization": f"Bearer {token}"} for host in HOSTS}


@contextmanager
def shop_scene(folder: Path, django_state: Path) -> Iterator[ShopScene]:
    """The shop of ``examples/shop`` on free ports, its services writing down what they receive."""
    for name in ("shop", "policies"):
        shutil.copytree(SHOP / name, folder / name)
    told = yaml.safe_load((SHOP / "ringwall.yaml").read_text())
    recording = Path(__file__).with_name("recorded_service.py")
    for name, service in told["services"].items():
        service["addresses"] = [f"127.0.0.1:{free_port()}"]
        _, _, module = service["process"]["command"]
        file = folder / f"received-{name}.jsonl"
        service["process"]["command"] = [sys.executable, str(recording), str(file), module]
    edge = {"hosts": told["edge"]["hosts"], "trust_domain": told["edge"]["trust_domain"]}
    parts = {key: told[key] for key in ("identity", "access", "services", "routes")}
    with ExitStack() as held:
        stage = held.enter_context(identity_stage(folder, django_state, edge=edge, **parts))
        # Until then whoever has a role that is not declared is called back for it.
        identity = stage.stage.state / "identity"
        stage.stage.wait((identity / "roles.json").exists)
        for slug in TENANTS:
            tenants.organisation(slug)
        tenants.organisation("shop", kind="provider")
        yield ShopScene(stage)
