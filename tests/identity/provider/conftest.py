"""Clients, people and a served provider."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.identity.provider.stage import Stage, make_person, served

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts
from ringwall.runtime.current import current_installation

REDIRECT = "https://app.example/back?from=ringwall"


@pytest.fixture
def stage(
    database: str,
    request: pytest.FixtureRequest,
    state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """The provider over TLS, on each database."""
    url = None if database == "sqlite" else request.getfixturevalue("postgres").url
    monkeypatch.setenv("RINGWALL_STATE", str(state))
    current_installation.cache_clear()
    with served(state, tmp_path, url) as found:
        for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            monkeypatch.setenv(name, str(found.authority))
        yield found
    current_installation.cache_clear()


@pytest.fixture
def ada(database: str) -> Any:
    """Ada, who buys for North."""
    from ringwall.identity.models import Membership, Organisation

    ada = make_person("ada@example.com", name="Ada Lovelace")
    north = Organisation.objects.create(slug="north", name="North")
    Membership.objects.create(user=ada, organisation=north, roles=["buyer"])
    return ada


Register = Callable[..., tuple[Any, str | None]]


@pytest.fixture
def register(database: str) -> Register:
    """Register a client of an application: code and refresh, with a secret unless said."""

    def make(facts: Facts, **more: Any) -> tuple[Any, str | None]:
        from ringwall.identity import clients

        wanted: dict[str, Any] = {
            "name": "An application",
            "grant_types": ("authorization_code", "refresh_token"),
            "scopes": ("openid", "profile", "email", "roles", "orders:read"),
            "redirect_uris": (REDIRECT,),
        }
        return clients.add(clients.Registration(**(wanted | more)), facts=facts, by=MACHINE)

    return make
