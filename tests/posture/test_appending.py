"""What changed is written beside what was read: whoever reads both has the whole, killed or not."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture import keeping
from ringwall.posture.keeping import Accounts
from ringwall.posture.rejudging import Changes
from ringwall.posture.snapshot import appending
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.posture.snapshot.writing import lines_of

ACCOUNT = "123456789012"
KIND = "aws-sqs-queue"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(value: Any, at: datetime = NOON) -> Observation:
    return Observation(State.KNOWN, value, "sqs:Get", at)


def change(snapshot: Snapshot, name: str, value: int | None) -> Changes:
    """Set what a queue says, make it, or remove it."""
    uid, done = f"{KIND}/{name}", Changes()
    if value is None:
        snapshot.remove(uid)
        done.removed.add(uid)
        scope = Scope(KIND, ACCOUNT)
        snapshot.forget_listing(scope)
        snapshot.note_listing(scope, Observation(State.ERROR, why=name))
        done.listings.add(scope)
        return done
    is_new = snapshot.get(uid) is None
    seen = snapshot.add(Found(kind=KIND, name=name, label=str(value), account=ACCOUNT))
    seen.found = Found(kind=KIND, name=name, label=str(value), account=ACCOUNT)
    seen.aspects["attributes"] = said({"n": value, "at": NOON})
    (done.added if is_new else done.named).add(uid)
    return done


def add(accounts: Accounts, snapshot: Snapshot, done: Changes, gaps: int = 0) -> bool:
    return accounts.add(
        ACCOUNT, snapshot, components=done.components, listings=done.listings, gaps=gaps
    )


def read(accounts: Accounts) -> list[bytes]:
    kept = accounts.get(ACCOUNT)
    assert kept is not None
    return sorted(lines_of(kept.snapshot))


def begun(folder: Path) -> tuple[Accounts, Snapshot]:
    accounts, snapshot = Accounts(folder), Snapshot()
    snapshot.note_listing(Scope(KIND, ACCOUNT), said(None))
    change(snapshot, "a", 1)
    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0, is_narrow=True)
    return accounts, snapshot


_STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9)), max_size=6)


@settings(max_examples=30, deadline=None)
@given(st.lists(_STEPS, max_size=5), st.integers(0, 400), st.sampled_from([0, 1, 1 << 20]))
def test_it_is_what_was_kept_last_wherever_a_writer_is_killed(
    batches: list[list[tuple[str, int | None]]], cut: int, grows: int
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "_GROWS", grows)
        patch.setattr("os.fsync", lambda _: None)
        accounts, snapshot = begun(Path(name))
        file = Path(name) / "posture" / "accounts" / f"{ACCOUNT}.changes"
        for number, steps in enumerate(batches, 1):
            before, size = read(accounts), file.stat().st_size if file.exists() else 0
            done = Changes()
            for step in steps:
                done.also(change(snapshot, *step))
            version, last = accounts.version(ACCOUNT), accounts.last(ACCOUNT)
            if not add(accounts, snapshot, done, gaps=number):
                accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=number, is_narrow=True)
            elif size and file.stat().st_size > size:  # killed within the writing, then done again
                whole = file.read_bytes()
                file.write_bytes(whole[: size + cut % (len(whole) - size)])
                assert read(accounts) == before
                if not add(accounts, snapshot, done, gaps=number):
                    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=number, is_narrow=True)
            assert accounts.version(ACCOUNT) != version
            assert read(accounts) == sorted(lines_of(snapshot))
            now = accounts.last(ACCOUNT)
            assert now is not None
            assert last is not None
            assert now.mark != last.mark
            assert (now.gaps, now.components, now.is_narrow) == (number, len(snapshot), True)
            kept = accounts.get(ACCOUNT)
            assert kept is not None
            assert (kept.gaps, kept.read) == (number, NOON)


def test_what_is_written_is_what_changed_and_never_more_than_twice_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 500 components one is changed 600 times."""
    monkeypatch.setattr(keeping, "_GROWS", 0)
    accounts, snapshot = Accounts(tmp_path), Snapshot()
    snapshot.note_listing(Scope(KIND, ACCOUNT), said(None))
    for number in range(500):
        change(snapshot, f"q-{number}", number)
    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
    folder, whole = tmp_path / "posture" / "accounts", 0
    size = (folder / f"{ACCOUNT}.snapshot").stat().st_size
    monkeypatch.setattr("os.fsync", lambda _: None)
    for number in range(600):
        done = change(snapshot, "q-7", number)
        if not add(accounts, snapshot, done):
            whole += 1
            accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
        changes = folder / f"{ACCOUNT}.changes"
        assert not changes.exists() or changes.stat().st_size < size + 1000
    assert 0 < whole < 100
    assert read(accounts) == sorted(lines_of(snapshot))


def test_changes_of_another_snapshot_are_none_of_this_one(tmp_path: Path) -> None:
    accounts, snapshot = begun(tmp_path)
    assert add(accounts, snapshot, change(snapshot, "b", 2))
    file = tmp_path / "posture" / "accounts" / f"{ACCOUNT}.changes"
    old = file.read_bytes()
    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
    assert not file.exists()
    change(snapshot, "b", None)
    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
    file.write_bytes(old)  # as if its writer was killed before it was deleted
    assert read(accounts) == sorted(lines_of(snapshot))
    assert add(accounts, snapshot, change(snapshot, "c", 3))
    assert read(accounts) == sorted(lines_of(snapshot))


def test_changes_that_are_damaged_are_named_with_what_to_do(tmp_path: Path) -> None:
    accounts, snapshot = begun(tmp_path)
    assert add(accounts, snapshot, change(snapshot, "b", 2))
    file = tmp_path / "posture" / "accounts" / f"{ACCOUNT}.changes"
    file.write_bytes(file.read_bytes().replace(b'["component"', b'["something"', 1))
    with pytest.raises(ValueError, match=r"123456789012\.changes: line 2 .*: delete it"):
        accounts.get(ACCOUNT)
    file.unlink()
    assert accounts.get(ACCOUNT) is not None


def test_who_reads_while_it_is_written_has_one_moment_of_it(tmp_path: Path) -> None:
    """Two queues are always changed together: nobody ever sees one without the other."""
    accounts, snapshot = begun(tmp_path)
    change(snapshot, "b", 1)
    accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
    stop, seen = threading.Event(), set[tuple[int, int]]()

    def write() -> None:
        for number in range(2, 60):
            done = change(snapshot, "a", number)
            done.also(change(snapshot, "b", number))
            if number % 7 == 0 or not add(accounts, snapshot, done):
                accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=0)
        stop.set()

    writer = threading.Thread(target=write)
    writer.start()
    last = 0
    while not stop.is_set():
        kept = Accounts(tmp_path).get(ACCOUNT)
        assert kept is not None
        one, other = (int(each.found.label) for each in sorted(kept.snapshot, key=_named))
        seen.add((one, other))
        assert one == other
        assert one >= last, "what was seen once is not undone"
        last = one
    writer.join()
    assert len(seen) > 1


@pytest.mark.parametrize("when", ["before its changes are opened", "while they are read"])
def test_what_is_written_anew_while_it_is_read_is_read_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The whole is written and its changes are forgotten at the worst moment, once."""
    accounts, snapshot = begun(tmp_path)
    assert add(accounts, snapshot, change(snapshot, "b", 2))
    place, name = (keeping, "read_snapshot") if when.startswith("before") else (appending, "_of")
    then: Callable[..., Any] = getattr(place, name)
    left = [7]

    def now(*given: Any, **named: Any) -> Any:
        found = then(*given, **named)
        if left:
            change(snapshot, "b", left.pop())
            accounts.keep(ACCOUNT, snapshot, read=NOON, gaps=3)
        return found

    monkeypatch.setattr(place, name, now)
    kept = accounts.get(ACCOUNT)
    assert not left
    assert kept is not None
    assert kept.gaps == 3
    assert sorted(lines_of(kept.snapshot)) == sorted(lines_of(snapshot))


def _named(seen: Any) -> str:
    return str(seen.found.name)
