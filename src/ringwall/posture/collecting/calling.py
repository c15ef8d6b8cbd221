"""Make one call of AWS and say what became of it: known, absent, denied or an error."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.observations import Observation, State
from ringwall.posture.collecting.answers import (
    EXPIRED,
    CredentialsError,
    code_of,
    is_connection,
    is_garbled,
    is_passing,
    is_throttled,
    is_without_credentials,
    meaning,
    require_aws,
)
from ringwall.posture.collecting.pacing import Pace, Paces, backoff
from ringwall.posture.collecting.shape import Where

__all__ = ["Answer", "Caller", "CredentialsError", "observed"]
_ATTEMPTS: Final = 6
_FEW: Final = 3
"""Attempts where nobody answered, or what came could not be read."""
_GIVES_UP: Final = 2
"""Calls in a row that failed for good, after which the same call is tried only once."""

_TOKENS: Final = ("NextToken", "nextToken", "NextMarker")
_MARKED: Final = "Marker"
"""A token that some answers have also where they are the last page: those say ``IsTruncated``."""


class Answer:
    """The pages of one call, and what became of it."""

    __slots__ = ("at", "pages", "state", "why")

    def __init__(self) -> None:
        self.pages: list[Mapping[str, Any]] = []
        self.state, self.why, self.at = State.KNOWN, "", datetime.now(UTC)


class Caller:
    """Calls AWS with one set of credentials. Thread-safe.

    ``client`` gives boto3's client of a service in a region. ``calls`` counts what was sent;
    ``ended`` says why nothing more is asked, once the credentials have expired.
    """

    def __init__(
        self,
        client: Callable[[str, str], Any],
        paces: Paces | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self.client, self.paces, self.sleep = client, paces or Paces(), sleep
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._failed: dict[tuple[str, str], int] = {}
        self.calls = 0
        self.ended = ""

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """All pages of a call; those that came before it failed, where it failed."""
        answer = Answer()
        if self.ended:
            answer.state, answer.why = State.ERROR, self.ended
            return answer
        service, _, operation = call.partition(":")
        try:
            client = self._client_of(service, where.region)
            pace = self.paces.of(where.account, where.region, service)
            self._read(client, operation, arguments, pace, answer)
        except Exception as error:  # noqa: BLE001 - what it is becomes the observation
            answer.state, answer.why = meaning(error, absent)
            if code_of(error) in EXPIRED or is_without_credentials(error):
                self.ended = answer.why
        return answer

    def poll(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str],
        is_done: Callable[[Mapping[str, Any]], bool],  # noqa: ARG002 - for who remembers
    ) -> Answer:
        """As :meth:`call`, of what may not be done yet: that is no answer to go by later."""
        return self.call(call, where, arguments, absent)

    def _client_of(self, service: str, region: str) -> Any:
        with self._lock:  # making clients is not thread-safe in boto3
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self.client(service, region)
            return self._clients[key]

    def _read(
        self, client: Any, operation: str, arguments: Mapping[str, Any], pace: Pace, answer: Answer
    ) -> None:
        from botocore import xform_name  # noqa: PLC0415 - an extra, and slow to import

        name = xform_name(operation)
        paginator = client.get_paginator(name) if client.can_paginate(name) else None
        key = (str(client.meta.endpoint_url), operation)
        more = dict(arguments)
        while True:
            page = self._once(getattr(client, name), more, pace, key)
            answer.pages.append(page)
            following = (
                _following(paginator, page) if paginator else _unlisted(client, operation, page)
            )
            if not following:
                return
            if all(more.get(key) == value for key, value in following.items()):
                msg = f"{operation} gave the same page twice"
                raise RuntimeError(msg)
            more.update(following)

    def _once(
        self,
        method: Callable[..., Mapping[str, Any]],
        arguments: Mapping[str, Any],
        pace: Pace,
        key: tuple[str, str],
    ) -> Mapping[str, Any]:
        attempt = 0
        while True:
            pace.wait()
            with self._lock:
                self.calls += 1
            try:
                page = method(**arguments)
                require_aws(page)
            except Exception as error:
                attempt += 1
                if is_throttled(error):
                    pace.refused()
                elif not (is_passing(error) or is_garbled(error)) or self._gives_up(key):
                    raise
                is_lost = is_garbled(error) or is_connection(error)
                if attempt >= (_FEW if is_lost else _ATTEMPTS):
                    self._failed[key] = self._failed.get(key, 0) + 1
                    raise
                self.sleep(backoff(attempt, self._chance))
                continue
            self._failed.pop(key, None)
            pace.borne()
            return page

    def _gives_up(self, key: tuple[str, str]) -> bool:
        return self._failed.get(key, 0) >= _GIVES_UP


def observed(answer: Answer, call: str, value: Any) -> Observation:
    """What a call's answer is to whoever judges by it; no value is "absent"."""
    state = State.ABSENT if answer.state is State.KNOWN and value is None else answer.state
    told = value if state is State.KNOWN else None
    return Observation(state, told, call, answer.at, answer.why)


def _following(paginator: Any, page: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the next page, empty where this is the last.

    Of botocore's paginators only their tokens are used: each page is paced and retried here.
    """
    more = paginator._more_results  # noqa: SLF001 - what the published model says of this call
    if more is not None and not more.search(page):
        return {}
    found = {}
    outputs = paginator._output_token  # noqa: SLF001
    for name, output in zip(paginator._input_token, outputs, strict=True):  # noqa: SLF001
        token = output.search(page)
        if token:
            found[name] = token
    return found


def _unlisted(client: Any, operation: str, page: Mapping[str, Any]) -> dict[str, Any]:
    """The same where botocore has no paginator, but the answer has a token that can be asked with.

    Else what comes first would pass for all there is.
    """
    found = {name: page[name] for name in _TOKENS if page.get(name)}
    if page.get("IsTruncated") and page.get(_MARKED):
        found[_MARKED] = page[_MARKED]
    if not found:
        return {}
    asked = client.meta.service_model.operation_model(operation).input_shape
    return {name: token for name, token in found.items() if asked and name in asked.members}
