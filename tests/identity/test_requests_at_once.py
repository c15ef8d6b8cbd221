"""Steps of an access request that are taken at the same moment: one comes first."""

import threading
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.requesting import ask, held, mails, offer, people

from ringwall.identity.facts import Facts


@pytest.fixture
def who(database: str, facts: Facts) -> dict[str, Any]:
    offer(facts)
    return people()


def at_once(*steps: Any) -> list[str]:
    """What became of steps that are all taken at the same moment, each by a thread of its own."""
    from django.db import connections

    start, ends = threading.Barrier(len(steps)), [""] * len(steps)

    def take(number: int, step: Any) -> None:
        start.wait()
        try:
            step()
            ends[number] = "done"
        except (ValueError, PermissionError) as error:
            ends[number] = str(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=one) for one in enumerate(steps)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return ends


def test_two_who_approve_at_the_same_moment_grant_it_once(who: dict[str, Any]) -> None:
    from ringwall.identity.requesting import moves

    both = ask(who["ada"], "north", "refunder")
    one_of = ask(who["bob"], "north", "approver")
    for made in (both, one_of):
        ends = at_once(
            lambda made=made: moves.approve(made, by=who["boss"]),
            lambda made=made: moves.approve(made, by=who["chief"]),
        )
        made.refresh_from_db()
        assert made.state == "granted"
        assert ends.count("done") == made.approvals.count() == (2 if made == both else 1)
    told = [to for to, subject in mails() if subject == "You have access to North"]
    assert sorted(told) == ["ada@example.com", "bob@example.com"]


def test_who_loses_the_right_meanwhile_approves_nothing(
    who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is written after they began to approve, before the request is held."""
    from ringwall.identity import membership
    from ringwall.identity.installed import current_facts
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "approver")

    def lose_first() -> Facts:
        membership.set_roles(tenants.member(who["boss"], "north"), ["buyer"], by=who["chief"])
        return current_facts()

    monkeypatch.setattr(moves, "current_facts", lose_first)
    with pytest.raises(PermissionError):
        moves.approve(made, by=who["boss"])
    made.refresh_from_db()
    assert made.state == "waiting"
    assert not made.approvals.exists()


@pytest.mark.parametrize("what", ["withdraw", "leave"])
def test_of_two_steps_at_the_same_moment_one_comes_first(who: dict[str, Any], what: str) -> None:
    """Approved while whoever asks takes it back or leaves."""
    from ringwall.identity import membership
    from ringwall.identity.requesting import moves

    made = ask(who["ada"], "north", "approver")
    others: dict[str, Any] = {
        "withdraw": lambda: moves.withdraw(made, by=who["ada"]),
        "leave": lambda: membership.remove(tenants.member(who["ada"], "north"), by=who["chief"]),
    }
    approved, other = at_once(lambda: moves.approve(made, by=who["boss"]), others[what])
    made.refresh_from_db()
    assert other == "done"
    assert made.state == {"withdraw": "withdrawn", "leave": "left"}[what]
    assert approved == "done" or "too late" in approved or "any more" in approved
    assert (made.granted is not None) == (approved == "done")
    if what == "withdraw":
        assert held(who["ada"], "north") == {"buyer"}
