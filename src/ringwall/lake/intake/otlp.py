"""OpenTelemetry's log records as candidates (OTLP 1.x, opentelemetry/proto/logs/v1). Pure.

What a record says about itself is taken as plain fields; its severity and its time are its own.
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from ringwall.lake.canonical import RefusedError, parse
from ringwall.lake.intake.admitting import LARGEST_RAW, TOO_LARGE, Candidate
from ringwall.lake.intake.mapping import TIME_ASSUMED, mapped
from ringwall.lake.intake.wire import records_in

MOST: Final = 10_000
_DEEPEST: Final = 24


class MalformedError(ValueError):
    """The request is none; nothing of it can be taken."""


class TooManyError(ValueError):
    """More than :data:`MOST` records came at once."""


def of_protobuf(body: bytes, *, service: str, now: int) -> list[Candidate]:
    """The records of an ``ExportLogsServiceRequest``; ``now`` in milliseconds."""
    if records_in(body, at_most=MOST) > MOST:
        raise TooManyError
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError as error:
        raise MalformedError("it is no ExportLogsServiceRequest") from error
    found = []
    for one in request.resource_logs:
        resource = _attributes(one.resource.attributes)
        for scope in one.scope_logs:
            for record in scope.log_records:
                raw = record.SerializeToString()
                if len(raw) > LARGEST_RAW:
                    found.append(Candidate(raw=raw, reason=TOO_LARGE))
                    continue
                told = {
                    "time": record.time_unix_nano or record.observed_time_unix_nano,
                    "severity": int(record.severity_number),
                    "severity_text": record.severity_text,
                    "body": _value(record.body, _DEEPEST),
                    "attributes": _attributes(record.attributes),
                    "trace_id": record.trace_id.hex(),
                    "span_id": record.span_id.hex(),
                    "event_name": record.event_name,
                    "scope": scope.scope.name,
                }
                found.append(_candidate(told, resource, raw, service, now))
    return found


def of_json(body: bytes, *, service: str, now: int) -> list[Candidate]:
    """The same of its JSON form (OTLP specification, "JSON Protobuf Encoding").

    ``RefusedError`` is told as :class:`MalformedError`: one request is one JSON text.
    """
    try:
        request = parse(body)
        return _of_json(request, service, now)
    except RefusedError as error:
        raise MalformedError(error.reason) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, TooManyError):
            raise
        raise MalformedError("it is no ExportLogsServiceRequest in JSON") from error


def _of_json(request: Any, service: str, now: int) -> list[Candidate]:
    groups = [
        (one.get("resource") or {}, scope.get("scope") or {}, scope.get("logRecords") or [])
        for one in request.get("resourceLogs") or []
        for scope in one.get("scopeLogs") or []
    ]
    if sum(len(records) for _, _, records in groups) > MOST:
        raise TooManyError
    found = []
    for resource, scope, records in groups:
        about = _attributes_of_json(resource.get("attributes"))
        for record in records:
            raw = orjson.dumps(record)
            if len(raw) > LARGEST_RAW:
                found.append(Candidate(raw=raw, reason=TOO_LARGE))
                continue
            told = {
                "time": _whole(record.get("timeUnixNano"))
                or _whole(record.get("observedTimeUnixNano")),
                "severity": _whole(record.get("severityNumber")),
                "severity_text": str(record.get("severityText") or ""),
                "body": _value_of_json(record.get("body"), _DEEPEST),
                "attributes": _attributes_of_json(record.get("attributes")),
                "trace_id": str(record.get("traceId") or "").lower(),
                "span_id": str(record.get("spanId") or "").lower(),
                "event_name": str(record.get("eventName") or ""),
                "scope": str(scope.get("name") or ""),
            }
            found.append(_candidate(told, about, raw, service, now))
    return found


def _candidate(
    told: Mapping[str, Any], resource: Mapping[str, Any], raw: bytes, service: str, now: int
) -> Candidate:
    """A record whose fields are those of its body, where that has fields, and its attributes."""
    body = told["body"]
    flags: tuple[str, ...] = ()
    fields: dict[str, Any] = dict(body) if isinstance(body, dict) else {}
    fields.update(told["attributes"])
    given: dict[str, Any] = {"severity_id": _severity(told["severity"])}
    if told["time"]:
        given["time"] = told["time"] // 1_000_000
    else:
        given["time"] = now
        flags = (TIME_ASSUMED,)
    if isinstance(body, str):
        given["message"] = body
    elif body is not None and not isinstance(body, dict):
        given["message"] = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode()
    for name, value in (
        ("trace_id", told["trace_id"]),
        ("event_name", told["event_name"]),
        ("logger", told["scope"]),
        ("host.name", resource.get("host.name")),
    ):
        if value:
            fields.setdefault(name, value)
    if told["span_id"]:
        fields["span_id"] = told["span_id"]
    if resource:
        fields["resource"] = dict(resource)
    event, more = mapped(fields, service=service, received=now, raw=None, given=given)
    if told["severity_text"]:
        event["metadata"]["log_level"] = told["severity_text"]
    return Candidate(raw=raw, event=event, flags=(*flags, *more))


def _severity(number: int) -> int:
    """OCSF's for OpenTelemetry's 1 to 24 (logs data model, "Field: SeverityNumber")."""
    for least, found in ((21, 6), (17, 4), (13, 3), (1, 1)):
        if number >= least:
            return found
    return 0


def _attributes(told: Iterable[KeyValue]) -> dict[str, Any]:
    return {one.key: _value(one.value, _DEEPEST) for one in told}


def _value(told: AnyValue, room: int) -> Any:
    kind = told.WhichOneof("value")
    if kind is None:
        return None
    found = getattr(told, kind)
    if kind == "array_value":
        return [_value(one, room - 1) for one in found.values] if room else "..."
    if kind == "kvlist_value":
        return {one.key: _value(one.value, room - 1) for one in found.values} if room else "..."
    if kind == "bytes_value":
        return base64.b64encode(found).decode()
    return _finite(found) if kind == "double_value" else found


def _attributes_of_json(told: Any) -> dict[str, Any]:
    return {one["key"]: _value_of_json(one.get("value"), _DEEPEST) for one in told or []}


def _value_of_json(told: Any, room: int) -> Any:
    """An AnyValue in JSON: one member that names its type."""
    if not told:
        return None
    kind, found = next(iter(told.items()))
    if kind == "arrayValue":
        values = found.get("values") or []
        return [_value_of_json(one, room - 1) for one in values] if room else "..."
    if kind == "kvlistValue":
        values = found.get("values") or []
        if not room:
            return "..."
        return {one["key"]: _value_of_json(one.get("value"), room - 1) for one in values}
    if kind == "intValue":
        return _whole(found)
    if kind == "doubleValue":
        return _finite(float(found))
    if kind == "boolValue":
        return bool(found)
    return str(found)


def _finite(number: float) -> float | str:
    """A number without an end is written as a word, as protobuf's JSON does."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _whole(told: Any) -> int:
    """64-bit numbers are texts in protobuf's JSON."""
    if told is None:
        return 0
    number = int(told)
    if not -(2**63) <= number < 2**64:
        raise ValueError("it is no number of 64 bits")
    return number
