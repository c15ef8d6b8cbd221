"""Invitations: for one mail address, once, for a week, from somebody who may."""

import re
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts


@pytest.fixture
def boss(database: str, facts: Facts) -> Any:
    """North's administrator."""
    tenants.organisation("shop", kind="provider")
    for slug in ("north", "south"):
        tenants.organisation(slug)
    return tenants.person("boss@example.com", north=["administrator"])


@pytest.fixture
def north(boss: Any) -> Any:
    return tenants.member(boss, "north").organisation


def invited(north: Any, boss: Any, email: str = "ada@example.com") -> str:
    """The secret of the link, read from the mail as Ada would."""
    from ringwall.identity import invitations
    from ringwall.identity.models import OutgoingMail

    invitations.invite(north, email, ["buyer"], by=boss)
    mail = OutgoingMail.objects.filter(to=email).latest("created")
    found = re.search(r"https://id\.shop\.localhost:8443/invitations/(\S+)", mail.body)
    assert found is not None
    return found[1]


def signed_in(browser: Any, person: Any, *, factors: int = 2) -> None:
    """A browser that is signed in as somebody, by a password and, with two, a code."""
    from django.conf import settings

    browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    kept, at = browser.session, time.time()
    kept["account_authentication_methods"] = [
        {"method": "password", "at": at},
        {"method": "mfa", "type": "totp", "at": at},
    ][:factors]
    kept["account_authentication_methods_user"] = str(person.pk)
    kept.save()


def test_whoever_has_the_address_takes_it_once(north: Any, boss: Any, browser: Any) -> None:
    secret = invited(north, boss)
    ada = tenants.person("ada@example.com")
    signed_in(browser, ada)
    page = browser.get(f"/invitations/{secret}")
    assert page.status_code == 200
    assert "Join North" in page.content.decode()
    from ringwall.identity.models import Membership

    assert not Membership.objects.filter(user=ada).exists()
    assert browser.post(f"/invitations/{secret}").status_code == 302
    assert tenants.member(ada, "north").roles == ["buyer"]
    assert browser.post(f"/invitations/{secret}").status_code == 410
    assert browser.get(f"/invitations/{secret}").status_code == 410


@pytest.mark.parametrize(
    ("email", "verified"), [("eve@example.com", True), ("ada@example.com", False)]
)
def test_nobody_else_takes_it(
    north: Any, boss: Any, browser: Any, email: str, verified: bool
) -> None:
    from ringwall.identity import invitations

    secret = invited(north, boss)
    eve = tenants.person(email, verified=verified)
    with pytest.raises(invitations.NotYoursError):
        invitations.take(secret, eve)
    signed_in(browser, eve)
    assert browser.post(f"/invitations/{secret}").status_code == 403
    assert invitations.look_up(secret) is not None


def test_it_is_over_after_a_week(north: Any, boss: Any) -> None:
    from ringwall.identity import invitations
    from ringwall.identity.models import Invitation

    secret = invited(north, boss)
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert invitations.take(secret, tenants.person("ada@example.com")) is None


def test_a_withdrawn_one_and_one_replaced_are_worth_nothing(north: Any, boss: Any) -> None:
    from ringwall.identity import invitations

    ada = tenants.person("ada@example.com")
    first = invited(north, boss)
    second = invited(north, boss)
    assert invitations.take(first, ada) is None
    assert invitations.withdraw(north, "Ada@example.com", by=boss) == 1
    assert invitations.take(second, ada) is None


def test_a_suspended_organisation_takes_nobody_in(north: Any, boss: Any) -> None:
    from ringwall.identity import invitations, organisations

    secret = invited(north, boss)
    organisations.suspend(north, reason="unpaid", by=MACHINE)
    assert invitations.take(secret, tenants.person("ada@example.com")) is None
    with pytest.raises(ValueError, match="is suspended"):
        invitations.invite(north, "x@example.com", [], by=MACHINE)


def test_what_somebody_may_no_longer_give_they_have_not_given(north: Any, boss: Any) -> None:
    from ringwall.identity import invitations, membership

    secret = invited(north, boss)
    tenants.person("other@example.com", north=["administrator"])
    membership.remove(tenants.member(boss, "north"), by=MACHINE)
    assert invitations.take(secret, tenants.person("ada@example.com")) is None


def test_only_who_manages_an_organisation_invites(north: Any, boss: Any) -> None:
    from ringwall.identity import invitations, organisations

    buyer = tenants.person("buyer@example.com", north=["buyer"], south=["administrator"])
    security = tenants.person("sec@example.com", shop=["security-administrator"])
    for by in (buyer, tenants.person("nobody@example.com")):
        with pytest.raises(PermissionError):
            invitations.invite(north, "x@example.com", ["buyer"], by=by)
    with pytest.raises(PermissionError):
        invitations.invite(organisations.find("south"), "x@example.com", [], by=boss)
    with pytest.raises(PermissionError):
        invitations.invite(organisations.find("shop"), "x@example.com", ["owner"], by=security)
    invitations.invite(north, "x@example.com", ["buyer"], by=security)
    with pytest.raises(PermissionError):
        invitations.withdraw(north, "x@example.com", by=buyer)


def test_nobody_replaces_an_invitation_that_they_may_not_withdraw(north: Any, boss: Any) -> None:
    """Else who may not unmake owners would keep the next one out."""
    from ringwall.identity import invitations, organisations

    shop = organisations.find("shop")
    owner = tenants.person("owner@example.com", shop=["owner"])
    security = tenants.person("sec@example.com", shop=["security-administrator"])
    invitations.invite(shop, "next@example.com", ["owner"], by=owner)
    with pytest.raises(PermissionError, match="may not withdraw"):
        invitations.invite(shop, "Next@example.com", ["guest"], by=security)
    assert [one.roles for one in invitations.waiting(shop)] == [["owner"]]
    invitations.invite(shop, "next@example.com", ["guest"], by=owner)
    invitations.invite(shop, "next@example.com", ["member"], by=security)
    assert [one.roles for one in invitations.waiting(shop)] == [["member"]]


@pytest.mark.parametrize("email", ["", "x", "x@", "a@b@c", "a@example.com\nBcc: b@example.com"])
def test_what_is_no_address_gets_no_mail(north: Any, boss: Any, email: str) -> None:
    from ringwall.identity import invitations
    from ringwall.identity.models import Invitation, OutgoingMail

    with pytest.raises(ValueError, match="is not a mail address"):
        invitations.invite(north, email, [], by=boss)
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_two_at_the_same_moment_are_one(north: Any, boss: Any) -> None:
    from django.db import connection, connections

    from ringwall.identity import invitations
    from ringwall.identity.models import Membership

    secret, ada = invited(north, boss), tenants.person("ada@example.com")
    taken: list[Any] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait()
        try:
            taken.append(invitations.take(secret, ada))
        finally:
            connections.close_all()

    assert connection.vendor in {"sqlite", "postgresql"}
    threads = [threading.Thread(target=take) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len([one for one in taken if one is not None]) == 1
    assert Membership.objects.filter(user=ada).count() == 1


def test_a_stranger_may_make_an_account_for_the_invited_address_only(
    north: Any, boss: Any, browser: Any
) -> None:
    from django.core.cache import cache

    from ringwall.identity.models import User

    cache.clear()  # what slows guessing down would slow the second database's turn down
    assert "password1" not in browser.get("/accounts/signup/").content.decode()
    secret = invited(north, boss)
    page = browser.get(f"/invitations/{secret}").content.decode()
    assert f"/accounts/signup/?next=%2Finvitations%2F{secret}" in page
    told = {"password1": "gather 4 lanterns by the quay"}
    refused = browser.post("/accounts/signup/", {"email": "eve@example.com", **told})
    assert "is for another address" in refused.content.decode()
    assert not User.objects.filter(email="eve@example.com").exists()
    made = browser.post("/accounts/signup/", {"email": "ada@example.com", **told})
    assert made.status_code == 302
    assert User.objects.filter(email="ada@example.com").exists()


def test_a_stranger_cannot_join_with_a_link_alone(north: Any, boss: Any, browser: Any) -> None:
    from ringwall.identity.models import Membership

    secret = invited(north, boss)
    assert browser.post(f"/invitations/{secret}").status_code == 200
    assert Membership.objects.count() == 1
