"""A spool that is closed, compressed and deleted while it is written and read: each line once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringwall.runtime.spool import following
from ringwall.runtime.spool.following import Mark, read_on
from ringwall.runtime.spool.keeping import Keeping, keep
from ringwall.runtime.spool.segments import (
    DamagedError,
    closed_name,
    closed_segments,
    lines,
    opened,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
KEEPING = Keeping(days=90, size=2**40, segment=40, least_free=0)


class Writer:
    """A process that writes lines to a file and makes a new one when it is told to."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self._file = self._open()

    def _open(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __del__(self) -> None:
        os.close(self._file)

    def write(self, some: int = 1) -> None:
        for _ in range(some):
            os.write(self._file, b"line %d\n" % self.count)
            self.count += 1

    def reopen(self) -> None:
        os.close(self._file)
        self._file = self._open()


def told(count: int) -> list[bytes]:
    return [b"line %d" % number for number in range(count)]


def read(path: Path, since: datetime | None = None) -> list[bytes]:
    return [line for one in opened(path, since=since) for line in lines(one)]


def kept(writer: Writer, now: datetime, keeping: Keeping = KEEPING) -> list[str]:
    return list(
        keep(writer.path, now=now, keeping=keeping, began=lambda _: None, reopen=writer.reopen)
    )


STEPS = st.lists(
    st.sampled_from(["write", "keep", "keep later", "follow", "killed", "many"]),
    max_size=40,
)


@given(steps=STEPS, at_most=st.sampled_from([1, 30, 10_000]))
@example(steps=["many", "killed", "keep", "many", "keep"], at_most=1)
@settings(max_examples=60, deadline=None)
def test_every_line_is_read_once_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], at_most: int
) -> None:
    writer = Writer(tmp_path_factory.mktemp("spool") / "access.jsonl")
    now, mark = NOW, None
    followed: list[bytes] = []
    for step in steps:
        now += timedelta(seconds=1)
        match step:
            case "write":
                writer.write()
            case "many":
                writer.write(7)
            case "keep" | "keep later":
                now += timedelta(hours="later" in step)
                kept(writer, now)
            case "killed":  # at any step of what is done
                work = keep(
                    writer.path,
                    now=now + timedelta(hours=1),
                    keeping=KEEPING,
                    began=lambda _: None,
                    reopen=lambda: None,
                )
                next(work, None)
            case "follow":
                new, mark = read_on(writer.path, mark, at_most=at_most)
                followed += new
        assert read(writer.path) == told(writer.count)
    while True:
        new, mark = read_on(writer.path, mark, at_most=at_most)
        if not new:
            break
        followed += new
    assert followed == told(writer.count)


@given(
    steps=st.lists(st.sampled_from(["write", "broken off", "closed", "compressed", "follow"])),
    at_most=st.sampled_from([1, 30, 10_000]),
)
@example(steps=["broken off", "closed", "follow"], at_most=1)
@example(steps=["write", "follow", "broken off", "compressed", "broken off", "closed"], at_most=1)
@settings(max_examples=80, deadline=None)
def test_a_line_that_a_killed_writer_left_half_written_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], at_most: int
) -> None:
    path = tmp_path_factory.mktemp("spool") / "access.jsonl"
    now, mark, written = NOW, None, b""
    followed: list[bytes] = []
    lines_of: list[bytes] = []
    for number, step in enumerate([*steps, "closed", "write"]):
        now += timedelta(hours=1)
        if step in {"write", "broken off"}:
            said = b"line %d" % number + b"\n" * (step == "write")
            with path.open("ab") as file:
                file.write(said)
            written += said
        elif step == "follow":
            new, mark = read_on(path, mark, at_most=at_most)
            followed += new
        elif path.exists() and written:
            path.rename(closed_name(path, now))
            lines_of, written = lines_of + written.splitlines(), b""
            if step == "compressed":
                later = now + timedelta(minutes=20)
                for _ in keep(
                    path, now=later, keeping=KEEPING, began=lambda _: None, reopen=path.touch
                ):
                    pass
    while (found := read_on(path, mark, at_most=at_most))[0]:
        followed, mark = followed + found[0], found[1]
    assert followed == lines_of + written.splitlines()


def test_a_clock_that_is_set_back_leaves_lines_in_order(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    for hours in (0, -1, -1, -400 * 24, 1):
        writer.write(7)
        kept(writer, NOW + timedelta(hours=hours))
        assert read(writer.path) == told(writer.count)
    names = [one.name for one in closed_segments(writer.path)]
    assert names[:2] == ["access-20261126T090000000000.jsonl", "access-20261126T090000000001.jsonl"]


def test_a_segment_from_the_future_is_compressed_like_others(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(7)
    kept(writer, NOW + timedelta(days=400))
    (segment,) = closed_segments(writer.path)
    os.utime(segment.path, (NOW.timestamp(), NOW.timestamp()))
    kept(writer, NOW + timedelta(minutes=9))
    assert not list(tmp_path.glob("*.gz"))
    kept(writer, NOW + timedelta(minutes=11))
    assert len(list(tmp_path.glob("*.gz"))) == 1
    assert read(writer.path) == told(7)


def test_a_line_without_an_end_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    path.write_bytes(b"one\ntw")
    assert read(path) == [b"one"]
    new, mark = read_on(path, None, at_most=1000)
    assert new == [b"one"]
    with path.open("ab") as file:
        file.write(b"o\n")
    assert read_on(path, mark, at_most=1000)[0] == [b"two"]
    # Closed, it is what it is: nothing more comes.
    path.rename(tmp_path / "access-20261126T090000000000.jsonl")
    path.write_bytes(b"")
    with (tmp_path / "access-20261126T090000000000.jsonl").open("ab") as file:
        file.write(b"thr")
    assert read(path) == [b"one", b"two", b"thr"]


def test_a_mark_of_a_segment_that_is_gone_begins_with_the_oldest(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(10)
    assert read_on(writer.path, Mark("0" * 64, 12), at_most=1000)[0] == told(10)


def test_segments_end_with_their_day_and_go_when_they_are_old(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    large = replace(KEEPING, segment=10**9, days=2)

    def keep_on(now: datetime, keeping: Keeping = large) -> list[str]:
        before = now - timedelta(hours=10)
        return list(
            keep(
                writer.path, now=now, keeping=keeping, began=lambda _: before, reopen=writer.reopen
            )
        )

    writer.write(3)
    assert keep_on(NOW.replace(hour=23)) == []
    assert keep_on(NOW + timedelta(days=1, hours=-8)) == [
        "closed access-20261127T010000000000.jsonl"
    ]
    assert keep_on(NOW + timedelta(days=1)) == ["compressed access-20261127T010000000000.jsonl"]
    writer.write(3)
    keep_on(NOW + timedelta(days=2, hours=-8))
    assert read(writer.path, NOW + timedelta(days=1)) == told(6)[3:]
    assert read(writer.path) == told(6)
    late = NOW + timedelta(days=2, hours=17)
    done = [one for minute in range(50) for one in keep_on(late + timedelta(minutes=minute))]
    assert "deleted access-20261127T010000000000.jsonl.gz" in done
    assert read(writer.path) == told(6)[3:]


def test_a_clock_that_is_set_ahead_takes_nothing_away(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(50)
    kept(writer, NOW)
    kept(writer, NOW + timedelta(minutes=11))
    for ahead in (timedelta(days=365), timedelta(days=365, minutes=1), timedelta(days=20_000)):
        said = kept(writer, NOW + ahead)
        assert f"the clock is {ahead.days - 1} days ahead of the last time" in said[0]
        assert read(writer.path) == told(50)
    assert kept(writer, NOW + timedelta(hours=1)) == []
    assert read(writer.path) == told(50)


def test_after_a_long_stop_ages_count_again_in_time(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(50)
    kept(writer, NOW)
    later = NOW + timedelta(days=3)
    for minute in range(80):
        kept(writer, later + timedelta(minutes=minute), replace(KEEPING, days=2))
    assert read(writer.path) == []


def nearly_full(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """A disk that has so many bytes left, whatever is deleted of it in this run."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_a_disk_that_is_nearly_full_takes_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    for hour in range(3):
        writer.write(10)
        kept(writer, NOW + timedelta(hours=hour))
    writer.write()
    nearly_full(monkeypatch, free=1000)
    oldest = closed_segments(writer.path)[0].path
    done = kept(writer, NOW + timedelta(hours=2, minutes=1), _few(1001))
    assert [one for one in done if "nearly full" in one] == [
        f"deleted {oldest.name}, since the disk is nearly full"
    ]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert read(writer.path) == told(31)[10:]


def test_a_disk_that_others_fill_does_not_empty_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    for hour in range(9):
        writer.write(10)
        kept(writer, NOW + timedelta(hours=hour))
    now = NOW + timedelta(hours=8, minutes=1)
    before = read(writer.path)
    # All that there is would not do: so nothing goes.
    nearly_full(monkeypatch, free=0)
    (said,) = [one for one in kept(writer, now, _few(2**40)) if "nearly full" in one]
    assert "can mend that" in said
    assert caplog.records[-1].levelname == "ERROR"
    assert read(writer.path) == before
    # And whatever is missing, again and again, a tenth stays.
    for free in range(2**10, 0, -1):
        nearly_full(monkeypatch, free=free)
        kept(writer, now, _few(2**10 + 1))
    left = sum(one.path.stat().st_size for one in closed_segments(writer.path))
    assert left >= _few(0).least_kept
    assert 0 < len(read(writer.path)) < len(before)


def _few(least_free: int) -> Keeping:
    return replace(KEEPING, size=2**10, least_free=least_free)


def test_a_full_disk_leaves_segments_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(10)
    kept(writer, NOW)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    (told_,) = kept(writer, NOW + timedelta(hours=1))
    assert "there is no room to compress it" in told_
    assert [path.name for path in sorted(tmp_path.glob("access*"))] == [
        "access-20261126T090000000000.jsonl",
        "access.jsonl",
    ]
    assert read(writer.path) == told(10)


def test_a_compressed_segment_that_is_cut_says_so(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(1000)
    kept(writer, NOW)
    kept(writer, NOW + timedelta(hours=1))
    (packed,) = tmp_path.glob("*.gz")
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(DamagedError, match="its rest cannot be read"):
        read(writer.path)
    assert packed.stat().st_mode & 0o777 == 0o600


def test_what_is_compressed_while_it_is_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(10)
    new, mark = read_on(writer.path, None, at_most=1000)
    assert new == told(10)
    kept(writer, NOW)
    listed = closed_segments(writer.path)
    kept(writer, NOW + timedelta(hours=1))
    assert list(tmp_path.glob("*.gz"))
    monkeypatch.setattr(following, "closed_segments", lambda _: listed)
    writer.write(10)
    assert read_on(writer.path, mark, at_most=1000)[0] == told(20)[10:], "its place was not found"
    assert read_on(writer.path, None, at_most=1000)[0] == told(20), "lines were passed over"


def test_a_damaged_segment_ends_where_it_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    for hour in range(3):
        writer.write(1000)
        kept(writer, NOW + timedelta(hours=hour))
    kept(writer, NOW + timedelta(hours=9))
    writer.write(10)
    first, second, third = sorted(tmp_path.glob("*.gz"))
    first.write_bytes(first.read_bytes()[:-40])
    data = bytearray(second.read_bytes())
    data[len(data) // 2 :] = b"x" * 400
    second.write_bytes(data)
    third.write_bytes(b"no gzip")
    new, mark = read_on(writer.path, None, at_most=10**6)
    assert new[-10:] == told(3010)[3000:]
    assert set(told(500)) <= set(new)
    assert len(new) < 2000
    again, _ = read_on(writer.path, None, at_most=10**6)
    assert again == new
    assert read_on(writer.path, mark, at_most=1000)[0] == []
    names = [record.args[0] for record in caplog.records if isinstance(record.args, tuple)]
    assert names == [first.name, second.name, third.name], "each is told of once"


@pytest.mark.e2e
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    """A process that keeps the spool is killed at any moment, again and again."""
    program = Path(__file__).with_name("keep_a_spool.py")
    writer = Writer(tmp_path / "access.jsonl")
    chance = Random(7)
    asked, began = tmp_path / "reopen", tmp_path / "began"
    for _ in range(12):
        child = subprocess.Popen([sys.executable, str(program), str(tmp_path)])
        until = None
        while until is None or time.monotonic() < until:
            if until is None and began.exists():
                began.unlink()
                until = time.monotonic() + chance.random() / 4
            writer.write(20)
            time.sleep(0.002)
            if asked.exists():
                asked.unlink()
                writer.reopen()
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert read(writer.path) == told(writer.count)
    assert len(closed_segments(writer.path)) > 3
    assert any(one.is_compressed for one in closed_segments(writer.path))


def test_what_nobody_has_read_goes_only_for_want_of_room_and_loudly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    for hours in range(4):
        writer.write(7)
        kept(writer, NOW + timedelta(hours=hours))
    kept(writer, NOW + timedelta(hours=4), replace(KEEPING, segment=2**20))  # compresses all
    first, second, *_ = segments = closed_segments(writer.path)
    sizes = [one.path.stat().st_size for one in segments]

    def keeping(**more: int) -> list[str]:
        found = keep(
            writer.path,
            now=NOW + timedelta(hours=4),
            keeping=replace(KEEPING, segment=2**20, **more),
            began=lambda _: None,
            reopen=writer.reopen,
            is_read=lambda one: one.name == first.name,
        )
        return [one for one in found if one.startswith("deleted")]

    assert keeping(size=sum(sizes)) == []
    assert keeping(size=sum(sizes[1:])) == [f"deleted {first.path.name}"]
    assert not caplog.records
    said = f"deleted {second.path.name}, which nobody had read, since there is more than is kept"
    assert keeping(size=sum(sizes[2:])) == [said]
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("ERROR", f"{said}: its lines are lost")
    ]


def test_a_segment_that_went_unread_is_told_once(tmp_path: Path) -> None:
    writer, lost = Writer(tmp_path / "access.jsonl"), list[Mark]()

    def follow(mark: Mark | None) -> tuple[list[bytes], Mark | None]:
        return read_on(writer.path, mark, at_most=10_000, lost=lost.append)

    writer.write(3)
    read_so_far, mark = follow(None)
    writer.write(20)
    for _ in range(2):
        kept(writer, NOW)
        writer.write(20)
    for one in closed_segments(writer.path)[:1]:
        one.path.unlink()
    new, after = follow(mark)
    assert lost == [mark]
    assert read_so_far + new == [*told(3), *told(writer.count)[23:]]
    assert follow(after) == ([], after)
    for one in closed_segments(writer.path):
        one.path.unlink()
    writer.path.unlink()
    new, gone = follow(after)
    assert (new, len(lost)) == ([], 2)
    assert gone is not None
    assert gone.is_done
    assert follow(gone) == ([], gone)
    assert len(lost) == 2


def test_a_segment_that_is_done_is_not_read_again_and_may_go(tmp_path: Path) -> None:
    writer, lost = Writer(tmp_path / "access.jsonl"), list[Mark]()
    writer.write(7)
    kept(writer, NOW)
    _, mark = read_on(writer.path, None, at_most=10_000)
    assert mark is not None
    (segment,) = closed_segments(writer.path)
    assert not following.left_of(segment, writer.path, mark)
    assert following.read_segments(writer.path, mark) == []
    done = replace(mark, is_done=True)
    assert following.read_segments(writer.path, done) == [segment]
    writer.write(2)
    for _ in range(2):  # it is there, and then it is not
        new, _ = read_on(writer.path, done, at_most=10_000, lost=lost.append)
        assert new == told(9)[7:]
        segment.path.unlink(missing_ok=True)
    assert lost == []


def test_new_lines_come_with_where_they_stand(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "access.jsonl")
    writer.write(3)
    _, mark = read_on(writer.path, None, at_most=10_000)
    writer.write(6)
    kept(writer, NOW)
    kept(writer, NOW + timedelta(minutes=11))
    (segment,) = closed_segments(writer.path)
    assert segment.is_compressed
    writer.write(1)
    os.write(os.open(writer.path, os.O_WRONLY | os.O_APPEND), b"torn")
    found = list(following.lines_on(writer.path, mark))
    assert [line for _, _, line in found] == told(10)[3:]
    assert [(name, at) for name, at, _ in found[:2]] == [(segment.name, 21), (segment.name, 28)]
    assert found[-1][:2] == ("access.jsonl", 0)
