"""An installation where people sign in, and how tests get in: straight through its tables.

The tables are those of the running installation, asked by Django in the test's own process.
"""

import base64
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
from tests.gateway.live.recorder import Recorder, Seen
from tests.gateway.live.recorder2 import Recorder2
from tests.gateway.live.stage import Json, Stage, echo_service
from tests.identity import tenants
from tests.runtime.conftest import _point_django_at
from tests.runtime.migrated import put_tables

from ringwall.gateway.admin import Admin
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.identity.keyring import Keyring, private_key
from ringwall.identity.kinds import Purpose, issuer
from ringwall.identity.tokens import TYPES, Mint, Proven
from ringwall.runtime.current import current_installation

APP: Final = "app.localhost"
ID: Final = "id.localhost"
TENANTS: Final = "*.app.localhost"
WILD: Final = "*.wild.localhost"
ALL: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
COOKIE: Final = "__Host-ringwall"
SECRET: Final = "s" * 43
"""As long as the secrets of visits are; none of them is this one."""
LIFE_S: Final = 30
"""The shortest life of tokens that there is."""


def config(recorder: str, recorder2: str, **more: Any) -> Json:
    """Routes that ask for everything a route may ask for.

    ``/kept/...`` leads to a recorder right behind the edge, all else to the echo service.
    """
    plain = {"owner": "tests", "tls": "none", "health": None}
    hosts = [APP, TENANTS, WILD]

    def route(name: str, path: str, service: str = "recorder", **asked: Any) -> Json:
        given = {"hosts": hosts, "methods": list(ALL), "service": service}
        return {"name": name, "path": path, **given, **asked}

    return {
        "edge": {"hosts": {host: {} for host in (*hosts, ID)}, "workers": 2},
        "identity": {"host": ID, "tenant_hosts": TENANTS, "token_lifetime": f"{LIFE_S}s"},
        "services": {
            "echo": echo_service(),
            "recorder": {"addresses": [recorder], **plain},
            "recorder2": {"addresses": [recorder2], "protocol": "http2", **plain},
        },
        "routes": [
            route("public", "/public/**", sign_in="none"),
            route("optional", "/optional/**", sign_in="optional"),
            route("required", "/required/**"),
            route("public2", "/public2/**", "recorder2", sign_in="none"),
            route("required2", "/required2/**", "recorder2"),
            route("second", "/second/**", factor="mfa"),
            route("strong", "/strong/**", factor="passkey", factor_within="10m"),
            route("fresh", "/fresh/**", factor_within="60s"),
            route("chat", "/chat", "echo", websocket=True, methods=["GET"]),
            route("chat-public", "/talk", websocket=True, methods=["GET"], sign_in="none"),
            route("chat-kept", "/said", websocket=True, methods=["GET"]),
            route("events", "/events", "echo", streaming=True, methods=["GET"]),
            route("echo", "/**", "echo"),
        ],
        **more,
    }


class PatientStage(Stage):
    """The same with more patience: Django and its tables take their time on a busy machine."""

    def wait(self, condition: Any, within: float = 150.0) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)


class IdentityStage:
    """A running installation, its recorders, and people in it. Made by :func:`identity_stage`."""

    def __init__(self, stage: Stage, recorder: Recorder, recorder2: Recorder2) -> None:
        self.stage, self.recorder, self.recorder2 = stage, recorder, recorder2
        self._numbers = count()

    # -- where things are ------------------------------------------------------------------

    @property
    def facts(self) -> Facts:
        return facts_file.read(self.stage.state)

    @property
    def admin(self) -> Admin:
        """The admin interface of the edge's Envoy."""
        bootstrap = json.loads((self.stage.state / "xds" / "edge" / "bootstrap.json").read_text())
        return Admin(Path(bootstrap["admin"]["address"]["pipe"]["path"]))

    def url(self, path: str = "/required/x", host: str = APP) -> str:
        return f"https://{host}:{self.stage.port}{path}"

    def mark(self) -> str:
        """A text that nothing else mentions."""
        return f"mark{next(self._numbers):06d}"

    # -- people ----------------------------------------------------------------------------

    def organisation(self, **more: Any) -> Any:
        """A new customer."""
        return tenants.organisation(f"t{next(self._numbers)}", **more)

    def person(self, *organisations: Any, roles: tuple[str, ...] = ("buyer", "seller")) -> Any:
        """A new member of some organisations, with the same roles in each."""
        name = f"ada{next(self._numbers)}@example.com"
        given: dict[str, Any] = {one.slug: list(roles) for one in organisations}
        return tenants.person(name, **given)

    def session(self, user: Any = None, organisation: Any = None, **more: Any) -> Any:
        """A session of a new person, unless ``user`` says of whom, proven with two factors now."""
        if user is None:
            organisation = organisation or self.organisation()
            user = self.person(organisation)
        slug = organisation.slug if organisation is not None else None
        return tenants.session(user, slug, address="127.0.0.1", **more)

    def enter(self, session: Any, host: str = APP) -> str:
        """Enter a host as a browser does after signing in; the value of its cookie."""
        from ringwall.identity import visits

        url = visits.open_entry(
            session, target=self.url(host=host), state="the state", facts=self.facts
        )
        answer = self.get_url(url, cookie=f'{COOKIE}-state="the state"')
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == self.url(host=host)
        return cookie_set(answer)

    def sign_in(self, *methods: str, **more: Any) -> str:
        """Somebody signed in at the host of sign-in by ``methods``; their Cookie header there."""
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.utils import timezone

        from ringwall.identity.browser_sessions import SessionStore, kept_key
        from ringwall.identity.strength import strength_of

        session, store = self.session(**more), SessionStore()
        store[SESSION_KEY] = str(session.user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = session.user.get_session_auth_hash()
        at = int(time.time())
        kinds = {"totp": "mfa", "webauthn": "mfa"}
        store["account_authentication_methods_user"] = str(session.user.pk)
        store["account_authentication_methods"] = [
            {"method": kinds.get(one, one), "at": at, **({"type": one} if one in kinds else {})}
            for one in methods or ("password", "totp")
        ]
        store.save()
        found = strength_of(store["account_authentication_methods"], now=timezone.now())
        session.key, session.acr = kept_key(store.session_key), found.acr
        session.amr, session.proven = list(found.amr), found.at
        session.save()
        return f"{COOKIE}-id={store.session_key}"

    def jar(self, host: str = APP, **more: Any) -> str:
        """A Cookie header of a new person who has entered a host."""
        return f"{COOKIE}={self.enter(self.session(**more), host)}"

    # -- tokens ----------------------------------------------------------------------------

    def proven(self, **more: Any) -> Proven:
        """Somebody proven for the plain host, whom nobody knows."""
        number = next(self._numbers)
        told: dict[str, Any] = {"sub": f"sub{number}", "sid": f"sid{number}", "acr": "mfa"}
        told["auth_time"] = int(time.time())
        return Proven(audience=(self.facts.origin_of(APP),), **{**told, **more})

    def issue(self, purpose: Purpose, proven: Proven | None = None, **life: float) -> str:
        """A token as the installation itself makes it."""
        mint = Mint(self.stage.state, self.facts)
        now, lives = datetime.now(UTC), timedelta(**(life or {"seconds": 300}))
        return mint.issue(purpose, proven or self.proven(), now=now, life=lives)

    def claims(self, purpose: Purpose, **more: Any) -> dict[str, Any]:
        """The claims of a good token; ``None`` takes one out."""
        now = int(time.time())
        found = {
            "iss": issuer(self.facts.origin, purpose),
            **self.proven().claims(),
            "iat": now,
            "exp": now + 300,
            **more,
        }
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], *, key: Purpose, **header: Any) -> str:
        """Sign anything with the installation's own key of a purpose."""
        found = Keyring(self.stage.state, key).signing(datetime.now(UTC))
        told = {"kid": found.kid, "typ": TYPES[key], **header}
        return jwt.encode(dict(claims), private_key(found.pem), algorithm="ES256", headers=told)

    # -- asking ----------------------------------------------------------------------------

    def get(self, path: str = "/required/x", *, host: str = APP, **more: Any) -> httpx.Response:
        """One request on a connection of its own; ``cookie``, ``bearer`` and ``key`` as texts."""
        return self.get_url(self.url(path, host), **more)

    def get_url(self, url: str, *, http2: bool = False, **more: Any) -> httpx.Response:
        with self.stage.client(http2=http2) as client:
            return ask(client, url, **more)

    def seen(self, path: str = "/required", **more: Any) -> tuple[httpx.Response, list[Seen]]:
        """Ask with a mark in the path; the answer, and what reached the service."""
        mark = self.mark()
        answer = self.get(f"{path}/{mark}", **more)
        return answer, self.about(mark)

    def about(self, mark: str) -> list[Seen]:
        """What reached the recorders and mentions ``mark``."""
        second = [one for one in tuple(self.recorder2.seen) if one.mentions(mark)]
        return [*self.recorder.about(mark), *second]

    def call_outs(self) -> int:
        """Requests of the edge to the web process so far."""
        found = self.admin.stats(r"^cluster\.ringwall-renewals\.upstream_rq_total$")
        return int(found["cluster.ringwall-renewals.upstream_rq_total"])

    def arrived(self) -> int:
        """Requests that have come to the edge so far."""
        found = self.admin.stats(r"^http\.edge\.downstream_rq_total$")
        return int(found["http.edge.downstream_rq_total"])


def ask(
    client: httpx.Client,
    url: str,
    *,
    method: str = "GET",
    cookie: str | None = None,
    bearer: str | None = None,
    key: str | None = None,
    headers: Any = (),
    **more: Any,
) -> httpx.Response:
    """One request with the given credentials, in that order, and ``headers`` after them."""
    sent = [
        *([("cookie", cookie)] if cookie is not None else []),
        *([("authorization", f"Bearer {bearer}")] if bearer is not None else []),
        *([("x-api-key", key)] if key is not None else []),
        *(headers.items() if isinstance(headers, Mapping) else headers),
    ]
    return client.request(method, url, headers=sent, **more)


def cookie_set(answer: httpx.Response) -> str:
    """The value that an answer gives to the host's cookie."""
    (found,) = cookies_set(answer)
    return found


def cookies_set(answer: httpx.Response) -> list[str]:
    """Every value that an answer gives to it."""
    several = answer.headers.get_list("set-cookie")
    matches = [re.match(rf"{COOKIE}=([^;]*)", one) for one in several]
    return [found[1].strip('"') for found in matches if found]


def run_out(value: str, token: str | None = None) -> str:
    """A cookie's value as it is when its time is over; ``token`` is one that is over, too."""
    _, _, rest = value.partition(".")
    secret, _, old = rest.partition("~")
    return f"{int(time.time()) - 60}.{secret}~{token or old}"


def segment(value: object) -> str:
    """A part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def identity_stage(
    folder: Path, django_state: Path, *, url: str | None = None, **more: Any
) -> Iterator[IdentityStage]:
    """A whole installation in ``folder``; ``url`` names its PostgreSQL, else it has SQLite.

    Django, set up with ``django_state``, asks its tables as long as this is open.
    """
    from django.conf import settings
    from django.db import DatabaseError, connection, connections

    with ExitStack() as held:
        recorder, recorder2 = held.enter_context(Recorder()), held.enter_context(Recorder2())
        database = {} if url is None else {"database": {"url": "${env:STAGE_DATABASE}"}}
        told = config(recorder.address, recorder2.address, **database, **more)
        stage = held.enter_context(PatientStage(folder, told))
        if url is not None:
            stage.environment["STAGE_DATABASE"] = url
        patch = held.enter_context(pytest.MonkeyPatch.context())
        held.callback(current_installation.cache_clear)
        if url is None:
            put_tables(stage.state, django_state.parent)
        stage.up()
        # Not for good: what tests start themselves would be taken for a part of it.
        with pytest.MonkeyPatch.context() as named:
            named.setenv("RINGWALL_STATE", str(stage.state))
            current_installation.cache_clear()
            current_installation()
        _point_django_at(url, stage.state, patch)
        patch.setattr(settings, "SECRET_KEY", (stage.state / "secret.key").read_text())
        held.callback(connections["default"].close)

        def has_tables() -> bool:
            try:
                names = connection.introspection.table_names()
            except DatabaseError:
                return False
            return "identity_revocation" in names and "identity_apikey" in names

        stage.wait(has_tables)
        stage.wait(_nothing_to_migrate)
        yield IdentityStage(stage, recorder, recorder2)


def _nothing_to_migrate() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
