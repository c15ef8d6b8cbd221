"""Checkpoints get to where they are anchored, and what could not be put waits until it can."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiosmtpd.controller import Controller
from moto.server import ThreadedMotoServer
from tests.ledger.forests import KEY, signed
from tests.ledger.witnesses import answering
from tests.ports import free_port

from ringwall.core.clock import SystemClock
from ringwall.ledger.anchors.anchor import AnchorError, Sealed
from ringwall.ledger.anchors.delivering import Delivery
from ringwall.ledger.anchors.file import FileAnchor
from ringwall.ledger.anchors.http import HttpAnchor
from ringwall.ledger.anchors.mail import MailAnchor
from ringwall.ledger.anchors.queue import Queue
from ringwall.ledger.anchors.s3 import S3Anchor
from ringwall.ledger.notes import Note

NOTE = Sealed(signed(300))


@dataclass
class Watch:
    time: datetime = datetime(2026, 11, 27, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Flaky:
    """An anchor that takes so many, and then fails."""

    name: str = "flaky"
    takes: int = 0
    has: list[int] = field(default_factory=list)

    def put(self, sealed: Sealed) -> None:
        if self.takes == 0:
            raise AnchorError("it rains")
        self.takes -= 1
        self.has.append(sealed.checkpoint.size)


def test_a_file_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "anchored"
    anchor = FileAnchor("file", path)
    anchor.put(NOTE)
    anchor.put(Sealed(signed(400)))
    first, second = path.read_text().split("\n\n\u2014")[0::2]
    assert path.read_bytes() == NOTE.note.to_bytes() + b"\n" + signed(400).to_bytes() + b"\n"
    assert (first != second, path.stat().st_mode & 0o777) == (True, 0o644)
    with pytest.raises(AnchorError, match="cannot be appended to: No such file"):
        FileAnchor("file", tmp_path / "none/anchored").put(NOTE)


def test_http_takes_a_post() -> None:
    with answering((201, b"")) as (url, bodies):
        HttpAnchor("http", url, {"Authorization": "Bearer s3cret"}).put(NOTE)
        assert bodies == [NOTE.note.to_bytes()]
    for status in (302, 400, 500):
        with answering((status, b"")) as (url, _), pytest.raises(AnchorError, match=str(status)):
            HttpAnchor("http", url).put(NOTE)
    for url in (f"http://127.0.0.1:{free_port()}/s3cret", "s3cret"):
        anchor = HttpAnchor("http", url, {"Authorization": "Bearer s3cret"})
        assert "Bearer" not in repr(anchor)
        with pytest.raises(AnchorError, match="does not answer") as raised:
            anchor.put(NOTE)
        assert "s3cret" not in str(raised.value)
    with answering((200, b""), delay=1) as (url, _), pytest.raises(AnchorError, match="Timeout"):
        HttpAnchor("http", url, timeout=0.2).put(NOTE)


class Mailbox:
    """What a mail server was given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuses: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - so the server calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return "550 not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def test_mail_carries_the_checkpoint(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    anchor = MailAnchor(
        name="mail",
        host="127.0.0.1",
        port=port,
        sender="log@example.com",
        recipients=["a@example.org", "b@example.org"],
        security="none",
        password="s3cret",
    )
    assert "s3cret" not in repr(anchor)
    anchor.put(NOTE)
    sender, recipients, content = box.mails[0]
    assert (sender, recipients) == ("log@example.com", ["a@example.org", "b@example.org"])
    mail = message_from_bytes(content, policy=default)
    assert mail["Subject"] == "Checkpoint of example.com/log: 300 entries"
    part = next(mail.iter_attachments())
    attached = part.get_content()
    assert Note.parse(attached).verified([KEY.verifier])
    assert part.get_filename() == f"{NOTE.name}.note"
    box.refuses = {"b@example.org"}
    with pytest.raises(AnchorError, match="refused for 1 recipients"):
        anchor.put(NOTE)
    box.refuses |= {"a@example.org"}
    with pytest.raises(AnchorError, match="was not taken"):
        anchor.put(NOTE)
    starttls = MailAnchor(
        name="mail", host="127.0.0.1", port=port, sender="a@b", recipients=["c@d"]
    )
    with pytest.raises(AnchorError, match="NotSupported"):  # never in the clear by mistake
        starttls.put(NOTE)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    before = dict(os.environ)
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    os.environ |= {"AWS_EC2_METADATA_DISABLED": "true"}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=endpoint)
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    client.create_bucket(Bucket="open")
    yield endpoint
    server.stop()
    os.environ.clear()
    os.environ |= before


def s3(endpoint: str, **more: Any) -> S3Anchor:
    given: dict[str, Any] = {"name": "s3", "bucket": "locked", "days": 30, "region": "us-east-1"}
    given |= {"endpoint": endpoint, "access_key": "test", "secret_key": "s3cret"}
    return S3Anchor(**(given | more))


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_s3_locks_what_is_put(bucket: str, mode: Any) -> None:
    now = datetime.now(UTC)
    s3(bucket, prefix=f"{mode}/", mode=mode).put(NOTE)
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=bucket)
    key = f"{mode}/{NOTE.name}.note"
    found = client.get_object(Bucket="locked", Key=key)
    assert found["Body"].read() == NOTE.note.to_bytes()
    assert found["ObjectLockMode"] == mode
    until = found["ObjectLockRetainUntilDate"]
    assert abs(until - now - timedelta(days=30)) < timedelta(minutes=1)
    with pytest.raises(Exception, match="AccessDenied"):
        client.delete_object(Bucket="locked", Key=key, VersionId=found["VersionId"])


def test_s3_without_lock_is_no_anchor(bucket: str) -> None:
    with pytest.raises(AnchorError, match="did not"):
        s3(bucket, bucket="open").put(NOTE)
    with pytest.raises(AnchorError, match="NoSuchBucket"):
        s3(bucket, bucket="none").put(NOTE)
    with pytest.raises(AnchorError, match="EndpointConnectionError"):
        s3(f"http://127.0.0.1:{free_port()}").put(NOTE)
    with pytest.raises(AnchorError, match="ValueError"):
        s3("nonsense").put(NOTE)
    assert "s3cret" not in repr(s3(bucket))


def test_without_boto3_the_anchor_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(AnchorError, match=r"install ringwall\[s3\]"):
        s3("http://127.0.0.1:1").put(NOTE)
    code = "import sys, ringwall.ledger.anchors.s3; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_could_not_be_put_is_tried_again(tmp_path: Path) -> None:
    watch, flaky, fine = Watch(), Flaky(), Flaky("fine", takes=99)
    delivery = Delivery(tmp_path, [flaky, fine], watch)
    for size in (100, 200, 300):
        delivery.offer(signed(size))
    one, other = delivery.deliver()
    assert (one.waiting, one.trouble, one.failing_since) == (3, "it rains", watch.time)
    assert (other.waiting, other.delivered, fine.has) == (0, 3, [100, 200, 300])
    flaky.takes = 2
    delivery.deliver()
    assert flaky.has == []  # not yet
    watch.time += timedelta(seconds=10)
    delivery.deliver()
    assert (flaky.has, one.waiting, one.delivered, one.trouble) == ([100, 200], 1, 2, "it rains")

    # After a crash the same is to be done.
    flaky.takes = 1
    again = Delivery(tmp_path, [flaky, fine], watch)
    assert again.statuses()[0].waiting == 1
    assert again.deliver()[0].waiting == 0
    assert flaky.has == [100, 200, 300]


def test_pauses_grow_to_an_hour(tmp_path: Path) -> None:
    watch, flaky = Watch(), Flaky()
    delivery = Delivery(tmp_path, [flaky], watch)
    delivery.offer(signed(1))
    pauses = []
    for _ in range(12):
        status = delivery.deliver()[0]
        assert status.next_try is not None
        pauses.append(int((status.next_try - watch.time).total_seconds()))
        watch.time = status.next_try
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    flaky.takes = 1
    status = delivery.deliver()[0]
    assert (status.trouble, status.failing_since, status.next_try) == ("", None, None)


def test_a_queue_that_nobody_empties_keeps_a_thousand(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue", most=20)
    for size in range(1, 200):
        queue.add(Sealed(signed(size)))
    assert 10 < len(queue) <= 21
    sizes = [one.checkpoint.size for one in queue.waiting()]
    assert sizes[-8:] == list(range(192, 200))
    assert sizes == sorted(sizes)
    assert tmp_path.joinpath("queue").stat().st_mode & 0o777 == 0o700


def test_what_is_damaged_in_a_queue_holds_nothing_up(tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    queue.add(Sealed(signed(1)))
    queue.add(Sealed(signed(2)))
    path = tmp_path / f"{Sealed(signed(1)).name}.note"
    path.write_bytes(b"")
    assert [one.checkpoint.size for one in queue.waiting()] == [2]
    assert path.with_suffix(".damaged").exists()


def test_names_of_anchors_differ(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same name"):
        Delivery(tmp_path, [Flaky(), Flaky()], SystemClock())
