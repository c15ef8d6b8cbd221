"""What was acknowledged is there: after kills, with a full disk, while files are closed."""

import asyncio
import errno
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.lake.intake.stage import Reply, Stage, event, killed_meanwhile

from ringwall.lake.intake.admitting import Candidate
from ringwall.lake.intake.counts import Counts
from ringwall.lake.intake.desk import Desk
from ringwall.lake.intake.keeping import keep_read
from ringwall.lake.intake.pressure import Pressure
from ringwall.lake.intake.spool import Spool
from ringwall.lake.intake.window import Window
from ringwall.runtime.spool.following import Mark, read_on
from ringwall.runtime.spool.segments import closed_segments


@pytest.fixture
def own() -> Iterator[Stage]:
    with Stage() as one:
        yield one


def body(number: int) -> str:
    return json.dumps(event("acknowledged", unmapped={"number": number}))


def numbers(lines: list[bytes]) -> list[int]:
    told = [json.loads(line)["event"] for line in lines if b'"acknowledged"' in line]
    return [one["unmapped"]["number"] for one in told]


def everything(stage: Stage) -> list[bytes]:
    return read_on(stage.spool, None, at_most=1 << 40)[0]


@pytest.mark.e2e
def test_whatever_was_acknowledged_survives_every_kill(own: Stage) -> None:
    acknowledged: list[int] = []
    ended = threading.Event()

    def answered(told: str, key: str) -> Reply:
        while True:  # the same once more, at the end too: it may be there without an answer
            try:
                return own.post(told, Idempotency_Key=key)
            except (OSError, ValueError):
                time.sleep(0.01)

    def send(first: int) -> None:
        number = first
        while not ended.is_set():
            reply = answered(body(number), f"k-{number}")
            assert reply.json["events"][0]["status"] in {"accepted", "duplicate"}
            acknowledged.append(number)
            number += 1

    killed_meanwhile(own, send, acknowledged, ended, times=4)
    assert sorted(numbers(everything(own))) == sorted(acknowledged)


@pytest.mark.e2e
def test_a_line_that_a_kill_tore_is_cut_off(own: Stage) -> None:
    own.post(body(1))
    own.kill()
    with own.spool.open("ab") as file:
        file.write(b'{"received":1,"source":"service/shop","event":{"torn')
    own.start()
    own.post(body(2))
    assert numbers(everything(own)) == [1, 2]
    assert len(own.lines()) == 2


@pytest.mark.e2e
def test_files_are_closed_and_read_ones_deleted_while_services_send(own: Stage) -> None:
    mark: Mark | None = None
    read: list[int] = []
    sent, ended = [0], threading.Event()

    def send() -> None:
        while not ended.is_set():
            assert own.post(body(sent[0])).json["accepted"] == 1
            sent[0] += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        for _ in range(6):
            count = sent[0]
            own.wait_for(lambda count=count: sent[0] > count + 10)
            done = keep_read(
                own.spool, mark, now=datetime.now(UTC), segment=1000, reopen=own.reopen
            )
            assert any("closed" in one for one in done)
            lines, mark = read_on(own.spool, mark, at_most=1 << 40)
            read += numbers(lines)
    finally:
        ended.set()
        thread.join(30)
    lines, mark = read_on(own.spool, mark, at_most=1 << 40)
    assert read + numbers(lines) == list(range(sent[0]))
    assert len(closed_segments(own.spool)) < 3


def test_nothing_that_is_not_read_is_ever_deleted(tmp_path: Path) -> None:
    spool = tmp_path / "intake.jsonl"

    def reopen() -> None:
        spool.touch()

    for number in range(5):
        spool.write_text(f'{{"number":{number}}}\n' * 100)
        list(keep_read(spool, None, now=datetime.now(UTC), segment=100, reopen=reopen))
    assert len(closed_segments(spool)) == 5
    _, mark = read_on(spool, None, at_most=1500)  # the first, and some of the second
    list(keep_read(spool, mark, now=datetime.now(UTC), segment=100, reopen=reopen))
    assert len(closed_segments(spool)) == 4
    rest, mark = read_on(spool, mark, at_most=1 << 30)
    assert rest[-1] == b'{"number":4}'
    list(keep_read(spool, mark, now=datetime.now(UTC), segment=100, reopen=reopen))
    assert len(closed_segments(spool)) == 1  # the mark is at its end


@pytest.mark.e2e
def test_a_spool_that_nobody_reads_puts_services_off_and_takes_them_again() -> None:
    with Stage(LARGEST="20000") as stage:
        many = json.dumps([event("x" * 500)] * 10)
        while (reply := stage.post(many)).status == 200:
            pass
        assert reply.status == 429
        assert int(reply.headers["retry-after"]) > 0
        status = stage.status()
        assert (status["taking"], status["pressure"]) == (False, "the spool is full")
        assert status["put_off"] == {"the spool is full": 1}
        stage.wait_for(lambda: not json.loads(stage.status_file.read_text())["taking"])
        otlp = stage.post("{}", path="/v1/logs")
        assert (otlp.status, otlp.json) == (429, {"message": "the spool is full: send it again"})
        with stage.connected("syslog") as sock:
            # Syslog has no answer: it is only read no more.
            sock.sendall(b"<34>1 - - - - - - waited\n")
            time.sleep(0.5)
            assert b"waited" not in stage.spool.read_bytes()
            stage.spool.unlink()  # read, and gone
            stage.wait_for(lambda: stage.spool.exists() and b"waited" in stage.spool.read_bytes())
        assert stage.post(many).status == 200
        assert stage.status()["taking"]


@pytest.mark.e2e
def test_a_disk_that_is_nearly_full_is_left_free() -> None:
    with Stage(LEAST_FREE=str(1 << 60)) as stage:
        reply = stage.post("{}")
        assert (reply.status, reply.json["detail"][:23]) == (503, "the disk is nearly full")
        assert reply.headers["retry-after"]
        assert stage.status()["pressure"] == "the disk is nearly full"
        assert stage.lines() == []


class Failing(Spool):
    """A spool whose disk takes some bytes of a write, and then no more."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.room = 1 << 30

    def _put(self, descriptor: int, content: memoryview) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super()._put(descriptor, content[: self.room])
        self.room -= written
        return written


def test_a_full_disk_leaves_whole_lines_and_tells_whoever_waits(tmp_path: Path) -> None:
    path = tmp_path / "intake.jsonl"

    async def story() -> None:
        spool = Failing(path)
        await spool.append(b"one\n")
        spool.room = 6
        with pytest.raises(OSError, match="No space"):
            await spool.append(b"two\nthree\n")
        assert path.read_bytes() == b"one\ntwo\n"
        spool.room = 1 << 30
        await spool.append(b"four\n")
        await spool.close()

    asyncio.run(story())
    assert path.read_bytes() == b"one\ntwo\nfour\n"


def test_all_that_wait_share_one_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = []
    real = os.fdatasync

    def slow(descriptor: int) -> None:
        syncs.append(os.fstat(descriptor).st_size)
        time.sleep(0.05)
        real(descriptor)

    async def story() -> None:
        spool = Spool(tmp_path / "intake.jsonl")
        monkeypatch.setattr(os, "fdatasync", slow)
        await asyncio.gather(*(spool.append(b"%d\n" % number) for number in range(100)))
        # Everything was on the disk when it was acknowledged.
        assert syncs[-1] == len((tmp_path / "intake.jsonl").read_bytes())
        await spool.close()

    asyncio.run(story())
    assert len(syncs) <= 3


@pytest.mark.e2e
def test_the_end_of_the_process_keeps_what_is_under_way(own: Stage) -> None:
    with own.connected("syslog") as sock:
        for number in range(500):
            sock.sendall(f"<34>1 - - - - - - last words {number}\n".encode())
        sock.shutdown(socket.SHUT_WR)
        own.wait_for(lambda: b"last words 499" in own.spool.read_bytes())
    own.stop()
    assert not own.control.exists()
    assert len(own.lines()) == 500


def test_what_failed_after_its_sender_had_gone_is_new_when_it_comes_again(tmp_path: Path) -> None:
    """Else it would be acknowledged as a repetition of what is nowhere."""
    path = tmp_path / "intake.jsonl"
    event = Candidate(raw=b'{"message":"once"}', key=b"0\nthe-same")

    async def story() -> list[str]:
        spool = Failing(path)
        desk = Desk(spool, Pressure(path, 1 << 40, 0), Counts(), Window())
        spool.room = 0
        going = asyncio.create_task(desk.take("shop", [event]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        with pytest.raises(OSError, match="No space"):
            await spool.append(b"another\n")
        spool.room = 1 << 30
        found = await desk.take("shop", [event])
        await spool.close()
        return [one.status for one in found]

    assert asyncio.run(story()) == ["accepted"]
    assert path.read_bytes().count(b"\n") == 1
