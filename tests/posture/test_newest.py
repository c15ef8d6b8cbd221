"""The newest that is known of each thing: by whole readings, and by lesser ones after them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.keeping import Accounts
from ringwall.posture.newest import Newest, read_since
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

ACCOUNT, QUEUE, BUCKET = "123456789012", "aws-sqs-queue", "aws-s3-bucket"
KINDS = (QUEUE, BUCKET)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = "sqs:ListQueues"


def told(value: Any = None, *, api: str = "sqs:Get", hour: int = 0) -> Observation:
    return Observation(State.KNOWN, value, api, NOON + timedelta(hours=hour))


def denied(api: str = "sqs:Get", *, hour: int = 1) -> Observation:
    return Observation(State.DENIED, None, api, NOON + timedelta(hours=hour), "AccessDenied")


def reading(
    queues: dict[str, Observation], listed: Observation | None = None, *, region: str = "eu-west-1"
) -> Snapshot:
    made = Snapshot()
    listing = listed or told(api=LIST)
    made.note_listing(Scope(QUEUE, ACCOUNT, region), listing)
    for name, one in queues.items():
        found = Found(kind=QUEUE, name=name, label=name, account=ACCOUNT, region=region)
        made.add(found).aspects.update({LISTED: told({}, api=LIST), "attributes": one})
    return made


def known(newest: Newest) -> dict[str, Any]:
    return {one.found.name: one.aspects["attributes"].value for one in newest.snapshot}


def test_what_was_read_later_counts_and_the_rest_stays() -> None:
    newest = Newest(reading({"a": told(1), "b": told(1)}))
    other = reading({"c": told(3)}, region="us-east-1")
    for one in other:
        newest.snapshot.add(one.found).aspects.update(one.aspects)
    newest.take(reading({"a": told(2)}), KINDS)
    assert known(newest) == {"a": 2, "c": 3}, "b is gone, and nobody asked for c"
    newest.take(reading({"b": told(4)}, denied(LIST)), (BUCKET,))
    assert known(newest) == {"a": 2, "c": 3}


def test_what_could_not_be_read_again_is_as_it_was_and_doubted() -> None:
    newest = Newest(reading({"a": told(1), "b": denied(hour=0)}))
    newest.take(reading({"a": denied(), "b": denied()}), KINDS)
    assert known(newest) == {"a": 1, "b": None}
    assert newest.doubts == {(f"{QUEUE}/a", "attributes"): "sqs:Get: AccessDenied"}
    newest.take(reading({"a": told(2), "b": told(2)}), KINDS)
    assert known(newest) == {"a": 2, "b": 2}
    assert newest.doubts == {}
    newest.take(reading({"a": denied()}), KINDS)
    newest.take(reading({}), KINDS)
    assert (known(newest), newest.doubts) == ({}, {})


def test_what_could_not_be_listed_is_not_gone_and_what_was_gone_stays_so() -> None:
    newest = Newest(reading({"a": told(1), "b": told(1)}))
    newest.take(reading({"a": told(1)}), KINDS)
    newest.take(reading({}, denied(LIST)), KINDS)
    assert known(newest) == {"a": 1}
    assert set(newest.doubts) == {(f"{QUEUE}/a", LISTED)}
    assert not newest.snapshot.is_listed(QUEUE), "so nobody takes what is missing for gone"


def test_of_what_is_kept_up_to_date_only_what_was_read_since_is_told() -> None:
    snapshot = reading({"a": told(1), "b": told(1, hour=2), "c": told(1)})
    for name in "abc":
        seen = snapshot.get(f"{QUEUE}/{name}")
        assert seen is not None
        seen.aspects["by_no_call"] = Observation(State.ABSENT)
    since = read_since(snapshot, KINDS, NOON + timedelta(hours=1), {(f"{QUEUE}/c", "by_no_call")})
    assert {one.found.name: set(one.aspects) for one in since} == {
        "b": {"attributes"},
        "c": {"by_no_call"},
    }
    assert list(since.all_listings()) == []


def test_what_lesser_readings_told_is_kept_until_the_account_is_read_anew(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    assert accounts.newest(ACCOUNT, KINDS) is None
    accounts.keep(ACCOUNT, reading({"a": told(1), "b": told(1)}), read=NOON, gaps=0)
    newest = accounts.newest(ACCOUNT, KINDS)
    assert newest is not None
    newest.take(reading({"a": denied(), "b": told(2)}), KINDS)
    accounts.keep_newest(ACCOUNT, newest)
    accounts.keep(ACCOUNT, reading({"a": told(1), "b": told(1)}), read=NOON, gaps=0)
    again = accounts.newest(ACCOUNT, KINDS)
    assert again is not None
    assert (known(again), again.doubts) == ({"a": 1, "b": 2}, newest.doubts)
    accounts.keep(ACCOUNT, reading({"b": told(3)}), read=NOON + timedelta(hours=3), gaps=0)
    again = accounts.newest(ACCOUNT, KINDS)
    assert again is not None
    assert (known(again), again.doubts) == ({"b": 3}, {})


def test_what_is_damaged_of_lesser_readings_keeps_no_event_back(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.keep(ACCOUNT, reading({"a": told(1)}), read=NOON, gaps=0)
    newest = accounts.newest(ACCOUNT, KINDS)
    assert newest is not None
    newest.take(reading({"a": told(2)}), KINDS)
    accounts.keep_newest(ACCOUNT, newest)
    (path,) = tmp_path.rglob("*newest")
    path.write_bytes(path.read_bytes()[:60])
    accounts.renew(ACCOUNT, lambda: reading({}), KINDS)
    again = accounts.newest(ACCOUNT, KINDS)
    assert again is not None
    assert known(again) == {"a": 1}
