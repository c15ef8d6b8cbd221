"""Following the log over HTTP: nothing left out, nothing twice, and so many at a time."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.conftest import Scene, bearing, key_of
from tests.lake.logs import append, edge_line

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables


def ask(client: Any, **parameters: Any) -> Any:
    return client.get(f"/api/v1/log/tail?{urlencode({'wait': 0, **parameters})}")


@pytest.fixture
def auditor(log: Scene, people: None) -> Any:
    return bearing(key_of("auditor@example.com", "shop", ["auditor"]))


@pytest.fixture
def ended() -> Iterator[Any]:
    from ringwall.runtime.ending import ending

    yield ending
    ending.clear()


def come(log: Scene, first: int, count: int, **more: Any) -> None:
    for number in range(first, first + count):
        append(log.places.edge[0], edge_line(number, **more))
    log.collect()


def test_what_comes_is_given_once_in_its_order(log: Scene, auditor: Any) -> None:
    begun = ask(auditor, q="class:http")
    assert begun.status_code == 200, begun.content
    assert begun.json()["events"] == []
    cursor, seen = begun.json()["next"], []
    come(log, 1000, 25)
    come(log, 2000, 25)
    for _ in range(20):
        told = ask(auditor, q="class:http", cursor=cursor, limit=10).json()
        cursor = told["next"]
        seen += [one["index"] for one in told["events"]]
    assert len(seen) == 50
    assert seen == sorted(set(seen))
    assert ask(auditor, q="class:http", cursor=cursor).json()["events"] == []
    whole = ask(auditor, q="class:http", cursor=begun.json()["next"], form="ocsf").json()
    assert whole["events"][0]["class_uid"] == 4002


def test_few_among_many_are_all_found_however_small_the_answers(log: Scene, auditor: Any) -> None:
    begun = ask(auditor, q="status:403").json()["next"]
    for number in range(5):
        come(log, 1000 * number, 40)
        come(log, 1000 * number + 500, 3, status=403)
    cursor, seen = begun, []
    for _ in range(30):
        told = ask(auditor, q="status:403", cursor=cursor, limit=2).json()
        cursor = told["next"]
        seen += [one["index"] for one in told["events"]]
    assert len(seen) == len(set(seen)) == 15
    assert seen == sorted(seen)


def test_who_waits_is_answered_when_something_comes(log: Scene, auditor: Any) -> None:
    cursor = ask(auditor, q="class:http").json()["next"]
    timer = threading.Timer(0.6, come, (log, 3000, 1))
    timer.start()
    began = time.monotonic()
    told = ask(auditor, q="class:http", cursor=cursor, wait=20).json()
    assert 0.4 < time.monotonic() - began < 15
    assert len(told["events"]) == 1
    timer.join()


def test_following_is_told_once_and_again_for_who_goes_on_otherwise(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.api import tail

    cursor = ask(auditor, q="status:403").json()["next"]
    for _ in range(5):
        cursor = ask(auditor, q="status:403", cursor=cursor).json()["next"]
    assert [one["unmapped"]["ringwall"]["query"] for one in log.reads()] == ["status:403"]
    ask(auditor, q="status:200", cursor=cursor)
    assert len(log.reads()) == 2  # another question
    other = bearing(key_of("owner@example.com", "shop", ["owner"]))
    ask(other, q="status:403", cursor=cursor)
    assert len(log.reads()) == 3  # somebody else
    monkeypatch.setattr(tail, "_TOLD_EVERY_S", -1.0)
    ask(auditor, q="status:403", cursor=cursor)
    assert len(log.reads()) == 4  # it was told long ago


def test_nothing_is_shown_where_it_cannot_be_told(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.lake import reading_told
    from ringwall.runtime.recording import RecordingError

    def fails(*_: Any, **__: Any) -> None:
        raise RecordingError("the disk is full")

    monkeypatch.setattr(reading_told, "record_at_once", fails)
    assert ask(auditor).status_code == 503


def test_a_cursor_of_ones_own_making_is_refused(log: Scene, auditor: Any) -> None:
    cursor = ask(auditor).json()["next"]
    for wrong in ("0", "abc", cursor[:-2], cursor.replace(":", "", 1), "0" + cursor):
        answer = ask(auditor, cursor=wrong)
        assert answer.status_code == 400, wrong
        assert "cursor" in answer.json()["title"]
    assert ask(auditor, wait=26).status_code == 400


def test_so_many_follow_and_no_more(log: Scene, auditor: Any) -> None:
    from ringwall.api.problems import ProblemError
    from ringwall.api.tail import Followers

    followers = Followers(most=3, of_one=2)
    with followers.one("a"), followers.one("a"), followers.one("b"):
        for who in ("a", "b", "c"):
            with pytest.raises(ProblemError) as told, followers.one(who):
                pass
            assert told.value.status == 429
            assert int(told.value.headers["Retry-After"]) > 0
    with followers.one("c"), followers.one("c"), followers.one("a"):
        pass
    assert not followers._waiting


def test_two_wait_with_one_key_and_a_third_is_told_so(log: Scene, auditor: Any, ended: Any) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(auditor, q="status:599", wait=25)))
        for _ in range(2)
    ]
    for one in threads:
        one.start()
    from ringwall.api.tail import _followers

    deadline = time.monotonic() + 10
    while _followers._waiting.total() < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert ask(auditor, wait=25).status_code == 429
    assert auditor.get("/api/v1/log/count").status_code == 200  # they hold nobody up
    began = time.monotonic()
    ended.set()  # the process is told to end
    for one in threads:
        one.join(10)
    assert time.monotonic() - began < 5
    assert [one.status_code for one in answers] == [200, 200]
