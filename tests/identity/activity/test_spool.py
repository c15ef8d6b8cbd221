"""The spool loses nothing that was acknowledged, and tells nothing that did not happen."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from tests.identity.activity.events import Record, only, raw_lines, recorded
from tests.identity.signing_in import person
from tests.runtime.conftest import environment

from ringwall.core.events import Life, Outcome, Recorded, job, lifecycle
from ringwall.runtime.recording import RecordingError, append, record_at_once, spool_of
from ringwall.runtime.recording.acting import host
from ringwall.runtime.recording.keeping import keep_activity
from ringwall.runtime.recording.spool import LONGEST, line_of, require_room
from ringwall.runtime.spool.segments import closed_segments

CHILD = [sys.executable, "-m", "tests.identity.activity.child"]


def told(message: str, **own: Any) -> Recorded:
    return lifecycle(Life.OTHER, name="test", message=message, **own)


def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [*CHILD, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def test_lines_of_several_processes_at_once_are_whole_and_all_there(tmp_path: Path) -> None:
    some = [
        subprocess.Popen([*CHILD, "append", str(tmp_path), name, "150"], stdout=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for one in some:
        assert one.communicate(timeout=120)[0] == b"done\n"
    messages = [one.raw["message"] for one in recorded(tmp_path)]
    for name in ("one", "two", "three"):
        own = [one for one in messages if one.startswith(f"{name} ")]
        assert own == [f"{name} {number}" for number in range(150)], "in the order written"
    assert spool_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_half_a_line_of_a_killed_process_is_taken_back(tmp_path: Path) -> None:
    record_at_once(told("before"), state=tmp_path)
    done = run("torn", str(tmp_path))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not spool_of(tmp_path).read_bytes().endswith(b"\n")
    record_at_once(told("after"), state=tmp_path)
    assert [one.raw["message"] for one in recorded(tmp_path)] == ["before", "after"]


def test_a_file_that_may_not_grow_ends_in_a_whole_line_and_a_clear_error(tmp_path: Path) -> None:
    done = run("grow", str(tmp_path), "50000")
    count, error = done.stdout.splitlines()
    assert int(count) > 10
    assert "cannot be recorded" in error
    assert "file too large" in error
    lines = raw_lines(tmp_path)
    assert len(lines) == int(count), "what was acknowledged, and nothing else"
    assert spool_of(tmp_path).read_bytes().endswith(b"\n")
    assert len(recorded(tmp_path)) == int(count)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.fail("a small file system is needed: run as root")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_refuses_before_anything_is_begun_and_while_it_is(small_disk: Path) -> None:
    require_room(small_disk)
    record_at_once(told("fits"), state=small_disk)
    (small_disk / "filler").write_bytes(b"x" * 1_400_000)
    with pytest.raises(RecordingError, match="is full; make room"):
        require_room(small_disk)

    def fill() -> None:
        for number in range(2000):
            record_at_once(told(f"more {number}", padding="x" * 1900), state=small_disk)

    with pytest.raises(RecordingError, match="no space left"):
        fill()
    before = len(raw_lines(small_disk))
    assert len(recorded(small_disk)) == before
    (small_disk / "filler").unlink()
    record_at_once(told("again"), state=small_disk)
    assert len(recorded(small_disk)) == before + 1


def test_what_was_committed_is_recorded_by_the_next_although_its_process_was_killed(
    record: Record, database: str, request: pytest.FixtureRequest, state: Path
) -> None:
    from ringwall.identity.models import User
    from ringwall.runtime.recording import outbox

    person()
    record.new()
    url = None if database == "sqlite" else request.getfixturevalue("postgres").url
    settings = {"DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings"}
    done = run("commit", str(state), "ada@example.com", env=environment(state, url) | settings)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not User.objects.get(email="ada@example.com").is_active, "it was committed"
    assert record.new() == [], "and is not in the spool"
    assert outbox.move(state) == 1
    found = only(record.new(), activity_name="Disable")
    assert found.own["before"] == {"is_active": True}
    assert found.own["after"] == {"is_active": False}
    assert outbox.move(state) == 0


def test_what_is_taken_back_was_never_recorded(record: Record) -> None:
    from ringwall.identity.models import User

    user = person()
    record.new()

    def rename_and_fail() -> None:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(name="Somebody")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rename_and_fail()
    with transaction.atomic():
        point = transaction.savepoint()
        User.objects.filter(pk=user.pk).update(name="Somebody else")
        transaction.savepoint_rollback(point)
        User.objects.filter(pk=user.pk).update(name="Ada")
        assert record.new() == [], "nothing is told before it is committed"
    found = record.new()
    assert [one.whole["user_result"]["full_name"] for one in found] == ["Ada"]


def test_a_move_that_was_killed_before_it_forgot_the_row_repeats_the_same_uid(
    record: Record, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    from ringwall.runtime.models import PendingEvent
    from ringwall.runtime.recording import outbox

    person("first@example.com")
    record.new()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_committed", lambda _state: None)
        person("second@example.com")
    waiting = list(PendingEvent.objects.values_list("uid", flat=True))
    assert len(waiting) == 2

    class KilledError(BaseException):
        pass

    def killed(state: Path, lines: Any) -> None:
        append(state, lines)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "append", killed)
        with pytest.raises(KilledError):
            outbox.move(state)
    outbox.move(state)
    uids = [line.split(b'"uid":"')[-1] for line in raw_lines(state)[-4:]]
    assert len(uids) == 4
    tail = b"\n".join(raw_lines(state)[-4:]).decode()
    assert [tail.count(uid) for uid in waiting] == [2, 2], "twice, and known by their uid"
    spool_of(state).unlink()


def test_nothing_is_changed_that_cannot_be_recorded(
    record: Record, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.identity.signing_in import session_of, sign_in

    from ringwall.identity.models import Session, User
    from ringwall.runtime.recording import outbox, recorder

    user = person()
    record.new()

    def full(*_: Any) -> None:
        raise RecordingError("what is done cannot be recorded: the disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_room", full)
        with pytest.raises(RecordingError, match="make room"):
            User.objects.filter(pk=user.pk).update(is_active=False)
        answer = sign_in(browser)
    assert answer.status_code == 503
    assert "cannot be written" in answer.content.decode()
    with monkeypatch.context() as patch:
        patch.setattr(recorder, "append", full)
        assert sign_in(browser).status_code == 503
        assert browser.get("/sessions").status_code == 302, "nobody is signed in"
    assert User.objects.get(pk=user.pk).is_active
    assert session_of(browser) is None
    assert Session.objects.count() <= 1
    assert sign_in(browser).status_code == 302
    assert session_of(browser) is not None


def test_segments_are_closed_and_compressed_and_none_is_lost(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    record_at_once(told("yesterday"), state=tmp_path)
    assert keep_activity(tmp_path, now=now) == []
    done = keep_activity(tmp_path, now=now + timedelta(days=1))
    assert [one.split()[0] for one in done] == ["closed"]
    record_at_once(told("today"), state=tmp_path)
    done = keep_activity(tmp_path, now=now + timedelta(days=1, hours=1))
    assert [one.split()[0] for one in done] == ["closed", "compressed"]
    closed = closed_segments(spool_of(tmp_path))
    assert [one.is_compressed for one in closed] == [True, False]
    assert [one.raw["message"] for one in recorded(tmp_path)] == ["yesterday", "today"]
    assert keep_activity(tmp_path, now=now + timedelta(days=4000)) != []
    assert len(recorded(tmp_path)) == 2, "however old"


def test_an_event_that_is_too_long_for_the_log_keeps_what_matters(tmp_path: Path) -> None:
    many = {str(number): "y" * 1500 for number in range(60)}
    made = job(host(), name="long", message="job ran", outcome=Outcome.SUCCESS, many=many)
    record_at_once(made, state=tmp_path)
    found = only(recorded(tmp_path), message="job ran")
    assert len(raw_lines(tmp_path)[0]) < LONGEST
    assert found.own == {"shortened": True}


def test_texts_that_are_no_text_are_recorded_all_the_same(tmp_path: Path) -> None:
    record_at_once(told("a \ud800 surrogate, a \0, a \n and \x1b[31m"), state=tmp_path)
    (line,) = raw_lines(tmp_path)
    assert line.count(b"\n") == 0
    assert only(recorded(tmp_path)).raw["message"] == "a ? surrogate, a \0, a \n and \x1b[31m"
    assert line_of(told("x")).endswith(b"}\n")


def test_a_thread_moves_what_is_committed_and_all_of_it_before_it_ends(
    record: Record, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.models import User
    from ringwall.runtime.models import PendingEvent
    from ringwall.runtime.recording import outbox

    user = person()
    record.new()
    outbox.move_in_background(state)
    try:
        for number in range(20):
            User.objects.filter(pk=user.pk).update(name=f"Ada {number}")
    finally:
        outbox.end_moving()
    assert len(record.new()) == 20
    assert not PendingEvent.objects.exists()


def test_an_installation_that_has_no_tables_yet_has_nothing_to_move(tmp_path: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings"}
    done = run("early", str(tmp_path), env=environment(tmp_path, None) | settings)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_committed_and_cannot_be_written_holds_up_what_comes_next(
    record: Record, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.models import User
    from ringwall.runtime.recording import outbox

    user = person()
    record.new()

    def full(*_: Any) -> None:
        raise RecordingError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "append", full)
        User.objects.filter(pk=user.pk).update(name="Committed")
        with pytest.raises(RecordingError, match="what was done before"):
            User.objects.filter(pk=user.pk).update(name="Not")
    assert User.objects.get(pk=user.pk).name == "Committed"
    assert outbox.move(state) == 1, "as the worker does every minute"
    User.objects.filter(pk=user.pk).update(name="Again")
    told = [one.whole["user_result"]["full_name"] for one in record.new()]
    assert told == ["Committed", "Again"]
