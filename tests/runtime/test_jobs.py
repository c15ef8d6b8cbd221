"""Jobs that take longer than their time."""

import threading

import pytest

from ringwall.runtime.jobs import OneAtATime

PATIENCE_S = 10.0


def test_what_is_asked_for_meanwhile_is_done_once_more_afterwards() -> None:
    begun, go_on, runs = threading.Semaphore(0), threading.Semaphore(0), []

    def slow() -> None:
        runs.append(threading.get_ident())
        begun.release()
        assert go_on.acquire(timeout=PATIENCE_S)

    alone = OneAtATime(slow)
    first = threading.Thread(target=alone)
    first.start()
    assert begun.acquire(timeout=PATIENCE_S)
    for _ in range(3):
        alone()  # returns at once: somebody is at it
    assert len(runs) == 1
    go_on.release(2)
    first.join(PATIENCE_S)
    assert runs == [first.ident] * 2
    go_on.release()
    alone()
    assert runs[2:] == [threading.get_ident()]


def test_a_failure_does_not_keep_it_from_the_next_time() -> None:
    runs = []

    def fails() -> None:
        runs.append(1)
        raise ValueError("once")

    alone = OneAtATime(fails)
    for _ in range(2):
        with pytest.raises(ValueError, match="once"):
            alone()
    assert len(runs) == 2
