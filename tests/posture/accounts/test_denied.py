"""Each API denied in turn, half an account denied: not one pass rests on what was not told."""

from collections.abc import Callable

import pytest
from tests.posture.accounts.reading import Verdicts, checks_of_made
from tests.posture.accounts.replaying import Whole

from ringwall.core.observations import State
from ringwall.core.verdicts import Outcome
from ringwall.posture.collecting.planning import permission, plan_for
from ringwall.posture.snapshot.writing import decoded

CHECKS = checks_of_made()
PLAN = plan_for(CHECKS)
MORE = {call for call, _ in PLAN.before}
CALLS = sorted(PLAN.names)
UNTOLD = {State.DENIED, State.ERROR}


NEEDS = {one.id: plan_for([one]).names for one in CHECKS}
"""The calls that a check needs, whatever else does."""


def require_honest(before: Verdicts, after: Verdicts, untold: Callable[[str], bool]) -> None:
    """All is as before, or unknown for the reason; and no pass has read what was not told."""
    for key, one in after.items():
        outcome, facts = one.verdict.outcome, one.verdict.facts
        if outcome is Outcome.PASS:
            assert not any(untold(f.api) and f.state in UNTOLD for f in facts), key
        if outcome is Outcome.UNKNOWN:
            because = any(fact.state in UNTOLD for fact in facts)
            assert because or before[key].verdict.outcome is Outcome.UNKNOWN, key
        elif before.get(key) is not None and before[key].verdict.outcome is not Outcome.UNKNOWN:
            assert outcome is before[key].verdict.outcome, (key, one.verdict.why)


def test_the_account_has_all_three_outcomes_when_all_is_told(whole: Whole) -> None:
    found = [one.verdict.outcome for one in whole.verdicts.values()]
    assert found.count(Outcome.PASS) > 100
    assert found.count(Outcome.FAIL) > 100


def test_read_again_without_a_fault_it_is_the_same(whole: Whole) -> None:
    after = whole.without(lambda _: False, CHECKS)
    told = {key: one.verdict.outcome for key, one in after.items()}
    assert told == {key: one.verdict.outcome for key, one in whole.verdicts.items()}


def test_each_call_denied_in_turn_makes_no_pass(whole: Whole) -> None:
    changed = 0
    for call in CALLS:
        checks = [one for one in CHECKS if call in NEEDS[one.id]]
        assert checks, f"{call} is planned and no check needs it"

        def untold(asked: str, call: str = call) -> bool:
            return asked == call

        after = whole.without(untold, checks)
        require_honest(whole.verdicts, after, untold)
        changed += any(one.verdict.outcome is Outcome.UNKNOWN for one in after.values())
    assert changed > 30, "denials are not seen"


@pytest.mark.parametrize("service", sorted({one.partition(":")[0] for one in CALLS}))
def test_a_whole_service_that_fails_makes_no_pass(whole: Whole, service: str) -> None:
    def untold(asked: str) -> bool:
        return asked.startswith(f"{service}:")

    checks = [one for one in CHECKS if any(map(untold, NEEDS[one.id]))]
    require_honest(whole.verdicts, whole.without(untold, checks, State.ERROR), untold)


def test_nothing_passes_where_nothing_is_told(whole: Whole) -> None:
    after = whole.without(lambda _: True, CHECKS)
    assert {one.verdict.outcome for one in after.values()} <= {Outcome.UNKNOWN}


def test_the_printed_policy_has_the_actions_of_all_calls_and_of_no_others() -> None:
    """Whoever denies all that is not printed changes nothing: each call has its action there."""
    wanted = {one.action or permission(one.call) for one in PLAN.calls} | set(map(permission, MORE))
    more = {action for one in PLAN.calls for action in one.also}
    assert set(PLAN.actions) - wanted - more == {"sts:GetCallerIdentity", "ec2:DescribeRegions"}
    assert wanted | more <= set(PLAN.actions)


def test_what_is_called_is_what_was_planned(whole: Whole) -> None:
    assert {decoded(key)[0] for key in whole.answers} <= set(CALLS)
