"""What is wrong in a generated account is found, and nothing else: recall and precision are 1."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.posture.accounts import buckets
from tests.posture.accounts.faults import CHECKS as FAULTS
from tests.posture.accounts.faults import checks_of
from tests.posture.accounts.making import Making
from tests.posture.accounts.reading import cloud_checks
from tests.posture.accounts.replaying import Replaying, Whole
from tests.posture.accounts.scoring import Score, score

from ringwall.core.verdicts import Outcome
from ringwall.posture.collecting.calling import Answer
from ringwall.posture.collecting.shape import Where

CHECKS = [
    one for one in cloud_checks() if any(one.id in checks_of(fault, [one]) for fault in FAULTS)
]


@pytest.fixture(scope="module")
def scores(whole: Whole) -> dict[str, Score]:
    found, none = score(whole.made.labels, whole.verdicts, whole.snapshot, CHECKS)
    assert none == [], "faults that no check finds"
    return found


def test_everything_that_is_wrong_is_found(scores: dict[str, Score]) -> None:
    assert scores, "no check finds any of the faults"
    assert {check: one.line for check, one in scores.items() if one.recall < 1} == {}


def test_nothing_is_found_that_is_not_wrong(scores: dict[str, Score]) -> None:
    assert {check: one.line for check, one in scores.items() if one.precision < 1} == {}


def test_nothing_is_unknown_where_everything_may_be_read(scores: dict[str, Score]) -> None:
    assert {check: one.line for check, one in scores.items() if one.unknown} == {}


class Shielding(Replaying):
    """The account's own block of public access is on; all else is as it was."""

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """As recorded, but for the block."""
        if call != "s3control:GetPublicAccessBlock":
            return super().call(call, where, arguments, absent)
        answer = Answer()
        block = dict.fromkeys(buckets.BLOCK, True)
        answer.pages = [{"PublicAccessBlockConfiguration": block}]
        return answer


def test_no_bucket_is_public_where_its_account_blocks_it(whole: Whole) -> None:
    """It looks as bad as before: the account's own block takes it all out of force."""
    checks = [one for one in CHECKS if any(checks_of(fault, [one]) for fault in buckets.SHIELDED)]
    verdicts = whole.replayed(Shielding(whole.answers, lambda _: False), checks)
    assert len(verdicts) > 40
    assert {one.verdict.outcome for one in verdicts.values()} == {Outcome.PASS}


def test_each_fault_has_a_specimen_that_has_it_and_one_that_has_not(whole: Whole) -> None:
    told = {(one.fault, one.is_wrong) for one in whole.made.labels}
    assert {fault for fault, _ in told} == set(FAULTS)
    for fault in FAULTS:
        assert (fault, True) in told, fault
        assert (fault, False) in told, fault


def test_the_same_seed_makes_the_same_account() -> None:
    def made(seed: int) -> list[str]:
        chosen: list[str] = []

        def one(making: Making, name: str) -> None:
            chosen.append("one")

        def other(making: Making, name: str) -> None:
            chosen.append("other")

        Making(lambda _: None, seed=seed).fill("kind", 40, {one: {}, other: {}}, "name")
        return chosen

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert len(made(1)) == 40
