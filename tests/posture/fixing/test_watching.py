"""One event, and the verdict is right again: against a scan of all, in moto's server."""

import random
from typing import Any

import pytest
from tests.posture.fixing.conftest import CHECKS, REGION, Account
from tests.posture.fixing.test_applying import HALF

from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run
from ringwall.posture.happening import happened
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.watching import Watch

WATCHED = [one for one in CHECKS.values() if one.id.startswith("aws-s3-")]


def scan(account: Account) -> Snapshot:
    snapshot = Snapshot()
    Run(account.target, snapshot).carry_out(plan_for(WATCHED))
    return snapshot


def outcomes(judged: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one.check, one.component): (one.verdict.outcome.value, one.verdict.why) for one in judged
    }


def event(name: str, bucket: str) -> Any:
    return happened(
        {
            "eventSource": "s3.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "recipientAccountId": "123456789012",
            "requestParameters": {"bucketName": bucket, "Host": "s3.amazonaws.com"},
        }
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_after_each_event_it_is_as_after_a_scan_of_all(account: Account, seed: int) -> None:
    chance, s3 = random.Random(seed), account.client("s3")
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    names = [f"bucket-{number}" for number in range(6)]
    for name in names[:4]:
        s3.create_bucket(Bucket=name, **where)
    watch = Watch(account.target, scan(account), WATCHED)
    there = set(names[:4])
    for _ in range(10):
        name = chance.choice(names)
        if name not in there:
            s3.create_bucket(Bucket=name, **where)
            there.add(name)
            told = "CreateBucket"
        elif chance.random() < 0.3:
            s3.delete_bucket(Bucket=name)
            there.discard(name)
            told = "DeleteBucket"
        elif chance.random() < 0.5:
            s3.delete_public_access_block(Bucket=name)
            told = "DeleteBucketPublicAccessBlock"
        else:
            block = HALF if chance.random() < 0.5 else dict.fromkeys(HALF, True)
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
            told = "PutBucketPublicAccessBlock"
        watch.take(event(told, name))
        anew = outcomes(judge_all(scan(account), WATCHED))
        assert outcomes(watch.standing.judged.values()) == anew, told


def test_an_event_costs_a_few_calls_however_many_there_are(account: Account) -> None:
    s3 = account.client("s3")
    for number in range(30):
        s3.create_bucket(
            Bucket=f"b-{number}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    watch = Watch(account.target, scan(account), WATCHED)
    s3.put_public_access_block(
        Bucket="b-7", PublicAccessBlockConfiguration=dict.fromkeys(HALF, True)
    )
    before = account.target.caller.calls
    changed = watch.take(event("PutBucketPublicAccessBlock", "b-7"))
    of_one = sum(one.kind == "aws-s3-bucket" for one in watch.plan.details)
    assert account.target.caller.calls - before < of_one + 20
    blocked = [
        new for _, new in changed if new and new.check == "aws-s3-bucket-block-public-access"
    ]
    assert [(one.component, one.verdict.outcome.value) for one in blocked] == [
        ("aws-s3-bucket/arn:aws:s3:::b-7", "pass")
    ]


def test_what_happened_elsewhere_changes_nothing(account: Account) -> None:
    watch = Watch(account.target, scan(account), WATCHED)
    told = event("PutBucketPolicy", "b")
    calls = account.target.caller.calls
    assert (
        watch.take(type(told)("999900001111", REGION, told.call, told.prefixes, told.names)) == []
    )
    assert account.target.caller.calls == calls
