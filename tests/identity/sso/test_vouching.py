"""A customer's provider comes in as any of its people: for that customer, and nowhere else.

Mallory runs the provider of North and says that she is Bob, whose address is of North's domain. Bob
is of South too, or comes to work for the company.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.authenticator import Passkey, code_of
from tests.identity.signing_in import (
    GOOD,
    another,
    app_of,
    by_passkey,
    html,
    options_of,
    passkey_of,
    session_of,
    sign_in,
    words,
)
from tests.identity.sso.openid import OpenId, connect, serving

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

US = "https://id.shop.localhost:8443"
SOUTH = "https://south.shop.localhost:8443/"
NORTH = "https://north.shop.localhost:8443/"
ADD = "/accounts/2fa/webauthn/add/"


@pytest.fixture
def bob(north: Any) -> Any:
    return tenants.person("bob@north.example", north=["buyer"], south=["administrator"])


@pytest.fixture
def provider(north: Any) -> Iterator[OpenId]:
    with serving() as found:
        found.claims = {"sub": "u-bob", "email": "bob@north.example", "email_verified": True}
        connect(north, found)
        yield found


@pytest.fixture
def mallory(browser: Any, provider: OpenId) -> Any:
    """Her browser, in which her provider has said that she is Bob."""
    return as_bob(html(browser), provider)


def as_bob(browser: Any, provider: OpenId) -> Any:
    off = browser.post("/sign-on/north-id")
    answer = browser.get(provider.authorize(off.url).removeprefix(US))
    assert answer.status_code == 302
    return browser


def plant(browser: Any) -> Passkey:
    """A passkey of Mallory's in Bob's account."""
    key = Passkey()
    made = key.create(options_of(browser.get(ADD))["creation_options"])
    assert browser.post(ADD, {"name": "Spare", "credential": made}).status_code == 302
    return key


def acts_for(browser: Any) -> str:
    found = session_of(browser).organisation
    return found.slug if found else ""


def may_enter(browser: Any, target: str, facts: Facts) -> bool:
    """Whether the session of a browser gets to an organisation's own host."""
    from ringwall.identity import visits

    try:
        visits.open_entry(session_of(browser), target=target, state="s", facts=facts)
    except visits.EntryRefusedError:
        return False
    return True


def switch(browser: Any, slug: str) -> Any:
    return browser.post("/organisations/switch", {"organisation": slug})


def test_the_word_of_one_customer_is_worth_nothing_at_another(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    assert acts_for(mallory) == "north"
    assert may_enter(mallory, NORTH, facts)
    assert not may_enter(mallory, SOUTH, facts)
    refused = switch(mallory, "south")
    assert refused.status_code == 403
    assert "does not count for South" in words(refused)
    assert acts_for(mallory) == "north"
    assert mallory.get("/organisations/south/").status_code == 403
    assert mallory.get("/organisations/south/invitations").status_code == 403


def test_a_planted_passkey_is_worth_no_more(
    bob: Any, mallory: Any, browser: Any, facts: Facts
) -> None:
    key = plant(mallory)
    assert not may_enter(mallory, SOUTH, facts)
    alone = html(another(browser))
    by_passkey(alone, key)
    assert session_of(alone).acr == "phr"
    assert may_enter(alone, NORTH, facts)
    assert not may_enter(alone, SOUTH, facts)
    assert switch(alone, "south").status_code == 403
    # Nor does one that is added with it, nor that it is taken away.
    second = plant(alone)
    third = html(another(browser))
    by_passkey(third, second)
    assert not may_enter(third, SOUTH, facts)
    bob.authenticator_set.all().delete()
    from ringwall.identity import vouching

    assert vouching.voucher_of([{"method": "mfa", "id": 1, "at": 1.0}]) == "gone"


def with_password(browser: Any, bob: Any, key: Passkey) -> Any:
    """Another browser, where Bob's password was given and then a passkey shown."""
    bob.set_password(GOOD)
    bob.save()
    found = html(another(browser))
    page = sign_in(found, bob.email)
    assert page.url == "/accounts/2fa/authenticate/"
    options = options_of(found.get(page.url), "passkey-options")["request_options"]
    found.post(page.url, {"credential": key.get(options)})
    return found


def ask_for_a_passkey(slug: str) -> None:
    from ringwall.identity.models import Organisation

    Organisation.objects.filter(slug=slug).update(second_factor="passkey")


def test_bob_himself_gets_everywhere(bob: Any, mallory: Any, browser: Any, facts: Facts) -> None:
    """By what is his own; what was planted before does not come with it."""
    own = with_password(browser, bob, plant(mallory))
    assert session_of(own).vouched_by == ""
    assert may_enter(own, SOUTH, facts)
    key = plant(own)
    later = html(another(browser))
    by_passkey(later, key)
    assert may_enter(later, SOUTH, facts)
    assert switch(later, "south").status_code == 302


def test_a_planted_passkey_is_no_second_factor_elsewhere(
    bob: Any, mallory: Any, browser: Any, facts: Facts
) -> None:
    """Whoever knows the password as well has shown the password, and nothing else."""
    planted = plant(mallory)
    ask_for_a_passkey("south")
    found = with_password(browser, bob, planted)
    session = session_of(found)
    assert (session.vouched_by, session.acr, session.amr) == ("", "single", ["pwd"])
    assert not may_enter(found, SOUTH, facts)
    # To make one is asked of whom it is missing, not to show one that they do not hold.
    assert found.get("/keys").url == "/enrol"
    assert "passkey" in words(found.get("/enrol"))
    plant(found)
    assert may_enter(found, SOUTH, facts)


def test_a_planted_passkey_spares_nobody_the_persons_own(
    bob: Any, mallory: Any, browser: Any, facts: Facts
) -> None:
    """Where Bob has a passkey, his password alone never was enough; no rule has to ask for it."""
    planted, own = plant(mallory), passkey_of(bob)
    found = with_password(browser, bob, planted)
    for page in ("/keys", ADD):
        assert found.get(page).url == "/enrol"
    asked = found.get("/enrol").url
    assert asked.startswith("/accounts/2fa/webauthn/reauthenticate/")
    options = options_of(found.get(asked))["request_options"]
    for key, opens in ((planted, False), (own, True)):
        found.post("/accounts/2fa/webauthn/reauthenticate/", {"credential": key.get(options)})
        assert (found.get("/keys").status_code == 200) is opens
        options = options_of(found.get(asked))["request_options"]
    assert session_of(found).acr == "phr"


def test_the_code_of_an_app_turns_a_providers_word_into_nothing_more(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    """By itself it opens nothing, so elsewhere it would be all that Mallory has to find out."""
    secret = app_of(bob)
    mallory.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert mallory.get("/keys").status_code == 200
    session = session_of(mallory)
    assert (session.vouched_by != "", session.acr) == (True, "mfa")
    assert may_enter(mallory, NORTH, facts)
    assert switch(mallory, "south").status_code == 403


def test_bob_is_rid_of_what_was_planted(bob: Any, mallory: Any, browser: Any) -> None:
    planted = plant(mallory)
    ask_for_a_passkey("north")
    found = with_password(browser, bob, planted)
    plant(found)
    chosen = bob.authenticator_set.exclude(vouchedfactor=None).get(type="webauthn")
    found.post(f"/accounts/2fa/webauthn/keys/{chosen.pk}/remove/")
    left = bob.authenticator_set.filter(type="webauthn")
    assert [one.pk for one in left] != [chosen.pk]
    assert left.count() == 1
    # The one that is left is his own, and the last.
    assert found.post(f"/accounts/2fa/webauthn/keys/{left.get().pk}/remove/").status_code == 403


def test_whoever_came_by_the_provider_shows_a_passkey_of_their_own(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    """Without signing out: where there is one, it is asked for."""
    passkey_of(bob)
    asked = switch(mallory, "south")
    assert asked.status_code == 302
    assert asked.url.startswith("/accounts/2fa/webauthn/reauthenticate/")


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/accounts/email/", {"action_add": "", "email": "mallory@evil.example"}),
        (
            "/accounts/password/set/",
            {"password1": GOOD, "password2": GOOD},
        ),
    ],
)
def test_nothing_is_added_that_would_be_the_persons_own(
    bob: Any, mallory: Any, page: str, form: dict[str, str]
) -> None:
    from allauth.account.models import EmailAddress

    refused = mallory.post(page, form)
    assert refused.status_code == 403
    assert "Not from this sign-in" in words(refused)
    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assert EmailAddress.objects.get(user=bob).email == bob.email


KEYS = "/accounts/2fa/webauthn/keys"
CODES = "/accounts/2fa/recovery-codes"


@pytest.fixture
def spoiled(bob: Any, mallory: Any, browser: Any) -> Any:
    """A browser of Mallory's that signed in with the planted passkey alone; Bob has factors too."""
    from ringwall.identity import factors

    key = plant(mallory)
    passkey_of(bob)
    app_of(bob)
    bob.authenticator_set.filter(type="recovery_codes").delete()
    factors.add_recovery_codes(bob)
    found = html(another(browser))
    by_passkey(found, key)
    assert session_of(found).acr == "phr"
    return found


@pytest.mark.parametrize("post", [True, False])
def test_what_is_the_persons_own_is_not_touched(bob: Any, spoiled: Any, post: bool) -> None:
    """Neither taken away, nor made anew, nor shown, however lately the planted one was shown."""
    mine = bob.authenticator_set.filter(vouchedfactor=None)
    kept = sorted(mine.values_list("pk", flat=True))
    passkey = mine.get(type="webauthn").pk
    pages = [
        f"{KEYS}/{passkey}/remove/",
        f"{KEYS}/{passkey}/edit/",
        "/accounts/2fa/totp/deactivate/",
        f"{CODES}/generate/",
        f"{CODES}/",
        f"{CODES}/download/",
    ]
    for page in pages:
        refused = spoiled.post(page, {"name": "Mine"}) if post else spoiled.get(page)
        assert (page, refused.status_code) == (page, 403)
        assert "Not from this sign-in" in words(refused)
    assert sorted(mine.values_list("pk", flat=True)) == kept


def test_what_was_added_so_is_removed_so(bob: Any, spoiled: Any) -> None:
    planted = bob.authenticator_set.exclude(vouchedfactor=None).get()
    spoiled.post(f"{KEYS}/{planted.pk}/remove/")
    assert not bob.authenticator_set.filter(pk=planted.pk).exists()


def test_whoever_shows_the_code_of_an_app_may_remove_it(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    """Else somebody whom their organisation lets in by its provider alone never could."""
    passkey_of(bob)
    secret = app_of(bob)
    page = "/accounts/2fa/totp/deactivate/"
    assert mallory.post(page).status_code == 403
    mallory.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    mallory.post(page)
    assert not bob.authenticator_set.filter(type="totp").exists()


def test_an_account_that_waits_for_its_person_opens_nothing_of_the_company(
    mallory: Any, browser: Any, provider: OpenId, facts: Facts
) -> None:
    """Made by the provider, with a link and a passkey, before the company invites Bob."""
    from ringwall.identity import invitations
    from ringwall.identity.models import Organisation, User

    key = plant(mallory)
    bob = User.objects.get(email="bob@north.example")
    shop = Organisation.objects.get(slug="shop")
    _, link = invitations.invite(shop, bob.email, ["owner"], by=MACHINE)
    # Bob opens the link where he is signed in, be it by his provider: it makes him a member.
    mallory.post(link.removeprefix(US))
    assert tenants.member(bob, "shop").roles == ["owner"]
    alone = html(another(browser))
    by_passkey(alone, key)
    for session in (mallory, alone):
        assert acts_for(session) == "north"
        assert switch(session, "shop").status_code == 403
        for page in ("/outbox", "/organisations/shop/", "/organisations/south/"):
            assert session.get(page).status_code == 403
    third = html(another(browser))
    off = third.post("/sign-on/north-id")
    assert third.get(provider.authorize(off.url).removeprefix(US)).status_code == 403


def test_the_companys_own_provider_counts_everywhere(
    browser: Any, north: Any, facts: Facts
) -> None:
    from django.utils import timezone

    from ringwall.identity import vouching
    from ringwall.identity.models import Connection, Domain, Organisation

    shop = Organisation.objects.get(slug="shop")
    Domain.objects.create(organisation=shop, name="shop.example", verified=timezone.now())
    for organisation, expected in ((shop, ""), (north, str(north.pk))):
        slug = f"{organisation.slug}-idp"
        Connection.objects.create(organisation=organisation, slug=slug, name="I", protocol="oidc")
        said = [{"method": "socialaccount", "provider": slug, "at": 1.0}]
        assert vouching.voucher_of(said) == expected
        assert vouching.voucher_of([*said, {"method": "password", "at": 2.0}]) == ""
    assert vouching.voucher_of([{"method": "socialaccount", "provider": "none"}]) == "gone"
    assert vouching.voucher_of([]) == ""


def key_in(bob: Any, place: Any, facts: Facts) -> Any:
    """A key that Bob made himself: in an organisation, or outside of all."""
    from django.utils import timezone

    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    now = timezone.now()
    wanted = apikeys.Wanted(
        name="backup", expires=now + timedelta(days=9), owner=bob, organisation=place
    )
    return apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE).key


def test_no_key_is_made_that_acts_outside_of_the_customer(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    """Not when North has put Bob out either, which leaves her session without an organisation."""
    from ringwall.identity import membership, visits

    plant(mallory)
    membership.remove(tenants.member(bob, "north"), by=MACHINE)
    assert acts_for(mallory) == ""
    refused = mallory.post("/keys", {"name": "mine", "days": "365"})
    assert (refused.status_code, bob.api_keys.count()) == (403, 0)
    assert "Not from this sign-in" in words(refused)
    membership.remove(tenants.member(bob, "south"), by=MACHINE, last_too=True)
    with pytest.raises(visits.NotAMemberError, match="north"):
        visits.organisation_for(session_of(mallory), facts.authority, facts)


def test_a_visit_without_an_organisation_does_not_go_on(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    """As when the customer is deleted who vouched for the session."""
    session = session_of(mallory)
    entered = tenants.entered(session, facts, "shop.localhost")
    assert tenants.renewed(entered.cookie, facts, "shop.localhost") is not None
    session.visits.update(organisation=None)
    assert tenants.renewed(entered.cookie, facts, "shop.localhost") is None


@pytest.mark.parametrize("slug", [None, "south", "north"])
@pytest.mark.parametrize("what", ["rotate", "withdraw"])
def test_keys_of_other_organisations_and_of_none_are_not_touched(
    bob: Any, mallory: Any, facts: Facts, slug: str | None, what: str
) -> None:
    place = None if slug is None else tenants.member(bob, slug).organisation
    key = key_in(bob, place, facts)
    plant(mallory)
    answer = mallory.post(f"/keys/{key.pk}/{what}")
    key.refresh_from_db()
    changed = key.revoked is not None or bob.api_keys.count() > 1
    assert changed is (slug == "north")
    assert (answer.status_code == 403) is not changed


def sessions_of_bob(bob: Any) -> dict[str, Any]:
    """One that he proved himself, one more of North's provider, and ones of customers that went."""
    north = str(tenants.member(bob, "north").organisation.pk)
    by = {"own": "", "north": north, "south": "elsewhere", "gone": "gone"}
    return {name: tenants.session(bob, vouched_by=told) for name, told in by.items()}


def living(bob: Any) -> set[str]:
    return set(bob.sessions.filter(ended=None).values_list("pk", flat=True))


def test_sessions_elsewhere_are_neither_seen_nor_ended(bob: Any, mallory: Any) -> None:
    others, mine = sessions_of_bob(bob), session_of(mallory).pk
    ids = {one.pk for one in others.values()}
    page = mallory.get("/sessions").content.decode()
    assert {pk for pk in {mine, *ids} if pk in page} == {mine, others["north"].pk}
    for name in ("own", "south", "gone"):
        assert mallory.post(f"/sessions/{others[name].pk}/end").status_code == 404
    assert living(bob) == {mine, *ids}
    mallory.post("/sessions/others/end")
    assert living(bob) == {mine, *ids} - {others["north"].pk}
    again = tenants.session(bob, vouched_by=others["north"].vouched_by)
    mallory.post(f"/sessions/{again.pk}/end")
    assert again.pk not in living(bob)


def test_of_customers_that_are_no_more_none_is_taken_for_another(bob: Any, mallory: Any) -> None:
    others, mine = sessions_of_bob(bob), session_of(mallory)
    bob.sessions.filter(pk=mine.pk).update(vouched_by="gone")
    page = mallory.get("/sessions").content.decode()
    assert mine.pk in page
    assert not any(one.pk in page for one in others.values())


def test_bob_himself_sees_and_ends_all_of_them(bob: Any, mallory: Any, browser: Any) -> None:
    others, hers = sessions_of_bob(bob), session_of(mallory).pk
    bob.set_password(GOOD)
    bob.save()
    own = another(browser)
    sign_in(own, bob.email)
    mine = session_of(own).pk
    page = own.get("/sessions").content.decode()
    assert all(pk in page for pk in (mine, hers, *(one.pk for one in others.values())))
    own.post("/sessions/others/end")
    assert living(bob) == {mine}


def test_keys_and_organisations_elsewhere_are_not_seen(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    keys = {
        slug: key_in(bob, None if slug == "none" else tenants.member(bob, slug).organisation, facts)
        for slug in ("none", "south", "north")
    }
    page = mallory.get("/keys").content.decode()
    assert [slug for slug, key in keys.items() if key.pk in page] == ["north"]
    for path in ("/", "/organisations"):
        told = words(mallory.get(path))
        assert "North" in told
        assert "South" not in told


def test_applications_elsewhere_are_neither_seen_nor_put_out(
    bob: Any, mallory: Any, facts: Facts
) -> None:
    from django.utils import timezone

    from ringwall.identity import clients
    from ringwall.identity.models import Consent, Grant
    from ringwall.identity.provider import grants

    now, made = timezone.now(), {}
    own = sessions_of_bob(bob)["own"]
    for name, several in {"Elsewhere": [own], "Both": [own, session_of(mallory)]}.items():
        wanted = clients.Registration(
            name=name,
            auth_method="none",
            grant_types=("authorization_code",),
            redirect_uris=("https://app.example/back",),
            scopes=("openid",),
        )
        client, _ = clients.add(wanted, facts=facts, by=MACHINE)
        Consent.objects.create(user=bob, client_id=client.pk, scopes=["openid"])
        for session in several:
            wants = grants.Wanted(
                client=client,
                session=session,
                organisation=tenants.member(bob, "north").organisation,
                scopes=["openid"],
                audiences=[],
            )
            grants.open_now(wants, now=now)
        made[name] = client
    told = words(mallory.get("/applications"))
    assert ("Both" in told, "Elsewhere" in told) == (True, False)
    for client in made.values():
        mallory.post(f"/applications/{client.pk}/withdraw")
    assert Consent.objects.count() == 2
    left = Grant.objects.filter(ended=None).values_list("session", flat=True)
    assert list(left) == [own.pk, own.pk]


def test_a_device_is_not_let_in_for_nobody(bob: Any, mallory: Any, facts: Facts) -> None:
    """It asks later than it was let in, when the session may have lost its organisation."""
    from django.utils import timezone

    from ringwall.identity import clients, membership
    from ringwall.identity.models import DeviceCode, Grant
    from ringwall.identity.provider import devices

    now = timezone.now()
    wanted = clients.Registration(
        name="Television",
        auth_method="none",
        grant_types=(devices.DEVICE_GRANT,),
        scopes=("openid",),
    )
    client, _ = clients.add(wanted, facts=facts, by=MACHINE)
    begun = devices.begin(client, scopes=["openid"], audiences=[], now=now)
    devices.decide(DeviceCode.objects.get(), session_of(mallory), now=now)
    membership.remove(tenants.member(bob, "north"), by=MACHINE)
    assert devices.poll(begun.device_code, client=client, now=now).status == "access_denied"
    assert not Grant.objects.exists()
