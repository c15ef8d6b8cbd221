"""Syslog as programs send it that nobody here wrote: logger, rsyslog, Python's own handler."""

import logging
import logging.handlers
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.live.debian_tools import LIBRARIES, unpacked
from tests.lake.intake.relay import Relay
from tests.lake.intake.stage import Stage

pytestmark = pytest.mark.e2e


def logged(stage: Stage, mark: str) -> Any:
    """The one line whose event has this in its message."""
    found = [line for line in stage.events() if mark in line["event"].get("message", "")]
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize("framing", [("--octet-count",), ()], ids=["counted", "lines"])
def test_logger_of_util_linux_sends_rfc_5424(stage: Stage, framing: tuple[str, ...]) -> None:
    mark = f"logger{len(framing)}"
    with Relay(stage.port("syslog"), stage.tls("shop")) as relay:
        subprocess.run(
            [
                *("logger", "--server", "127.0.0.1", "--port", str(relay.port), "--tcp"),
                *("--rfc5424", *framing, "--id=77", "--priority", "auth.err", "--tag", "payments"),
                *("--msgid", "PAID", "--sd-id", "order@32473"),
                *("--sd-param", 'number="17"', "--sd-param", 'who="a \\"b\\""'),
                f"{mark} of 12 €",
            ],
            check=True,
            timeout=20,
        )
        line = stage.wait_for(lambda: logged(stage, mark))
    event = line["event"]
    assert line["source"] == "service/shop"
    assert line["flags"] == []
    assert event["message"] == f"{mark} of 12 €"
    assert event["severity_id"] == 4
    assert abs(event["time"] - time.time() * 1000) < 60_000
    assert event["metadata"]["log_name"] == "payments"
    assert event["metadata"]["event_code"] == "PAID"
    assert event["metadata"]["log_level"] == "err"
    assert event["device"]["hostname"] == socket.gethostname().partition(".")[0]
    assert event["unmapped"]["facility"] == "auth"
    assert event["unmapped"]["process"] == "77"
    assert event["unmapped"]["structured_data"]["order@32473"]["number"] == "17"
    assert "timeQuality" in event["unmapped"]["structured_data"]


def test_logger_of_util_linux_sends_the_older_form(stage: Stage) -> None:
    with Relay(stage.port("syslog"), stage.tls("shop")) as relay:
        subprocess.run(
            [
                *("logger", "--server", "127.0.0.1", "--port", str(relay.port), "--tcp"),
                *("--rfc3164", "--priority", "user.notice", "--tag", "old", "the older form"),
            ],
            check=True,
            timeout=20,
            env={**os.environ, "TZ": "UTC"},
        )
        line = stage.wait_for(lambda: logged(stage, "the older form"))
    assert "rfc3164" in line["flags"]
    assert line["event"]["message"] == "the older form"
    assert line["event"]["metadata"]["log_name"] == "old"
    assert line["event"]["severity_id"] == 2


class OverTls(logging.handlers.SysLogHandler):
    """Python's handler as it is, but for what its socket is; it ends messages with NUL."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        super().__init__(("127.0.0.1", 1), facility="local3", socktype=socket.SOCK_STREAM)

    def createSocket(self) -> None:  # noqa: N802 - logging's name
        self.socket = self._stage.connected("syslog")
        self.unixsocket = False
        self.socktype = socket.SOCK_STREAM


def test_pythons_own_handler_tells_neither_form_nor_time(stage: Stage) -> None:
    handler = OverTls(stage)
    try:
        for number in range(3):
            handler.emit(
                logging.LogRecord("n", logging.ERROR, "p", 1, "from Python %d", (number,), None)
            )
        stage.wait_for(lambda: logged(stage, "from Python 2"))
    finally:
        handler.close()
    for number in range(3):
        line = logged(stage, f"from Python {number}")
        assert set(line["flags"]) == {"rfc3164", "time-assumed"}
        assert line["event"]["severity_id"] == 4
        assert line["event"]["unmapped"]["facility"] == "local3"


def rsyslog(folder: Path, stage: Stage) -> "subprocess.Popen[bytes]":
    """A whole rsyslog that forwards what comes to its socket, with the shop's certificate."""
    root = unpacked("rsyslog-openssl")
    shown = stage.service("shop")
    modules = next(root.glob("usr/lib/*/rsyslog"))
    (folder / "conf").write_text(
        f"""
        global(workDirectory="{folder}" defaultNetstreamDriver="ossl"
          defaultNetstreamDriverCAFile="{stage.trust}"
          defaultNetstreamDriverCertFile="{shown.chain}"
          defaultNetstreamDriverKeyFile="{shown.key}")
        module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="{folder}/log")
        action(type="omfwd" target="127.0.0.1" port="{stage.port("syslog")}" protocol="tcp"
          TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
          StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
          StreamDriverPermittedPeers="localhost"
          queue.type="linkedList" action.resumeRetryCount="-1" action.resumeInterval="1")
        """
    )
    libraries = [str(path) for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
    program = next(
        path for path in (root / "usr/sbin/rsyslogd", root / "sbin/rsyslogd") if path.exists()
    )
    with (folder / "out").open("wb") as out:
        return subprocess.Popen(
            [
                str(program),
                "-n",
                "-f",
                str(folder / "conf"),
                "-i",
                str(folder / "pid"),
                "-M",
                str(modules),
            ],
            env={**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )


def test_rsyslog_forwards_with_its_own_tls(stage: Stage, tmp_path: Path) -> None:
    folder = Path("/tmp") / f"rw-rs-{os.getpid()}"
    folder.mkdir()
    process = rsyslog(folder, stage)
    try:
        stage.wait_for(lambda: (folder / "log").exists() or process.poll() is not None)
        assert process.poll() is None, (folder / "out").read_text()
        for number in range(200):
            say(folder / "log", f"<13>app[5]: through rsyslog {number} of 200")
        # Its queue has several threads, so that the last may come before others.
        mark = "through rsyslog "
        stage.wait_for(
            lambda: sum(mark in one["event"].get("message", "") for one in stage.events()) == 200
        )
        for number in range(200):
            line = logged(stage, f"through rsyslog {number} of")
            assert line["source"] == "service/shop"
            assert line["event"]["metadata"]["log_name"] == "app"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        shutil.rmtree(folder)


def say(path: Path, message: str) -> None:
    """Say something to a local syslog socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(str(path))
        sock.send(message.encode())
