"""A log in the folder of an installation, and people of the company who ask for it."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.conftest import (
    AUTHORITY,
    _cheap_passwords,
    _django,
    browser,
    database,
    facts,
    postgres,
    state,
)
from tests.identity.test_organisations_pages import act_as
from tests.lake.logs import ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree

from ringwall.identity.facts import Facts
from ringwall.lake.places import Places

__all__ = ["_cheap_passwords", "_django", "browser", "database", "facts", "postgres", "state"]

EVENTS = 300


class Scene(LogScene):
    """A log that lies in the state folder of the installation itself."""

    @property
    def places(self) -> Places:
        from ringwall.runtime.current import current_installation

        installation = current_installation()
        return Places(installation.state, installation.run)

    def recorded(self) -> list[Any]:
        """What the installation has recorded of itself so far."""
        path = self.places.activity
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [json.loads(line)["event"] for line in lines]

    def reads(self) -> list[Any]:
        """Of these, who asked to see the log."""
        return [one for one in self.recorded() if one.get("api", {}).get("operation") == "log:see"]


@pytest.fixture
def log(
    facts: Facts, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A log with some hundred requests, one of them hostile, signed as the notary does it."""
    from django.conf import settings

    scene = Scene(tmp_path)
    # Django is set up once in a process, for the first folder that tests made.
    monkeypatch.setattr(settings, "STATE", str(scene.places.state))
    shutil.rmtree(scene.places.log, ignore_errors=True)
    shutil.rmtree(scene.places.state / "spool", ignore_errors=True)
    for number in range(EVENTS):
        append(scene.places.edge[0], edge_line(number, status=403 if number % 50 == 0 else 200))
    append(
        scene.places.edge[0], edge_line(EVENTS, path="/<script>alert(1)</script>\x1b[2J\u202egpj")
    )
    append(scene.places.activity, own_line("ab"))
    scene.collect(flush=True)
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    shutil.rmtree(scene.places.activity.parent)
    yield scene
    shutil.rmtree(scene.places.log, ignore_errors=True)


@pytest.fixture
def people(database: str, facts: Facts) -> None:
    """The Shop is the company; North is a customer."""
    tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    tenants.person("owner@example.com", shop=["owner"])
    tenants.person("auditor@example.com", shop=["auditor"])
    tenants.person("member@example.com", shop=["member"])
    tenants.person("boss@example.com", north=["administrator"])


def key_of(email: str, slug: str | None, roles: Any = (), **more: Any) -> str:
    """A key of somebody, as a person makes it for themselves."""
    from ringwall.access.guarding import MACHINE
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_facts, current_mint
    from ringwall.identity.models import Organisation, User

    now = timezone.now()
    wanted = apikeys.Wanted(
        name="a test",
        expires=now + timedelta(days=1),
        owner=User.objects.get(email=email),
        organisation=None if slug is None else Organisation.objects.get(slug=slug),
        roles=roles,
        **more,
    )
    made = apikeys.make(wanted, facts=current_facts(), mint=current_mint(), now=now, by=MACHINE)
    return made.text


def bearing(text: str) -> Any:
    """A program at the host of sign-in that shows a key or a token."""
    from django.test import Client

    return Client(
        headers={
            "host": AUTHORITY,
            "x-forwarded-proto": "https",
            "x-ringwall-address": "127.0.0.8",
            "authorization": f"Bearer {text}",
        }
    )


__all__ += ["act_as", "bearing", "key_of"]
