"""Requests for access in any order of steps: what is lent is what somebody else has approved.

Two tenants and several people; the clock is ours. After every step what the product says is
compared with a model that knows nothing of tables or policies.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.identity import tenants
from tests.identity.requesting import OFFERED, ask, held, offer
from tests.runtime.conftest import _empty

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

ROLES: Final = ("approver", "refunder", "administrator")
PEOPLE: Final = ("ada", "bob", "boss", "chief", "rival", "sue")
ANSWER: Final = (*PEOPLE, "olga", "machine")
"""Olga owns the company, which answers everywhere."""
HOMES: Final = {"ada": "north", "bob": "north", "boss": "north", "chief": "north"}
SOON: Final = OFFERED.model_copy(update={"answered_within": 3600.0})
STARTS: Final = datetime(2030, 1, 1, tzinfo=UTC)
LASTING: Final = {
    "ada": {"buyer"},
    "bob": {"buyer"},
    "boss": {"administrator"},
    "chief": {"administrator"},
    "rival": {"administrator"},
    "sue": {"buyer"},
}


class Clock:
    """The time, for everything that asks Django for it."""

    now = STARTS

    def __call__(self) -> datetime:
        return self.now


CLOCK: Final = Clock()


def home(name: str) -> str:
    return HOMES.get(name, "south")


@dataclass
class Wish:
    """A request as the model knows it."""

    row: Any
    asker: str
    role: str
    minutes: int
    by_machine: bool
    answer_by: datetime
    made: datetime
    approved: dict[str, int] = field(default_factory=dict)
    ends: datetime | None = None
    is_closed: bool = False

    def waits(self, now: datetime) -> bool:
        return not self.is_closed and self.ends is None and now < self.answer_by

    def runs(self, now: datetime) -> bool:
        return not self.is_closed and self.ends is not None and now < self.ends


class Steps(RuleBasedStateMachine):
    """Whatever anybody tries, in any order."""

    def __init__(self) -> None:
        super().__init__()
        _empty()
        self.clock = CLOCK
        self.clock.now = STARTS
        tenants.organisation("shop", kind="provider")
        for slug in ("north", "south"):
            tenants.organisation(slug)
        self.users: dict[str, Any] = {}
        for name in PEOPLE:
            given: dict[str, Any] = {home(name): sorted(LASTING[name])}
            self.users[name] = tenants.person(f"{name}@example.com", **given)
        self.users["olga"] = tenants.person("olga@example.com", shop=["owner"])
        self.lasting = {name: set(roles) for name, roles in LASTING.items()}
        self.wishes: list[Wish] = []

    @initialize()
    def begin(self) -> None:
        """Somebody asks for each of them, or little would happen in so few steps."""
        for name, role in (("ada", "approver"), ("bob", "refunder"), ("ada", "administrator")):
            self.make(name, role, minutes=20, by_machine=False)

    # -- what the model says

    def may_ask_today(self, name: str) -> bool:
        since = self.clock.now - timedelta(hours=24)
        return (
            sum(w.asker == name and not w.by_machine and w.made > since for w in self.wishes) < 30
        )

    def lent(self, name: str) -> set[str]:
        now = self.clock.now
        return {w.role for w in self.wishes if w.asker == name and w.runs(now)}

    def is_boss(self, name: str) -> bool:
        return "administrator" in self.lasting[name] | self.lent(name)

    def may_answer(self, name: str, wish: Wish) -> bool:
        """Whether somebody manages there, not only for some time, and is another."""
        if name in {"machine", "olga"}:
            return name == "olga" or not wish.by_machine
        fleeting = self.lent(name) - self.lasting[name]
        return (
            name != wish.asker
            and home(name) == home(wish.asker)
            and "administrator" in self.lasting[name]
            and wish.role not in fleeting
        )

    def manages(self, name: str, wish: Wish) -> bool:
        """Whether somebody could end what was given there."""
        return name in {"machine", "olga"} or (
            home(name) == home(wish.asker) and self.is_boss(name)
        )

    def pick(self, number: int) -> Wish | None:
        return self.wishes[-1 - number % len(self.wishes)] if self.wishes else None

    def by(self, name: str) -> Any:
        return MACHINE if name == "machine" else self.users[name]

    # -- steps

    @rule(
        name=st.sampled_from(PEOPLE),
        role=st.sampled_from(ROLES),
        minutes=st.integers(1, 60),
        by_machine=st.booleans(),
    )
    def make(self, name: str, role: str, minutes: int, by_machine: bool) -> None:
        now = self.clock.now
        needs = OFFERED.roles[role].requestable_by
        possible = (
            role not in self.lasting[name]
            and (not needs or bool(set(needs) & (self.lasting[name] | self.lent(name))))
            and not any(w.asker == name and w.role == role and w.waits(now) for w in self.wishes)
        )
        by = MACHINE if by_machine else None
        lasts = timedelta(minutes=minutes)
        if not possible or not (by_machine or self.may_ask_today(name)):
            with pytest.raises(ValueError, match=r"can ask for|already|more than 30 times"):
                ask(self.users[name], home(name), role, lasts=lasts, by=by)
            return
        row = ask(self.users[name], home(name), role, lasts=lasts, by=by)
        answer_by = now + timedelta(seconds=SOON.answered_within)
        self.wishes.append(Wish(row, name, role, minutes, by_machine, answer_by, now))

    @rule(
        number=st.integers(0, 3),
        name=st.sampled_from(ANSWER),
        minutes=st.integers(1, 60) | st.none(),
    )
    def approve(self, number: int, name: str, minutes: int | None) -> None:
        from ringwall.identity.requesting import moves

        wish = self.pick(number)
        if wish is None:
            return
        lasts = None if minutes is None else timedelta(minutes=minutes)
        needs = set(OFFERED.roles[wish.role].requestable_by)
        can_have = wish.role not in self.lasting[wish.asker] and (
            not needs or bool(needs & (self.lasting[wish.asker] | self.lent(wish.asker)))
        )
        fine = (
            wish.waits(self.clock.now)
            and self.may_answer(name, wish)
            and name not in wish.approved
            and can_have
            and (minutes is None or minutes <= wish.minutes)
        )
        if not fine:
            with pytest.raises((ValueError, PermissionError)):
                moves.approve(wish.row, by=self.by(name), lasts=lasts)
            return
        moves.approve(wish.row, by=self.by(name), lasts=lasts)
        wish.approved[name] = min(minutes or 60, wish.minutes)
        counted = [m for who, m in wish.approved.items() if self.may_answer(who, wish)]
        if len(counted) >= OFFERED.roles[wish.role].approvals:
            wish.ends = self.clock.now + timedelta(minutes=min(counted))

    @rule(number=st.integers(0, 3), name=st.sampled_from(ANSWER))
    def deny(self, number: int, name: str) -> None:
        from ringwall.identity.requesting import moves

        wish = self.pick(number)
        if wish is None:
            return
        if not (wish.waits(self.clock.now) and name != wish.asker and self.manages(name, wish)):
            with pytest.raises((ValueError, PermissionError)):
                moves.deny(wish.row, by=self.by(name), reason="no")
            return
        moves.deny(wish.row, by=self.by(name), reason="no")
        wish.is_closed = True

    @rule(number=st.integers(0, 3), name=st.sampled_from(ANSWER))
    def withdraw(self, number: int, name: str) -> None:
        from ringwall.identity.requesting import moves

        wish, now = self.pick(number), self.clock.now
        if wish is None:
            return
        if name not in {"machine", wish.asker} or not (wish.waits(now) or wish.runs(now)):
            with pytest.raises((ValueError, PermissionError)):
                moves.withdraw(wish.row, by=self.by(name))
            return
        moves.withdraw(wish.row, by=self.by(name))
        wish.is_closed = True

    @rule(number=st.integers(0, 3), name=st.sampled_from(ANSWER))
    def end(self, number: int, name: str) -> None:
        from ringwall.identity.requesting import moves

        wish = self.pick(number)
        if wish is None:
            return
        if not (wish.runs(self.clock.now) and self.manages(name, wish)):
            with pytest.raises((ValueError, PermissionError)):
                moves.end(wish.row, by=self.by(name), reason="no")
            return
        moves.end(wish.row, by=self.by(name), reason="no")
        wish.is_closed = True

    @rule(name=st.sampled_from(("boss", "chief")), is_boss=st.booleans())
    def change_roles(self, name: str, is_boss: bool) -> None:
        from ringwall.identity import membership

        wanted = {"administrator"} if is_boss else {"buyer"}
        others = {"boss": "chief", "chief": "boss"}[name]
        if not is_boss and "administrator" not in self.lasting[others]:
            if "administrator" in self.lasting[name]:
                with pytest.raises(ValueError, match="the last administrator"):
                    membership.set_roles(self.member(name), wanted, by=MACHINE)
            return
        membership.set_roles(self.member(name), wanted, by=MACHINE)
        self.lasting[name] = wanted

    @rule(name=st.sampled_from(("ada", "bob")))
    def leave_and_come_back(self, name: str) -> None:
        from ringwall.identity import membership

        membership.remove(self.member(name), by=MACHINE)
        tenants.join(self.users[name], home(name), *sorted(self.lasting[name]))
        for wish in self.wishes:
            wish.is_closed = wish.is_closed or wish.asker == name

    @rule(name=st.sampled_from(("ada", "bob", "sue")), role=st.sampled_from(("buyer", *ROLES[:2])))
    def give_a_role_that_stays(self, name: str, role: str) -> None:
        """Instead of what they had lastingly, which it may have taken to ask."""
        from ringwall.identity import membership

        membership.set_roles(self.member(name), {role}, by=MACHINE)
        self.lasting[name] = {role}

    @rule(name=st.sampled_from(PEOPLE))
    def disable_and_enable(self, name: str) -> None:
        from ringwall.identity import sessions

        sessions.disable(self.users[name], reason="a test")
        sessions.enable(self.users[name])
        for wish in self.wishes:
            wish.is_closed = wish.is_closed or wish.asker == name

    @rule(name=st.sampled_from(("olga", "machine")), first=st.booleans())
    def lend_the_same_twice_and_end_one(self, name: str, first: bool) -> None:
        """Of two loans of one role the other goes on."""
        if "buyer" not in self.lasting["bob"] or "approver" in self.lasting["bob"]:
            return
        for minutes in (10, 30):
            known = len(self.wishes)
            if any(
                w.asker == "bob" and w.role == "approver" and w.waits(self.clock.now)
                for w in self.wishes
            ):
                return
            if not self.may_ask_today("bob"):
                return
            self.make("bob", "approver", minutes=minutes, by_machine=False)
            assert len(self.wishes) == known + 1
            self.approve(0, name, None)
        self.end(1 if first else 0, name)
        assert "approver" in held(self.users["bob"], "north")

    @rule(minutes=st.sampled_from((1, 7, 30, 61)))
    def wait(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule()
    def let_the_worker_run(self) -> None:
        from ringwall.identity.requesting import moves

        moves.close_due(timezone.now())
        assert moves.close_due(timezone.now()) == 0

    # -- what always holds

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        for name in PEOPLE:
            assert held(self.users[name], home(name)) == self.lasting[name] | self.lent(name), name
            assert set(self.member(name).roles) == self.lasting[name]

    @invariant()
    def every_request_is_what_the_model_says(self) -> None:
        from ringwall.identity.requesting.answering import state_at

        now = self.clock.now
        for wish in self.wishes:
            wish.row.refresh_from_db()
            found = state_at(wish.row, now)
            assert (found == "waiting") == wish.waits(now)
            assert (found == "granted") == wish.runs(now)
            if wish.row.granted is not None:
                assert wish.asker not in wish.approved

    def member(self, name: str) -> Any:
        return tenants.member(self.users[name], home(name))


@pytest.mark.timeout(300)
def test_whatever_is_tried_in_whatever_order(
    database: str, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.requesting import telling

    offer(facts, SOON)
    monkeypatch.setattr(timezone, "now", CLOCK)
    for one in ("asked", "granted", "denied", "unanswered", "ended"):
        monkeypatch.setattr(telling, one, lambda _: None)  # test_requests.py reads the mail
    run_state_machine_as_test(
        Steps,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
