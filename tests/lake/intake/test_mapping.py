"""Plain fields, OpenTelemetry's records and syslog messages as events of the published schema."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from ringwall.lake.intake import otlp
from ringwall.lake.intake.admitting import Candidate, admit
from ringwall.lake.intake.fields import read_time
from ringwall.lake.intake.syslog import candidate
from ringwall.lake.ocsf import merged

NOW = 1_790_000_000_000_000
MS = NOW // 1000
MOMENT = datetime.fromtimestamp(MS / 1000, UTC)


@cache
def schema(class_uid: int, profiles: tuple[str, ...]) -> Draft202012Validator:
    found = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
    name = found.lookup_class_name_from_uid(class_uid).lower().replace(" ", "_")
    return Draft202012Validator(found.get_class_schema(name, list(profiles)))


def taken(one: Candidate) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole event, which the published schema finds nothing wrong with, and its line."""
    found = admit(one, service="shop", received=NOW)
    assert found.status == "accepted", found.reason
    line = orjson.loads(found.lines.splitlines()[0])
    whole = line["event"]
    for patch in line["personal"].values():
        whole = merged(whole, patch)
    profiles = tuple(whole["metadata"].get("profiles", ()))
    errors = [error.message for error in schema(whole["class_uid"], profiles).iter_errors(whole)]
    assert errors == []
    return whole, line


def plain(**told: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return taken(Candidate(raw=json.dumps(told).encode()))


def test_a_line_of_a_program_is_a_base_event_with_the_rest_beside() -> None:
    raw = '{"timestamp": "2026-09-21T13:33:00Z", "level": "WARN", "msg": "slow", "rows": 5}'
    now = int(datetime(2026, 9, 21, 13, 33, tzinfo=UTC).timestamp() * 1_000_000)
    found = admit(Candidate(raw=raw.encode()), service="shop", received=now)
    line = orjson.loads(found.lines)
    event = line["event"]
    assert event["class_uid"] == 0
    assert event["time"] == now // 1000
    assert event["severity_id"] == 3
    assert event["message"] == "slow"
    assert event["metadata"]["log_level"] == "WARN"
    assert event["metadata"]["original_time"] == "2026-09-21T13:33:00Z"
    assert event["metadata"]["product"] == {"name": "shop"}
    assert event["unmapped"] == {"rows": 5}
    assert event["raw_data"] == raw
    assert line["flags"] == []


def test_a_request_that_is_told_is_http_activity_without_its_query() -> None:
    event, _ = plain(
        time=MS, method="post", url="https://shop.example/orders?card=1", status=201, ip="10.0.0.1"
    )
    assert (event["class_uid"], event["activity_id"], event["type_uid"]) == (4002, 6, 400206)
    assert event["http_request"] == {
        "http_method": "POST",
        "url": {"path": "/orders", "hostname": "shop.example"},
    }
    assert event["http_response"] == {"code": 201}
    assert event["src_endpoint"] == {"ip": "10.0.0.1"}


def test_what_a_user_did_from_somewhere_is_api_activity() -> None:
    event, line = plain(
        time=MS, user={"id": 7, "name": "Ann", "email": "ann@example.org"}, ip="::1", action="pay"
    )
    assert event["class_uid"] == 6003
    assert event["api"] == {"operation": "pay"}
    assert line["event"]["actor"] == {"user": {"uid": "7"}}
    personal = line["personal"]["7"]
    assert personal["actor"]["user"] == {"name": "Ann", "email_addr": "ann@example.org"}
    assert personal["src_endpoint"] == {"ip": "::1"}
    assert "ann@" in personal["raw_data"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"user": "Ann"},
        {"user_email": "ann@example.org"},
        {"user": {}},
        {"user": {"other": 1}, "usr": 5},
        {"ip": "10.0.0.1"},
        {"ip": "not an address"},
        {"session_id": "s", "tenant": 5, "host": "web-1", "logger": "a.b", "trace_id": "f" * 32},
        {"method": "GET"},
        {"method": "BREW", "path": "/pot"},
        {"method": "G\x00T", "path": "/"},
        {"method": "GET", "path": "http://[", "level": 40},
        {"message": 5, "level": "loud", "time": "yesterday", "duration_ms": -1},
        {"message": "", "event_uid": "", "duration_ms": 12, "event_id": "e-1"},
        {"time": True, "level": True, "status": "ok", "a": {"b": [None, 1.5]}},
    ],
)
def test_every_mapped_event_fits_the_published_schema(told: dict[str, Any]) -> None:
    event, _ = plain(**told)
    assert json.loads(event["raw_data"]) == told


def test_without_a_time_it_is_of_now_and_that_is_told() -> None:
    for told in ({}, {"time": "soon"}, {"time": None}, {"timestamp": "2026-09-21T14:13:20"}):
        event, line = plain(**told)
        assert event["time"] == MS
        assert "time-assumed" in line["flags"]


@pytest.mark.parametrize(
    ("told", "milliseconds"),
    [
        (1_790_000_000, 1_790_000_000_000),
        (1_790_000_000.25, 1_790_000_000_250),
        (1_790_000_000_123, 1_790_000_000_123),
        (1_790_000_000_123_456, 1_790_000_000_123),
        (1_790_000_000_123_456_789, 1_790_000_000_123),
        ("2026-09-21T14:13:20.5+02:00", 1_789_992_800_500),
        (0, None),
        (-5, None),
        (10**30, None),
        (float("inf"), None),
        ("2026", None),
        ("9999-99-99T00:00:00Z", None),
        (True, None),
        ([], None),
    ],
)
def test_times_are_read_in_whatever_unit(told: Any, milliseconds: int | None) -> None:
    assert read_time(told)[0] == milliseconds


def export(**told: Any) -> bytes:
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add()
    scope.resource.attributes.append(KeyValue(key="host.name", value=AnyValue(string_value="w")))
    logs = scope.scope_logs.add()
    logs.scope.name = "shop.orders"
    record = logs.log_records.add()
    for name, value in told.items():
        setattr(record, name, value)
    record.body.string_value = "paid"
    record.attributes.append(KeyValue(key="enduser.id", value=AnyValue(string_value="u")))
    record.attributes.append(KeyValue(key="odd", value=AnyValue(double_value=float("nan"))))
    record.attributes.append(KeyValue(key="bytes", value=AnyValue(bytes_value=b"\xff")))
    record.attributes.append(KeyValue(key="none", value=AnyValue()))
    return bytes(request.SerializeToString())


def test_a_record_of_opentelemetry_keeps_its_own_time_and_severity() -> None:
    body = export(
        time_unix_nano=MS * 1_000_000,
        severity_number=17,
        severity_text="ERROR",
        trace_id=bytes(range(16)),
        span_id=bytes(8),
        event_name="order.paid",
    )
    (one,) = otlp.of_protobuf(body, service="shop", now=5)
    event, line = taken(one)
    assert event["time"] == MS
    assert event["severity_id"] == 4
    assert event["message"] == "paid"
    assert event["metadata"]["correlation_uid"] == bytes(range(16)).hex()
    assert event["metadata"]["log_name"] == "shop.orders"
    assert event["unmapped"]["odd"] == "NaN"
    assert event["unmapped"]["bytes"] == "/w=="
    assert event["unmapped"]["event_name"] == "order.paid"
    assert line["flags"] == []


def test_the_json_form_says_the_same_as_protobuf() -> None:
    about = {"key": "host.name", "value": {"stringValue": "w"}}
    record = {
        "timeUnixNano": str(MS * 1_000_000),
        "severityNumber": 17,
        "severityText": "ERROR",
        "traceId": bytes(range(16)).hex().upper(),
        "spanId": bytes(8).hex(),
        "eventName": "order.paid",
        "body": {"stringValue": "paid"},
        "attributes": [
            {"key": "enduser.id", "value": {"stringValue": "u"}},
            {"key": "odd", "value": {"doubleValue": "NaN"}},
            {"key": "bytes", "value": {"bytesValue": "/w=="}},
            {"key": "none", "value": {}},
        ],
        "unknownField": 5,
    }
    scopes = [{"scope": {"name": "shop.orders"}, "logRecords": [record]}]
    body = {"resourceLogs": [{"resource": {"attributes": [about]}, "scopeLogs": scopes}]}
    (mine,) = otlp.of_json(json.dumps(body).encode(), service="shop", now=5)
    proto = export(
        time_unix_nano=MS * 1_000_000,
        severity_number=17,
        severity_text="ERROR",
        trace_id=bytes(range(16)),
        span_id=bytes(8),
        event_name="order.paid",
    )
    (theirs,) = otlp.of_protobuf(proto, service="shop", now=5)
    assert mine.event == theirs.event
    assert mine.flags == theirs.flags


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"resourceLogs":5}',
        b'{"resourceLogs":[5]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"soon"}]}]}]}',
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"k":1}]}]}]}]}',
        b'{"resourceLogs":[],"resourceLogs":[]}',
    ],
)
def test_a_request_that_is_none_of_opentelemetry_is_refused(body: bytes) -> None:
    with pytest.raises(otlp.MalformedError):
        otlp.of_json(body, service="shop", now=5)


def test_garbage_is_no_protobuf() -> None:
    with pytest.raises(otlp.MalformedError):
        otlp.of_protobuf(b"\xff" * 50, service="shop", now=5)


def syslog(text: str | bytes) -> Candidate:
    raw = text if isinstance(text, bytes) else text.encode()
    return candidate((raw, len(raw)), service="shop", now=MOMENT)


def test_the_examples_of_rfc_5424_are_read() -> None:
    stamp = MOMENT.strftime("%Y-%m-%dT%H:%M:%S.003Z")
    event, _ = taken(
        syslog(
            f"<165>1 {stamp} mymachine.example.com evntslog - ID47 "
            '[exampleSDID@32473 iut="3" eventSource="Appli\\"cation\\]" eventID="1011"]'
            '[examplePriority@32473 class="high" class="low"] \ufeffAn application event log entry'
        )
    )
    assert event["message"] == "An application event log entry"
    assert event["severity_id"] == 2
    assert event["unmapped"]["facility"] == "local4"
    assert event["unmapped"]["structured_data"] == {
        "exampleSDID@32473": {"iut": "3", "eventSource": 'Appli"cation]', "eventID": "1011"},
        "examplePriority@32473": {"class": ["high", "low"]},
    }
    assert event["device"]["hostname"] == "mymachine.example.com"
    assert event["metadata"]["event_code"] == "ID47"
    bare, line = taken(syslog("<34>1 - - - - - -"))
    assert "message" not in bare
    assert line["flags"] == ["time-assumed"]


def test_the_older_form_has_the_nearest_year_or_no_time() -> None:
    near = MOMENT.strftime("%b %e %H:%M:%S")
    event, line = taken(syslog(f"<34>{near} mymachine su[4]: 'su root' failed"))
    assert event["time"] == MS
    assert event["message"] == "'su root' failed"
    assert event["severity_id"] == 5
    assert line["flags"] == ["rfc3164"]
    _, line = taken(syslog("<34>Jan  1 00:00:00 mymachine su: long ago"))
    assert line["flags"] == ["rfc3164", "time-assumed"]


@pytest.mark.parametrize(
    "text",
    [
        "no priority",
        "<192>1 - - - - - -",
        "<>1 - - - - - -",
        "<034>1 - - - - - -",
        "<34>1 yesterday - - - - -",
        "<34>1 - - - - - [open",
        '<34>1 - - - - - [a b="c]"]',
        "<34>1 - - - - -",
        '<34>1 - - - - - [a b="c"]x',
    ],
)
def test_what_is_no_syslog_message_is_evidence(text: str) -> None:
    assert syslog(text).reason == "no syslog message"


def test_bytes_that_are_no_text_are_marked_and_kept() -> None:
    raw = b"<34>1 - - - - - - caf\xe9"
    found = admit(syslog(raw), service="shop", received=NOW)
    line, beside = map(orjson.loads, found.lines.splitlines())
    assert line["event"]["message"] == "caf\ufffd"
    assert "neutralised" in line["flags"]
    assert beside["bytes"] == "PDM0PjEgLSAtIC0gLSAtIC0gY2Fm6Q=="
