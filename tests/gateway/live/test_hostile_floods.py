"""HTTP/2 floods: the attacker is cut off, and nobody else notices."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.gateway.live.bystander import Bystander
from tests.gateway.live.floods import FLOODS
from tests.gateway.live.hostile import HostileStage, hostile_stage
from tests.gateway.live.wire import connect

pytestmark = pytest.mark.e2e

ATTACKERS: Final = 4
LONG_S, SHORT_S = 3.0, 1.0
LONGEST_S: Final = 30.0
"""A flood goes on for so long if it must until others have asked and been answered meanwhile."""

ENOUGH: Final = 20
GROWTH_MB: Final = 64

STOPPED_BY: Final = {
    "rapid_reset": "http.edge.downstream_rq_too_many_premature_resets",
    "made_you_reset": "http.edge.downstream_cx_protocol_error",
    "pings": "http2.outbound_control_flood",
    "settings": "http2.outbound_control_flood",
    "empty_data": "http2.inbound_empty_frames_flood",
    "empty_continuations": "http2.inbound_empty_frames_flood",
    "continuations": "http.edge.downstream_cx_protocol_error",
    "window_updates": "http2.inbound_window_update_frames_flood",
    "priorities": "http2.inbound_priority_frames_flood",
    "header_bomb": "http.edge.downstream_rq_too_many_premature_resets",
    "huge_headers": "http.edge.downstream_cx_protocol_error",
    "resets_of_nothing": "http.edge.downstream_cx_protocol_error",
}
"""Envoy's counter of the limit that ends each flood."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileStage]:
    """An edge with the limits it has by default."""
    with hostile_stage(tmp_path_factory.mktemp("floods")) as running:
        yield running


@pytest.fixture(scope="module")
def envoy(hostile: HostileStage) -> int:
    """The process id of the edge's Envoy."""
    return hostile.stage.pid("edge")


def test_every_flood_has_a_limit_that_ends_it() -> None:
    assert set(FLOODS) == set(STOPPED_BY)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_cut_off_and_others_go_on(hostile: HostileStage, envoy: int, name: str) -> None:
    attack = _Attack(hostile, FLOODS[name](), LONG_S if name == "rapid_reset" else SHORT_S)
    before, memory = _counter(hostile, name), _resident_mb(envoy)
    with Bystander(hostile.stage, http2=True) as bystander:
        attack.run(until=lambda: len(bystander.answers) >= ENOUGH or bool(bystander.failures))
    bystander.check(at_least=ENOUGH)
    assert attack.connections >= ATTACKERS, bystander.report
    assert attack.survived == 0, f"{attack.survived} of {attack.connections} went on"
    assert _counter(hostile, name) >= before + attack.connections
    assert _resident_mb(envoy) < memory + GROWTH_MB, "memory grew with the flood"


class _Attack:
    """The same flood on one new connection after the other, by several attackers."""

    def __init__(self, hostile: HostileStage, flood: bytes, duration: float) -> None:
        self._stage, self._flood = hostile.stage, flood
        began = time.monotonic()
        self._over, self._latest = began + duration, began + LONGEST_S
        self._enough: Callable[[], bool] = lambda: True
        self.connections = self.survived = 0

    def run(self, *, until: Callable[[], bool]) -> None:
        """Attack for the whole duration, and longer while not ``until``."""
        self._enough = until
        threads = [threading.Thread(target=self._attack) for _ in range(ATTACKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _attack(self) -> None:
        while self._goes_on():
            with connect(self._stage, alpn=("h2",), timeout=15) as tls:
                self.connections += 1
                with contextlib.suppress(ConnectionError, OSError):
                    tls.sendall(self._flood)
                try:
                    while tls.recv(65536):
                        pass
                except TimeoutError:
                    self.survived += 1
                except OSError:
                    pass

    def _goes_on(self) -> bool:
        now = time.monotonic()
        return now < self._over or (now < self._latest and not self._enough())


def _counter(hostile: HostileStage, name: str) -> int:
    counter = STOPPED_BY[name]
    return int(hostile.admin.stats(f"^{counter.replace('.', '[.]')}$")[counter])


def _resident_mb(pid: int) -> int:
    """Resident memory of a process; the file counts it in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024
