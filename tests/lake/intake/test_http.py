"""Events by HTTP, from services that mean well and from those who do not."""

import gzip
import json
import re
import socket
import ssl
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from tests.lake.intake.stage import KEY, Stage, event, now_ms
from tests.tls import over_tls

from ringwall.gateway.config import HostSettings
from ringwall.lake.intake.senders import Refusal, of_certificate

pytestmark = pytest.mark.e2e


def batch(count: int, message: str) -> list[Any]:
    return [event(f"{message} {number}") for number in range(count)]


def messages(stage: Stage, beginning: str) -> list[str]:
    found = [line["event"].get("message", "") for line in stage.events()]
    return [one for one in found if one.startswith(beginning)]


def ndjson(events: list[Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in events)


@pytest.mark.parametrize(
    ("kind", "write"),
    [
        ("application/x-ndjson", ndjson),
        ("application/jsonl; charset=utf-8", lambda events: "\r\n\n" + ndjson(events)),
        ("application/json", json.dumps),
        ("application/json", lambda events: json.dumps(events, indent=2)),
        ("Application/JSON", ndjson),
    ],
)
def test_a_batch_comes_in_in_its_order(stage: Stage, kind: str, write: Any) -> None:
    name = f"batch {time.monotonic_ns()}"
    reply = stage.post(write(batch(30, name)), kind=kind)
    assert reply.status == 200
    assert reply.json["accepted"] == 30
    assert messages(stage, name) == [f"{name} {number}" for number in range(30)]
    received = [line["received"] for line in stage.lines()]
    assert received == sorted(received)


def test_one_object_is_a_batch_of_one(stage: Stage) -> None:
    reply = stage.post(json.dumps(event("alone"), indent=1))
    assert reply.json["events"][0]["status"] == "accepted"
    assert messages(stage, "alone") == ["alone"]


@pytest.mark.parametrize(
    ("coding", "press"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("GZIP", lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:])),
    ],
)
def test_a_body_may_be_compressed(stage: Stage, coding: str, press: Any) -> None:
    name = f"pressed {time.monotonic_ns()}"
    body = press(ndjson(batch(3, name)).encode())
    reply = stage.post(body, kind="application/x-ndjson", Content_Encoding=coding)
    assert reply.json["accepted"] == 3
    assert len(messages(stage, name)) == 3


def test_each_event_is_told_what_became_of_it(stage: Stage) -> None:
    good, late = event("told"), event("late", time=5)
    body = f'[{json.dumps(good)}, {json.dumps(late)}, 17, {{"a":1,"a":2}}, {json.dumps(good)}'
    reply = stage.post(body)
    assert reply.status == 200
    assert [(one["status"], one.get("reason")) for one in reply.json["events"]] == [
        ("accepted", None),
        ("quarantined", "wrongly timed"),
        ("quarantined", "no JSON object"),
        ("quarantined", "duplicate key"),
        ("accepted", None),
        ("quarantined", "malformed JSON"),
    ]


def test_a_batch_that_is_sent_again_is_taken_once(stage: Stage) -> None:
    body = json.dumps([{"msg": "again", "n": number} for number in range(5)] + ["no event"])
    first = stage.post(body, Idempotency_Key="k-1")
    again = stage.post(body, Idempotency_Key="k-1")
    assert (first.json["accepted"], first.json["quarantined"]) == (5, 1)
    assert (again.json["accepted"], again.json["duplicates"]) == (0, 6)
    assert len(messages(stage, "again")) == 5
    other = stage.post(body, Idempotency_Key="k-2")
    assert other.json["accepted"] == 5


def test_a_uid_is_taken_once_and_never_for_another_event(stage: Stage) -> None:
    one = event("with a uid", metadata={"uid": "u-1"})
    assert stage.post(json.dumps(one)).json["events"][0]["status"] == "accepted"
    assert stage.post(json.dumps(one)).json["events"][0]["status"] == "duplicate"
    other = stage.post(json.dumps({**one, "message": "with a uid, but another"}))
    assert other.json["events"][0]["reason"] == "another event came with this uid"
    assert messages(stage, "with a uid") == ["with a uid"]
    # Another service may call its own events as it likes.
    theirs = stage.post(json.dumps(one), service="bank")
    assert theirs.json["events"][0]["status"] == "accepted"


def test_what_a_service_says_of_itself_does_not_count(stage: Stage) -> None:
    told = event("I am the bank", metadata={"product": {"name": "bank"}}, source="service/bank")
    assert stage.post(json.dumps(told), X_Forwarded_Client_Cert="URI=spiffe://x/bank").status == 200
    (line,) = [one for one in stage.events() if one["event"].get("message") == "I am the bank"]
    assert line["source"] == "service/shop"


def test_no_line_is_forged_by_what_an_event_holds(stage: Stage) -> None:
    forged = '\n{"received":1,"source":"service/bank","event":{}}\n\x1b[2K\u2028\u0085'
    stage.post(json.dumps(event("forged" + forged, unmapped={forged: forged})))
    content = stage.spool.read_bytes()
    assert b"\x1b" not in content
    assert not [line for line in stage.lines() if line["received"] == 1]
    (line,) = [
        one for one in stage.events() if one["event"].get("message", "").startswith("forged")
    ]
    assert "neutralised" in line["flags"]


# Who is turned away, and how.


def test_nobody_unknown_is_let_in(stage: Stage) -> None:
    before = stage.status()["refused"]
    nobody = stage.post("{}", service=None)
    assert nobody.status == 401
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("Bearer wrong", "Bearer", f"Basic {KEY}", "", f"Bearer {KEY[:-1]}"):
        assert stage.post("{}", service=None, Authorization=wrong).status == 401
    assert stage.post("{}", service=None, Authorization=f"Bearer {KEY}").status == 200
    assert stage.post("{}", service="bank", Authorization=f"Bearer {KEY}").status == 403
    refused = stage.status()["refused"]
    assert refused["no certificate and no key"] == before.get("no certificate and no key", 0) + 1
    assert refused["an unknown key"] >= 5
    assert refused["a key of another service than the certificate"] == 1


def test_a_certificate_of_somebody_else_is_none(stage: Stage) -> None:
    with Stage() as other:
        shown = other.service("shop")  # the same name, by another authority
        context = ssl.create_default_context(cafile=stage.trust)
        context.load_cert_chain(shown.chain, shown.key)
        assert _refused(stage, context)
    host = stage.store.for_host(
        "shop.example",
        HostSettings(),
    )
    context = ssl.create_default_context(cafile=stage.trust)
    context.load_cert_chain(host.chain, host.key)
    assert _refused(stage, context)


def _refused(stage: Stage, context: ssl.SSLContext) -> bool:
    """Whether TLS itself turns away whoever shows this."""
    try:
        with over_tls(context, stage.port("http")) as sock:
            sock.sendall(b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            return sock.recv(100) == b""
    except OSError:
        return True


def test_a_certificate_of_our_own_that_is_no_services_is_not_enough(stage: Stage) -> None:
    ends = {"notAfter": "Jan  1 00:00:00 2030 GMT"}
    for names in (
        (),
        (("URI", "spiffe://ringwall.internal/edge"),),
        (("URI", "spiffe://other.internal/service/shop"),),
        (("URI", "spiffe://ringwall.internal/service/"),),
        (("URI", "spiffe://ringwall.internal/service/a/b"),),
        (
            (
                "URI",
                "spiffe://ringwall.internal/service/..",
            ),
        ),
        (("DNS", "spiffe://ringwall.internal/service/shop"),),
        (("URI", "spiffe://ringwall.internal/service/shop"),) * 2,
    ):
        told = {"subjectAltName": names, **ends}
        assert isinstance(of_certificate(told, trust_domain="ringwall.internal"), Refusal)


@pytest.mark.parametrize(
    ("path", "kind", "headers", "status"),
    [
        ("/", "application/json", {}, 404),
        ("/v1/events/../logs", "application/json", {}, 404),
        ("/v1/events", "text/plain", {}, 415),
        ("/v1/events", "application/json", {"Content_Encoding": "br"}, 415),
        ("/v1/events", "application/json", {"Content_Encoding": "gzip, gzip"}, 415),
        ("/v1/events", "application/json", {"Idempotency_Key": "k" * 257}, 400),
        ("/v1/events", "application/json", {"Content_Encoding": "gzip"}, 400),
        ("/v1/logs", "application/x-ndjson", {}, 415),
    ],
)
def test_a_wrong_question_gets_a_problem_that_says_what_is_right(
    stage: Stage, path: str, kind: str, headers: dict[str, str], status: int
) -> None:
    reply = stage.post("[{}]", path=path, kind=kind, **headers)
    assert reply.status == status
    assert reply.json.get("detail") or reply.json.get("message")


def test_an_empty_batch_is_told_to_be_one(stage: Stage) -> None:
    for body in ("", " \n ", "[]", "[ ] "):
        assert stage.post(body).status == 400


def test_a_bomb_is_not_unpacked(stage: Stage) -> None:
    bomb = gzip.compress(b"[" + b" " * (1024**3 // 4), 9)
    assert len(bomb) < 300_000
    memory = _memory(stage)
    reply = stage.post(bomb, Content_Encoding="gzip")
    assert reply.status == 413
    assert _memory(stage) - memory < 64 * 1024
    many = gzip.compress(b"") * 1000
    assert stage.post(many, Content_Encoding="gzip").status == 400
    assert stage.post(gzip.compress(b"{}")[:-4], Content_Encoding="gzip").status == 400


def _memory(stage: Stage) -> int:
    """Kilobytes that the process has."""
    told = Path(f"/proc/{stage.pid}/status").read_text()
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmRSS"))


def test_too_much_at_once_is_refused_by_its_length_or_on_the_way(stage: Stage) -> None:
    large = b"[" + b" " * (8 * 1024 * 1024) + b"]"
    assert stage.post(large).status == 413
    events = "\n".join(["{}"] * 10_001)
    assert stage.post(events, kind="application/x-ndjson").status == 413


# Below: octets that no library sends.


def spoken(stage: Stage, request: bytes, *, service: str | None = "shop") -> bytes:
    """What is answered until the connection ends."""
    with stage.connected("http", service) as sock:
        sock.sendall(request)
        found = b""
        sock.settimeout(20)
        while data := sock.recv(65536):
            found += data
    return found


_BODY = b'{"msg":"smuggled"}'


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 18\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 18",
        b"Content-Length: 18\r\nContent-Length: 17",
        b"Content-Length: +18",
        b"Content-Length : 18",
        b"Content-Length: 18\r\n Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding:\x0bchunked",
        b"Content-Length: 18\r\nX\x00: y",
        b"Content-Length: 18\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b",
    ],
)
def test_a_body_whose_length_is_told_in_two_ways_is_none(stage: Stage, head: bytes) -> None:
    start = b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    after = b"POST /v1/events HTTP/1.1\r\nHost: b\r\n\r\n"
    answer = spoken(stage, start + head + b"\r\n\r\n" + _BODY + after)
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", answer)) == 1
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:200]
    assert messages(stage, "smuggled") == []


def test_requests_one_after_another_on_one_connection_are_all_answered(stage: Stage) -> None:
    body = b'{"msg":"one of three"}'
    one = (
        b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n%b\r\n%b"
    )
    chunked = (
        b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    )
    both = one % (len(body), b"", body), one % (len(body), b"Connection: close\r\n", body)
    answer = spoken(stage, both[0] + chunked + both[1])
    assert answer.count(b"HTTP/1.1 200") == 3
    assert len(messages(stage, "one of three")) == 3


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01" * 100,
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 50_000,
        b"A" * 100_000,
        b"POST /v1/events HTTP/1.1\r\n" + b"X: y\r\n" * 10_000,
        b"POST /v1/events HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(stage: Stage, garbage: bytes) -> None:
    try:
        answer = spoken(stage, garbage)
    except OSError:
        answer = b""
    assert not answer or answer.startswith(b"HTTP/1.1 4")
    assert stage.post("{}").status == 200
    assert "Traceback" not in stage.log


def test_garbage_instead_of_tls_ends_nothing_but_itself(stage: Stage) -> None:
    for door in ("http", "syslog"):
        with socket.create_connection(("127.0.0.1", stage.port(door)), 10) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n" * 100)
            sock.settimeout(10)
            try:
                while sock.recv(4096):
                    pass
            except OSError:
                pass
    assert stage.post("{}").status == 200
    assert "Traceback" not in stage.log


def test_who_is_not_known_cannot_make_it_wait_for_a_body(stage: Stage) -> None:
    head = b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n"
    began = time.monotonic()
    assert spoken(stage, head, service=None).startswith(b"HTTP/1.1 401")
    assert time.monotonic() - began < 8


def test_a_head_that_drips_is_not_waited_for(stage: Stage) -> None:
    began = time.monotonic()
    with stage.connected("http") as sock:
        sock.settimeout(0.3)
        for octet in b"POST /v1/events HTTP/1.1\r\nX: " + b"y" * 1000:
            try:
                sock.sendall(bytes((octet,)))
                if sock.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert 5 < time.monotonic() - began < 20


def test_slow_senders_hold_up_nobody(stage: Stage) -> None:
    head = b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    slow = [stage.connected("http") for _ in range(40)]
    try:
        for sock in slow:
            sock.sendall(head + b"Content-Length: 5000\r\n\r\n{")
        began = time.monotonic()
        assert stage.post("{}").status == 200
        assert time.monotonic() - began < 5
    finally:
        for sock in slow:
            sock.close()
    stage.wait_for(lambda: stage.status()["doors"]["http"]["connections"] == 0)


def test_a_flood_of_connections_is_bounded_and_passes() -> None:
    with Stage(CONNECTIONS="20") as stage:
        flood = [
            socket.create_connection(("127.0.0.1", stage.port(door)), 10)
            for door in ("http", "syslog")
            for _ in range(60)
        ]
        try:
            status = stage.wait_for(
                lambda: (s := stage.status())["refused"].get("too many connections", 0) >= 80 and s
            )
            assert status["doors"]["http"]["connections"] <= 20
            assert stage.post_locally("desk", "{}").status == 200  # has a door of its own
        finally:
            for sock in flood:
                sock.close()
        stage.wait_for(lambda: stage.status()["doors"]["http"]["connections"] == 0)
        assert stage.post("{}").status == 200


# OTLP: what the SDK does not show.


def test_records_that_are_not_taken_are_a_partial_success(stage: Stage) -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(time_unix_nano=now_ms() * 1_000_000).body.string_value = "otlp"
    records.add(time_unix_nano=5).body.string_value = "otlp of long ago"
    reply = stage.post(request.SerializeToString(), path="/v1/logs", kind="application/x-protobuf")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/x-protobuf")
    response = ExportLogsServiceResponse.FromString(reply.body)
    assert response.partial_success.rejected_log_records == 1
    assert "wrongly timed" in response.partial_success.error_message
    told = {"timeUnixNano": "5", "body": {"stringValue": "old"}}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [told]}]}]}
    reply = stage.post(json.dumps(body), path="/v1/logs")
    assert reply.json["partialSuccess"]["rejectedLogRecords"] == "1"
    assert stage.post("{}", path="/v1/logs").json == {}
    assert stage.post(b"", path="/v1/logs", kind="application/x-protobuf").body == b""


def test_more_than_is_read_is_refused_before_it_is_read(stage: Stage) -> None:
    def part(number: int, content: bytes) -> bytes:
        size, length = len(content), bytearray()
        while size > 127:
            length.append(size & 127 | 128)
            size >>= 7
        return bytes((number << 3 | 2, *length, size)) + content

    memory = _memory(stage)
    records = part(1, part(2, b"\x12\x00" * 2_000_000))
    reply = stage.post(records, path="/v1/logs", kind="application/x-protobuf")
    assert reply.status == 413
    for body, kind in (
        (b"[" + b"1," * 1_000_000 + b"1]", "application/json"),
        (b"\n" * 3_000_000, "application/x-ndjson"),
        (b"1\n" * 1_000_000, "application/x-ndjson"),
    ):
        assert stage.post(body, kind=kind).status == 413
    assert _memory(stage) - memory < 64 * 1024
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    for _ in range(200_000):
        record.body.array_value.values.add()
    reply = stage.post(request.SerializeToString(), path="/v1/logs", kind="application/x-protobuf")
    told = ExportLogsServiceResponse.FromString(reply.body).partial_success
    assert (told.rejected_log_records, "larger than" in told.error_message) == (1, True)


def test_failures_of_otlp_are_a_status_of_google(stage: Stage) -> None:
    file = descriptor_pb2.FileDescriptorProto(name="s.proto", package="s", syntax="proto3")
    made = file.message_type.add(name="Status")
    made.field.add(name="code", number=1, type=5, label=1)
    made.field.add(name="message", number=2, type=9, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    status = message_factory.GetMessageClass(pool.FindMessageTypeByName("s.Status"))
    for body, service, code in ((b"\xff" * 9, "shop", 400), (b"", None, 401)):
        reply = stage.post(body, service=service, path="/v1/logs", kind="application/x-protobuf")
        assert reply.status == code
        assert status.FromString(reply.body).message
    assert stage.post("{", path="/v1/logs").json["message"]
