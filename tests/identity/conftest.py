"""Identity without an edge: Django asked directly, as the edge would ask it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.conftest import _django, database, postgres

from ringwall.identity import facts as facts_file
from ringwall.identity.config import Identity
from ringwall.identity.facts import Facts
from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose
from ringwall.identity.passwords import Argon2id
from ringwall.runtime.current import current_installation

__all__ = ["_django", "database", "postgres"]

AUTHORITY = "id.shop.localhost:8443"
HOSTS = ("id.shop.localhost", "shop.localhost", "*.shop.localhost", "api.shop.localhost")


_PROCESSES = {"browser", "edge", "whole"}
"""Folders of tests whose passwords other processes check, at the full price."""
_FULL_PRICE = {"test_passwords.py", "test_enumeration.py"}


@pytest.fixture(autouse=True)
def _cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost next to nothing, where what they cost is not what is tested."""
    path = request.path
    if path.parent.name not in _PROCESSES and path.name not in _FULL_PRICE:
        monkeypatch.setattr(Argon2id, "time_cost", 1)
        monkeypatch.setattr(Argon2id, "memory_cost", 8)


@pytest.fixture
def state(_django: Path) -> Path:
    """The state folder, with keys, as after ``ringwall up``."""
    now = datetime.now(UTC)
    for purpose in Purpose:
        Keyring(_django, purpose).turn(now)
    return _django


@pytest.fixture
def facts(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facts]:
    """Identity as configured: sign-in at ``https://id.shop.localhost:8443``."""
    from django.core.cache import cache

    monkeypatch.setenv("RINGWALL_STATE", str(state))
    cache.clear()  # in which the libraries count what strangers try
    current_installation.cache_clear()
    settings = Identity(host="id.shop.localhost", name="The Shop", tenant_hosts="*.shop.localhost")
    found = Facts(settings=settings, port=8443, hosts=HOSTS)
    facts_file.write(state, found)
    yield found
    current_installation.cache_clear()


@pytest.fixture
def browser(database: str, facts: Facts) -> Any:
    """A client (Django's own) that asks the host of sign-in as the edge passes it on."""
    from django.test import Client

    return Client(
        headers={
            "host": AUTHORITY,
            "x-forwarded-proto": "https",
            "x-ringwall-address": "127.0.0.7",
            "user-agent": "a test",
        }
    )
