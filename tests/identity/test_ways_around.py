"""Ways around what is asked, each closed: forms of others, odd links, keys that stay behind."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.signing_in import another, html, session_of
from tests.identity.test_held import TARGET, secret_of, sent
from tests.identity.test_invitations import signed_in

from ringwall.access.guarding import MACHINE
from ringwall.identity import facts as facts_file
from ringwall.identity.config import Identity
from ringwall.identity.facts import Facts

NORTH = "north.shop.localhost"


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    """Ada, a buyer of North."""
    tenants.organisation("north")
    return tenants.person("ada@example.com", north=["buyer"])


def at_north(browser: Any, path: str, cookies: dict[str, str]) -> Any:
    """Ask North's host below ``/.ringwall/`` with cookies of that host."""
    from django.test import Client

    made = Client(headers={"host": f"{NORTH}:8443", "x-forwarded-proto": "https"})
    for name, value in cookies.items():
        made.cookies[name] = value
    return made.get(f"/.ringwall/{path}")


def come_in(session: Any, facts: Facts, target: str, *, state: str, own: str = "one") -> Any:
    """Take a code for ``target`` in a browser that the edge gave the state ``own``."""
    from ringwall.identity import visits

    url = visits.open_entry(session, target=target, state=state, facts=facts)
    return at_north(session, url.partition("/.ringwall/")[2], {visits.STATE_COOKIE: own})


def test_only_the_browser_that_sent_a_form_sends_it_again(
    ada: Any, browser: Any, facts: Facts
) -> None:
    """Programs write any Origin: a form that one of them made us hold is no form of the victim."""
    secret = secret_of(sent(browser))
    session = tenants.session(ada, "north")
    visit = tenants.entered(session, facts, NORTH).cookie
    again = f"again?form={secret}"
    for others in ({}, {"__Host-ringwall-form": "x"}, {"__Host-ringwall-form": ""}):
        answer = at_north(browser, again, {"__Host-ringwall": visit, **others})
        assert (answer.status_code, answer["Location"]) == (302, "/")
    page = f"https://{NORTH}:8443/.ringwall/{again}"
    led = come_in(session, facts, page, state="eve's")
    assert "__Host-ringwall-form" not in led.cookies
    led = come_in(session, facts, page, state="one")
    own = {name: one.value for name, one in led.cookies.items() if one.value}
    answer = at_north(browser, again, own)
    assert answer.status_code == 200
    assert TARGET in answer.content.decode()


def test_a_page_that_only_looks_like_a_held_form_is_none(ada: Any, facts: Facts) -> None:
    session = tenants.session(ada, "north")
    target = f"https://{NORTH}:8443/x/.ringwall/again?form=mine"
    assert "__Host-ringwall-form" not in come_in(session, facts, target, state="one").cookies


@pytest.mark.parametrize(
    "asked",
    [
        "factor=none&",
        "factor=single&factor=&x&within=-1&",
        "within=1e9&",
        "within=²&",
        f"within={'9' * 5000}&",
    ],
)
def test_links_that_ask_for_nonsense_lead_nowhere(ada: Any, browser: Any, asked: str) -> None:
    signed_in(browser, ada)
    answer = browser.get("/enter", QUERY_STRING=f"state=one&{asked}to={TARGET}")
    assert answer.status_code == 400


def test_what_no_table_takes_is_the_askers_fault(ada: Any, browser: Any) -> None:
    signed_in(browser, ada)
    answer = browser.post("/organisations/switch", {"organisation": "no\x00rth"})
    assert answer.status_code == 400
    assert "a character in it that is none" in answer.content.decode()
    assert browser.get("/enter", QUERY_STRING="to=%00").status_code == 400
    assert browser.get("/accounts/login/", QUERY_STRING="%00=x").status_code == 400
    told = {"login": "ada\x00@example.com", "password": "x"}
    assert browser.post("/accounts/login/", told).status_code == 400
    assert browser.get("/sessions%00").status_code == 404
    assert browser.post("/sessions/a%00b/end").status_code == 400


def test_a_session_that_began_without_a_proof_does_not_stay_fresh(ada: Any, browser: Any) -> None:
    """As after making an account: nothing else was recorded."""
    from ringwall.identity.models import Session

    browser.force_login(ada, backend="ringwall.identity.signing.ByPassword")
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.filter(user=ada).update(proven=long_ago)
    browser.get("/")
    assert session_of(browser).proven == long_ago
    answer = html(browser).get("/accounts/password/change/")
    assert answer.status_code in {302, 403}


def test_no_key_is_made_where_the_session_may_not_act(ada: Any, browser: Any) -> None:
    from ringwall.identity.models import ApiKey, Organisation

    Organisation.objects.filter(slug="north").update(networks=["192.0.2.0/24"])
    tenants.organisation("south")
    from ringwall.identity import membership

    membership.add(Organisation.objects.get(slug="south"), ada, [], source="command", by=MACHINE)
    signed_in(browser, ada)
    browser.get("/")
    session = session_of(browser)
    session.organisation = Organisation.objects.get(slug="north")
    session.save(update_fields=["organisation"])
    told = {"name": "Export", "days": "30", "roles": ["buyer"]}
    assert browser.post("/keys", told).status_code == 403
    assert not ApiKey.objects.exists()
    Organisation.objects.filter(slug="north").update(networks=["127.0.0.0/8"])
    assert browser.post("/keys", told).status_code == 200
    assert ApiKey.objects.get().roles == ["buyer"]


def test_staff_who_are_guests_of_a_customer_manage_it_by_the_companys_rules(
    ada: Any, browser: Any
) -> None:
    from ringwall.identity.models import Organisation

    tenants.organisation("shop", kind="provider", networks=["192.0.2.0/24"])
    staff = tenants.person("grace@example.com", north=["buyer"], shop=["security-administrator"])
    signed_in(browser, staff)
    assert browser.get("/organisations/north/").status_code == 403
    Organisation.objects.filter(slug="shop").update(networks=[])
    assert browser.get("/organisations/north/").status_code == 200


@pytest.mark.parametrize("page", ["sign-on", "provisioning"])
def test_security_administrators_say_nowhere_who_proves_people(
    ada: Any, browser: Any, page: str
) -> None:
    """With a provider of one's own, one would come in as any owner, or any customer, alone."""
    from ringwall.identity.models import GroupMapping, Membership, ScimToken

    tenants.organisation("shop", kind="provider")
    staff = tenants.person("grace@example.com", shop=["security-administrator"])
    signed_in(browser, staff)
    told = {"action": "map", "group": "all", "role": "owner", "name": "Mine"}
    seen = browser.get(f"/organisations/shop/{page}")
    assert seen.status_code == 200
    assert 'name="action"' not in seen.content.decode()
    assert browser.post(f"/organisations/shop/{page}", told).status_code == 403
    seen = browser.get(f"/organisations/north/{page}")
    assert seen.status_code == 200
    assert 'name="action"' not in seen.content.decode()
    others = {**told, "role": "administrator"}
    assert browser.post(f"/organisations/north/{page}", others).status_code == 403
    assert not GroupMapping.objects.exists()
    assert not ScimToken.objects.exists()
    Membership.objects.filter(user=staff).update(roles=["owner"])
    assert browser.get(f"/organisations/shop/{page}").status_code == 200


def test_a_customers_provider_signs_in_nobody_of_the_company(ada: Any, facts: Facts) -> None:
    """Grace works for the company and has her mail at North."""
    from ringwall.identity.models import Membership, Organisation
    from ringwall.identity.sso import connections, domains
    from ringwall.identity.sso.arriving import Asserted, NotLetInError, arrive

    shop = tenants.organisation("shop", kind="provider")
    north = Organisation.objects.get(slug="north")
    domains.vouch(domains.add(north, "north.example", by=MACHINE))
    provider = connections.Oidc(
        issuer="https://sso.north.example", client_id="us", client_secret="x"
    )
    made = connections.create(north, slug="north-sso", name="North", provider=provider, by=MACHINE)
    grace = tenants.person("grace@north.example", shop=["operator"])
    said = Asserted(uid="1", email="grace@north.example")
    with pytest.raises(NotLetInError, match="company"):
        arrive(made, said)
    assert not Membership.objects.filter(user=grace, organisation=north).exists()
    Membership.objects.filter(organisation=shop).delete()
    assert arrive(made, said)[0] == grace
    Membership.objects.create(organisation=shop, user=grace, roles=["operator"])
    with pytest.raises(NotLetInError, match="company"):
        arrive(made, said)


@pytest.mark.parametrize("removed", [True, False])
def test_keys_of_a_client_end_with_it(ada: Any, facts: Facts, removed: bool) -> None:
    from ringwall.identity import apikeys, clients, revocations
    from ringwall.identity.installed import current_mint

    client, _ = clients.add(clients.Registration(name="Nightly"), facts=facts, by=MACHINE)
    now = timezone.now()
    wanted = apikeys.Wanted(name="Export", expires=now + timedelta(days=300), client=client)
    made = apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE)
    clients.remove(client, by=MACHINE) if removed else clients.disable(
        client, reason="a test", by=MACHINE
    )
    in_a_year = now + timedelta(days=299)
    assert made.key.pk in revocations.live(in_a_year)["session"]


def test_access_tokens_of_an_ended_session_stay_refused_for_as_long_as_they_live(
    ada: Any, facts: Facts, state: Any
) -> None:
    """Though the tokens of cookies are set to live for half a minute."""
    from ringwall.identity import revocations, sessions
    from ringwall.identity.provider.grants import ACCESS_LIFE

    settings = Identity(host="id.shop.localhost", token_lifetime="30s")
    facts_file.write(state, Facts(settings=settings, port=8443, hosts=facts.hosts))
    time.sleep(0.01)
    session = tenants.session(ada, "north")
    sessions.end(session, reason="a test")
    assert session.sid in revocations.live(timezone.now() + ACCESS_LIFE)["session"]


def test_a_link_for_a_new_password_goes_to_the_accounts_own_mailbox(ada: Any, browser: Any) -> None:
    """The Kelvin sign is a k in lower case only; elsewhere it is another mailbox."""
    from ringwall.identity.models import OutgoingMail

    tenants.person("kay@example.com")
    browser.post("/accounts/password/reset/", {"email": "\u212aay@example.com"})
    assert [one.to for one in OutgoingMail.objects.all()] == ["kay@example.com"]


def test_what_strangers_leave_is_forgotten(ada: Any, browser: Any) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import EntryCode, HeldForm

    another(browser).get("/recover?secret=guess")
    sent(browser)
    session = tenants.session(ada, "north")
    EntryCode.objects.create(
        code_hash="0", session=session, host=NORTH, expires=timezone.now() - timedelta(hours=25)
    )
    signed_in(browser, ada)
    assert forgetting.forget(timezone.now()) == 1
    assert not EntryCode.objects.exists()
    assert forgetting.forget(timezone.now() + timedelta(days=2)) == 2
    assert not HeldForm.objects.exists()
    assert browser.get("/sessions").status_code == 200


def test_roles_reach_tokens_of_applications_too(ada: Any, facts: Facts) -> None:
    """The application is North's, the session acts for nobody and visits nothing."""
    from ringwall.identity import clients, membership, revocations
    from ringwall.identity.provider import grants

    north = tenants.member(ada, "north")
    client, _ = clients.add(
        clients.Registration(
            name="An application",
            grant_types=("authorization_code",),
            redirect_uris=("https://app.example/back",),
            organisation=north.organisation,
        ),
        facts=facts,
        by=MACHINE,
    )
    session = tenants.session(ada)
    wanted = grants.Wanted(
        client=client, session=session, organisation=north.organisation, scopes=(), audiences=()
    )
    grants.open_now(wanted, now=timezone.now())
    membership.set_roles(north, ["approver"], by=MACHINE)
    assert session.sid in revocations.live(timezone.now())["session"]
