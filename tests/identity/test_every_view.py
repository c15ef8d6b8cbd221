"""Every view: no other site does anything by it, and no organisation reaches into another."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.conftest import AUTHORITY
from tests.identity.signing_in import app_of, passkey_of, session_of
from tests.identity.test_organisations_pages import act_as
from tests.identity.views import (
    CROSSINGS,
    EXEMPT,
    NAMES_NOTHING,
    OPEN_TO_ALL,
    UNGUARDED,
    Crossing,
    View,
    every_view,
)

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

pytestmark = pytest.mark.timeout(600)  # thousands of requests

METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
ELSEWHERE: Final = "https://elsewhere.example"
OWN: Final = f"https://{AUTHORITY}"
REFUSED: Final = "This page was open for too long"
HOW: Final = "tests/identity/views.py says how to classify"


@dataclass
class Belongings:
    """What North has: somebody of South is to reach none of it."""

    session: Any
    key: Any
    client: Any
    scim_token: Any
    invitation: str
    record: Any
    group: Any
    mail: Any
    passkey: Any
    request: Any
    directory: str
    """The secret of South's directory."""
    own_directory: str
    """The secret of North's."""


@pytest.fixture
def its(database: str, facts: Facts) -> Belongings:
    """Two organisations: North has one of everything, South has an administrator."""
    from allauth.idp.oidc.models import Client
    from allauth.mfa.models import Authenticator

    from ringwall.identity import invitations
    from ringwall.identity.models import (
        AccessRequest,
        ApiClient,
        ApiKey,
        Connection,
        Consent,
        Domain,
        Group,
        GroupMapping,
        OutgoingMail,
        ProvisionedUser,
    )
    from ringwall.identity.scim import tokens

    tenants.organisation("shop", kind="provider")
    north, south = tenants.organisation("north"), tenants.organisation("south")
    boss = tenants.person("boss@example.com", north=["administrator"])
    tenants.person("other@example.com", north=["administrator"])
    rival = tenants.person("rival@example.com", south=["administrator"])
    app_of(rival)
    passkey_of(boss)
    client = Client.objects.create(id="norths", name="North's", type=Client.Type.PUBLIC)
    ApiClient.objects.create(client=client, organisation=north, auth_method="none")
    Consent.objects.create(user=boss, client=client, scopes=["openid"])
    Connection.objects.create(organisation=north, slug="north-id", name="ID", protocol="saml")
    Domain.objects.create(organisation=north, name="north.example", token="t")
    GroupMapping.objects.create(organisation=north, group="Finance", role="buyer")
    record = ProvisionedUser.objects.create(
        organisation=north, email="ada@example.com", user_name="ada"
    )
    group = Group.objects.create(organisation=north, name="Finance")
    group.members.add(record)
    token, ours = tokens.make(north, "directory", life=timedelta(days=1), by=MACHINE)
    _, directory = tokens.make(south, "directory", life=timedelta(days=1), by=MACHINE)
    _, link = invitations.invite(north, "new@example.com", ["buyer"], by=boss)
    return Belongings(
        session=tenants.session(boss, "north"),
        key=ApiKey.objects.create(
            name="North's", owner=boss, organisation=north, expires=timezone.now() + timedelta(9)
        ),
        client=client,
        scim_token=token,
        invitation=link.rpartition("/")[2],
        record=record,
        group=group,
        mail=OutgoingMail.objects.get(to="new@example.com"),
        request=AccessRequest.objects.create(
            organisation=north,
            user=boss,
            roles=["buyer"],
            lasts=3600,
            reason="month end",
            answer_by=timezone.now() + timedelta(1),
        ),
        passkey=Authenticator.objects.get(user=boss, type="webauthn"),
        directory=directory,
        own_directory=ours,
    )


def client(*, careful: bool = False) -> Any:
    """A browser at the host of sign-in that is told of errors as people are."""
    from django.test import Client

    return Client(
        enforce_csrf_checks=careful,
        raise_request_exception=False,
        headers={
            "host": AUTHORITY,
            "x-forwarded-proto": "https",
            "x-ringwall-address": "127.0.0.7",
            "user-agent": "a test",
        },
    )


def token_of(browser: Any) -> str:
    """The token for forms that a browser has, its cookie set."""
    from django.middleware.csrf import get_token
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    found = get_token(request)
    browser.cookies["__Host-ringwall-csrf"] = request.META["CSRF_COOKIE"]
    return found


_RESTLESS: Final = {"last_use", "address"}


def everything() -> dict[str, list[str]]:
    """All that is kept, but for when sessions were used last and what slows guesses down."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client, Token
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount
    from django.apps import apps

    own = list(apps.get_app_config("identity").get_models(include_auto_created=True))
    found = {}
    for model in (*own, EmailAddress, Client, Token, Authenticator, SocialAccount):
        if model.__name__ == "Throttle":
            continue
        rows = [
            json.dumps({k: v for k, v in row.items() if k not in _RESTLESS}, default=str)
            for row in model._default_manager.values()
        ]
        found[model.__name__] = sorted(rows)
    return found


def test_every_view_is_classified(its: Belongings) -> None:
    views = {one.pattern: one for one in every_view()}
    assert len(views) > 70, "the walk goes past views"
    assert list(views) == [one.pattern for one in every_view()], "two views at one path"
    exempt = {pattern for pattern, one in views.items() if one.is_exempt}
    assert exempt - EXEMPT.keys() == set(), f"exempt without a reason; {HOW}"
    assert EXEMPT.keys() - exempt == set(), "said to be exempt, and is not: take it out"
    said = [*CROSSINGS, *OPEN_TO_ALL, *NAMES_NOTHING]
    assert len(said) == len(set(said)), "classified twice"
    assert views.keys() - set(said) == set(), f"not classified; {HOW}"
    assert set(said) - views.keys() == set(), "classified, but there is no such view"
    unnamed = {pattern for pattern in NAMES_NOTHING if views[pattern].parameters}
    assert unnamed == set(), f"its path names something; {HOW}"


def test_every_view_names_the_actions_that_it_is_guarded_by(its: Belongings) -> None:
    from ringwall.identity.pages.guarded import actions_of

    asking = {one.pattern: actions_of(one.callback) for one in every_view()}
    assert {one for one, actions in asking.items() if not actions} == UNGUARDED.keys(), HOW
    named = {action for actions in asking.values() for action in actions}
    assert named <= set(Action)
    assert len(named) > 25


_OWN_FORMS: Final = (
    {"name": "Export", "days": "30"},
    {"password": "a long and odd sentence", "name": "Ada"},
    {"action": "openid", "openid-name": "X", "openid-issuer": "https://x.example"},
    {"action": "map", "group": "People", "role": "buyer"},
    {"action": "add-domain", "domain": "another.example"},
    {"organisation": "north", "client_id": "x"},
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
def test_no_view_changes_anything_that_the_policies_deny(
    its: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What North's administrator may do, all of which the tests below and others do for real."""
    browser, directory = client(), client()
    act_as(browser, "boss@example.com")
    browser.get("/sessions")
    directory.defaults["HTTP_AUTHORIZATION"] = f"Bearer {its.own_directory}"

    def deny(*_: Any) -> guarding.Decision:
        return guarding.Decision(allowed=False, policies=("x",), asked="x", reference="12345678")

    monkeypatch.setattr(guarding, "may", deny)
    before, broken = everything(), []
    for one in every_view():
        if one.pattern in UNGUARDED:
            continue
        for crossing in CROSSINGS.get(one.pattern, (Crossing(),)):
            asking = directory if crossing.by_token else browser
            forms = [*(make(its) for make in crossing.forms), *_OWN_FORMS]
            asked = [("POST", form) for form in (forms if not crossing.by_token else [{}])]
            for method, form in [*asked, ("PUT", ""), ("DELETE", "")]:
                code = _reach(asking, one, crossing, its, method, form).status_code
                broken += [f"{method} {one.pattern}: {code}"] if code >= 500 else []
    assert everything() == before
    assert broken == []
    assert session_of(browser) is not None


def test_every_path_leads_to_its_view(its: Belongings) -> None:
    """Else the tests below would ask for nothing."""
    from django.urls import resolve

    for one in every_view():
        assert resolve(one.path()).func is one.callback, one.pattern


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
def test_no_other_site_does_anything_by_a_form(its: Belongings) -> None:
    browser, stranger = client(careful=True), client(careful=True)
    act_as(browser, "boss@example.com")
    browser.get("/sessions")
    own, others = token_of(browser), token_of(stranger)
    before = everything()
    attacks: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("without a token", "", {"origin": OWN}),
        ("with another browser's token", others, {"origin": OWN}),
        ("from another origin", own, {"origin": ELSEWHERE}),
        ("from no origin", own, {"origin": "null"}),
        ("from a page elsewhere", own, {"referer": f"{ELSEWHERE}/form"}),
        ("from a page unknown", own, {}),
    )
    wrong = []
    for one in every_view():
        for method in METHODS:
            for name, token, headers in attacks:
                # Where no token is asked for, nobody elsewhere knows one either.
                shown = "" if one.is_exempt and token == own else token
                answer = _send(browser, method, one.path(), shown, headers)
                refused = answer.status_code == 403 and REFUSED in answer.content.decode()
                if not one.is_exempt and not refused:
                    wrong.append(f"{method} {one.path()} {name}: {answer.status_code}")
    assert wrong == []
    assert everything() == before
    assert session_of(browser) is not None


def test_our_own_forms_are_taken(its: Belongings) -> None:
    """Else what is refused above would be refused for whatever reason."""
    wrong = []
    for one in every_view():
        browser = client(careful=True)
        answer = _send(browser, "POST", one.path(), token_of(browser), {"origin": OWN})
        if REFUSED in answer.content.decode():
            wrong.append(one.path())
    assert wrong == []


def _send(browser: Any, method: str, path: str, token: str, headers: dict[str, str]) -> Any:
    return browser.generic(
        method,
        path,
        f"csrfmiddlewaretoken={token}&action=remove&answer=yes&organisation=north",
        content_type="application/x-www-form-urlencoded",
        headers={"x-csrftoken": token, **headers} if token else headers,
    )


def _crossings() -> list[Any]:
    return [
        pytest.param(pattern, crossing, id=f"{pattern}-{number}")
        for pattern, some in CROSSINGS.items()
        for number, crossing in enumerate(some)
    ]


@pytest.mark.parametrize(("pattern", "crossing"), _crossings())
def test_nobody_reaches_into_another_organisation(
    its: Belongings, pattern: str, crossing: Crossing
) -> None:
    browser = client()
    act_as(browser, "rival@example.com")
    browser.get("/sessions")
    view = next(one for one in every_view() if one.pattern == pattern)
    if crossing.by_token:
        browser = client()
        browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {its.directory}"
        assert browser.get("/scim/v2/Users").status_code == 200, "South's directory is let in"
    before = everything()
    seen = {
        f"{method} {form}": _reach(browser, view, crossing, its, method, form).status_code
        for method in ("GET", *METHODS)
        for form in (*(make(its) for make in crossing.forms), {})
        if method == "POST" or not form
    }
    assert everything() == before
    assert not any(code >= 500 for code in seen.values()), seen
    if crossing.own:
        return
    # A method that nobody may use says so.
    wrong = {asked: code for asked, code in seen.items() if code not in crossing.answers | {405}}
    if pattern == "organisations/switch":
        wrong.pop("POST {}", None)
    assert wrong == {}
    assert crossing.answers & set(seen.values()), "no method of it was refused for what it asked"


def _reach(
    browser: Any, view: View, crossing: Crossing, its: Belongings, method: str, form: Any
) -> Any:
    path = view.path(crossing.given(its))
    if method == "POST" and not crossing.by_token:
        return browser.post(path, form)
    kind = "application/scim+json" if crossing.by_token else "application/x-www-form-urlencoded"
    body = json.dumps(_SCIM.get(method, {})) if crossing.by_token else ""
    return browser.generic(method, path, body, content_type=kind)


_SCIM: Final = {
    "PUT": {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "eve",
        "displayName": "eve",
    },
    "PATCH": {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "displayName", "value": "eve"}],
    },
}


def test_the_owner_of_all_this_may(its: Belongings) -> None:
    """Else North's things would be refused to everybody."""
    browser = client()
    act_as(browser, "boss@example.com")
    for path in ("", "invitations", "rules", "sign-on", "provisioning"):
        assert browser.get(f"/organisations/north/{path}").status_code == 200
    assert browser.get(f"/accounts/2fa/webauthn/keys/{its.passkey.pk}/edit/").status_code == 200
    assert browser.post(f"/keys/{its.key.pk}/withdraw").status_code == 302
    its.key.refresh_from_db()
    assert its.key.revoked is not None
    assert browser.post(f"/sessions/{its.session.pk}/end").status_code == 302
    its.session.refresh_from_db()
    assert its.session.ended is not None


def test_no_view_breaks_on_a_nul(its: Belongings) -> None:
    browser = client()
    act_as(browser, "rival@example.com")
    wrong = []
    for one in every_view():
        given = {
            name: "a\0b"
            for name in one.parameters
            if f"<str:{name}>" in one.pattern or name == "rest"
        }
        named = "name email login password organisation code user_code token member roles answer"
        form = dict.fromkeys(named.split(), "a\0b")
        asked = (
            browser.get(one.path(given)),
            browser.get(one.path(), QUERY_STRING="next=%00&code=a%00b&state=%00&to=%00"),
            browser.post(one.path(), form),
            browser.post(one.path(), form, content_type="application/json"),
        )
        wrong += [one.path() for answer in asked if answer.status_code >= 500]
    assert wrong == []
