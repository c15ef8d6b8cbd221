"""A normal client that goes on using the edge while others attack it."""

import statistics
import threading
import time
from types import TracebackType
from typing import Final

import httpx
from tests.gateway.live.stage import Stage

PAUSE_S: Final = 0.005


class Bystander:
    """Asks for one path after the other while it is open. Use as a context manager."""

    def __init__(self, stage: Stage, *, http2: bool = False) -> None:
        self.answers: list[tuple[int, bool, float]] = []
        self.failures: list[str] = []
        self._stage, self._http2 = stage, http2
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @property
    def report(self) -> str:
        """How it went, in words."""
        times = sorted(taken * 1000 for _, _, taken in self.answers) or [0.0]
        return (
            f"{len(self.answers)} answers, median {statistics.median(times):.1f} ms, "
            f"worst {times[-1]:.1f} ms; failures: {self.failures[:3]}"
        )

    def check(self, *, at_least: int = 20) -> None:
        """Every request was answered 200 with its own answer."""
        assert not self.failures, self.report
        assert len(self.answers) >= at_least, self.report
        assert all(status == 200 and own for status, own, _ in self.answers), self.report

    def __enter__(self) -> "Bystander":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        client = self._stage.client(http2=self._http2)
        with client:
            while not self._over.wait(PAUSE_S):
                number += 1
                path = f"/static/bystander/{number}"
                begun = time.perf_counter()
                try:
                    found = client.get(f"https://app.localhost{path}")
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))
                    continue
                taken = time.perf_counter() - begun
                self.answers.append((found.status_code, found.text == path, taken))
