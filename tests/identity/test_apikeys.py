"""API keys: recognised, made with no more than their owner has, used, rotated, withdrawn."""

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.provider.conftest import Register, ada, register
from tests.identity.provider.party import sign_in
from tests.lake.logs import append, edge_line, into_the_log

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts
from ringwall.identity.key_format import PATTERN, checksum, is_whole
from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose
from ringwall.runtime.spool.keeping import Keeping, keep

__all__ = ["ada", "register"]


@pytest.fixture
def north(ada: Any) -> Any:
    from ringwall.identity.models import Organisation

    return Organisation.objects.get(slug="north")


def make(facts: Facts, **more: Any) -> Any:
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    now = timezone.now()
    known: dict[str, Any] = {"name": "Nightly export", "expires": now + timedelta(days=30)}
    wanted = apikeys.Wanted(**(known | more))
    return apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE)


def claims(text: str, state: Path) -> dict[str, Any]:
    """What a key says, verified as the edge does it."""
    token = text.removeprefix("rwk_").partition("~")[0]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(one for one in Keyring(state, Purpose.KEY).jwks()["keys"] if one["kid"] == kid)
    found: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK.from_dict(key),
        algorithms=["ES256"],
        issuer="https://id.shop.localhost:8443/key",
        audience="https://id.shop.localhost:8443/api",
    )
    return found


def revoked() -> tuple[str, ...]:
    from ringwall.identity import revocations

    return tuple(revocations.live(timezone.now())["session"])


def test_a_key_says_whose_it_is_and_scanners_know_it(
    ada: Any, north: Any, facts: Facts, state: Path
) -> None:
    from ringwall.identity.models import ApiKey

    made = make(facts, owner=ada, organisation=north, roles=["buyer"], scopes=["orders:read"])
    said = claims(made.text, state)
    assert (said["sub"], said["sid"]) == (ada.subject, made.key.pk)
    assert (said["tenant"], said["roles"], said["scope"]) == ("north", ["buyer"], "orders:read")
    assert said["exp"] == int(made.key.expires.timestamp())
    assert "acr" not in said
    found = re.search(PATTERN, f"API_KEY='{made.text}' # mine")
    assert found is not None
    assert found[0] == made.text
    assert is_whole(made.text)
    row = {str(value) for value in ApiKey.objects.values().get().values()}
    assert not any(made.text[:20] in value or made.text[-90:] in value for value in row)


def test_a_key_has_no_more_than_its_owner(
    ada: Any, north: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.apikeys import KeyRefusedError
    from ringwall.identity.models import ApiKey, Organisation

    south = Organisation.objects.create(slug="south", name="South")
    program, _ = register(
        facts,
        grant_types=("client_credentials",),
        redirect_uris=(),
        scopes=("orders:read",),
        roles=("clerk",),
        organisation=north,
    )
    now = timezone.now()
    wrong: list[dict[str, Any]] = [
        {"owner": ada, "organisation": north, "roles": ["administrator"]},
        {"owner": ada, "organisation": north, "roles": ["buyer", "Buyer"]},
        {"owner": ada, "organisation": south},
        {"owner": ada, "roles": ["buyer"]},
        {"owner": ada, "client": program, "organisation": north},
        {},
        {"client": program, "organisation": south},
        {"client": program},
        {"client": program, "organisation": north, "scopes": ["orders:write"]},
        {"client": program, "organisation": north, "roles": ["buyer"]},
        {"owner": ada, "expires": now},
        {"owner": ada, "expires": now + timedelta(days=367)},
        {"owner": ada, "name": " "},
        {"owner": ada, "scopes": ["two words"]},
        {"owner": ada, "audiences": ["https://evil.example"]},
    ]
    for more in wrong:
        with pytest.raises(KeyRefusedError):
            make(facts, **more)
    assert ApiKey.objects.count() == 0
    good = make(facts, client=program, organisation=north, scopes=["orders:read"], roles=["clerk"])
    assert good.key.client == program


def test_a_rotated_key_holds_on_until_its_successor_is_in_place(
    ada: Any, north: Any, facts: Facts
) -> None:
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    old, now = make(facts, owner=ada, organisation=north, roles=["buyer"]).key, timezone.now()

    def rotated(overlap: timedelta, at: Any = now) -> Any:
        return apikeys.rotate(
            old,
            overlap=overlap,
            life=timedelta(days=90),
            facts=facts,
            mint=current_mint(),
            now=at,
            by=MACHINE,
        )

    made = rotated(timedelta(days=7))
    assert (made.key.replaces_id, made.key.roles) == (old.pk, ["buyer"])
    assert apikeys.state_of(old, now) == "ending"
    assert apikeys.end_due(now + timedelta(days=6)) == 0
    assert apikeys.end_due(now + timedelta(days=7)) == 1
    assert revoked() == (old.pk,)
    old.refresh_from_db()
    with pytest.raises(apikeys.KeyRefusedError, match="over already"):
        rotated(timedelta(0))
    with pytest.raises(apikeys.KeyRefusedError, match="30 days"):
        apikeys.rotate(
            made.key,
            overlap=timedelta(days=31),
            life=timedelta(days=1),
            facts=facts,
            mint=current_mint(),
            now=now,
            by=MACHINE,
        )


def test_a_key_ends_when_its_owner_loses_what_it_has(
    ada: Any, north: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity import apikeys, clients
    from ringwall.identity.models import Membership

    lesser = make(facts, owner=ada, organisation=north).key
    key = make(facts, owner=ada, organisation=north, roles=["buyer"]).key
    program, _ = register(facts, grant_types=("client_credentials",), redirect_uris=(), scopes=())
    machine = make(facts, client=program).key
    now = timezone.now()
    assert apikeys.end_due(now) == 0
    Membership.objects.update(roles=["viewer"])
    assert apikeys.end_due(now) == 1
    assert revoked() == (key.pk,)
    clients.disable(program, reason="a test", by=MACHINE)
    assert machine.pk in revoked()
    Membership.objects.update(active=False)
    assert apikeys.end_due(now) == 1
    assert lesser.pk in revoked()


def test_the_record_of_the_edge_tells_of_clouds(ada: Any, facts: Facts, state: Path) -> None:
    from ringwall.identity import key_uses
    from ringwall.lake.key_uses import latest_uses
    from ringwall.lake.places import Places

    key = make(facts, owner=ada).key
    places = Places(state, state / "run")
    record = places.edge[0]
    for left in (state / "log", record.parent):
        shutil.rmtree(left, ignore_errors=True)

    def line(
        at: str, address: str = "192.0.2.7", session: str = key.pk, route: str | None = "orders"
    ) -> bytes:
        return edge_line(time=at, client=address, session=session, route=route)

    def noted(*, flush: bool = False) -> int:
        into_the_log(state, flush=flush)
        return key_uses.follow(state, places.run, latest_uses)

    def seen() -> tuple[str, str]:
        key.refresh_from_db()
        return f"{key.last_use:%H:%M}", str(key.last_address)

    assert key_uses.follow(state, places.run) == 0, "there is no log yet"
    append(record, line("2026-01-02T10:00:00.000Z"), line("2026-01-02T11:00:00.000Z", "::1"))
    assert noted() == 1
    assert seen() == ("11:00", "::1")
    append(record, b"rubbish\n{}\n" + line("2026-01-02T12:00:00.000Z", "nowhere")[:-1])
    assert noted() == 0, "a line that is not whole yet"
    append(record, b"\n" + line("2026-01-02T12:30:00.000Z", session="kunknown"))
    assert noted() == 2
    assert seen() == ("12:00", "None")
    append(record, line("2026-01-02T12:45:00.000Z", route=None))
    assert noted() == 0, "a header of the client's, of a request refused early"
    append(record, line("2026-01-02T12:45:00.000Z", session="s1"))
    assert noted() == 0, "a session"
    assert seen() == ("12:00", "None")
    # Closed and compressed before it was read to its end, and put into the table at once.
    at = timezone.now()
    for later, at_end in (
        (timedelta(), line("2026-01-02T12:10:00.000Z")),
        (timedelta(hours=1), line("2026-01-02T12:20:00.000Z")),
    ):
        append(record, at_end)
        keeping = Keeping(days=90, size=2**30, segment=1, least_free=0)
        for _ in keep(
            record, now=at + later, keeping=keeping, began=lambda _: None, reopen=record.touch
        ):
            pass
    assert list(record.parent.glob("*.gz"))
    assert noted(flush=True) == 1
    assert seen()[0] == "12:20"
    assert noted() == 0
    # What the edge told nothing of since is not looked at, and a process of its own sees the same.
    assert key_uses.follow(state, places.run, lambda *_: pytest.fail("it was looked at")) == 0
    append(record, line("2026-01-02T12:21:00.000Z"))
    into_the_log(state)
    assert key_uses.follow(state, places.run) == 1
    assert seen()[0] == "12:21"
    # Older lines that come late.
    append(record, line("2026-01-02T09:00:00.000Z"), line("2026-01-02T13:00:00.000Z"))
    assert noted() == 1
    assert seen()[0] == "13:00"
    append(record, line("2026-01-02T09:00:00.000Z"))
    noted()
    assert seen()[0] == "13:00", "an older use is not written over a newer"
    # Another log, in the place of the one that was read.
    for left in (state / "log", record.parent):
        shutil.rmtree(left)
    append(record, line("2026-01-02T14:00:00.000Z"))
    assert noted() == 1
    assert seen()[0] == "14:00"
    (state / "identity" / "key-uses.json").write_text('{"first":"x","offset":7}')
    assert noted() == 1, "what an earlier version kept: all is read again"
    for left in (state / "log", record.parent):
        shutil.rmtree(left)


def test_people_see_make_and_withdraw_their_own_keys(ada: Any, north: Any, facts: Facts) -> None:
    from tests.identity.provider.stage import make_person

    from ringwall.identity.models import ApiKey

    browser = sign_in(ada)
    page = browser.post("/keys", {"name": "Export", "days": "30", "roles": ["buyer"]})
    key = ApiKey.objects.get()
    assert (key.owner, key.organisation, key.roles) == (ada, north, ["buyer"])
    found = re.search(r"rwk_[A-Za-z0-9_.~-]+", page.content.decode())
    assert found is not None
    listed = browser.get("/keys").content.decode()
    assert "Export" in listed
    assert found[0] not in listed
    more = browser.post("/keys", {"name": "More", "days": "30", "roles": ["owner"]})
    assert more.status_code == 200
    assert ApiKey.objects.count() == 1
    stranger = sign_in(make_person("grace@example.com"))
    assert stranger.post(f"/keys/{key.pk}/withdraw").status_code == 404
    assert stranger.post(f"/keys/{key.pk}/rotate").status_code == 404
    assert browser.post(f"/keys/{key.pk}/rotate").status_code == 200
    assert ApiKey.objects.count() == 2
    assert browser.post(f"/keys/{key.pk}/withdraw").status_code == 302
    assert revoked() == (key.pk,)
    late = sign_in(ada, ago=3600)
    answer = late.post("/keys", {"name": "Late", "days": "30"})
    assert answer.headers["location"].startswith("/accounts/")
    assert ApiKey.objects.count() == 2
    from tests.identity.provider.party import new_browser

    assert new_browser().get("/keys").headers["location"].startswith("/accounts/login")


@given(st.text(alphabet="rwk_eyJA.-~0", max_size=60))
def test_only_whole_keys_are_whole(text: str) -> None:
    assert not is_whole(text)


@given(st.integers(min_value=4, max_value=200), st.sampled_from("Aa0_-"))
def test_a_slip_of_the_pen_is_seen(position: int, letter: str) -> None:
    head = "rwk_eyJ" + "a" * 80 + "." + "b" * 40 + "." + "c" * 86
    whole = f"{head}~{checksum(head)}"
    assert is_whole(whole)
    changed = whole[:position] + letter + whole[position + 1 :]
    assert changed == whole or not is_whole(changed)


def test_keys_of_an_organisation_come_back_when_it_does(north: Any, ada: Any, facts: Facts) -> None:
    """Meanwhile the edge refuses them, since they name an organisation that is revoked."""
    from ringwall.identity import apikeys, organisations, revocations
    from ringwall.identity.models import Membership

    made = make(facts, owner=ada, organisation=north, roles=["buyer"])
    organisations.suspend(north, reason="unpaid", by=MACHINE)
    assert "north" in revocations.live(timezone.now())["tenant"]
    assert apikeys.end_due(timezone.now()) == 0
    with pytest.raises(apikeys.KeyRefusedError, match="north is suspended"):
        make(facts, owner=ada, organisation=north)
    organisations.restore(north, by=MACHINE)
    assert apikeys.end_due(timezone.now()) == 0
    assert made.key.pk not in revoked()
    assert "north" not in revocations.live(timezone.now())["tenant"]
    # Who lost the membership meanwhile has lost the keys with it.
    organisations.suspend(north, reason="unpaid again", by=MACHINE)
    Membership.objects.update(active=False)
    assert apikeys.end_due(timezone.now()) == 1
    assert made.key.pk in revoked()
