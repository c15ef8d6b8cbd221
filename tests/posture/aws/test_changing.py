"""An account that changes: what is known after each event is what a scan of all would find."""

import os
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from tests.posture.aws.changing import CHANGES
from tests.posture.aws.conftest import CHECKS, Account
from tests.posture.aws.telling import Record, telling

from ringwall.posture.checking.finding import KnownCheck
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


MOVING = "Latest"
"""How members begin that are otherwise each time that they are read, whatever happened."""
PARTS = {
    "stores": ["s3", "kms", "secretsmanager", "sqs", "sns", "dynamodb", "tagging"],
    "networks": ["ec2", "rds", "elbv2", "wafv2"],
    "people": ["iam", "lambda", "ssm", "ecr", "cloudtrail", "logs"],
}


def facts(snapshot: Snapshot) -> dict[Any, Any]:
    """All that is known, without when it was read."""
    told: dict[Any, Any] = {(seen.found.id, ""): seen.found for seen in snapshot}
    for seen in snapshot:
        for aspect, one in seen.aspects.items():
            value = one.value
            if isinstance(value, dict):
                value = {key: one for key, one in value.items() if not key.startswith(MOVING)}
            told[seen.found.id, aspect] = (one.state, value, one.why)
    return told


def changes(account: Account, chance: Random, services: list[str]) -> list[Record]:
    """Change something, and what was recorded; nothing where that cannot be done now."""
    told: list[Record] = []
    service = chance.choice(services)
    change = chance.choice(CHANGES[service])
    with suppress(ClientError, LookupError, ResponseParserError):  # the last: moto fell
        change(telling(account.client, told), chance)
    return told


def checks_of(services: list[str]) -> list[KnownCheck]:
    """The checks that judge what these services have, and some that read across them."""
    several = tuple(f"aws-{one}-" for one in [*services, "elb", "events", "account"])
    return [one for one in CHECKS if one.id.startswith(several)]


def sequence(
    account: Account, seed: int, services: list[str], checks: list[KnownCheck], **size: int
) -> Counter[str]:
    """Make so ``many`` changes, and hold what is known against a scan each so ``often``."""
    chance = Random(seed)
    watch = Watch(account.target(), account.read(checks), checks)
    done: Counter[str] = Counter()
    since: list[str] = []
    while done.total() < size["many"]:
        for record in changes(account, chance, services):
            told = happened(record)
            if told is None:
                continue
            watch.take(told)
            done[told.call] += 1
            since.append(f"{told.call} {record['requestParameters']}")
        if len(since) >= size["often"] or done.total() >= size["many"]:
            agrees(watch, account.read(checks), checks, since)
            since.clear()
    return done


def agrees(watch: Watch, anew: Snapshot, checks: list[KnownCheck], since: list[str]) -> None:
    """The strong invariant: nothing is otherwise known, or judged, than by a scan of all."""
    have, want = facts(watch.standing.snapshot), facts(anew)
    other = [key for key in {*have, *want} if have.get(key) != want.get(key)]
    assert {one: have.get(one) for one in other} == {one: want.get(one) for one in other}, since
    judged, scanned = outcomes(watch.standing.judged.values()), outcomes(judge_all(anew, checks))
    assert judged == scanned, since


@pytest.mark.parametrize("part", PARTS)
def test_after_changes_it_is_as_after_a_scan_of_all(account: Account, part: str) -> None:
    services = PARTS[part]
    sequence(account, 1, services, checks_of(services), many=16, often=8)


def test_no_service_that_is_read_is_left_out() -> None:
    assert sorted(CHANGES) == sorted(one for several in PARTS.values() for one in several)


@pytest.mark.skipif(not MANY, reason="RINGWALL_TEST_CHANGES says how many changes")
@pytest.mark.timeout(3600)
def test_after_many_changes_it_is_as_after_a_scan_of_all(account: Account) -> None:
    done = sequence(account, MANY, sorted(CHANGES), CHECKS, many=MANY, often=2)
    print(done.most_common())
