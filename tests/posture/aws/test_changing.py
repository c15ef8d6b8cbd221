"""An account that changes: what is known after each event is what a scan of all would find."""

import os
from collections import Counter
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.posture.aws.changing import CHANGES
from tests.posture.aws.conftest import CHECKS, Account
from tests.posture.aws.telling import Record, telling

from ringwall.core.observations import Observation
from ringwall.posture.happening import happened
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.watching import Watch

MANY = int(os.environ.get("RINGWALL_TEST_CHANGES", "0"))
"""How many changes a longer sequence has, where one is wanted."""


def outcomes(judged: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one.check, one.component): (one.verdict.outcome.value, one.verdict.why) for one in judged
    }


def facts(snapshot: Snapshot) -> dict[Any, Any]:
    """All that is known, without when it was read."""

    def told(one: Observation) -> tuple[Any, ...]:
        return (one.state, one.value, one.why)

    return {
        (seen.found.id, aspect): told(one)
        for seen in snapshot
        for aspect, one in seen.aspects.items()
    }


def changes(account: Account, chance: Random) -> list[Record]:
    """Change something, and what was recorded; nothing where that cannot be done now."""
    told: list[Record] = []
    service = chance.choice(sorted(CHANGES))
    change = chance.choice(CHANGES[service])
    try:
        change(telling(account.client, told), chance)
    except (ClientError, LookupError):
        pass
    return told


def sequence(account: Account, seed: int, count: int, often: int) -> Counter[str]:
    """Change it so many times, and hold what is known against a scan, each so often."""
    chance = Random(seed)
    watch = Watch(account.target(), account.read(), CHECKS)
    done: Counter[str] = Counter()
    since: list[str] = []
    while done.total() < count:
        for record in changes(account, chance):
            told = happened(record)
            if told is None:
                continue
            watch.take(told)
            done[told.call] += 1
            since.append(f"{told.call} {record['requestParameters']}")
        if len(since) >= often or done.total() >= count:
            agrees(account, watch, since)
            since.clear()
    return done


def agrees(account: Account, watch: Watch, since: list[str]) -> None:
    """The strong invariant: nothing is otherwise known, or judged, than by a scan of all."""
    anew = account.read()
    have, want = facts(watch.standing.snapshot), facts(anew)
    other = {
        key: (have.get(key), want.get(key))
        for key in {*have, *want}
        if have.get(key) != want.get(key)
    }
    assert not other, "after " + "; ".join(since)
    judged, scanned = outcomes(watch.standing.judged.values()), outcomes(judge_all(anew, CHECKS))
    assert judged == scanned, "after " + "; ".join(since)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_changes_it_is_as_after_a_scan_of_all(account: Account, seed: int) -> None:
    sequence(account, seed, count=30, often=10)


@pytest.mark.skipif(not MANY, reason="RINGWALL_TEST_CHANGES says how many changes")
@pytest.mark.timeout(3600)
def test_after_many_changes_it_is_as_after_a_scan_of_all(account: Account) -> None:
    done = sequence(account, seed=MANY, count=MANY, often=2)
    print(done.most_common())
