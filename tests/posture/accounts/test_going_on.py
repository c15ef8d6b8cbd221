"""A scan that was killed goes on without asking again what it knows; what was read is kept."""

import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import REGION, Size
from tests.posture.accounts.reading import Reading, cloud_checks
from tests.posture.accounts.serving import reluctant_moto
from tests.posture.faulty import Reply, Request, denied

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.calling import Answer
from ringwall.posture.collecting.models import moment, narrowed
from ringwall.posture.collecting.remembering import LASTS_S, Journal
from ringwall.posture.collecting.running import AT_A_TIME
from ringwall.posture.keeping import Accounts
from ringwall.posture.scanning import BusyError, Scan, scan
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.posture.snapshot.writing import decoded, encoded, lines_of, snapshot_of

WANTED = {"aws-s3-bucket-block-public-access", "aws-s3-bucket-public"}
CHECKS = [one for one in cloud_checks() if one.id in WANTED]


@pytest.fixture(scope="module")
def account(reading: Reading) -> Reading:
    generate(reading.client, Size(buckets=1))
    return reading


def outcomes(done: Scan) -> dict[tuple[str, str], Outcome]:
    return {(one.check, one.component): one.verdict.outcome for one in done.judged}


class KilledError(BaseException):
    """As if the process were gone."""


def test_after_a_death_it_asks_only_what_it_does_not_know(account: Reading, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    whole = scan(account.target(), CHECKS, Accounts(tmp_path / "other"))
    account.faults.reset()

    lives = whole.calls * 2 // 3

    def dies(request: Request) -> Reply | None:
        if len(account.faults.sent) > lives:
            raise KilledError
        return None

    target = account.target()
    account.faults.fault = dies
    with pytest.raises(KilledError):
        scan(target, CHECKS, accounts)
    account.faults.fault = lambda _: None
    done = scan(account.target(), CHECKS, accounts)
    assert outcomes(done) == outcomes(whole)
    assert done.known >= lives - AT_A_TIME, "all but what was under way when it died"
    assert done.calls + done.known == whole.calls
    assert scan(account.target(), CHECKS, accounts).known == 0, "the journal is gone"


def test_a_process_that_is_killed_leaves_what_it_knows(account: Reading, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ringwall", "posture", "scan", "--region", REGION]
    command += [word for name in WANTED for word in ("--check", name)]
    journal = tmp_path / "posture" / "accounts" / "123456789012.journal"
    with reluctant_moto(answers=30) as address:  # so that it cannot be done before it is killed
        environment = {
            **os.environ,
            "RINGWALL_STATE": str(tmp_path),
            "AWS_ENDPOINT_URL": address,
        }
        with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
            while not journal.exists() or journal.read_bytes().count(b"\n") < 20:
                assert process.poll() is None, "it ended before it could be killed"
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
    done = scan(account.target(), CHECKS, Accounts(tmp_path))
    assert done.known >= 20
    assert done.calls > 0, "it was killed before it was done"


def test_a_narrow_scan_takes_no_whole_ones_place(account: Reading, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)

    def kept() -> tuple[set[str], bool]:
        found = accounts.get("123456789012")
        assert found is not None
        return {one for one in found.snapshot.kinds if one.startswith("aws-s3")}, found.is_narrow

    def scanned(checks: list[KnownCheck], *, narrow: bool) -> bool:
        return scan(account.target(), checks, accounts, narrow=narrow).is_kept

    keys = [one for one in cloud_checks() if one.id == "aws-kms-key-rotation"]
    assert scanned(keys, narrow=True), "there is nothing yet"
    assert kept() == (set(), True)
    assert scanned(CHECKS, narrow=True), "one part for another"
    assert kept() == ({"aws-s3-bucket"}, True)
    assert scanned(CHECKS, narrow=False)
    assert kept() == ({"aws-s3-bucket"}, False)
    assert not scanned(keys, narrow=True)
    assert kept() == ({"aws-s3-bucket"}, False)


def test_what_was_denied_is_asked_again(account: Reading, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    with accounts.journal("123456789012") as journal:
        answer = Answer()
        answer.state = State.KNOWN
        answer.pages = [{"Buckets": []}]
        journal.add(b"key", answer)
    with accounts.journal("123456789012") as journal:
        found = journal.get(b"key")
        assert found is not None
        assert found.pages == answer.pages
    target = account.target()
    account.faults.fault = denied
    first = scan(target, CHECKS, accounts)
    account.faults.fault = lambda _: None
    assert first.is_partial
    assert not any(one.verdict.outcome is Outcome.PASS for one in first.judged)
    assert not scan(account.target(), CHECKS, accounts).is_partial


@pytest.mark.parametrize("seconds", [LASTS_S + 1, -LASTS_S - 1])
def test_what_is_too_old_is_asked_again(tmp_path: Path, seconds: float) -> None:
    """And what is of a time to come, where the clock was put back since."""
    old = Answer()
    old.at = datetime.now(UTC) - timedelta(seconds=seconds)
    with Journal(tmp_path / "journal") as journal:
        journal.add(b"key", old)
    with Journal(tmp_path / "journal") as journal:
        assert journal.get(b"key") is None


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_was_cut_off_is_not_believed(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.add(b"one", Answer())
        journal.add(b"two", Answer())
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path) as journal:
        assert journal.get(b"one") is not None
        assert journal.get(b"two") is None
        journal.add(b"three", Answer())
    with Journal(path) as journal:
        assert journal.get(b"three") is not None


def test_one_account_is_read_by_one_process(account: Reading, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    with accounts.only_here("123456789012"), pytest.raises(BusyError, match="123456789012"):
        scan(account.target(), CHECKS, accounts)


def test_what_was_read_is_kept_and_judged_the_same(account: Reading, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    done = scan(account.target(), CHECKS, accounts)
    kept = accounts.get("123456789012")
    assert kept is not None
    assert list(accounts.all()) == ["123456789012"]
    assert list(lines_of(kept.snapshot)) == list(lines_of(done.snapshot))
    assert accounts.get("999988887777") is None


def test_a_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.keep("123456789012", Snapshot(), read=datetime.now(UTC), gaps=0)
    path = tmp_path / "posture" / "accounts" / "123456789012.snapshot"
    whole = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(whole) + b'["component", [], {}]\n'))
    with pytest.raises(ValueError, match=r"snapshot: line 1 .* scan the account anew"):
        accounts.get("123456789012")
    for damaged in (whole[:-10], whole + b"more", b"none"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="scan the account anew"):
            accounts.get("123456789012")
    with pytest.raises(ValueError, match="12 digits"):
        accounts.get("../../etc")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert decoded(encoded(value)) == value


@given(VALUES, st.sampled_from(State))
def test_every_snapshot_comes_back_as_it_was(value: Any, state: State) -> None:
    snapshot = Snapshot()
    told = Observation(state, value, "s3:GetBucketAcl", datetime.now(UTC), "why")
    snapshot.note_listing(Scope("aws-s3-bucket", "123456789012"), told)
    found = Found(kind="aws-s3-bucket", name="arn", label="b", tags=(("a", "b"),))
    snapshot.add(found).aspects["acl"] = told
    again = snapshot_of(lines_of(snapshot))
    assert list(lines_of(again)) == list(lines_of(snapshot))
    seen = again.get(found.id)
    assert seen is not None
    assert (seen.found, seen.aspects) == (found, {"acl": told})


def test_a_model_has_what_its_operations_need_and_no_more() -> None:
    model = {
        "metadata": {},
        "operations": {
            "Get": {"input": {"shape": "In"}, "output": {"shape": "Tree"}},
            "Put": {"input": {"shape": "Other"}},
        },
        "shapes": {
            "In": {"type": "structure", "members": {"shape": {"shape": "Text"}}},
            "Tree": {"type": "list", "member": {"shape": "Tree"}},
            "Text": {"type": "string"},
            "Other": {"type": "string"},
        },
    }
    told = narrowed(model, {"Get"})
    assert set(told["operations"]) == {"Get"}
    assert set(told["shapes"]) == {"In", "Tree", "Text"}


@pytest.mark.parametrize(
    "text",
    ["2026-11-27T12:00:00Z", "2026-11-27T12:00:00.000Z", "Fri, 27 Nov 2026 12:00:00 GMT"],
)
def test_moments_are_told_in_each_of_the_ways_of_aws(text: str) -> None:
    assert moment(text) == datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert moment(1795780800) == datetime(2026, 11, 27, 12, tzinfo=UTC)
