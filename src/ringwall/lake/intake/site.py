"""What services may ask by HTTP: ``POST /v1/events`` and, for OpenTelemetry, ``POST /v1/logs``."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Final

import orjson

from ringwall.lake.intake import batches, otlp
from ringwall.lake.intake.admitting import ACCEPTED, DUPLICATE, QUARANTINED
from ringwall.lake.intake.bodies import ENCODINGS, LARGEST_HELD, TooLargeError
from ringwall.lake.intake.desk import Desk, Outcome
from ringwall.lake.intake.http1 import Answer, Head, Held, Ready, later, problem
from ringwall.lake.intake.opening import holding, opened
from ringwall.lake.intake.otlp_answers import partial, response, status
from ringwall.lake.intake.pressure import SPOOL_FULL, NoRoomError
from ringwall.lake.intake.senders import Refusal, Sender

EVENTS: Final = "/v1/events"
LOGS: Final = "/v1/logs"
_PROTOBUF: Final = "application/x-protobuf"
_LONGEST_KEY: Final = 256

_Fail = Callable[[Answer], Answer]
"""Puts a problem into the form that the asked protocol has for it."""


class Site:
    """The site as one connection sees it: ``who`` asks is known by its proof and the head."""

    def __init__(self, desk: Desk, held: Held, who: Callable[[Head], Sender | Refusal]) -> None:
        self._desk, self._held, self._who = desk, held, who

    def judge(self, head: Head) -> Answer | Ready:
        """Refuse by the head, or return what takes the body."""
        if head.path not in {EVENTS, LOGS}:
            return problem(404, f"ask for {EVENTS} or {LOGS}")
        kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
        fail = _in_otlp(kind) if head.path == LOGS else _as_it_is
        if head.method != "POST":
            return fail(problem(405, "only POST is taken here", ("Allow", "POST")))
        sender = self._who(head)
        if isinstance(sender, Refusal):
            self._desk.counts.refused[sender.reason] += 1
            proof = (("WWW-Authenticate", 'Bearer realm="events"'),) if sender.status == 401 else ()
            return fail(problem(sender.status, sender.reason, *proof))
        coding = head.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ENCODINGS:
            accepted = ("Accept-Encoding", ", ".join(ENCODINGS[:-1]))  # RFC 7694, section 3
            return fail(problem(415, "compress it with gzip or deflate, or not at all", accepted))
        answering = self._answering(head, kind, sender.service)
        if isinstance(answering, Answer):
            return fail(answering)

        async def ready(body: bytes) -> Answer:
            try:
                return await self._take(body, coding, answering)
            except NoRoomError as error:
                status = 429 if error.reason == SPOOL_FULL else 503
                return fail(later(status, error.reason))
            except _RefusedError as error:
                return fail(error.answer)

        return ready

    def _answering(
        self, head: Head, kind: str, service: str
    ) -> Answer | Callable[[bytes], Awaitable[Answer]]:
        if head.path == LOGS:
            if kind not in {_PROTOBUF, batches.JSON}:
                return problem(415, f"send {_PROTOBUF} or {batches.JSON}")
            return lambda body: self._logs(body, kind, service)
        if kind != batches.JSON and kind not in batches.LINES:
            return problem(415, f"send {batches.JSON} or application/x-ndjson")
        key = head.headers.get("idempotency-key")
        if key is not None and not 0 < len(key) <= _LONGEST_KEY:
            return problem(400, f"an Idempotency-Key has 1 to {_LONGEST_KEY} characters")
        name = None if key is None else key.encode("latin-1")
        return lambda body: self._events(body, kind, service, name)

    async def _take(
        self, body: bytes, coding: str, answering: Callable[[bytes], Awaitable[Answer]]
    ) -> Answer:
        try:
            content = await opened(body, coding)
        except TooLargeError:
            said = f"a body may have {LARGEST_HELD} bytes uncompressed: send smaller batches"
            raise _RefusedError(problem(413, said)) from None
        except ValueError as error:
            raise _RefusedError(problem(400, str(error))) from None
        with holding(self._held, content, body):
            return await answering(content)

    async def _events(self, body: bytes, kind: str, service: str, key: bytes | None) -> Answer:
        try:
            found = batches.candidates(body, kind, key=key)
        except batches.TooManyError:
            raise _RefusedError(problem(413, f"send {batches.MOST} events at most")) from None
        if not found:
            raise _RefusedError(problem(400, "there is no event in it"))
        outcomes = await self._desk.take(service, found)
        return Answer(200, orjson.dumps(_told(outcomes)))

    async def _logs(self, body: bytes, kind: str, service: str) -> Answer:
        read = otlp.of_protobuf if kind == _PROTOBUF else otlp.of_json
        try:
            found = read(body, service=service, now=time.time_ns() // 1_000_000)
        except otlp.MalformedError as error:
            raise _RefusedError(problem(400, str(error))) from None
        except otlp.TooManyError:
            raise _RefusedError(problem(413, f"send {otlp.MOST} records at most")) from None
        return _partial(await self._desk.take(service, found), kind)


class _RefusedError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _told(outcomes: list[Outcome]) -> dict[str, object]:
    """What came of each event, in the order in which they came."""
    events = []
    counts = dict.fromkeys((ACCEPTED, QUARANTINED, DUPLICATE), 0)
    for one in outcomes:
        counts[one.status] += 1
        told = {"status": one.status}
        if one.reason is not None:
            told["reason"] = one.reason
        if one.uid is not None:
            told["uid"] = one.uid
        events.append(told)
    return {
        "accepted": counts[ACCEPTED],
        "quarantined": counts[QUARANTINED],
        "duplicates": counts[DUPLICATE],
        "events": events,
    }


def _partial(outcomes: list[Outcome], kind: str) -> Answer:
    """OTLP's answer: how many records were not taken, and why (OTLP/HTTP Response)."""
    if kind == _PROTOBUF:
        return Answer(200, response(outcomes), _PROTOBUF)
    rejected, said = partial(outcomes)
    told: dict[str, object] = {}
    if rejected:
        told = {"partialSuccess": {"rejectedLogRecords": str(rejected), "errorMessage": said}}
    return Answer(200, json.dumps(told).encode())


def _as_it_is(answer: Answer) -> Answer:
    return answer


def _in_otlp(kind: str) -> _Fail:
    """Failures of OTLP/HTTP have a google.rpc.Status as their body, in the form of the request."""

    def fail(answer: Answer) -> Answer:
        detail = json.loads(answer.body)["detail"]
        if kind != _PROTOBUF:
            return Answer(
                answer.status,
                json.dumps({"message": detail}).encode(),
                batches.JSON,
                answer.headers,
            )
        return Answer(answer.status, status(detail), _PROTOBUF, answer.headers)

    return fail
