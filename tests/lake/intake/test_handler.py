"""The handler for Python's logging, in programs that end badly, against an intake that is away."""

import json
import logging
import logging.config
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lake.intake.stage import KEY, Stage

from ringwall.lake.handler import IntakeHandler
from ringwall.lake.handler.records import encoded
from ringwall.lake.handler.spill import Spill

pytestmark = pytest.mark.e2e


@pytest.fixture
def own() -> Iterator[Stage]:
    """An intake that a test may stop."""
    with Stage() as one:
        yield one


def socket_of(stage: Stage) -> str:
    return f"unix:{stage.folder}/in/desk.sock"


def logger_with(handler: logging.Handler) -> logging.Logger:
    found = logging.getLogger("shop.orders")
    found.propagate = False
    found.setLevel(logging.DEBUG)
    found.handlers = [handler]
    return found


def numbers(stage: Stage) -> Counter[int]:
    return Counter(
        line["event"]["unmapped"]["number"]
        for line in stage.events()
        if line["event"].get("message") == "number"
    )


def test_a_record_comes_in_with_what_was_told_beside_it(stage: Stage) -> None:
    handler = IntakeHandler(
        f"https://localhost:{stage.port('http')}", key=KEY, context=stage.tls(None)
    )
    logger = logger_with(handler)
    try:
        dict[str, int]()["the order"]
    except KeyError:
        more = {"user_id": "u-9", "ip": "10.0.0.9", "order": 17}
        logger.exception("order %d failed", 17, extra=more)
    handler.close()
    (line,) = [one for one in stage.events() if one["event"].get("message") == "order 17 failed"]
    event = line["event"]
    assert line["source"] == "service/shop"
    assert line["flags"] == []
    assert event["severity_id"] == 4
    assert event["metadata"]["log_name"] == "shop.orders"
    assert event["actor"]["user"]["uid"] == "u-9"
    assert line["personal"]["u-9"]["src_endpoint"]["ip"] == "10.0.0.9"
    assert event["unmapped"]["order"] == 17
    assert event["unmapped"]["exception"][-1] == "KeyError: 'the order'"
    assert abs(event["time"] - time.time() * 1000) < 60_000
    assert handler.lost == 0


def child(stage: Stage, spill: Path, first: int, count: int) -> "subprocess.Popen[str]":
    arguments = [socket_of(stage), str(spill), str(first), str(count)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lake.intake.logging_child", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_was_handed_over_is_there_once_whoever_is_killed(own: Stage, tmp_path: Path) -> None:
    spill, handed_over = tmp_path / "spill", list[int]()
    for away in range(4):
        first = away * 1_000_000
        one = child(own, spill, first, 0)
        assert one.stdout is not None
        try:
            for _ in range(5):
                last = int(one.stdout.readline())
            own.kill() if away % 2 else own.stop()  # in the middle of whatever it does
            for _ in range(5):
                last = int(one.stdout.readline())  # goes on all the same
            own.start()
            for _ in range(3):
                last = int(one.stdout.readline())
        finally:
            one.kill()
            one.wait(20)
            one.stdout.close()
        handed_over += range(first, last + 1)
    with child(own, spill, 9_000_000, 40) as end:  # sends what the others left
        assert end.wait(30) == 0
    found = numbers(own)
    handed_over += range(9_000_000, 9_000_040)
    assert [number for number in handed_over if number not in found] == []
    assert {number: count for number, count in found.items() if count > 1} == {}
    assert spill.stat().st_size == 0


@pytest.mark.alone  # the bound is one of seconds
def test_a_program_never_waits_for_an_intake_that_hangs(own: Stage) -> None:
    handler = IntakeHandler(socket_of(own), most=100, every=0.01, patience=0.2)
    logger = logger_with(handler)
    os.kill(own.pid, signal.SIGSTOP)
    try:
        longest = 0.0
        for number in range(2000):
            began = time.perf_counter()
            logger.info("number", extra={"number": number})
            longest = max(longest, time.perf_counter() - began)
        assert longest < 1.0
        assert handler.lost > 1000
    finally:
        os.kill(own.pid, signal.SIGCONT)
    own.wait_for(lambda: handler.lost == 0)
    handler.close()
    told = [one["event"] for one in own.events() if "lost" in one["event"].get("unmapped", {})]
    assert sum(one["unmapped"]["lost"] for one in told) + numbers(own).total() == 2000
    assert all("no room for them" in one["message"] for one in told)


def test_the_end_of_a_program_spills_what_an_intake_that_hangs_does_not_take(
    own: Stage, tmp_path: Path
) -> None:
    os.kill(own.pid, signal.SIGSTOP)
    try:
        handler = IntakeHandler(socket_of(own), spill=tmp_path / "spill", every=0.01, patience=0.3)
        logger_with(handler).info("number", extra={"number": 5})
        began = time.monotonic()
        handler.close()
        assert time.monotonic() - began < 3
    finally:
        os.kill(own.pid, signal.SIGCONT)
    assert b'"number": 5' in (tmp_path / "spill").read_bytes()


def test_an_intake_that_knows_nobody_loses_nothing(own: Stage, tmp_path: Path) -> None:
    url, path = f"https://localhost:{own.port('http')}", tmp_path / "spill"
    handler = IntakeHandler(url, key="wrong", context=own.tls(None), spill=path, every=0.01)
    logger_with(handler).info("number", extra={"number": 1})
    handler.close()
    assert path.stat().st_size
    right = IntakeHandler(url, key=KEY, context=own.tls(None), spill=path, every=0.01)
    right.close()
    assert numbers(own) == {1: 1}


def test_a_fork_logs_too(own: Stage, tmp_path: Path) -> None:
    code = f"""
import logging, os
from ringwall.lake.handler import IntakeHandler
handler = IntakeHandler({socket_of(own)!r}, spill={str(tmp_path / "spill")!r})
logger = logging.Logger("forked")
logger.addHandler(handler)
logger.info("number", extra={{"number": 1}})
child = os.fork()
logger.info("number", extra={{"number": 2 if child else 3}})
if child:
    assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
    assert numbers(own) == {1: 1, 2: 1, 3: 1}


def test_a_server_that_configures_logging_anew_ends_nothing(own: Stage) -> None:
    """``logging.config`` closes all handlers, as uvicorn and others do when they start."""
    handler = IntakeHandler(socket_of(own))
    logger = logger_with(handler)
    logger.info("number", extra={"number": 1})
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    assert logger.handlers == [handler]
    logger.info("number", extra={"number": 2})
    handler.flush()
    assert numbers(own) == Counter((1, 2))
    handler.close()


def test_two_processes_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    one, two = Spill(path, 1000), Spill(path, 1000)
    assert one.add([b"one\n"]) == two.add([b"two\n"]) == 1
    assert path.read_bytes() == b"one\n"
    assert (tmp_path / "spill.1").read_bytes() == b"two\n"
    one.close()
    two.close()


def test_what_more_processes_than_now_left_is_sent_too(own: Stage, tmp_path: Path) -> None:
    path = tmp_path / "spill"
    spills = [Spill(path, 10_000) for _ in range(3)]
    for number, spill in enumerate(spills):
        record = logging.makeLogRecord({"msg": "number", "number": number})
        spill.add([encoded(record)])
    spills.pop().close()
    handler = IntakeHandler(socket_of(own), spill=path, every=0.01)  # has the third
    handler.close()
    assert numbers(own) == {2: 1}  # the others are somebody's
    for spill in spills:
        spill.close()
    handler = IntakeHandler(socket_of(own), spill=path, every=0.01)
    handler.close()
    assert numbers(own) == {0: 1, 1: 1, 2: 1}


def test_a_spill_has_a_bound_and_mends_what_was_torn(tmp_path: Path) -> None:
    path = tmp_path / "spill"
    path.write_bytes(b"whole\ntorn")
    spill = Spill(path, 30)
    assert spill.add([b"0123456789\n", b"0123456789\n"]) == 1
    sent = bytearray()

    def send(lines: bytes) -> bool:
        sent.extend(lines)
        return True

    assert spill.send(send) == 0
    assert sent == b"whole\ntorn\n0123456789\n"
    assert path.read_bytes() == b""
    spill.close()


class _Odd:
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "extra",
    [
        {"a": _Odd()},
        {"a": float("nan")},
        {"a": b"\xff", "b": {1, 2}},
        {"a": {_Odd(): 1}},
        {"a": "\ud800"},
        {"a": ["x" * 10_000] * 100},
    ],
)
def test_whatever_is_logged_becomes_a_line(extra: dict[str, Any]) -> None:
    record = logging.makeLogRecord({"msg": "told", **extra})
    line = encoded(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) < 130 * 1024
    assert json.loads(line)["message"] == "told"
    loop: dict[str, Any] = {}
    loop["a"] = loop
    assert json.loads(encoded(logging.makeLogRecord({"msg": "%d", "args": ("x",), "a": loop})))


def test_it_imports_next_to_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import ringwall.lake.handler;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) == {"ringwall"}


def test_what_can_be_reached_in_no_way_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="write https://"):
        IntakeHandler("http://localhost")
