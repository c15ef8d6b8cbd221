"""Those who ask at the edge: somebody of a service, and an auditor of the log."""

import random
import time
from collections.abc import Callable

import httpx
from tests.gateway.live.stage import Stage
from tests.identity.edge.scene import ID
from tests.lake.twelve_hours.clock import Clock
from tests.lake.twelve_hours.sources import Source


class _Asking(Source):
    """Asks for one page after another; what is not answered is not asked again."""

    def __init__(self, clock: Clock, count: int, chance: random.Random, stage: Stage) -> None:
        super().__init__(clock, count, chance)
        self._stage = stage
        self._client: httpx.Client | None = None

    def ask(self, url: str, **headers: str) -> bool:
        """Whether it was answered well."""
        try:
            if self._client is None:
                self._client = self._stage.client()
            answer = self._client.get(url, headers=headers)
        except (httpx.HTTPError, OSError):
            self._client = None
            self.counts["not answered"] += 1
            return False
        if answer.status_code >= 500:
            self.counts["not answered"] += 1
        elif answer.status_code != 200:
            raise AssertionError(f"{url}: {answer.status_code} {answer.text[:300]}")
        return answer.status_code == 200


class Visitor(_Asking):
    """Somebody with a token, and a stranger. ``answered`` says when which path was."""

    def __init__(
        self, clock: Clock, count: int, chance: random.Random, stage: Stage, token: str
    ) -> None:
        super().__init__(clock, count, chance, stage)
        self._token = token
        self.answered: dict[str, float] = {}

    def send(self, first: int, end: int) -> None:
        for number in range(first, end):
            self.visit(number)

    def visit(self, number: int) -> None:
        """Ask for a page of this number, as each of both in turn."""
        path, shown = f"/public/visit-{number}", dict[str, str]()
        if number % 2:
            path = f"/required/visit-{number}"
            shown["authorization"] = f"Bearer {self._token}"
        if self.ask(f"https://app.localhost:{self._stage.port}{path}", **shown):
            self.answered[path] = time.monotonic()


class Auditor(_Asking):
    """Reads the log by the web process: no answer before it stands in the spool who asked."""

    def __init__(
        self,
        clock: Clock,
        count: int,
        chance: random.Random,
        stage: Stage,
        key: Callable[[], str],
    ) -> None:
        super().__init__(clock, count, chance, stage)
        self._key = key
        self.answered: set[str] = set()

    def send(self, first: int, end: int) -> None:
        for number in range(first, end):
            words = f"path:/audit/{number}"
            url = f"https://{ID}:{self._stage.port}/api/v1/log/count?q={words}"
            if self.ask(url, authorization=f"Bearer {self._key()}"):
                self.answered.add(f"counted: {words}")
