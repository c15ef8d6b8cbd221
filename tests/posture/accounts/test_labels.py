"""What is wrong in a generated account is found, and nothing else: recall and precision are 1."""

import pytest
from tests.posture.accounts.faults import CHECKS
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import Making, Size
from tests.posture.accounts.reading import Reading, cloud_checks
from tests.posture.accounts.scoring import Score, score


@pytest.fixture(scope="module")
def made(reading: Reading) -> Making:
    return generate(reading.client, Size.every())


@pytest.fixture(scope="module")
def scores(reading: Reading, made: Making) -> dict[str, Score]:
    checks = cloud_checks()
    verdicts = reading.judge(checks)
    found, none = score(made.labels, verdicts, reading.snapshot, checks)
    for check, one in sorted(found.items()):
        print(f"{check}: {one.line}")
    print(f"found by no check yet: {', '.join(none)}")
    return found


def test_everything_that_is_wrong_is_found(scores: dict[str, Score]) -> None:
    assert scores, "no check finds any of the faults"
    assert {check: one.line for check, one in scores.items() if one.recall < 1} == {}


def test_nothing_is_found_that_is_not_wrong(scores: dict[str, Score]) -> None:
    assert {check: one.line for check, one in scores.items() if one.precision < 1} == {}


def test_nothing_is_unknown_where_everything_may_be_read(scores: dict[str, Score]) -> None:
    assert {check: one.line for check, one in scores.items() if one.unknown} == {}


def test_each_fault_has_a_specimen_that_has_it_and_one_that_has_not(made: Making) -> None:
    told = {(one.fault, one.is_wrong) for one in made.labels}
    assert {fault for fault, _ in told} == set(CHECKS)
    for fault in CHECKS:
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
