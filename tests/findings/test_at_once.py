"""Runs that come in at the same time, and one that is killed in between."""

import threading
from typing import Any

import pytest
from tests.findings.scene import ACCOUNT, at, check_queue, finding

pytestmark = pytest.mark.usefixtures("database")
SOME = [finding(component=f"aws-s3-bucket/{number}") for number in range(40)]


def take(found: list[Any], day: float = 0) -> Any:
    from dataclasses import replace

    from ringwall.findings import service

    return service.take(
        [replace(one, seen=at(day)) for one in found],
        source="ringwall",
        scope=ACCOUNT,
        judged=service.all_judged,
        at=at(day),
    )


def test_two_runs_at_once_come_to_one_queue() -> None:
    from django.db import connections

    from ringwall.findings import service

    failed: list[Exception] = []

    def run() -> None:
        try:
            take(SOME)
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert service.count(service.Wanted()) == len(SOME)
    check_queue()


def test_a_run_that_was_killed_is_taken_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringwall.findings import service, store

    monkeypatch.setattr(store, "CHUNK", 10)
    monkeypatch.setattr(store.chunks, "__defaults__", (10,))
    plain, saved = store.save_rows, [0]

    def dies(rows: Any) -> None:
        saved[0] += 1
        if saved[0] == 3:
            raise KeyboardInterrupt
        plain(rows)

    monkeypatch.setattr(store, "save_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        take(SOME)
    assert service.count(service.Wanted()) == 20
    check_queue()
    done = take(SOME)
    assert (done.new, done.still) == (20, 20)
    assert take(SOME[1:], day=1).fixed == 1
    check_queue()
