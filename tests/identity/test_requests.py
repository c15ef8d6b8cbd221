"""Access requests: asked for, approved by somebody else, and over by themselves."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.requesting import HOUR, OFFERED, ask, held, mails, offer, people

from ringwall.access.built_in import BUILT_IN
from ringwall.access.config import Access, Requestable
from ringwall.access.guarding import MACHINE
from ringwall.access.model import Holders
from ringwall.access.roles import all_included, roles_in
from ringwall.identity.facts import Facts

NORTH = "north.shop.localhost"


@pytest.fixture
def who(database: str, facts: Facts) -> dict[str, Any]:
    offer(facts)
    return people()


def given(request: Any) -> Any:
    """For how long it was granted."""
    return request.ends - request.granted


def told_times(request: Any) -> dict[str, str]:
    """What mail says of the times that were asked for and given."""
    from ringwall.identity.requesting import showing

    return {name: text for name, text in showing.told(request) if name in {"For", "Asked for"}}


def let_end(at: Any) -> None:
    """Let what was granted end at a moment, as if it had been granted so."""
    from ringwall.identity.models import AccessRequest, Visit

    AccessRequest.objects.filter(state="granted").update(ends=at)
    Visit.objects.update(token="")  # or it is given once more, since it was made just now


def test_somebody_asks_another_approves_and_it_is_over_by_itself(
    who: dict[str, Any], facts: Facts
) -> None:
    from ringwall.identity.requesting import moves

    session = tenants.session(who["ada"], "north")
    cookie = tenants.entered(session, facts, NORTH).cookie
    made = ask(who["ada"], "north", "approver")
    assert mails() == [
        ("boss@example.com", "Ada asks for access to North"),
        ("chief@example.com", "Ada asks for access to North"),
    ]
    assert held(who["ada"], "north") == {"buyer"}
    before = timezone.now()
    done = moves.approve(made, by=who["boss"])
    assert done.ends is not None
    assert HOUR <= done.ends - before < HOUR + timedelta(seconds=30)
    assert held(who["ada"], "north") == {"approver", "buyer"}
    assert tenants.member(who["ada"], "north").roles == ["buyer"]
    assert not tenants.is_accepted(cookie), "a token without it is called back"
    after = tenants.renewed(cookie, facts, NORTH)
    assert tenants.told(after)["roles"] == ["approver", "buyer"]
    assert mails()[2:] == [("ada@example.com", "You have access to North")]
    let_end(timezone.now())
    assert held(who["ada"], "north") == {"buyer"}
    assert tenants.told(tenants.renewed(cookie, facts, NORTH))["roles"] == ["buyer"]
    assert moves.close_due(timezone.now()) == 1
    assert moves.close_due(timezone.now()) == 0
    subject = "access to North for some time is over"
    assert mails()[3:] == [
        ("ada@example.com", f"Your {subject}"),
        ("boss@example.com", f"Ada's {subject}"),
    ]


def test_no_token_outlives_what_it_says(who: dict[str, Any], facts: Facts) -> None:
    from ringwall.identity.lent import MARGIN
    from ringwall.identity.requesting import moves

    cookie = tenants.entered(tenants.session(who["ada"], "north"), facts, NORTH).cookie
    moves.approve(ask(who["ada"], "north", "approver"), by=who["boss"])
    now = timezone.now()
    told = tenants.told(tenants.renewed(cookie, facts, NORTH))
    assert told["exp"] - now.timestamp() > 290
    for left in (299, 60, 8):
        ends = timezone.now() + timedelta(seconds=left)
        let_end(ends)
        renewed = tenants.renewed(cookie, facts, NORTH)
        told = tenants.told(renewed)
        assert told["roles"] == ["approver", "buyer"]
        assert told["exp"] <= (ends - MARGIN).timestamp() < told["exp"] + 1
        assert int(renewed.partition(".")[0]) == told["exp"], "the edge asks anew then"
    let_end(timezone.now() + MARGIN)
    told = tenants.told(tenants.renewed(cookie, facts, NORTH))
    assert told["roles"] == ["buyer"]
    assert told["exp"] - timezone.now().timestamp() > 290


def test_who_asks_does_not_answer_and_no_other_tenant_does(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "administrator")
    for name in ("ada", "bob", "rival", "dave", "judy", "gus"):
        with pytest.raises(PermissionError, match="somebody else"):
            moves.approve(made, by=who[name])
        with pytest.raises(PermissionError):
            moves.deny(made, by=who[name], reason="no")
    moves.approve(made, by=who["chief"])
    assert held(who["ada"], "north") == {"administrator", "buyer"}


@pytest.mark.parametrize(("asked", "by"), [("owner", "sam"), ("operator", "judy")])
def test_nobody_approves_what_they_may_not_give(who: dict[str, Any], asked: str, by: str) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["dave"], "shop", asked)
    with pytest.raises(PermissionError):
        moves.approve(made, by=who[by])
    moves.approve(made, by=who["olga"])
    assert held(who["dave"], "shop") == {"developer", "member", asked}


def test_nobody_makes_an_auditor_of_an_owner_but_an_owner(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["owen"], "shop", "auditor")
    with pytest.raises(PermissionError):
        moves.approve(made, by=who["sam"])
    moves.approve(made, by=who["olga"])


def test_a_role_is_approved_for_all_that_it_includes_by_then(
    who: dict[str, Any], facts: Facts
) -> None:
    """At services whoever has it is owner, whatever it is called."""
    from ringwall.identity.requesting import answering, moves, showing

    roles = {**OFFERED.roles, "lead": Requestable()}
    known = replace(facts, roles={"lead": Holders.PROVIDER, **BUILT_IN})
    offer(known, OFFERED.model_copy(update={"roles": roles}))
    made = ask(who["dave"], "shop", "lead")
    assert who["sam"] in answering.approvers(made)
    assert "Which include" not in dict(showing.told(made))
    access = Access.model_validate(
        {"roles": {"lead": {"includes": ["chief"]}, "chief": {"includes": ["owner", "clerk"]}}}
    )
    known = replace(known, includes=all_included(roles_in(access)))
    assert known.includes["lead"] == ("chief", "clerk", "owner")
    offer(known, OFFERED.model_copy(update={"roles": roles}))
    assert answering.approvers(made) == [who["olga"], who["owen"]]
    assert dict(showing.told(made))["Which include"] == "chief, clerk, owner"
    with pytest.raises(PermissionError):
        moves.approve(made, by=who["sam"])
    moves.approve(made, by=who["olga"])


def test_what_somebody_has_for_some_time_they_hand_to_nobody(who: dict[str, Any]) -> None:
    from ringwall.identity import invitations, membership, organisations
    from ringwall.identity.models import Organisation
    from ringwall.identity.requesting import answering, moves

    shop = Organisation.objects.get(slug="shop")
    moves.approve(ask(who["dave"], "shop", "owner"), by=who["olga"])
    for name, role in product(("dave", "gus"), ("owner", "security-administrator", "operator")):
        had = tenants.member(who[name], "shop").roles
        with pytest.raises(PermissionError):
            membership.set_roles(tenants.member(who[name], "shop"), [*had, role], by=who["dave"])
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(who["owen"], "shop"), ["member"], by=who["dave"])
    for roles in (["owner"], ["security-administrator"], []):
        with pytest.raises(PermissionError):
            invitations.invite(shop, "new@example.com", roles, by=who["dave"])
    for role in ("owner", "security-administrator"):
        made = ask(who["judy"], "shop", role)
        assert who["dave"] not in answering.approvers(made)
        with pytest.raises(PermissionError):
            moves.approve(made, by=who["dave"])
        moves.deny(made, by=who["dave"], reason="no")
    with pytest.raises(PermissionError):
        organisations.set_rules(shop, organisations.Rules(), by=who["dave"])


def test_an_administrator_for_some_time_leaves_nobody_there(who: dict[str, Any]) -> None:
    """Not by a second account of theirs, with every role but that of administrators."""
    from ringwall.identity import invitations, membership, organisations
    from ringwall.identity.models import Organisation
    from ringwall.identity.requesting import moves

    north = Organisation.objects.get(slug="north")
    moves.approve(ask(who["ada"], "north", "administrator"), by=who["boss"])
    for roles in (["approver", "buyer"], ["buyer"], []):
        with pytest.raises(PermissionError):
            invitations.invite(north, "ada2@example.com", roles, by=who["ada"])
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(who["bob"], "north"), ["approver"], by=who["ada"])
    with pytest.raises(PermissionError):
        moves.approve(ask(who["bob"], "north", "treasurer"), by=who["ada"])
    with pytest.raises(PermissionError):
        organisations.set_rules(north, organisations.Rules(), by=who["ada"])
    organisations.set_rules(north, organisations.Rules(), by=who["boss"])


@pytest.mark.parametrize(("name", "role"), [("ada", "administrator"), ("dave", "owner")])
@pytest.mark.parametrize("slug", ["north", "shop"])
def test_who_is_keeper_for_some_time_opens_no_door(
    who: dict[str, Any], name: str, role: str, slug: str
) -> None:
    """A group's role, a token, a provider, a domain: each would let them in as keeper later."""
    from ringwall.identity import organisations
    from ringwall.identity.models import Connection, Domain, GroupMapping, Organisation, ScimToken
    from ringwall.identity.requesting import moves
    from ringwall.identity.scim import tokens
    from ringwall.identity.sso import connections, domains

    moves.approve(
        ask(who[name], "north" if name == "ada" else "shop", role),
        by=who["boss" if name == "ada" else "olga"],
    )
    place, by = Organisation.objects.get(slug=slug), who[name]
    shown = domains.add(place, "north.example", by=MACHINE)
    provider = connections.Oidc(
        issuer="https://idp.example.com", client_id="ringwall", client_secret="secret"
    )
    doors: tuple[Any, ...] = (
        lambda: connections.map_group(place, "All", "member", by=by),
        lambda: connections.create(place, slug="own", name="Own", provider=provider, by=by),
        lambda: tokens.make(place, "Own", life=timedelta(days=9), by=by),
        lambda: domains.add(place, "ada.example", by=by),
        lambda: domains.remove(shown, by=by),
    )
    for door in doors:
        with pytest.raises(PermissionError):
            door()
    rules = organisations.Rules(networks=("192.0.2.0/24",))
    with pytest.raises((PermissionError, organisations.NetworksError), match=r"only|may not"):
        organisations.set_rules(place, rules, by=by, address="192.0.2.1")
    for table in (Connection, GroupMapping, ScimToken):
        assert not table.objects.exists()
    assert Domain.objects.count() == 1


def test_who_is_owner_for_some_time_keeps_nothing(who: dict[str, Any]) -> None:
    from ringwall.identity import founding, membership
    from ringwall.identity.requesting import moves

    moves.approve(ask(who["dave"], "shop", "owner"), by=who["olga"])
    assert set(founding.owners()) == {who["olga"], who["owen"]}
    membership.remove(tenants.member(who["owen"], "shop"), by=who["olga"])
    with pytest.raises(ValueError, match="the last owner"):
        membership.remove(tenants.member(who["olga"], "shop"), by=MACHINE)


def test_two_approvals_are_of_two_people(who: dict[str, Any]) -> None:
    from ringwall.identity import membership
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "refunder")
    assert moves.approve(made, by=who["boss"], lasts=timedelta(minutes=30)).ends is None
    assert held(who["ada"], "north") == {"buyer"}
    with pytest.raises(ValueError, match="already"):
        moves.approve(made, by=who["boss"])
    membership.set_roles(tenants.member(who["boss"], "north"), ["buyer"], by=who["chief"])
    assert moves.approve(made, by=who["chief"]).ends is None, "of boss nothing is left"
    done = moves.approve(made, by=who["olga"])
    assert given(done) == HOUR
    assert held(who["ada"], "north") == {"buyer", "refunder"}


def test_the_shortest_time_that_was_approved_holds(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "refunder")
    moves.approve(made, by=who["boss"], lasts=timedelta(minutes=30))
    done = moves.approve(made, by=who["chief"], lasts=HOUR)
    assert given(done) == timedelta(minutes=30)
    assert done.roles == ["refunder"]


def test_nobody_approves_for_longer_than_was_asked(who: dict[str, Any], facts: Facts) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "approver")
    for lasts in (HOUR + timedelta(seconds=1), timedelta(days=9)):
        with pytest.raises(ValueError, match="asked for is 1h: it can be shortened only"):
            moves.approve(made, by=who["boss"], lasts=lasts)
    assert not made.approvals.exists()
    offer(facts, OFFERED.model_copy(update={"roles": {"approver": Requestable(longest=1800.0)}}))
    with pytest.raises(ValueError, match="given for 1m to 30m"):
        moves.approve(made, by=who["boss"], lasts=HOUR)
    done = moves.approve(made, by=who["boss"])
    assert given(done) == timedelta(minutes=30)
    assert told_times(done) == {"For": "30 minutes", "Asked for": "1 hour"}


def test_what_was_given_is_told_while_it_is_known(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "approver")
    assert told_times(made) == {"For": "1 hour"}
    whole = moves.approve(ask(who["bob"], "north", "approver"), by=who["boss"])
    assert told_times(whole) == {"For": "1 hour"}
    done = moves.approve(made, by=who["boss"], lasts=timedelta(minutes=15))
    assert told_times(done) == {"For": "15 minutes", "Asked for": "1 hour"}
    ended = moves.end(done, by=who["boss"], reason="done")
    assert told_times(ended) == {"For": "1 hour"}, "what it would have been is not known any more"


def test_a_fresh_proof_is_asked_of_whoever_approves(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    made, now = ask(who["ada"], "north", "treasurer"), timezone.now()
    for proven in (None, now - timedelta(minutes=16), now + timedelta(minutes=1)):
        with pytest.raises(moves.ProofError):
            moves.approve(made, by=who["boss"], proven=proven)
    assert moves.approve(made, by=who["boss"], proven=now - timedelta(minutes=14)).ends


def test_what_cannot_be_asked_for_is_said(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    with pytest.raises(ValueError, match="that Boss can ask for"):
        ask(who["boss"], "north", "approver")  # only buyers may
    with pytest.raises(ValueError, match=r"has the role .buyer. already"):
        ask(who["ada"], "north", "buyer")
    with pytest.raises(ValueError, match="that Ada can ask for"):
        ask(who["ada"], "north", "operator")
    with pytest.raises(ValueError, match="given for 1m to 8h"):
        ask(who["ada"], "north", "approver", lasts=timedelta(hours=9))
    with pytest.raises(ValueError, match="given for 1m to 8h"):
        ask(who["ada"], "north", "approver", lasts=timedelta(seconds=9))
    with pytest.raises(ValueError, match="say why"):
        ask(who["ada"], "north", "approver", reason="  ")
    with pytest.raises(ValueError, match="name a role"):
        ask(who["ada"], "north")
    with pytest.raises(ValueError, match="not a member"):
        ask(who["rival"], "north", "approver")
    with pytest.raises(PermissionError):
        ask(who["gus"], "shop", "auditor")
    with pytest.raises(PermissionError):
        ask(who["ada"], "north", "approver", by=who["bob"])
    ask(who["ada"], "north", "approver")
    with pytest.raises(ValueError, match="waits already"):
        ask(who["ada"], "north", "approver", "administrator")
    assert moves.MOST_WAITING > 1


def test_whoever_could_answer_is_asked_about() -> None:
    from ringwall.access import guarding
    from ringwall.access.actions import Action
    from ringwall.access.built_in import PROVIDER_ROLES
    from ringwall.access.guarding import Entity
    from ringwall.identity.requesting.answering import _ANSWER

    shop = Entity("Organisation", "shop", {"company": True, "suspended": False})
    bob = Entity("User", "bob", guarding.NO_POWERS)
    asked = Entity("Request", "1", {"asker": bob, "of": shop, "by_machine": False}, (shop,))
    can = {
        one
        for one in PROVIDER_ROLES
        if guarding.may(
            Entity("User", "ada", guarding.NO_POWERS, (guarding.role(one),)),
            Action.REQUESTS_APPROVE,
            asked,
            guarding.handing(),
        ).allowed
    }
    assert can | {"administrator"} == _ANSWER


def test_as_many_are_told_as_it_takes(who: dict[str, Any]) -> None:
    from ringwall.identity import membership

    membership.set_roles(tenants.member(who["chief"], "north"), ["buyer"], by=MACHINE)
    ask(who["ada"], "north", "approver")
    assert [to for to, _ in mails()] == ["boss@example.com"]
    ask(who["ada"], "north", "refunder")  # which takes two
    names = ("boss", "olga", "owen", "sam")
    assert [to for to, _ in mails()[1:]] == [f"{name}@example.com" for name in names]


def test_one_that_cannot_be_closed_keeps_no_other(
    who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves, telling

    bad, good = ask(who["ada"], "north", "approver"), ask(who["bob"], "north", "approver")
    AccessRequest.objects.update(answer_by=timezone.now())
    unanswered = telling.unanswered

    def fail(request: Any) -> None:
        if request.pk == min(bad.pk, good.pk):
            msg = "a test"
            raise RuntimeError(msg)
        unanswered(request)

    monkeypatch.setattr(telling, "unanswered", fail)
    assert moves.close_due(timezone.now()) == 1
    states = AccessRequest.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == ["unanswered", "waiting"]
    monkeypatch.setattr(telling, "unanswered", unanswered)
    assert moves.close_due(timezone.now()) == 1, "it is tried again"


def test_nobody_asks_without_end(who: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time is mail to many and a row to read, whether it is taken back or not."""
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves

    monkeypatch.setattr(moves, "MOST_IN_A_DAY", 2)
    for _ in range(2):
        moves.withdraw(ask(who["ada"], "north", "approver"), by=who["ada"])
    told = len(mails())
    with pytest.raises(ValueError, match="in 24 hours"):
        ask(who["ada"], "north", "approver")
    assert len(mails()) == told
    ask(who["bob"], "north", "approver")
    moves.withdraw(ask(who["ada"], "north", "approver", by=MACHINE), by=MACHINE)
    day = timedelta(days=1, seconds=1)
    AccessRequest.objects.filter(by_machine=False).update(created=timezone.now() - day)
    assert ask(who["ada"], "north", "approver").state == "waiting"


def test_an_organisation_does_not_ask_without_end(
    who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many accounts it has; and no other organisation is kept from asking by that."""
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves

    sue = tenants.person("sue@example.com", south=["buyer"])
    limits = {"MOST_WAITING_IN_ALL": "wait in North", "MOST_IN_A_DAY_IN_ALL": "in 24 hours"}
    for limit, said in limits.items():
        AccessRequest.objects.all().delete()
        with monkeypatch.context() as few:
            few.setattr(moves, limit, 1)
            ask(who["ada"], "north", "approver")
            told = len(mails())
            with pytest.raises(ValueError, match=said):
                ask(who["bob"], "north", "approver")
            assert len(mails()) == told
            assert ask(sue, "south", "approver").state == "waiting"
        ask(who["bob"], "north", "approver")


@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_search_for_approvers_ends(
    who: dict[str, Any], monkeypatch: pytest.MonkeyPatch, is_allowed: bool
) -> None:
    """Whoever has a thousand administrators holds nobody up, whether these may approve or not."""
    from ringwall.identity.asking import may
    from ringwall.identity.requesting import answering

    for number in range(9):
        tenants.person(f"a{number}@example.com", north=["administrator"])
    made = ask(who["ada"], "north", "approver")
    asked_about: list[str] = []

    def counted(by: Any, *args: Any, **named: Any) -> Any:
        asked_about.append(by.email)
        found = may(by, *args, **named)
        return found if is_allowed else SimpleNamespace(allowed=False)

    monkeypatch.setattr(answering, "may", counted)
    monkeypatch.setattr(answering, "MOST_FOUND", 2)
    monkeypatch.setattr(answering, "_LOOKED_AT", 4)
    found = [one.email for one in answering.approvers(made, needed=3)]
    north = [one for one in asked_about if one.startswith("a")]
    assert north == [f"a{number}@example.com" for number in range(3 if is_allowed else 4)]
    assert found == (north if is_allowed else [])


def test_what_was_answered_stays_so(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    denied = moves.deny(ask(who["ada"], "north", "approver"), by=who["boss"], reason="not now")
    taken = moves.withdraw(ask(who["ada"], "north", "approver"), by=who["ada"])
    for one, word in ((denied, "denied"), (taken, "withdrawn")):
        with pytest.raises(ValueError, match=word):
            moves.approve(one, by=who["chief"])
        with pytest.raises(ValueError, match=word):
            moves.withdraw(one, by=who["ada"])
        with pytest.raises(ValueError, match=word):
            moves.end(one, by=who["chief"], reason="no")
    assert held(who["ada"], "north") == {"buyer"}
    assert denied.note == "not now"
    assert ("ada@example.com", "Your request for access to North was denied") in mails()


@pytest.mark.parametrize("how", ["end", "withdraw"])
def test_it_ends_early_at_once(who: dict[str, Any], facts: Facts, how: str) -> None:
    from ringwall.identity.requesting import moves

    cookie = tenants.entered(tenants.session(who["ada"], "north"), facts, NORTH).cookie
    made = moves.approve(ask(who["ada"], "north", "approver"), by=who["boss"])
    renewed = tenants.renewed(cookie, facts, NORTH)
    with pytest.raises(PermissionError):
        moves.end(made, by=who["ada"], reason="mine")
    with pytest.raises(PermissionError):
        moves.withdraw(made, by=who["boss"])
    if how == "end":
        moves.end(made, by=who["chief"], reason="done")
    else:
        moves.withdraw(made, by=who["ada"])
    assert not tenants.is_accepted(renewed)
    assert tenants.told(tenants.renewed(cookie, facts, NORTH))["roles"] == ["buyer"]
    assert held(who["ada"], "north") == {"buyer"}


def test_nobody_answers_and_it_is_over(who: dict[str, Any]) -> None:
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "approver")
    AccessRequest.objects.update(answer_by=timezone.now())
    with pytest.raises(ValueError, match="not answered in time"):
        moves.approve(made, by=who["boss"])
    assert moves.close_due(timezone.now()) == 1
    made.refresh_from_db()
    assert made.state == "unanswered"
    assert mails()[-1] == ("ada@example.com", "Nobody answered your request for access to North")


@pytest.mark.parametrize("how", ["remove", "rest", "disable"])
def test_who_leaves_leaves_all_of_it(who: dict[str, Any], how: str) -> None:
    from ringwall.identity import membership, sessions
    from ringwall.identity.models import AccessRequest
    from ringwall.identity.requesting import moves

    granted = moves.approve(ask(who["ada"], "north", "approver"), by=who["boss"])
    waiting = ask(who["ada"], "north", "administrator")
    member, before = tenants.member(who["ada"], "north"), len(mails())
    if how == "remove":
        membership.remove(member, by=who["boss"])
        tenants.join(who["ada"], "north", "buyer")
    elif how == "rest":
        membership.set_active(member, active=False, reason="a test")
        membership.set_active(member, active=True, reason="a test")
    else:
        sessions.disable(who["ada"], reason="a test")
        sessions.enable(who["ada"])
    assert held(who["ada"], "north") == {"buyer"}
    assert set(AccessRequest.objects.values_list("state", flat=True)) == {"left"}
    subject = "access to North for some time is over"
    assert mails()[before:] == [
        ("ada@example.com", f"Your {subject}"),
        ("boss@example.com", f"Ada's {subject}"),
    ]
    for one in (granted, waiting):
        with pytest.raises(ValueError, match="as they left"):
            moves.approve(one, by=who["boss"])


def test_groups_and_hands_touch_nothing_that_is_lent(who: dict[str, Any]) -> None:
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping, Organisation
    from ringwall.identity.requesting import moves

    north = Organisation.objects.get(slug="north")
    GroupMapping.objects.create(organisation=north, group="Finance", role="payer")
    moves.approve(ask(who["ada"], "north", "approver"), by=who["boss"])
    member = tenants.member(who["ada"], "north")
    membership.apply_groups(member, ["Finance"])
    assert held(who["ada"], "north") == {"approver", "buyer", "payer"}
    membership.set_roles(member, ["seller"], by=who["boss"])
    assert held(who["ada"], "north") == {"approver", "payer", "seller"}
    membership.apply_groups(member, [])
    assert held(who["ada"], "north") == {"approver", "seller"}
    assert membership.by_hand(tenants.member(who["ada"], "north")) == {"seller"}


def test_a_key_has_a_lent_role_no_longer_than_its_owner(who: dict[str, Any], facts: Facts) -> None:
    from ringwall.identity import apikeys, membership
    from ringwall.identity.installed import current_mint
    from ringwall.identity.models import Organisation
    from ringwall.identity.requesting import moves

    done: Any = moves.approve(ask(who["ada"], "north", "approver"), by=who["boss"])

    def key(expires: Any) -> Any:
        wanted = apikeys.Wanted(
            name="Export",
            expires=expires,
            owner=who["ada"],
            organisation=Organisation.objects.get(slug="north"),
            roles=["approver"],
        )
        now, mint = timezone.now(), current_mint()
        return apikeys.make(wanted, facts=facts, mint=mint, now=now, by=who["ada"]).key

    with pytest.raises(apikeys.KeyRefusedError, match="only until"):
        key(done.ends)
    made = key(done.ends - timedelta(seconds=5))
    membership.set_roles(tenants.member(who["ada"], "north"), ["seller"], by=who["boss"])
    assert apikeys.end_due(timezone.now()) == 0
    made.refresh_from_db()
    assert made.revoked is None
    moves.end(done, by=who["boss"], reason="done")
    made.refresh_from_db()
    assert made.revoked is not None


def test_commands_approve_what_people_ask_for_and_nothing_else(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves, showing

    by_command = ask(who["ada"], "north", "approver", by=MACHINE)
    with pytest.raises(PermissionError):
        moves.approve(by_command, by=MACHINE)
    with pytest.raises(PermissionError):
        moves.approve(by_command, by=who["ada"])
    moves.approve(by_command, by=who["boss"])
    done = moves.approve(ask(who["bob"], "north", "approver"), by=MACHINE)
    assert showing.approved_by(done) == ("a command",)
    assert held(who["ada"], "north") == held(who["bob"], "north") == {"approver", "buyer"}
