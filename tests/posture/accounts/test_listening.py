"""Changes come by a queue: read again, judged, kept, and only then deleted."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError
from tests.posture.accounts.making import REGION
from tests.posture.accounts.reading import Reading, cloud_checks
from tests.posture.faulty import denied, only
from tests.preloaded import program
from tests.runtime.conftest import _django, database, postgres
from tests.runtime.migrated import put_tables
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.code.drift import NAMED
from ringwall.posture.commands.listening import _listen
from ringwall.posture.happening import Happened
from ringwall.posture.heard import Hearing, Hearings
from ringwall.posture.heeding import Pairs
from ringwall.posture.judging import Judged
from ringwall.posture.keeping import Accounts
from ringwall.posture.listening import Heard, Listening, queue_arn
from ringwall.posture.scanning import Pages, Scan, judge_anew, scan
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.summaries import Kept, Summaries
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.refusals import Refused

__all__ = ["_django", "database", "postgres"]
BLOCK = "aws-s3-bucket-block-public-access"
CHECKS = [one for one in cloud_checks() if one.id == BLOCK]
OPEN = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
)
SHUT = dict.fromkeys(OPEN, True)


class Changing:
    """An account with a bucket that is shut, and a queue of what changes in it."""

    def __init__(self, reading: Reading, state: Path) -> None:
        self.s3, self.sqs = reading.client("s3"), reading.client("sqs")
        self.queue = self.sqs.create_queue(
            QueueName="changes", Attributes={"VisibilityTimeout": "0"}
        )["QueueUrl"]
        there = {one["Name"] for one in self.s3.list_buckets()["Buckets"]}
        if "exports" not in there:
            self.s3.create_bucket(
                Bucket="exports", CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        self.block(SHUT)
        self.target, self.accounts, self.state = reading.target(), Accounts(state), state
        self.pages = Pages(summaries=Summaries(state), checks=CHECKS)
        self.taken: list[Pairs] = []

    def block(self, how: dict[str, bool]) -> None:
        self.s3.put_public_access_block(Bucket="exports", PublicAccessBlockConfiguration=how)

    def opened(self) -> None:
        """Open the bucket, and have EventBridge tell of it."""
        self.block(OPEN)
        self.send(json.dumps(self.event("PutBucketPublicAccessBlock")))

    def event(self, call: str) -> dict[str, Any]:
        detail = {
            "eventSource": "s3.amazonaws.com",
            "eventName": call,
            "awsRegion": REGION,
            "recipientAccountId": self.target.account,
            "requestParameters": {"bucketName": "exports"},
        }
        return {"detail-type": "AWS API Call via CloudTrail", "detail": detail}

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def waiting(self) -> int:
        name = "ApproximateNumberOfMessages"
        told = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=[name])
        return int(told["Attributes"][name])

    def listening(
        self,
        take: Callable[[Snapshot, Pairs], object] | None = None,
        checks: Sequence[KnownCheck] = CHECKS,
        take_all: Callable[[Snapshot, Iterable[Judged]], object] = lambda _, __: None,
    ) -> Listening:
        def noted(_: Snapshot, pairs: Pairs) -> None:
            self.taken.append(pairs)

        return Listening(
            target=self.target,
            checks=checks,
            accounts=self.accounts,
            sqs=self.sqs,
            queue=self.queue,
            take=take or noted,
            take_all=take_all,
            aside=self.state / "posture" / "events" / "production.aside.jsonl",
            pages=self.pages,
        )

    def scan(self) -> None:
        scan(self.target, CHECKS, self.accounts, pages=self.pages)

    def shown(self) -> Kept:
        """What pages show, which is of the last reading and what judging anew comes to."""
        number = self.target.account
        found, last = self.pages.summaries.get(number), self.accounts.last(number)
        assert found is not None
        assert last is not None
        assert found.mark == last.mark
        said = self.pages.summaries.said(number, BLOCK)
        judge_anew(number, self.accounts, self.pages)
        again = self.pages.summaries.get(number)
        assert again is not None
        assert (again.summary, said) == (found.summary, self.pages.summaries.said(number, BLOCK))
        return found

    def outcomes(self) -> list[tuple[str, str]]:
        return [
            (before.verdict.outcome, after.verdict.outcome)
            for pairs in self.taken
            for before, after in pairs
            if before is not None and after is not None
        ]


@pytest.fixture
def changing(reading: Reading, tmp_path: Path) -> Iterator[Changing]:
    made = Changing(reading, tmp_path)
    yield made
    made.sqs.delete_queue(QueueUrl=made.queue)


def test_what_was_opened_fails_by_its_event_and_a_second_one_changes_nothing(
    changing: Changing,
) -> None:
    changing.scan()
    assert Outcome.FAIL not in changing.shown().summary.total
    changing.opened()
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    listening = changing.listening()
    heard = listening.once(0)
    while not heard.changed:
        heard = listening.once(0)
    assert heard.delay_s is not None
    listening.once(0)
    assert changing.outcomes() == [("pass", "fail")]
    assert changing.shown().summary.total[Outcome.FAIL] == 1
    assert changing.waiting() == 0
    folder = changing.state / "posture" / "accounts"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    assert changing.listening().once(0).changed == 0, "what was kept has it already"
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_what_a_plan_did_is_heeded_without_an_event(changing: Changing) -> None:
    changing.scan()
    changing.block(OPEN)
    did = Happened.done(
        changing.target.account,
        REGION,
        ["s3:PutPublicAccessBlock"],
        ["aws-s3-bucket/arn:aws:s3:::exports"],
    )
    heeding = changing.listening()
    assert heeding.heed([did]) == 1
    assert changing.outcomes() == [("pass", "fail")]
    assert changing.shown().summary.total[Outcome.FAIL] == 1
    assert heeding.heed([did]) == 0
    with changing.accounts.only_here(changing.target.account), pytest.raises(BlockingIOError):
        heeding.heed([did])


def test_what_a_killed_scan_was_answered_is_not_known_after_a_change(changing: Changing) -> None:
    """Though what is kept, which is older than those answers, has it as it is now."""
    changing.block(OPEN)
    changing.scan()
    changing.block(SHUT)
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(Accounts, "lend", lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            changing.scan()
    changing.opened()
    assert changing.listening().once(0).changed == 0
    done = scan(changing.target, CHECKS, changing.accounts, pages=changing.pages)
    assert done.known == 0
    assert {str(one.verdict.outcome) for one in done.judged} == {"fail"}


def test_of_an_account_only_what_changed_is_written(changing: Changing) -> None:
    changing.scan()
    folder, account = changing.state / "posture" / "accounts", changing.target.account
    whole = (folder / f"{account}.snapshot").stat().st_mtime_ns
    listening = changing.listening()
    for number in range(6):
        changing.block(OPEN if number % 2 == 0 else SHUT)
        changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
        assert listening.once(0).changed == 1
        changing.shown()
    assert (folder / f"{account}.snapshot").stat().st_mtime_ns == whole
    lines = (folder / f"{account}.changes").read_bytes().splitlines()
    named = {json.loads(line)[1][1] for line in lines[1:] if line.startswith(b'["component"')}
    assert named == {"arn:aws:s3:::exports"}
    changing.opened()
    assert changing.listening().once(0).changed == 1, "who begins anew knows what was changed"
    changing.scan()
    assert not (folder / f"{account}.changes").exists()


def test_whoever_dies_before_its_findings_are_kept_leaves_the_message(changing: Changing) -> None:
    changing.scan()
    changing.opened()

    def dies(_: Snapshot, __: Pairs) -> None:
        raise OSError("as if it were gone")

    listening = changing.listening(dies)
    with pytest.raises(OSError, match="gone"):
        listening.once(0)
    assert changing.waiting() == 1
    with pytest.raises(OSError, match="gone"):
        listening.once(0)
    assert changing.listening().once(0).changed == 1
    assert changing.outcomes() == [("pass", "fail")]
    assert changing.waiting() == 0


def test_while_the_account_is_scanned_and_before_that_changes_wait(changing: Changing) -> None:
    changing.opened()
    assert changing.listening().once(0) == Heard(waits="the account was not scanned yet")
    changing.block(SHUT)
    changing.scan()
    changing.block(OPEN)
    with changing.accounts.only_here(changing.target.account):
        assert changing.listening().once(0) == Heard(waits="the account is scanned")
    assert changing.waiting() == 1
    assert changing.listening().once(0).changed == 1


def test_a_scan_between_two_changes_counts(changing: Changing) -> None:
    changing.scan()
    listening = changing.listening()
    changing.opened()
    assert listening.once(0).changed == 1
    changing.block(SHUT)
    changing.scan()
    changing.opened()
    assert listening.once(0).changed == 1
    assert changing.outcomes() == [("pass", "fail")] * 2


@pytest.mark.parametrize(
    "body",
    ["no JSON", "[1]", "7", "null", " ", '{"detail-type": "Scheduled Event"}', "[" * 100_000],
)
def test_what_tells_no_change_is_set_aside_and_holds_nothing_up(
    changing: Changing, body: str
) -> None:
    changing.scan()
    changing.send(body)
    (why,) = changing.listening().once(0).aside
    assert why
    assert changing.waiting() == 0
    file = changing.state / "posture" / "events" / "production.aside.jsonl"
    assert json.loads(file.read_text())["body"] == body
    assert file.stat().st_mode & 0o077 == 0


def test_a_change_counts_beside_what_tells_none(changing: Changing) -> None:
    changing.scan()
    changing.block(OPEN)
    change = changing.event("PutBucketPublicAccessBlock")["detail"]
    changing.send(json.dumps({"Records": [7, change]}))
    heard = changing.listening().once(0)
    assert (heard.changed, heard.aside) == (1, ("it is no object",))
    assert changing.waiting() == 0


def test_a_change_that_may_not_be_read_again_is_unknown(
    changing: Changing, reading: Reading
) -> None:
    changing.scan()
    changing.opened()
    reading.faults.fault = only("s3:GetPublicAccessBlock", denied)
    try:
        assert changing.listening().once(0).changed == 1
    finally:
        reading.faults.fault = lambda _: None
    assert changing.outcomes() == [("pass", "unknown")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_it_is_a_finding_until_a_change_mends_it_and_others_stay(changing: Changing) -> None:
    from ringwall.findings.service import standings  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above
    from ringwall.findings.store import Wanted  # noqa: PLC0415 - as above
    from ringwall.posture.queueing import heed  # noqa: PLC0415 - as above

    config = changing.state / "ringwall.yaml"
    config.write_text("version: 1\n")
    installation = find(all_sections, config=config)

    def take(snapshot: Snapshot, pairs: Pairs) -> None:
        heed(installation, changing.target.account, snapshot, pairs, CHECKS)

    def states() -> list[str]:
        found = standings(Wanted(states=frozenset(State)))
        return [str(one.state) for one in found if one.finding.weakness == BLOCK]

    changing.scan()
    changing.opened()
    listening = changing.listening(take)
    listening.once(0)
    assert states() == ["open"]
    changing.send(json.dumps(changing.event("PutBucketTagging")))
    listening.once(0)
    assert states() == ["open"], "what a change does not touch stays as it was"
    changing.block(SHUT)
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    listening.once(0)
    assert states() == ["fixed"]


@pytest.mark.parametrize("ends", ["_keep", "settle"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_an_end_between_the_queue_and_what_is_kept_leaves_the_two_the_same(
    changing: Changing, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """Though what was changed was changed back before the message came again."""
    from ringwall.findings.service import standings  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above
    from ringwall.findings.store import Wanted  # noqa: PLC0415 - as above
    from ringwall.posture.queueing import heed, heed_all  # noqa: PLC0415 - as above

    config = changing.state / "ringwall.yaml"
    config.write_text("version: 1\n")
    installation, account = find(all_sections, config=config), changing.target.account

    def listening() -> Listening:
        return changing.listening(
            lambda snapshot, pairs: heed(installation, account, snapshot, pairs, CHECKS),
            take_all=lambda snapshot, all_: heed_all(installation, account, snapshot, all_, CHECKS),
        )

    def states() -> list[str]:
        found = standings(Wanted(states=frozenset(State)))
        return [str(one.state) for one in found if one.finding.weakness == BLOCK]

    changing.scan()
    listening().once(0)
    changing.opened()
    with monkeypatch.context() as patching:
        kills = Listening if ends == "_keep" else Accounts
        patching.setattr(kills, ends, lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            listening().once(0)
    assert states() == ["open"]
    changing.block(SHUT)
    changing.sqs.purge_queue(QueueUrl=changing.queue)
    heard = listening().once(0)
    assert heard.messages == 0
    assert states() == (["fixed"] if ends == "_keep" else ["open"])
    assert not changing.accounts.owed(account)
    mark, newer = changing.accounts.owe(account), changing.accounts.owe(account)
    changing.accounts.settle(account, mark)
    assert changing.accounts.owed(account) == newer, "another's note stays"
    changing.accounts.settle(account, newer)
    assert not changing.accounts.owed(account)
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    listening().once(0)
    assert states() == ["fixed"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_change_to_another_value_under_the_same_words_opens_what_was_accepted(
    changing: Changing,
) -> None:
    from ringwall.findings.moving import move  # noqa: PLC0415 - needs the tables
    from ringwall.findings.service import standings  # noqa: PLC0415 - as above
    from ringwall.findings.states import Move, State  # noqa: PLC0415 - as above
    from ringwall.findings.store import Wanted  # noqa: PLC0415 - as above
    from ringwall.posture.checking.check import fails, passes  # noqa: PLC0415 - as above
    from ringwall.posture.queueing import heed  # noqa: PLC0415 - as above

    def judge(it: Any, world: Any) -> Any:
        told = it.read("public_access_block", {})
        is_shut = told.get("BlockPublicAcls") and told.get("BlockPublicPolicy")
        return passes("shut") if is_shut else fails("it is open in some way")

    (known,) = CHECKS
    config = changing.state / "ringwall.yaml"
    config.write_text("version: 1\n")
    installation = find(all_sections, config=config)
    checks = [replace(known, judge=judge)]

    def take(snapshot: Snapshot, pairs: Pairs) -> None:
        heed(installation, changing.target.account, snapshot, pairs, checks)

    def only() -> Any:
        (found,) = standings(Wanted(states=frozenset(State)))
        return found

    changing.scan()
    listening = changing.listening(take, checks)
    changing.opened()
    listening.once(0)
    until = datetime.now(UTC) + timedelta(days=9)
    move(only().uid, Move.ACCEPT, owner="a", reason="public anyhow, for now", until=until)
    changing.block(OPEN | {"IgnorePublicAcls": True})
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    listening.once(0)
    assert only().state == "accepted", "nobody judges by that"
    words = only().finding.message
    changing.block(OPEN | {"BlockPublicAcls": True})
    changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
    listening.once(0)
    assert (only().state, only().finding.message) == ("open", words)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("is_mended", [True, False])
def test_what_a_change_came_to_is_not_undone_by_the_scan_that_read_before_it(
    changing: Changing, monkeypatch: pytest.MonkeyPatch, is_mended: bool
) -> None:
    """The scan has read and kept; an event is judged; then the scan's verdicts are queued."""
    from ringwall.findings.service import standings  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above
    from ringwall.findings.store import Wanted  # noqa: PLC0415 - as above
    from ringwall.posture.queueing import heed  # noqa: PLC0415 - as above

    config = changing.state / "ringwall.yaml"
    config.write_text("version: 1\n")
    monkeypatch.setenv("RINGWALL_CONFIG", str(config))
    installation = find(all_sections, config=config)
    changing.accounts = Accounts(installation.state)

    def take(snapshot: Snapshot, pairs: Pairs) -> None:
        heed(installation, changing.target.account, snapshot, pairs, CHECKS)

    def states() -> list[str]:
        found = standings(Wanted(states=frozenset(State)))
        return [str(one.state) for one in found if one.finding.weakness == BLOCK]

    def scanned() -> str:
        words = ["posture", "scan", "--region", REGION, "--check", BLOCK]
        found = CliRunner().invoke(build(), words)
        assert found.exception is None, found.output
        return found.output

    def between(_: Scan) -> None:
        if is_mended:
            changing.block(SHUT)
            changing.send(json.dumps(changing.event("PutBucketPublicAccessBlock")))
        else:
            changing.opened()
        changing.s3.put_bucket_tagging(
            Bucket="exports", Tagging={"TagSet": [{"Key": "owner", "Value": "ada"}]}
        )
        assert changing.listening(take).once(0).changed == 1

    if is_mended:
        changing.block(OPEN)
    scanned()
    assert states() == (["open"] if is_mended else [])
    monkeypatch.setattr("ringwall.posture.commands.reading._show_gaps", between)
    said = scanned()
    assert states() == (["fixed"] if is_mended else ["open"]), said
    monkeypatch.undo()
    monkeypatch.setenv("RINGWALL_CONFIG", str(config))
    scanned()
    assert states() == (["fixed"] if is_mended else ["open"]), "nor does the next scan undo it"
    if not is_mended:  # what is judged anew is what was read, and as old as that: it is taken
        again = CliRunner().invoke(build(), ["posture", "judge"])
        assert "1 still there" in again.output


@pytest.mark.e2e
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_what_a_plan_mends_is_fixed_in_the_queue_at_once(
    changing: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is taken back is open again; nobody has to wait for the next scan."""
    from ringwall.findings.service import standings  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above
    from ringwall.findings.store import Wanted  # noqa: PLC0415 - as above

    config = changing.state / "ringwall.yaml"
    config.write_text(
        f"version: 1\nposture:\n  accounts:\n    production: {{regions: [{REGION}]}}\n"
    )
    monkeypatch.setenv("RINGWALL_CONFIG", str(config))

    def said(*words: str) -> str:
        found = CliRunner().invoke(build(), ["posture", *words])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.output
        return found.output

    def states() -> list[str]:
        found = standings(Wanted(states=frozenset(State)))
        mine = (one for one in found if one.finding.weakness == BLOCK)
        return [str(one.state) for one in mine if one.finding.component.endswith(":exports")]

    changing.block(OPEN)
    said("scan", "--account", "production")
    assert states() == ["open"]
    made = said("fix", "plan", BLOCK, "exports", "--region", REGION)
    plan = made.split()[1]
    said("fix", "approve", plan)
    applied = said("fix", "apply", plan)
    assert f"Plan {plan} is applied." in applied
    assert "when account" not in applied
    assert states() == ["fixed"]
    said("fix", "undo", plan)
    assert states() == ["open"]


def test_what_a_scan_that_goes_on_knew_already_is_as_old_as_it_is(changing: Changing) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=30)
    done = scan(changing.target, CHECKS, changing.accounts)
    assert done.since == done.began
    seen = next(iter(done.snapshot))
    name, told = next(iter(seen.aspects.items()))
    seen.aspects[name] = replace(told, at=long_ago)
    assert done.since == long_ago


@pytest.mark.e2e
def test_the_command_says_what_waits_and_what_it_set_aside(
    changing: Changing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = changing.state / "state"
    put_tables(state, tmp_path_factory.getbasetemp())
    (changing.state / "ringwall.yaml").write_text(
        "version: 1\nposture:\n  accounts:\n    production:\n"
        f"      {{regions: [{REGION}], events: '{changing.queue}'}}\n"
    )

    def listen() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(program()), "posture", "listen", "production", "--once"],
            cwd=changing.state,
            env={**os.environ, "RINGWALL_STATE": str(state)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    changing.send("no JSON")
    refused = listen()
    assert refused.returncode == 1
    assert "the account was not scanned yet" in refused.stderr
    assert changing.waiting() == 1
    changing.accounts = Accounts(state)
    changing.scan()
    done = listen()
    assert done.returncode == 0, done.stderr
    assert "set aside" in done.stderr
    told = Hearings(state).get("production")
    assert (told.messages, told.aside, told.why) == (1, 1, "")


@pytest.mark.usefixtures("_django")
def test_a_database_that_is_away_is_told(changing: Changing) -> None:
    changing.scan()
    changing.opened()

    def away(*_: object) -> None:
        raise OperationalError("server closed the connection")

    hearings = Hearings(changing.state)
    with pytest.raises(Refused, match="server closed the connection"):
        _listen(changing.listening(away), hearings, "production", once=True)
    assert hearings.get("production").why == "server closed the connection"
    assert changing.waiting() == 1
    _listen(changing.listening(), hearings, "production", once=True)
    assert changing.outcomes() == [(Outcome.PASS, Outcome.FAIL)]


def test_a_queue_that_nobody_asks_is_overdue(tmp_path: Path) -> None:
    hearings, now = Hearings(tmp_path), datetime.now(UTC)
    assert hearings.get("production") == Hearing()
    assert Hearing().is_overdue(now)
    hearings.note("production", Heard(messages=2, aside=("no JSON",), delay_s=1.5), now)
    hearings.note("production", Heard(waits="the account is scanned"), now + timedelta(minutes=1))
    hearings.failed("production", "denied")
    told = hearings.get("production")
    assert (told.asked, told.delay_s, told.messages, told.aside, told.why) == (
        now,
        1.5,
        2,
        1,
        "denied",
    )
    assert not told.is_overdue(now + timedelta(minutes=9))
    assert told.is_overdue(now + timedelta(minutes=11))
    assert told.is_overdue(now - timedelta(minutes=1)), "the clock was set back"


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/1/q", "arn:aws:sqs:eu-west-1:1:q"),
        ("https://eu-west-1.queue.amazonaws.com/1/q", "arn:aws:sqs:eu-west-1:1:q"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "arn:aws-cn:sqs:cn-north-1:1:q"),
        ("https://sqs.us-gov-west-1.amazonaws.com/1/q", "arn:aws-us-gov:sqs:us-gov-west-1:1:q"),
        ("https://vpce-1-a.sqs.us-east-2.vpce.amazonaws.com/1/q", "arn:aws:sqs:us-east-2:1:q"),
        ("http://127.0.0.1:4566/1/q", "arn:aws:sqs:*:1:q"),
    ],
)
def test_a_queues_url_tells_its_arn(url: str, arn: str) -> None:
    assert queue_arn(url) == arn


def test_drift_goes_by_the_newest_reading_whoever_read_it(changing: Changing) -> None:
    """A lesser scan tells of it, and so does a change after that, though it was so before that."""
    number, uid = changing.target.account, "aws-s3-bucket/arn:aws:s3:::exports"

    def shuts(*, of_all: bool = False) -> bool:
        newest = changing.accounts.newest(number, NAMED)
        kept = changing.accounts.get(number)
        assert newest is not None
        assert kept is not None
        seen = (kept.snapshot if of_all else newest.snapshot).get(uid)
        assert seen is not None
        return bool(seen.aspects["public_access_block"].value["BlockPublicAcls"])

    def scan_less() -> None:
        scan(changing.target, CHECKS, changing.accounts, narrow=True)

    changing.block(OPEN)
    changing.scan()
    changing.block(SHUT)
    assert not shuts()
    scan_less()
    assert (shuts(), shuts(of_all=True)) == (True, False)
    changing.opened()
    heeding = changing.listening()
    did = Happened.done(number, REGION, ["s3:PutPublicAccessBlock"], [uid])
    assert heeding.heed([did]) == 0, "the last whole scan had it so"
    assert not shuts()
    changing.block(SHUT)
    assert heeding.heed([did]) == 1
    assert (shuts(), shuts(of_all=True)) == (True, True)
    changing.block(OPEN)
    scan_less()
    assert not shuts()
    changing.block(SHUT)
    changing.scan()
    assert shuts()


def test_what_a_lesser_scan_may_not_read_is_known_by_an_older_reading_and_doubted(
    changing: Changing, reading: Reading
) -> None:
    number, uid = changing.target.account, "aws-s3-bucket/arn:aws:s3:::exports"
    changing.block(OPEN)
    changing.scan()
    reading.faults.fault = only("s3:GetPublicAccessBlock", denied)
    target = reading.target()
    try:
        scan(target, CHECKS, changing.accounts, narrow=True)
    finally:
        reading.faults.fault = lambda _: None
    newest = changing.accounts.newest(number, NAMED)
    assert newest is not None
    seen = newest.snapshot.get(uid)
    assert seen is not None
    assert seen.aspects["public_access_block"].value["BlockPublicAcls"] is False
    assert (uid, "public_access_block") in newest.doubts
