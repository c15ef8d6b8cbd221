"""Refresh tokens: each serves once; a second use, at whatever moment, ends the family."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import Party, decoded, sign_in

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts


@pytest.fixture
def party(register: Register, facts: Facts) -> Party:
    return Party(*register(facts, first_party=True))


@pytest.fixture
def browser(ada: Any, facts: Facts) -> Any:
    return sign_in(ada)


def test_each_refresh_token_serves_once_and_a_thief_ends_all(party: Party, browser: Any) -> None:
    from ringwall.identity import revocations

    first = party.tokens(browser)["refresh_token"]
    second = party.refresh(first).json()
    third = party.refresh(second["refresh_token"]).json()
    assert len({first, second["refresh_token"], third["refresh_token"]}) == 3
    assert party.introspect(third["refresh_token"])["active"]
    # Somebody shows a token that was used: nobody can tell who the thief is, so both are out.
    assert party.refresh(first).json()["error"] == "invalid_grant"
    assert party.refresh(third["refresh_token"]).json()["error"] == "invalid_grant"
    grant = decoded(third["access_token"])["rw_grant"]
    assert grant in revocations.live(timezone.now())["session"]
    assert party.userinfo(third["access_token"]).status_code == 401


def test_of_many_uses_at_once_one_succeeds_and_the_family_ends(
    party: Party, browser: Any, database: str
) -> None:
    from django.db import connections

    from ringwall.identity.models import Grant

    token = party.tokens(browser)["refresh_token"]
    start, answers = threading.Barrier(6), []

    def use() -> None:
        try:
            start.wait(20)
            machine = Party(party.client, party.secret)
            answers.append(machine.refresh(token))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(answers) == 6
    assert len(good) <= 1
    assert all(a.json()["error"] == "invalid_grant" for a in answers if a not in good)
    assert Grant.objects.get().ended is not None
    if good:
        late = party.refresh(good[0].json()["refresh_token"])
        assert late.json()["error"] == "invalid_grant"


def test_a_refresh_token_is_no_use_to_others_or_when_changed(
    party: Party, browser: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.models import Grant

    token = party.tokens(browser)["refresh_token"]
    other = Party(*register(facts, name="Another", first_party=True))
    head, serial, mac = token.split(".")
    for wrong in (
        f"{head}.{int(serial) + 1}.{mac}",
        f"{head}.{serial}.{mac[:-1]}",
        f"{head}.{serial}.{'A' * len(mac)}",
        f"{head}x.{serial}.{mac}",
        f"{head}.-1.{mac}",
        f"{head}.\u0661.{mac}",
        "rwr_",
        "",
        "x" * 5000,
        "rwr_a.b.c",
        "\x00",
    ):
        assert party.refresh(wrong).status_code == 400, wrong
    assert other.refresh(token).json()["error"] == "invalid_grant"
    assert other.introspect(token) == {"active": False}
    assert other.post("/identity/o/api/revoke", {"token": token}).status_code == 200
    # None of this was a second use, so the grant lives on.
    assert Grant.objects.get().ended is None
    assert party.refresh(token).status_code == 200


def test_a_refresh_asks_for_no_more_than_was_granted(
    party: Party, browser: Any, facts: Facts
) -> None:
    api = facts.origin_of("api.shop.localhost")
    given = party.tokens(browser, scope="openid email orders:read", resource=api)
    less = party.refresh(given["refresh_token"], scope="orders:read").json()
    assert decoded(less["access_token"])["scope"] == "orders:read"
    assert decoded(less["access_token"])["aud"] == api
    more = party.refresh(less["refresh_token"], scope="orders:read profile")
    assert more.json()["error"] == "invalid_scope"
    elsewhere = party.refresh(less["refresh_token"], resource=facts.origin_of("shop.localhost"))
    assert elsewhere.json()["error"] == "invalid_target"
    # What is refused for its wish uses nothing up.
    assert party.refresh(less["refresh_token"]).json()["scope"] == "openid email orders:read"


def test_a_grant_ends_with_the_session(party: Party, browser: Any, ada: Any) -> None:
    from ringwall.identity import sessions

    given = party.tokens(browser)
    sessions.end(ada.sessions.get(), reason="a test")
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.userinfo(given["access_token"]).status_code == 401
    assert not party.introspect(given["access_token"])["active"]


def test_a_grant_ends_with_the_clock_the_membership_and_the_person(
    party: Party, browser: Any, ada: Any
) -> None:
    from ringwall.identity.models import Grant, Membership, Session, User

    idle = party.tokens(browser)["refresh_token"]
    Session.objects.update(last_use=timezone.now() - timedelta(days=1))
    assert party.refresh(idle).json()["error"] == "invalid_grant"

    left = party.tokens(sign_in(ada))["refresh_token"]
    Membership.objects.update(active=False)
    assert party.refresh(left).json()["error"] == "invalid_grant"
    assert Grant.objects.filter(end_reason__contains="left").count() == 1

    disabled = party.tokens(sign_in(ada))["refresh_token"]
    User.objects.update(is_active=False)
    assert party.refresh(disabled).json()["error"] == "invalid_grant"


def test_roles_follow_the_membership(party: Party, browser: Any) -> None:
    from ringwall.identity.models import Membership

    given = party.tokens(browser)
    Membership.objects.update(roles=["auditor"])
    fresh = party.refresh(given["refresh_token"]).json()
    assert decoded(fresh["access_token"])["roles"] == ["auditor"]


def test_a_client_gives_its_tokens_back(party: Party, browser: Any) -> None:
    given = party.tokens(browser)
    assert party.post("/identity/o/api/revoke", {"token": "unknown"}).status_code == 200
    answer = party.post("/identity/o/api/revoke", {"token": given["refresh_token"]})
    assert answer.status_code == 200
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.userinfo(given["access_token"]).status_code == 401
    again = party.tokens(browser)
    party.post("/identity/o/api/revoke", {"token": again["access_token"]})
    assert party.refresh(again["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_client_that_is_switched_off_gets_nothing(party: Party, browser: Any) -> None:
    from ringwall.identity import clients

    given = party.tokens(browser)
    clients.disable(party.client, reason="a test", by=MACHINE)
    assert party.refresh(given["refresh_token"]).status_code == 401
    assert party.ask(browser).status_code == 400
    clients.enable(clients.get(party.id), by=MACHINE)
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert "access_token" in party.tokens(browser)


def test_tokens_are_worth_nothing_to_whoever_has_left(party: Party, browser: Any, ada: Any) -> None:
    """However they left: here without a revocation that the edge would know of."""
    from ringwall.identity.models import Grant, Membership, Organisation

    given = party.tokens(browser)
    access, refresh = given["access_token"], given["refresh_token"]

    def are_good() -> set[bool]:
        return {
            party.introspect(access)["active"],
            party.introspect(refresh)["active"],
            party.userinfo(access).status_code == 200,
        }

    assert are_good() == {True}
    Organisation.objects.update(suspended=timezone.now())
    assert are_good() == {False}
    assert party.refresh(refresh).json()["error"] == "invalid_grant"
    Organisation.objects.update(suspended=None)
    assert are_good() == {True}
    Membership.objects.update(active=False)
    assert are_good() == {False}
    assert Grant.objects.get().ended is None
    assert party.refresh(refresh).json()["error"] == "invalid_grant"
    assert Grant.objects.get().ended is not None


def test_a_token_of_a_client_is_worth_nothing_while_its_organisation_is_suspended(
    ada: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.models import Organisation

    asking = Party(*register(facts, name="A service", audiences=(f"{facts.origin}/api",)))
    theirs = Party(
        *register(
            facts,
            name="North's",
            organisation=Organisation.objects.get(slug="north"),
            grant_types=("client_credentials",),
            scopes=("orders:read",),
            redirect_uris=(),
        )
    )
    form = {"grant_type": "client_credentials"}
    token = theirs.post("/identity/o/api/token", form).json()["access_token"]
    assert asking.introspect(token)["active"]
    Organisation.objects.update(suspended=timezone.now())
    assert not asking.introspect(token)["active"]


def test_nothing_a_client_gets_outlives_a_role_that_is_lent(
    party: Party, browser: Any, ada: Any, facts: Facts
) -> None:
    from tests.identity import requesting, tenants

    from ringwall.identity.lent import MARGIN
    from ringwall.identity.models import AccessRequest, Organisation
    from ringwall.identity.requesting import moves

    requesting.offer(facts)
    north = Organisation.objects.get(slug="north")
    boss = tenants.person("boss@example.com", north=["administrator"])
    hour = timedelta(hours=1)
    made = moves.make(north, ada, ["approver"], lasts=hour, reason="month end", by=ada)
    moves.approve(made, by=boss)
    first = party.tokens(browser, scope="openid roles")
    assert decoded(first["access_token"])["roles"] == ["approver", "buyer"]
    assert first["expires_in"] == 300
    ends = timezone.now() + timedelta(seconds=60)
    AccessRequest.objects.update(ends=ends)
    second = party.refresh(first["refresh_token"]).json()
    another = party.tokens(browser, scope="openid roles")
    for token in (second["access_token"], another["access_token"], another["id_token"]):
        told = decoded(token)
        assert told["roles"] == ["approver", "buyer"]
        assert told["exp"] <= (ends - MARGIN).timestamp()
    assert 40 < second["expires_in"] <= 55
    AccessRequest.objects.update(ends=timezone.now())
    third = party.refresh(second["refresh_token"]).json()
    assert decoded(third["access_token"])["roles"] == ["buyer"]
    assert third["expires_in"] == 300
