"""Who may read the log over HTTP: by a session, a key, a token; and who may not, which is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.api.conftest import Scene, act_as, bearing, key_of
from tests.identity import tenants

from ringwall.identity.facts import Facts

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables

AT = "/api/v1/log/count"


def refusals(log: Scene) -> list[Any]:
    return [one for one in log.reads() if one["status_id"] == 2]


@pytest.mark.parametrize("email", ["owner@example.com", "auditor@example.com"])
def test_people_who_may_see_the_log_do_by_their_session(
    log: Scene, people: None, browser: Any, email: str
) -> None:
    act_as(browser, email)
    assert browser.get(AT).status_code == 200


@pytest.mark.parametrize("email", ["member@example.com", "boss@example.com"])
def test_members_and_administrators_of_customers_may_not_and_that_is_told(
    log: Scene, people: None, browser: Any, email: str
) -> None:
    act_as(browser, email)
    answer = browser.get(AT)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    (told,) = refusals(log)
    found = re.search(r"reference ([0-9a-f]{8})", answer.json()["detail"])
    assert found is not None
    assert told["unmapped"]["ringwall"]["reference"] == found[1]
    assert "count" not in answer.json()


def test_strangers_are_asked_who_they_are(log: Scene, people: None, browser: Any) -> None:
    answer = browser.get(AT)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ringwall"'


def test_a_session_with_one_factor_is_not_enough(log: Scene, people: None, browser: Any) -> None:
    act_as(browser, "owner@example.com", factors=1)
    assert browser.get(AT).status_code == 403


def test_a_key_has_the_roles_that_it_was_given(log: Scene, people: None) -> None:
    assert bearing(key_of("owner@example.com", "shop", ["owner"])).get(AT).status_code == 200
    (told,) = log.reads()
    assert told["actor"]["user"]["credential_uid"].startswith("k")
    assert told["metadata"]["tenant_uid"] == "shop"
    none = bearing(key_of("owner@example.com", "shop")).get(AT)
    outside = bearing(key_of("owner@example.com", None)).get(AT)
    assert (none.status_code, outside.status_code) == (403, 403)
    assert len(refusals(log)) == 2


def test_a_key_of_another_organisation_is_refused(log: Scene, people: None) -> None:
    key = key_of("boss@example.com", "north", ["administrator"])
    assert bearing(key).get(AT).status_code == 403
    # Not even with a role that is called as one of the company.
    from ringwall.identity.models import Membership

    Membership.objects.filter(user__email="boss@example.com").update(roles=["owner"])
    assert bearing(key_of("boss@example.com", "north", ["owner"])).get(AT).status_code == 403
    assert len(refusals(log)) == 2


def test_scopes_narrow_a_key(log: Scene, people: None) -> None:
    def asked(*scopes: str) -> int:
        key = key_of("owner@example.com", "shop", ["owner"], scopes=scopes)
        return int(bearing(key).get(AT).status_code)

    assert (asked("orders:read"), asked("orders:read", "log:see")) == (403, 200)


def test_a_key_counts_for_nothing_once_something_of_it_is_over(log: Scene, people: None) -> None:
    from ringwall.identity import apikeys
    from ringwall.identity.models import ApiKey, Membership, User

    def withdrawn() -> None:
        apikeys.withdraw(ApiKey.objects.get(), reason="a test", now=timezone.now())

    def lost_the_role() -> None:
        Membership.objects.filter(user__email="owner@example.com").update(roles=["member"])

    def disabled() -> None:
        User.objects.filter(email="owner@example.com").update(is_active=False)

    def replaced() -> None:
        ApiKey.objects.update(ends=timezone.now() - timedelta(seconds=1))

    def idle() -> None:
        ApiKey.objects.update(idle="a policy")

    def back() -> None:
        ApiKey.objects.all().delete()
        User.objects.filter(email="owner@example.com").update(is_active=True)
        Membership.objects.filter(user__email="owner@example.com").update(roles=["owner"])

    for over in (withdrawn, lost_the_role, disabled, replaced, idle):
        program = bearing(key_of("owner@example.com", "shop", ["owner"]))
        assert program.get(AT).status_code == 200, over.__name__
        over()
        answer = program.get(AT)
        assert answer.status_code == 401, over.__name__
        assert "invalid_token" in answer.headers["WWW-Authenticate"]
        back()


def test_what_is_bent_or_for_another_host_is_refused(
    log: Scene, people: None, facts: Facts, browser: Any
) -> None:
    key = key_of("owner@example.com", "shop", ["owner"])
    head, _, end = key.rpartition(".")
    bent = f"{head}.{'A' if end[0] != 'A' else 'B'}{end[1:]}"
    elsewhere = key_of(
        "owner@example.com", "shop", ["owner"], audiences=[facts.origin_of("api.shop.localhost")]
    )
    act_as(browser, "owner@example.com")
    assert browser.get(AT).status_code == 200
    for text in (bent, elsewhere, "rwk_x", "x", "", "a.b.c", key.removeprefix("rwk_")):
        assert bearing(text).get(AT).status_code == 401, text
        # What is shown counts alone, beside a session too.
        told = browser.get(AT, headers={"authorization": f"Bearer {text}"})
        assert told.status_code == 401, text
    assert browser.get(AT, headers={"authorization": "Basic eDp5"}).status_code == 401


def test_networks_of_the_company_hold_for_keys(log: Scene, people: None) -> None:
    from ringwall.identity.models import Organisation

    key = key_of("owner@example.com", "shop", ["owner"])
    Organisation.objects.filter(slug="shop").update(networks=["10.0.0.0/8"])
    assert bearing(key).get(AT).status_code == 403
    Organisation.objects.filter(slug="shop").update(networks=["127.0.0.0/8"])
    assert bearing(key).get(AT).status_code == 200


def client_of(name: str, slug: str | None, roles: Any, scopes: Any) -> Any:
    from allauth.idp.oidc.models import Client

    from ringwall.identity.models import ApiClient, Organisation

    place = None if slug is None else Organisation.objects.get(slug=slug)
    client = Client.objects.create(id=name, name=name, type=Client.Type.CONFIDENTIAL)
    client.set_scopes(scopes)
    client.set_grant_types(["client_credentials"])
    client.save()
    return ApiClient.objects.create(client=client, organisation=place, roles=roles)


def test_a_program_asks_with_a_token_of_its_own(log: Scene, people: None, facts: Facts) -> None:
    from ringwall.identity.installed import current_mint
    from ringwall.identity.kinds import Purpose
    from ringwall.identity.tokens import Proven

    def asked(client: Any, **more: Any) -> int:
        place = client.organisation
        told: dict[str, Any] = {
            "sub": str(client.pk),
            "sid": str(client.pk),
            "audience": (facts.api_audience,),
            "tenant": None if place is None else place.slug,
            "roles": tuple(client.roles),
            "client": str(client.pk),
            "scope": " ".join(client.client.get_scopes()),
        }
        token = current_mint().issue(
            Purpose.ACCESS,
            Proven(**{**told, **more}),
            now=timezone.now(),
            life=timedelta(minutes=5),
        )
        return int(bearing(token).get(AT).status_code)

    watcher = client_of("watcher", "shop", ["auditor"], ["log:see"])
    assert asked(watcher) == 200
    (told,) = log.reads()
    assert told["actor"]["app_uid"] == "watcher"
    assert asked(watcher, scope="") == 403
    assert asked(watcher, roles=()) == 403
    assert asked(watcher, audience=(facts.origin_of("api.shop.localhost"),)) == 401
    assert asked(client_of("own", None, ["auditor"], ["log:see"])) == 200
    assert asked(client_of("norths", "north", ["auditor"], ["log:see"])) == 403
    watcher.disabled = timezone.now()
    watcher.save()
    assert asked(watcher) == 401


def test_the_session_of_somebody_elses_browser_shows_nothing_to_a_stranger(
    log: Scene, people: None, browser: Any
) -> None:
    from ringwall.identity.models import User

    user = User.objects.get(email="owner@example.com")
    tenants.session(user, "shop")
    assert browser.get(AT).status_code == 401
