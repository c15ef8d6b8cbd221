"""In alarm shares of classes are refused as the file says, and never what is vital or exempt."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.live.addresses import From
from tests.gateway.live.solving import NAVIGATION, solved, with_pass
from tests.gateway.live.stage import Stage, plain_config

from ringwall.gateway.posture import Order, set_posture
from ringwall.gateway.sentry.keeping import replaced
from ringwall.gateway.sentry.orders import NO_SHARES, RUNTIME, Class, runtime
from ringwall.runtime.private_files import locked
from ringwall.runtime.recording.spool import LOCK, spool_of

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = plain_config()
    (plain,) = config["routes"]
    config["routes"] += [
        {**plain, "name": "export", "path": "/export/**", "priority": "bulk"},
        {**plain, "name": "health", "path": "/health", "priority": "vital"},
    ]
    config["availability"] = {
        "challenge": {"difficulty": {"least": 10, "most": 12}},
        "nobody": None,
    }
    with Stage(tmp_path_factory.mktemp("shedding"), config) as stage:
        stage.up()
        # What the tests say is to hold: the sentry says something each second, and the worker
        # takes everything back once the sentry is silent.
        silent = [stage.pid("sentry"), stage.pid("worker")]
        # Neither may be stopped while it writes down what happened: all others would wait for it.
        with locked(spool_of(stage.state).with_name(LOCK)):
            for pid in silent:
                os.kill(pid, signal.SIGSTOP)
            stage.wait(lambda: all(map(_is_stopped, silent)))
        yield stage
        for pid in silent:
            os.kill(pid, signal.SIGCONT)


def _is_stopped(pid: int) -> bool:
    """Whether none of its threads runs any more."""
    stats = (one / "stat" for one in Path(f"/proc/{pid}/task").iterdir())
    try:
        return all(one.read_text().rpartition(")")[2].split()[0] == "T" for one in stats)
    except (FileNotFoundError, ProcessLookupError):  # one that has just ended
        return False


def told(stage: Stage, **shares: int) -> None:
    """Have these shares in force, given by name of the class."""
    admin = stage.gateway().admin("edge")
    before = admin.stats(r"^runtime\.load_success$")
    replaced(_file(stage), _content(**shares))
    stage.wait(lambda: admin.stats(r"^runtime\.load_success$") != before)


def answers(stage: Stage, client: From, **shares: int) -> Counter[int]:
    """What 200 requests get while these shares are in force.

    None of them is like another: the same again and again has a limit of its own in alarm.
    """
    told(stage, **shares)
    return Counter(client.asks(f"/in/{n}").status for n in range(200))


def _file(stage: Stage) -> Path:
    return Path(stage.gateway().layout.xds("edge").path) / RUNTIME


def _content(**shares: int) -> bytes:
    given = {Class(name.replace("_", "-")): share for name, share in shares.items()}
    return runtime(100, {**NO_SHARES, **given})


def test_classes_are_refused_in_alarm_and_never_what_is_vital(running: Stage) -> None:
    told(running, anonymous_bulk=100, anonymous=100)
    with From(running, "127.0.6.1") as stranger:
        assert stranger.asks("/in/x").status == 200  # in peace nothing is shed
        set_posture(running.state, order=Order.ON)
        running.wait(lambda: stranger.asks("/in/x").status == 503, within=10)
        refused = stranger.asks("/in/x")
        assert refused.headers["retry-after"] == "5"
        assert refused.headers["strict-transport-security"]
        assert stranger.asks("/health").status == 200
        assert stranger.asks("/export/all").status == 503
        told(running, anonymous_bulk=100)
        assert stranger.asks("/export/all").status == 503
        assert stranger.asks("/in/x").status == 200
        found = answers(running, stranger, anonymous_bulk=100, anonymous=40)
        assert 40 < found[503] < 120
        assert found[200] + found[503] == 200
        told(running, anonymous_bulk=100, anonymous=100)
        shown = with_pass(solved(stranger.reads("/in/x", headers=NAVIGATION)[1]))
        assert stranger.asks("/in/x", headers=shown).status == 200
        told(running, anonymous_bulk=100, anonymous=100, passed=100)  # and nobody known
        assert stranger.asks("/in/x", headers=shown).status == 503
        assert stranger.asks("/health", headers=shown).status == 200
    told(running, anonymous_bulk=100, anonymous=100)
    with From(running, "127.0.0.1") as exempt:
        assert exempt.asks("/export/all").status == 200
        assert exempt.asks("/in/x").status == 200
    (counted,) = running.gateway().admin("edge").stats(r"edge\.rbac\.shed\.denied$").values()
    assert int(counted) > found[503]
