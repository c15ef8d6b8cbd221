"""How a session becomes a visit of a protected host: codes, cookies, renewal, ends."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from ringwall.identity.facts import Facts

TARGET = "https://north.shop.localhost:8443/orders?page=2&sort=new"


@pytest.fixture
def session(database: str, facts: Facts) -> Any:
    """Ada of North, signed in with two factors."""
    from ringwall.identity.models import Membership, Organisation, Session, User

    ada = User.objects.create_user("ada@example.com", name="Ada")
    north = Organisation.objects.create(slug="north", name="North")
    Membership.objects.create(user=ada, organisation=north, roles=["buyer"])
    now = timezone.now()
    return Session.objects.create(
        user=ada,
        organisation=north,
        key="k",
        expires=now + timedelta(days=1),
        idle=3600,
        acr="mfa",
        amr=["otp", "pwd"],
        proven=now,
    )


def take(url: str, facts: Facts, *, state: str = "one", authority: str | None = None) -> Any:
    from ringwall.identity import visits
    from ringwall.identity.installed import current_mint

    host, _, code = url.removeprefix("https://").partition("/.ringwall/enter?code=")
    return visits.take_entry(
        code, state=state, authority=authority or host, facts=facts, mint=current_mint()
    )


def opened(session: Any, facts: Facts, target: str = TARGET) -> str:
    from ringwall.identity import visits

    return visits.open_entry(session, target=target, state="one", facts=facts)


def test_a_code_leads_to_the_very_page_once(session: Any, facts: Facts) -> None:
    url = opened(session, facts)
    entered = take(url, facts)
    assert entered.target == TARGET
    assert take(url, facts) is None


@pytest.mark.parametrize(
    "wrong", [{"state": "another"}, {"state": ""}, {"authority": "south.shop.localhost:8443"}]
)
def test_a_code_is_for_one_browser_and_one_host(
    session: Any, facts: Facts, wrong: dict[str, str]
) -> None:
    assert take(opened(session, facts), facts, **wrong) is None


def test_the_token_says_who_and_for_whom(session: Any, facts: Facts, state: Any) -> None:
    entered = take(opened(session, facts), facts)
    token = entered.cookie.partition("~")[2]
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["sub"] == session.user.subject
    assert said["aud"] == "https://*.shop.localhost:8443"
    assert said["host"] == "north.shop.localhost:8443"
    assert (said["tenant"], said["roles"], said["acr"]) == ("north", ["buyer"], "mfa")


def test_another_tenants_host_is_not_entered(session: Any, facts: Facts) -> None:
    from ringwall.identity import visits

    with pytest.raises(visits.NotAMemberError):
        opened(session, facts, "https://south.shop.localhost:8443/")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://north.shop.localhost:8443/",
        "https://north.shop.localhost:8443@evil.example/",
        "https://id.shop.localhost:8443/",
        "https://north.shop.localhost/",
        "https://a.north.shop.localhost:8443/",
        "//evil.example/",
        "javascript:alert(1)",
        "https://evil.example\\.shop.localhost:8443/",
    ],
)
def test_only_protected_pages_are_gone_to(session: Any, facts: Facts, target: str) -> None:
    with pytest.raises(ValueError, match="not on a protected host"):
        opened(session, facts, target)


def test_renewal_gives_the_same_token_to_requests_of_the_same_moment(
    session: Any, facts: Facts
) -> None:
    from ringwall.identity import visits
    from ringwall.identity.installed import current_mint
    from ringwall.identity.models import Visit

    entered = take(opened(session, facts), facts)
    secret = entered.cookie.partition(".")[2].partition("~")[0]

    def renewed() -> str | None:
        found = visits.renew(
            secret, authority="north.shop.localhost:8443", facts=facts, mint=current_mint()
        )
        return None if found is None else found.cookie

    assert renewed() == entered.cookie
    Visit.objects.update(token_expires=timezone.now() + timedelta(seconds=100))
    later = renewed()
    assert later != entered.cookie
    assert renewed() == later


def test_an_ended_session_renews_nothing_and_is_revoked(session: Any, facts: Facts) -> None:
    from ringwall.identity import revocations, sessions, visits
    from ringwall.identity.installed import current_mint

    entered = take(opened(session, facts), facts)
    secret = entered.cookie.partition(".")[2].partition("~")[0]
    before = revocations.serial()
    sessions.end(session, reason="a test")
    authority = "north.shop.localhost:8443"
    mint = current_mint()
    assert visits.renew(secret, authority=authority, facts=facts, mint=mint) is None
    assert revocations.live(timezone.now())["session"] == (session.pk,)
    assert revocations.serial() > before
