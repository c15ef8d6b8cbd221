"""A second account of one's own, under another mail address, approves nothing that one asks for."""

from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.requesting import ask, offer, people

from ringwall.identity.facts import Facts


@pytest.fixture
def who(database: str, facts: Facts) -> dict[str, Any]:
    offer(facts)
    return people()


def let_in(by: Any, email: str, slug: str, *roles: str) -> Any:
    """Who took the invitation of somebody."""
    from ringwall.identity import invitations
    from ringwall.identity.models import Organisation

    place = Organisation.objects.get(slug=slug)
    made = tenants.person(email)
    _, link = invitations.invite(place, email, roles, by=by)
    assert invitations.take(link.rpartition("/")[2], made)
    return made


def approvers_of(request: Any) -> list[str]:
    from ringwall.identity.requesting.answering import approvers

    return [one.email.partition("@")[0] for one in approvers(request)]


def test_whom_the_asker_let_in_approves_nothing_of_theirs(who: dict[str, Any]) -> None:
    from ringwall.identity.models import Invitation
    from ringwall.identity.requesting import moves

    second = let_in(who["sam"], "sam@else.example", "shop", "security-administrator")
    third = let_in(second, "sam@third.example", "shop", "security-administrator")
    Invitation.objects.all().delete()  # they are forgotten after a while
    made = ask(who["sam"], "shop", "auditor")
    assert approvers_of(made) == ["olga", "owen"]
    for puppet in (second, third):
        with pytest.raises(PermissionError, match="somebody else"):
            moves.approve(made, by=puppet)
    assert moves.approve(made, by=who["olga"]).state == "granted"
    # What others ask for they approve like everybody whose task that is.
    assert moves.approve(ask(who["dave"], "shop", "operator"), by=third).state == "granted"


def test_it_helps_nobody_that_one_between_them_leaves(who: dict[str, Any]) -> None:
    from ringwall.identity import membership
    from ringwall.identity.requesting import moves

    second = let_in(who["sam"], "sam@else.example", "shop", "security-administrator")
    third = let_in(second, "sam@third.example", "shop", "security-administrator")
    membership.remove(tenants.member(second, "shop"), by=second)
    made = ask(who["sam"], "shop", "auditor")
    with pytest.raises(PermissionError, match="somebody else"):
        moves.approve(made, by=third)
    second.delete()
    with pytest.raises(PermissionError, match="somebody else"):
        moves.approve(made, by=third)


def test_who_was_made_an_owner_is_somebody_else(who: dict[str, Any]) -> None:
    from ringwall.identity import membership
    from ringwall.identity.requesting import moves

    kim = let_in(who["sam"], "kim@example.com", "shop", "member")
    membership.set_roles(tenants.member(kim, "shop"), ["owner"], by=who["olga"])
    assert moves.approve(ask(who["sam"], "shop", "auditor"), by=kim).state == "granted"


def test_customers_answer_for_their_organisation(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    kim = let_in(who["boss"], "kim@example.com", "north", "administrator")
    made = ask(who["boss"], "north", "refunder")
    assert "kim" in approvers_of(made)
    assert moves.approve(made, by=kim).state == "waiting"
