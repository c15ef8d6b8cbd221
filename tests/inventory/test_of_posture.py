"""An account that was read stands in the inventory, with what the internet reaches of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.inventory.scene import check_inventory

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.keeping import Kept
from ringwall.posture.listings import of_account
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OPEN = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
]}  # fmt: skip
QUEUE, ROLE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", f"arn:aws:iam::{ACCOUNT}:role/worker"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"


def told(value: Any, api: str = "x:Read") -> Observation:
    return Observation(State.KNOWN, value, api, NOW)


DENIED = Observation(State.DENIED, None, "sqs:GetQueueAttributes", NOW, "AccessDenied")


def snapshot(policy: Observation, *, listed: Observation | None = None, used: str = "") -> Snapshot:
    """A queue with this policy, and a function that runs as a role."""
    made = Snapshot()
    for kind in ("aws-sqs-queue", "aws-lambda-function", "aws-iam-role"):
        made.note_listing(Scope(kind, ACCOUNT), told(None))
    for kind, name, aspects in (
        ("aws-sqs-queue", QUEUE, {"attributes": policy}),
        ("aws-lambda-function", FUNCTION, {LISTED: told({"Role": ROLE})}),
        ("aws-iam-role", ROLE, {"details": told({"RoleLastUsed": {"LastUsedDate": used}})}),
    ):
        found = Found(kind=kind, name=name, label=name.rpartition(":")[2], account=ACCOUNT)
        made.add(found).aspects.update(aspects)
    if listed is not None:
        made.note_listing(Scope("aws-sqs-queue", ACCOUNT, "eu-west-1"), listed)
        made.remove(f"aws-sqs-queue/{QUEUE}")
    return made


def fill(made: Snapshot, hour: int = 12) -> int:
    """Take in an account as it was read; how many components changed."""
    from ringwall.inventory import service
    from ringwall.inventory.categorising import Rules
    from ringwall.inventory.taking import take

    kept = Kept(account=ACCOUNT, read=NOW.replace(hour=hour), gaps=0, snapshot=made)
    changed = sum(take(one, Rules()).changed for one in of_account(kept))
    service.derive()
    check_inventory()
    return changed


def reach(component: str) -> str:
    from ringwall.inventory import service

    found = service.get(component)
    assert found is not None
    return "gone" if found.gone else found.reach.value


POLICY = told({"Policy": json.dumps(OPEN), "QueueArn": QUEUE})
SHUT = told({"QueueArn": QUEUE})


@pytest.mark.usefixtures("database")
def test_what_strangers_come_to_is_reached_and_what_was_denied_is_unknown() -> None:
    queue = f"aws-sqs-queue/{QUEUE}"
    fill(snapshot(POLICY))
    assert reach(queue) == "internet"
    assert fill(snapshot(SHUT), 13) == 1
    assert reach(queue) == "none"
    fill(snapshot(DENIED), 14)
    assert reach(queue) == "unknown"
    fill(snapshot(SHUT, listed=DENIED), 15)
    assert reach(queue) == "unknown", "it was not listed, so it is not known to be gone"
    fill(snapshot(SHUT, listed=told(None)), 16)
    assert reach(queue) == "gone"


@pytest.mark.usefixtures("database")
def test_a_way_from_the_internet_says_through_what() -> None:
    from ringwall.inventory import service
    from ringwall.inventory.listing import INTERNET

    fill(snapshot(POLICY))
    ((hop,),) = service.paths(INTERNET, f"aws-sqs-queue/{QUEUE}").ways
    assert "anybody may sqs:ReceiveMessage" in hop.why


@pytest.mark.usefixtures("database")
def test_what_is_read_by_whom_the_internet_comes_to_is_behind_them_and_told_once() -> None:
    from tests.posture.test_across import front, read_of
    from tests.posture.test_reaching import BUCKET, READS, bucket

    from ringwall.inventory import service
    from ringwall.inventory.categories import Known
    from ringwall.inventory.listing import INTERNET

    fill(read_of(ACCOUNT, front(), READS, bucket()))
    assert reach(BUCKET) == "behind"
    (way,) = service.paths(INTERNET, BUCKET).ways
    assert [hop.kind for hop in way] == ["calls", "can-assume", "calls"]
    assert way[-1].why == "web may s3:GetObject ledger"
    assert Known().of([BUCKET])[BUCKET].is_behind
    fill(read_of(ACCOUNT, front(urls=[]), READS, bucket()), 13)
    assert reach(BUCKET) == "none"
    assert not Known().of([BUCKET])[BUCKET].is_behind
    assert service.paths(INTERNET, BUCKET).ways == ()


@pytest.mark.usefixtures("database")
def test_a_function_leads_to_the_role_it_runs_as() -> None:
    from ringwall.inventory import service

    fill(snapshot(SHUT))
    (way,) = service.paths(f"aws-lambda-function/{FUNCTION}", f"aws-iam-role/{ROLE}").ways
    assert [hop.kind for hop in way] == ["can-assume"]


@pytest.mark.usefixtures("database")
def test_a_role_that_was_used_again_did_not_change() -> None:
    fill(snapshot(SHUT, used="2026-11-01"))
    assert fill(snapshot(SHUT, used="2026-11-02"), 13) == 0


@pytest.mark.usefixtures("database")
def test_a_scan_of_some_kinds_makes_no_other_vanish() -> None:
    fill(snapshot(SHUT))
    only = Snapshot()
    only.note_listing(Scope("aws-sqs-queue", ACCOUNT), told(None))
    fill(only, 13)
    assert reach(f"aws-sqs-queue/{QUEUE}") == "gone"
    assert reach(f"aws-iam-role/{ROLE}") == "unknown"


def test_every_check_that_is_asked_is_there() -> None:
    from ringwall.posture.checking.finding import own_checks
    from ringwall.posture.relating import OPENS, REACHED_WHERE_FAILED

    known = {one.id: one.check.judges for one in own_checks(REACHED_WHERE_FAILED)}
    assert set(REACHED_WHERE_FAILED) <= known.keys()
    assert {known[one] for one in REACHED_WHERE_FAILED} >= OPENS


@pytest.mark.usefixtures("database")
def test_how_confidential_something_is_the_inventory_tells() -> None:
    from ringwall.inventory.categorising import Rules
    from ringwall.inventory.rules import Match, Rule
    from ringwall.posture.checking.reading import World
    from ringwall.posture.classifying import classifying

    made = snapshot(told({"Policy": None}))
    fill(made)
    (queue,) = made.of_kind("aws-sqs-queue")
    it = World(made).subject(queue)
    rules = Rules([Rule(name="notes", match=Match(kind=("aws-sqs-*",)), classification="internal")])
    assert classifying(rules, has_tables=True)(it) == ("internal", "rule notes")
    assert classifying(Rules(), has_tables=True)(it) == ("confidential", "usual for the kind")


@pytest.mark.usefixtures("database")
def test_that_something_was_used_again_is_no_change_of_it() -> None:
    def used(at: datetime) -> Snapshot:
        made = snapshot(told({"Policy": None}))
        (role,) = made.of_kind("aws-iam-role")
        entry = {"ServiceNamespace": "s3", "LastAuthenticated": at}
        role.aspects["last_accessed"] = told([entry])
        return made

    fill(used(NOW))
    assert fill(used(NOW.replace(hour=13)), hour=13) == 0
