"""What a session believes of proofs: whose they are, when they were, and what they are called."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.signing_in import app_of, session_of
from tests.identity.test_invitations import signed_in

from ringwall.identity.facts import Facts
from ringwall.identity.strength import strength_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RECORDS = "account_authentication_methods"


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    return tenants.person("ada@example.com", north=["administrator"])


def test_a_code_by_mail_is_a_one_time_password() -> None:
    """RFC 8176 has no value for mail, and ``sms`` is a text message, which we never send."""
    records = [{"method": "password", "at": 1}, {"method": "code", "at": 2}]
    found = strength_of(records, now=NOW)
    assert (found.acr, found.amr) == ("single", ("otp", "pwd"))


@pytest.mark.parametrize(("ahead", "proven"), [(4, NOW.timestamp() + 4), (6, 0.0)])
def test_a_proof_from_the_future_was_nobody_knows_when(ahead: int, proven: float) -> None:
    record = {"method": "mfa", "type": "webauthn", "at": NOW.timestamp() + ahead}
    found = strength_of([record], now=NOW)
    assert (found.acr, found.at.timestamp()) == ("phr", proven)
    again = strength_of([record, {**record, "at": NOW.timestamp()}], now=NOW)
    assert again.at.timestamp() >= NOW.timestamp()


def test_a_clock_that_was_set_back_leaves_nothing_fresh(ada: Any, browser: Any) -> None:
    from ringwall.identity import enrolment
    from ringwall.identity.pages.step_up import is_enough

    app_of(ada)
    signed_in(browser, ada)
    kept = browser.session
    for one in kept[RECORDS]:
        one["at"] += 3600
    kept.save()
    for page in ("/accounts/2fa/totp/activate/", "/organisations/north/sign-on"):
        answer = browser.get(page, headers={"accept": "text/html"})
        assert answer.status_code == 302, page
        assert "reauthenticate" in answer.url
    session = session_of(browser)
    assert session.acr == "mfa"
    # As a session that was proven before, and not asked for since.
    session.proven = datetime.now(UTC) + timedelta(hours=1)
    asked: Any = SimpleNamespace(ringwall_session=session, user=None)
    assert not is_enough(session, factor="", within="900")
    assert not enrolment.is_fresh(asked)
    session.proven = datetime.now(UTC) + timedelta(seconds=3)
    assert is_enough(session, factor="", within="900")
    assert enrolment.is_fresh(asked)
    kept = browser.session
    kept[RECORDS] = [*kept[RECORDS], {"method": "mfa", "type": "totp", "at": time.time()}]
    kept.save()
    assert browser.get("/organisations/north/sign-on").status_code == 200


def test_what_another_person_proved_in_this_browser_counts_for_nothing(
    ada: Any, browser: Any
) -> None:
    from ringwall.identity.models import Connection

    bob = tenants.person("bob@example.com")
    Connection.objects.create(
        organisation=tenants.member(ada, "north").organisation, slug="north-id", protocol="oidc"
    )
    signed_in(browser, ada)
    kept = browser.session
    kept[RECORDS] = [
        {"method": "recovery_link", "at": time.time()},
        {"method": "mfa", "type": "webauthn", "at": time.time()},
        {"method": "socialaccount", "provider": "north-id", "at": time.time()},
    ]
    kept["account_authentication_methods_user"] = str(bob.pk)
    kept.save()
    browser.get("/")
    session = session_of(browser)
    assert (session.user, session.acr, session.connection) == (ada, "single", None)
    kept = browser.session
    kept["account_authentication_methods_user"] = str(ada.pk)
    kept.save()
    browser.get("/")
    session = session_of(browser)
    assert (session.acr, session.connection.slug) == ("phr", "north-id")


def test_letters_that_only_look_equal_are_another_address(ada: Any) -> None:
    """In capitals the long s and the dotless i are S and I, also to PostgreSQL."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.invitations import has_verified

    EmailAddress.objects.create(user=ada, email="\u017fid@example.com", verified=True)
    assert has_verified(ada, "\u017fid@example.com")
    assert not has_verified(ada, "sid@example.com")
    assert has_verified(ada, "Ada@Example.com")


def test_the_idle_rule_of_an_organisation_outlives_a_switch(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, visits
    from ringwall.identity.admission import Reason, objection
    from ringwall.identity.models import Membership, Organisation

    Organisation.objects.filter(slug="north").update(session_idle=900)
    south = tenants.organisation("south")
    Membership.objects.create(user=ada, organisation=south)
    session = tenants.session(ada, "north")
    tenants.entered(session, facts, "shop.localhost")
    assert membership.switch(session, "south") is None

    def missing(after: int) -> Any:
        now = datetime.now(UTC) + timedelta(seconds=after)
        found = objection(session, tenants.member(ada, "north"), address="127.0.0.7", now=now)
        return found and found.reason

    session.refresh_from_db()
    assert missing(890) is None
    assert missing(910) is Reason.OVER
    # Whoever comes back in time has used it.
    assert membership.switch(session, "north") is None
    assert session.left.keys() == {str(south.pk)}
    assert visits.membership(session, "north") is not None


def test_a_mail_with_a_nul_in_it_is_kept(ada: Any) -> None:
    from django.core.mail import EmailMultiAlternatives

    from ringwall.identity.models import OutgoingMail

    mail = EmailMultiAlternatives("Hel\0lo", "a\0b", "a@example.com", ["ada@example.com"])
    mail.attach_alternative("<p>a\0b</p>", "text/html")
    mail.send()
    kept = OutgoingMail.objects.get()
    assert (kept.subject, kept.body, kept.html) == ("Hel\ufffdlo", "a\ufffdb", "<p>a\ufffdb</p>")
