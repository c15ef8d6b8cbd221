"""Pages of access requests: what somebody may not do they are not offered, and cannot do."""

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.requesting import ask, held, offer, people
from tests.identity.test_organisations_pages import act_as

from ringwall.access.config import Requestable, Requests
from ringwall.identity.facts import Facts


@pytest.fixture
def who(database: str, facts: Facts) -> dict[str, Any]:
    offer(facts)
    return people()


def shown(browser: Any, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_somebody_asks_and_takes_it_back(who: dict[str, Any], browser: Any) -> None:
    from ringwall.identity.models import AccessRequest

    act_as(browser, "ada@example.com")
    page = shown(browser, "/requests")
    offered = re.findall(r'name="roles" value="([^"]+)"', page)
    assert offered == ["administrator", "approver", "refunder", "treasurer"]
    told = {"roles": "approver", "minutes": "60", "reason": "month end"}
    for wrong in ({"minutes": "61"}, {"roles": "operator"}, {"reason": ""}):
        assert browser.post("/requests", {**told, **wrong}).status_code == 200
    assert not AccessRequest.objects.exists()
    assert browser.post("/requests", told).status_code == 302
    (made,) = AccessRequest.objects.all()
    assert (made.user, made.roles, made.lasts, made.by_machine) == (
        who["ada"],
        ["approver"],
        3600,
        False,
    )
    assert "month end" in shown(browser, "/requests")
    for pk in (made.pk, "nothing", "00000000-0000-4000-8000-000000000000"):
        browser.post("/requests", {"action": "withdraw", "request": str(pk)})
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_an_administrator_answers(who: dict[str, Any], browser: Any) -> None:
    made, other = ask(who["ada"], "north", "approver"), ask(who["bob"], "north", "approver")
    act_as(browser, "boss@example.com")
    assert f"organisations/north/requests#request-{made.pk}" in shown(browser, "/requests")
    page = "/organisations/north/requests"
    assert shown(browser, page).count('value="approve"') == 2
    told = {"request": str(made.pk), "action": "approve", "minutes": "15"}
    assert browser.post(page, told).status_code == 302
    made.refresh_from_db()
    assert (made.ends - made.granted).total_seconds() == 900
    assert "For 15 minutes instead of 1 hour, asked" in shown(browser, page)
    assert shown(browser, page).count("instead of") == 1, "not of what waits"
    browser.post(page, {"request": str(other.pk), "action": "deny", "note": ""})
    other.refresh_from_db()
    assert other.state == "waiting", "a reason is asked for"
    browser.post(page, {"request": str(other.pk), "action": "deny", "note": "not now"})
    browser.post(page, {"request": str(made.pk), "action": "end", "note": "done"})
    for one, state in ((made, "ended"), (other, "denied")):
        one.refresh_from_db()
        assert (one.state, one.closed_by) == (state, who["boss"])
    found = shown(browser, page)
    assert "not now" in found
    assert "approve" not in re.findall(r'value="(\w+)"', found)
    for odd in ({"action": "rewrite"}, {"action": "approve", "minutes": "soon"}, {"request": "x"}):
        assert browser.post(page, {**told, **odd}).status_code == 302


def test_no_longer_is_offered_than_was_asked_and_is_given_by_now(
    who: dict[str, Any], browser: Any, facts: Facts
) -> None:
    made = ask(who["ada"], "north", "approver")
    act_as(browser, "boss@example.com")
    page = "/organisations/north/requests"

    def offered() -> list[str]:
        return re.findall(r'<option value="(\d+)"', shown(browser, page))

    assert offered() == ["15", "30", "60"]
    browser.post(page, {"request": str(made.pk), "action": "approve", "minutes": "61"})
    assert "it can be shortened only." in shown(browser, page)
    roles = {"approver": Requestable(longest=600.0)}
    offer(facts, Requests(answered_within=86400.0, roles=roles))
    assert offered() == ["10"]
    browser.post(page, {"request": str(made.pk), "action": "approve", "minutes": "10"})
    assert "For 10 minutes instead of 1 hour" in shown(browser, page)


def test_who_has_no_name_is_told_of_once(who: dict[str, Any], browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail, User

    User.objects.filter(pk=who["ada"].pk).update(name="")
    for name in ("ada", "bob"):
        who[name].refresh_from_db()
        ask(who[name], "north", "approver")
    mails = OutgoingMail.objects.filter(to="boss@example.com").order_by("pk")
    told = [one.body for one in mails]
    assert "\nada@example.com asks for access" in f"\n{told[0]}"
    assert "Bob (bob@example.com) asks for access" in told[1]
    act_as(browser, "boss@example.com")
    page = shown(browser, "/organisations/north/requests")
    assert "<h3>ada@example.com: approver" in page
    assert "<p>ada@example.com</p>" not in page
    assert "<p>bob@example.com</p>" in page


def test_what_a_role_includes_is_shown_to_whoever_answers(
    who: dict[str, Any], browser: Any, facts: Facts
) -> None:
    page = "/organisations/north/requests"
    ask(who["ada"], "north", "approver")
    act_as(browser, "boss@example.com")
    assert "Includes" not in shown(browser, page)
    offer(replace(facts, includes={"approver": ("reader", "refunder"), "other": ("never",)}))
    told = shown(browser, page)
    assert "Includes reader, refunder" in told
    assert "never" not in told


def test_whoever_approves_proves_first_that_it_is_them(who: dict[str, Any], browser: Any) -> None:
    made = ask(who["ada"], "north", "treasurer")
    act_as(browser, "boss@example.com")
    page, now = "/organisations/north/requests", time.time()
    told = {"request": str(made.pk), "action": "approve"}

    def proven(ago: float) -> None:
        kept = browser.session
        for one in kept["account_authentication_methods"]:
            one["at"] = now - ago
        kept.save()

    proven(3600)
    answer = browser.post(page, told)
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["location"]
    assert f"next={page.replace('/', '%2F')}" in answer.headers["location"]
    assert held(who["ada"], "north") == {"buyer"}
    proven(0)
    browser.post(page, told)
    assert held(who["ada"], "north") == {"buyer", "treasurer"}


@pytest.mark.parametrize("name", ["judy", "olga", "sam"])
def test_the_company_sees_what_its_customers_ask(
    who: dict[str, Any], browser: Any, name: str
) -> None:
    made = ask(who["ada"], "north", "approver")
    act_as(browser, f"{name}@example.com")
    page = shown(browser, "/organisations/north/requests")
    assert "month end" in page
    offered = set(re.findall(r'name="action" value="(\w+)"', page))
    assert offered == (set() if name == "judy" else {"approve", "deny"})
    for action in ("approve", "deny", "end"):
        told = {"request": str(made.pk), "action": action, "note": "mine"}
        browser.post("/organisations/north/requests", told)
    made.refresh_from_db()
    assert made.state == ("waiting" if name == "judy" else "ended")


def test_what_others_ask_elsewhere_empties_nobodys_list(
    who: dict[str, Any], browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.pages import requests as pages

    monkeypatch.setattr(pages, "_ANSWERED", 2)
    monkeypatch.setattr(pages, "_LOOKED_AT", 2)
    for name in ("ada", "bob"):
        ask(who[name], "north", "approver")
    made = ask(who["dave"], "shop", "operator")
    sue = tenants.person("sue@example.com", south=["buyer"])
    of_south = ask(sue, "south", "approver")
    for name, found in (("rival", [of_south]), ("gus", []), ("judy", [])):
        act_as(browser, f"{name}@example.com")
        page = shown(browser, "/requests")
        assert re.findall(r"#request-([0-9a-f-]+)", page) == [str(one.pk) for one in found]
    monkeypatch.setattr(pages, "_LOOKED_AT", 9)
    ask(who["sam"], "shop", "owner")  # which olga answers, and sam does not
    act_as(browser, "olga@example.com")
    assert shown(browser, "/requests").count("#request-") == 2
    monkeypatch.setattr(pages, "_ANSWERED", 9)
    assert str(made.pk) in shown(browser, "/requests")


def test_all_is_to_be_seen_and_nothing_pushes_away_what_was_given(
    who: dict[str, Any], browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.pages import requests as pages
    from ringwall.identity.requesting import moves

    monkeypatch.setattr(pages, "_SHOWN", 2)

    def take_back(reason: str) -> None:
        moves.withdraw(ask(who["ada"], "north", "refunder", reason=reason), by=who["ada"])

    take_back("the first of all")
    given = moves.approve(ask(who["ada"], "north", "approver", reason="quiet"), by=who["boss"])
    moves.withdraw(given, by=who["ada"])
    for number in range(3):
        take_back(f"noise {number}")
    for name, path in (("boss", "/organisations/north/requests"), ("ada", "/requests")):
        act_as(browser, f"{name}@example.com")
        pages_of = [shown(browser, f"{path}?page={page}") for page in (1, 2, "x")]
        assert pages_of[0].count("noise") == 2, "and no more of these"
        assert "quiet" in pages_of[0]
        assert "quiet" in pages_of[2]
        assert "?page=2" in pages_of[0]
        assert "the first of all" in pages_of[1]
        assert "noise 0" in pages_of[1]
        assert "?page=" not in pages_of[1]


def test_a_page_asks_about_what_it_shows_only(
    who: dict[str, Any], browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.pages import requests as pages
    from ringwall.identity.requesting.answering import still_to_approve

    monkeypatch.setattr(pages, "_SHOWN", 2)
    waiting = []
    for number in range(5):
        asker = tenants.person(f"buyer{number}@example.com", north=["buyer"])
        waiting.append(str(ask(asker, "north", "approver").pk))
    asked_about: list[str] = []

    def counted(user: Any, one: Any) -> bool:
        asked_about.append(str(one.pk))
        return still_to_approve(user, one)

    monkeypatch.setattr(pages, "still_to_approve", counted)
    act_as(browser, "boss@example.com")
    for page in (1, 2, 3):
        told = shown(browser, f"/organisations/north/requests?page={page}")
        assert ("?page=" in told) == (page < 3)
        assert len(asked_about) == min(2 * page, 5)
    assert sorted(asked_about) == sorted(waiting)


def test_nobody_is_offered_their_own_request(who: dict[str, Any], browser: Any) -> None:
    made = ask(who["owen"], "shop", "auditor")
    act_as(browser, "owen@example.com")
    page = shown(browser, "/organisations/shop/requests")
    assert "Somebody else answers this." in page
    assert re.findall(r'name="action" value="(\w+)"', page) == []
    assert "For you to answer" not in shown(browser, "/requests")
    told = {"request": str(made.pk), "action": "approve"}
    browser.post("/organisations/shop/requests", told)
    assert held(who["owen"], "shop") == {"owner"}


def test_it_is_in_the_navigation_where_there_is_something_to_ask_for(
    who: dict[str, Any], browser: Any, facts: Facts
) -> None:
    act_as(browser, "ada@example.com")
    assert "Access requests" in shown(browser, "/")
    offer(facts, Requests())
    assert "Access requests" not in shown(browser, "/")
    assert "nothing that you could ask for" in shown(browser, "/requests")


def test_who_was_lent_administrator_manages_for_so_long(who: dict[str, Any], browser: Any) -> None:
    from ringwall.identity.requesting import moves

    act_as(browser, "ada@example.com")
    assert browser.get("/organisations/north/").status_code == 404
    made = moves.approve(ask(who["ada"], "north", "administrator"), by=who["boss"])
    assert "For some time: administrator" in shown(browser, "/organisations/north/")
    for name, roles in (("ada", "administrator"), ("bob", "administrator")):
        told = {"member": f"{name}@example.com", "roles": roles}
        browser.post("/organisations/north/", told)
        assert tenants.member(who[name], "north").roles == ["buyer"]
    moves.end(made, by=who["boss"], reason="done")
    assert browser.get("/organisations/north/").status_code == 404


@pytest.mark.parametrize("rule", ["network", "voucher"])
def test_what_an_organisation_keeps_a_session_from_is_not_there(
    who: dict[str, Any], browser: Any, rule: str
) -> None:
    """Neither to see, nor to answer, nor to take back."""
    from ringwall.identity.models import Organisation, Session

    tenants.join(who["boss"], "south", "buyer")
    mine = ask(who["boss"], "north", "refunder")
    ask(who["ada"], "north", "approver")
    act_as(browser, "boss@example.com")
    assert shown(browser, "/requests").count("organisations/north/requests#") == 1
    if rule == "network":
        Organisation.objects.filter(slug="north").update(networks=["192.0.2.0/24"])
    else:
        south = Organisation.objects.get(slug="south")
        Session.objects.update(vouched_by=str(south.pk))
    page = shown(browser, "/requests")
    assert str(mine.pk) not in page
    assert "organisations/north/requests#" not in page
    browser.post("/requests", {"action": "withdraw", "request": str(mine.pk)})
    mine.refresh_from_db()
    assert mine.state == "waiting"
