"""OpenTelemetry's logs over gRPC: its own SDK for Python, gRPC's own client, and bad peers."""

import gzip
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import grpc
import h2.config
import h2.connection
import h2.events
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from tests.lake.intake.stage import KEY, Stage, killed_meanwhile
from tests.tls import over_tls

from ringwall.lake.intake.frames import PREFACE, Frames

pytestmark = pytest.mark.e2e

EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


@pytest.fixture
def own() -> Iterator[Stage]:
    with Stage() as one:
        yield one


def credentials(stage: Stage, service: str | None = "shop") -> grpc.ChannelCredentials:
    trust = Path(stage.trust).read_bytes()
    if service is None:
        return grpc.ssl_channel_credentials(trust)
    shown = stage.service(service)
    return grpc.ssl_channel_credentials(trust, shown.key.read_bytes(), shown.chain.read_bytes())


def channel(stage: Stage, service: str | None = "shop") -> grpc.Channel:
    told = [("grpc.max_send_message_length", -1), ("grpc.initial_reconnect_backoff_ms", 100)]
    return grpc.secure_channel(f"localhost:{stage.port('http')}", credentials(stage, service), told)


def request(message: str, count: int = 1, **more: Any) -> ExportLogsServiceRequest:
    found = ExportLogsServiceRequest()
    records = found.resource_logs.add().scope_logs.add().log_records
    for _ in range(count):
        records.add(body=AnyValue(string_value=message), **more)
    return found


def export(found: grpc.Channel) -> Any:
    """LogsService.Export of gRPC's own client."""
    return found.unary_unary(
        EXPORT,
        request_serializer=ExportLogsServiceRequest.SerializeToString,
        response_deserializer=ExportLogsServiceResponse.FromString,
    )


def said(stage: Stage, message: str) -> list[Any]:
    return [one for one in stage.events() if one["event"].get("message") == message]


def exported(
    stage: Stage, asked: ExportLogsServiceRequest, service: str | None = "shop", **more: Any
) -> Any:
    with channel(stage, service) as found:
        return export(found)(asked, timeout=20, **more)


def refused(stage: Stage, *asked: Any, **more: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        exported(stage, *asked, **more)
    return caught.value


def trailers(error: Any) -> dict[str, bytes]:
    return dict(error.trailing_metadata())


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_what_a_program_logs_comes_in_by_the_sdk(
    stage: Stage, compression: grpc.Compression
) -> None:
    message = f"order 17 was paid, {compression.name}"
    exporter = OTLPLogExporter(
        endpoint=f"https://localhost:{stage.port('http')}",
        credentials=credentials(stage),
        compression=compression,
    )
    logs = LoggerProvider(resource=Resource.create({"service.name": "somebody-else"}))
    logs.add_log_record_processor(BatchLogRecordProcessor(exporter))
    for number in range(1000):
        logs.get_logger("shop.orders").emit(
            timestamp=time.time_ns(),
            severity_number=SeverityNumber.WARN,
            body=message,
            attributes={"user.id": "u-1", "client.address": "10.0.0.9", "order": number},
        )
    logs.shutdown()
    lines = said(stage, message)
    assert {line["event"]["unmapped"]["order"] for line in lines} == set(range(1000))
    assert {line["source"] for line in lines} == {"service/shop"}
    assert lines[0]["event"]["severity_id"] == 3
    assert lines[0]["personal"]["u-1"]["src_endpoint"] == {"ip": "10.0.0.9"}
    assert lines[0]["event"]["unmapped"]["resource"]["service.name"] == "somebody-else"


def test_each_service_is_known_by_its_proof(stage: Stage) -> None:
    exported(stage, request("by the certificate"), "bank")
    exported(stage, request("by the key"), None, metadata=(("authorization", f"Bearer {KEY}"),))
    assert said(stage, "by the certificate")[0]["source"] == "service/bank"
    assert said(stage, "by the key")[0]["source"] == "service/shop"


def test_who_proves_nothing_is_refused_before_the_message(stage: Stage) -> None:
    before = len(stage.lines())
    cases = [
        (None, (), grpc.StatusCode.UNAUTHENTICATED),
        (None, (("authorization", "Bearer another"),), grpc.StatusCode.UNAUTHENTICATED),
        ("bank", (("authorization", f"Bearer {KEY}"),), grpc.StatusCode.PERMISSION_DENIED),
        (
            "shop",
            (("authorization", f"Bearer {KEY}"), ("authorization", "Bearer another")),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ]
    for service, metadata, code in cases:
        error = refused(stage, request("nobody", 1000), service, metadata=metadata)
        assert error.code() == code
        assert "google.rpc.retryinfo-bin" not in trailers(error)
    assert len(stage.lines()) == before
    assert stage.status()["refused"]["an unknown key"] >= 1


def test_what_is_no_event_is_kept_as_evidence_and_told(stage: Stage) -> None:
    late = request("too late", 2, time_unix_nano=1_000_000_000)
    late.MergeFrom(request("in time"))
    told = exported(stage, late).partial_success
    assert told.rejected_log_records == 2
    assert told.error_message == "kept as evidence, not as events: wrongly timed"
    assert said(stage, "in time")
    assert not said(stage, "too late")
    assert [one["quarantine"]["reason"] for one in stage.evidence()[-2:]] == ["wrongly timed"] * 2
    assert not exported(stage, request("well")).HasField("partial_success")


def called(stage: Stage, message: bytes, method: str = EXPORT, **more: Any) -> grpc.RpcError:
    with channel(stage) as found, pytest.raises(grpc.RpcError) as caught:
        found.unary_unary(method)(message, timeout=20, **more)
    return caught.value


def test_what_is_no_request_is_an_invalid_argument_and_not_to_be_sent_again(stage: Stage) -> None:
    bomb = gzip.compress(bytes(9 * 1024 * 1024))
    too_many = request("x", 10_001).SerializeToString()
    for message, detail in [
        (b"\xff\xff garbage", "no ExportLogsServiceRequest"),
        (bytes(5 * 1024 * 1024), "4194304 bytes"),
        (too_many, "10000 records"),
    ]:
        error = called(stage, message)
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert detail in error.details()
        status = Status.FromString(trailers(error)["grpc-status-details-bin"])
        assert (status.code, status.message) == (3, error.details())
        assert not status.details
    zeros = called(stage, bytes(9 * 1024 * 1024), compression=grpc.Compression.Gzip)
    assert zeros.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "uncompressed" in zeros.details()
    assert len(bomb) < 64 * 1024
    other = called(stage, b"", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    assert other.code() == grpc.StatusCode.UNIMPLEMENTED
    assert exported(stage, request("and goes on")) is not None


def test_a_full_spool_is_told_with_when_to_come_again(own: Stage) -> None:
    own.stop()
    own.start(LARGEST="100")
    exported(own, request("the one that fills it"))
    error = refused(own, request("too much"))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    found = trailers(error)
    assert RetryInfo.FromString(found["google.rpc.retryinfo-bin"]).retry_delay.seconds == 5
    (detail,) = Status.FromString(found["grpc-status-details-bin"]).details
    info = RetryInfo()
    assert detail.Unpack(info)
    assert info.retry_delay.seconds == 5
    assert not said(own, "too much")


def test_what_cannot_be_made_durable_is_not_acknowledged(own: Stage) -> None:
    own.stop()
    own.start(LEAST_FREE=str(1 << 60))
    error = refused(own, request("no disk"))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert "google.rpc.retryinfo-bin" in trailers(error)
    own.stop()
    own.start()
    own.spool.unlink()
    own.spool.mkdir()  # nothing can be written there
    own.wait_for(lambda: "files" in own.status()["troubles"])
    error = refused(own, request("no file"))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    own.spool.rmdir()
    exported(own, request("a file again"))
    assert said(own, "a file again")


def test_whatever_was_acknowledged_survives_every_kill(own: Stage) -> None:
    acknowledged: list[str] = []
    ended = threading.Event()

    def send(first: int) -> None:
        number = first
        while not ended.is_set():
            try:
                with channel(own) as found:
                    while not ended.is_set():
                        export(found)(request(f"kept {number}"), timeout=5)
                        acknowledged.append(f"kept {number}")
                        number += 1
            except grpc.RpcError:
                time.sleep(0.01)

    killed_meanwhile(own, send, acknowledged, ended, times=3)
    assert set(acknowledged) <= {one["event"].get("message") for one in own.events()}


def test_a_service_of_this_machine_speaks_it_over_its_socket(stage: Stage) -> None:
    with grpc.insecure_channel(f"unix:{stage.folder}/in/desk.sock") as found:
        export(found)(request("from this machine"), timeout=20)
    assert said(stage, "from this machine")[0]["source"] == "service/desk"
    assert stage.post_locally("desk", '{"msg":"still by HTTP/1.1"}').status == 200


def test_many_calls_share_a_connection(stage: Stage) -> None:
    with channel(stage) as found:
        calls = [export(found).future(request("together", 20), timeout=30) for _ in range(60)]
        assert all(not call.result().HasField("partial_success") for call in calls)
    assert len(said(stage, "together")) == 1200


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(["h2", "http/1.1"], "http/1.1"), (["h2"], "h2"), (["spdy/3"], None), ([], None)],
)
def test_who_speaks_both_is_answered_in_the_older(
    stage: Stage, offered: list[str], chosen: str | None
) -> None:
    context = stage.tls("shop")
    context.set_alpn_protocols(offered)
    with over_tls(context, stage.port("http")) as sock:
        assert sock.selected_alpn_protocol() == chosen


class Peer:
    """A peer that says what it likes."""

    def __init__(self, stage: Stage) -> None:
        context = stage.tls("shop")
        context.set_alpn_protocols(["h2"])
        self.sock = over_tls(context, stage.port("http"))
        assert self.sock.selected_alpn_protocol() == "h2"
        self.sock.settimeout(20)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration())
        self.http.initiate_connection()
        self.events: list[h2.events.Event] = []
        self.flush()

    def flush(self) -> None:
        self.sock.sendall(self.http.data_to_send())

    def ask(self, *headers: tuple[str, str], path: str = EXPORT, end: bool = False) -> int:
        number = self.http.get_next_available_stream_id()
        told = [(":method", "POST"), (":scheme", "https"), (":authority", "x"), (":path", path)]
        kind = (
            []
            if any(name == "content-type" for name, _ in headers)
            else [("content-type", "application/grpc")]
        )
        self.http.send_headers(number, [*told, *kind, ("te", "trailers"), *headers], end_stream=end)
        return number

    def until(self, kind: type[h2.events.Event]) -> Any:
        """The next event of this kind; ``None`` where the connection ends before."""
        while True:
            while self.events:
                if isinstance(event := self.events.pop(0), kind):
                    return event
            if not (data := self.sock.recv(65536)):
                return None
            self.events += self.http.receive_data(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()


def test_streams_taken_back_without_end_end_the_connection(stage: Stage) -> None:
    with Peer(stage) as peer:
        for _ in range(150):
            number = peer.ask()
            peer.http.reset_stream(number)
        peer.flush()
        ended = peer.until(h2.events.ConnectionTerminated)
        assert ended.error_code == 11  # ENHANCE_YOUR_CALM
    assert exported(stage, request("others go on")) is not None


def test_pings_without_end_end_the_connection(stage: Stage) -> None:
    with Peer(stage) as peer:
        for _ in range(1100):
            peer.http.ping(b"12345678")
        peer.flush()
        assert peer.until(h2.events.ConnectionTerminated).error_code == 11


def test_other_requests_over_http2_are_told_what_is_spoken(stage: Stage) -> None:
    with Peer(stage) as peer:
        peer.ask(("content-type", "application/json"), path="/v1/events", end=True)
        peer.flush()
        answer = dict(peer.until(h2.events.ResponseReceived).headers)
        assert answer[b":status"] == b"415"


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"", (), b"13"),
        (b"\x00\x00\x00\x00\x09x", (), b"13"),
        (b"\x01\x00\x00\x00\x01x", (), b"13"),
        (b"\x01\x00\x00\x00\x01x", (("grpc-encoding", "gzip"),), b"3"),
        (b"\x00\x00\x00\x00\x00", (("grpc-encoding", "zstd"),), b"12"),
        (b"\x00\x00\x00\x00\x00", (("authorization", "Bearer \xff"),), b"16"),
        (b"\x00\x00\x00\x00\x00", (), b"0"),
    ],
)
def test_a_message_that_is_not_as_it_says_is_refused(
    stage: Stage, body: bytes, headers: Any, code: bytes
) -> None:
    with Peer(stage) as peer:
        number = peer.ask(*headers)
        peer.http.send_data(number, body, end_stream=True)
        peer.flush()
        found: dict[bytes, bytes] = {}
        while b"grpc-status" not in found:
            event = peer.until(h2.events.Event)
            assert event is not None
            found |= dict(getattr(event, "headers", None) or ())
        assert found[b"grpc-status"] == code


@pytest.mark.parametrize(
    "sent",
    [
        b"\x04\x00\x00\x00\x00\x00\x00\x00\x01",  # the head of a frame of 256 KiB
        b"\x00\x40\x00\x01\x00\x00\x00\x00\x01"
        + bytes(16_384)
        # fields without an end
        + b"\x00\x00\x01\x09\x00\x00\x00\x00\x01",
        b"\xff" * 9 + os.urandom(4096),
    ],
)
def test_frames_longer_than_allowed_end_the_connection_at_once(stage: Stage, sent: bytes) -> None:
    begun = time.monotonic()
    with Peer(stage) as peer:
        peer.sock.sendall(sent)
        assert peer.until(h2.events.ConnectionTerminated).error_code == 6  # FRAME_SIZE_ERROR
    assert time.monotonic() - begun < 5
    assert exported(stage, request("not disturbed")) is not None
    assert said(stage, "not disturbed")


def test_frames_are_measured_however_they_are_cut() -> None:
    good = PREFACE + b"".join(
        size.to_bytes(3) + bytes([kind, flags, 0, 0, 0, 1]) + bytes(size)
        for size, kind, flags in [(0, 4, 0), (16_000, 1, 0), (384, 9, 4), (16_384, 0, 0)] * 2
    )
    for step in (1, 7, 9, 1000, len(good)):
        frames = Frames()
        assert all(frames.are_bounded(good[at : at + step]) for at in range(0, len(good), step))
        assert not frames.are_bounded(b"\x00\x40\x01\x00\x00\x00\x00\x00\x01")


def test_a_bodys_memory_is_given_back(stage: Stage) -> None:
    """Bodies that never end, and are taken back, leave room for as many again and again."""
    for _ in range(30):  # 30 times 3 MiB is more than all bodies together may have
        with Peer(stage) as peer:
            number = peer.ask()
            for _ in range(192):
                while peer.http.local_flow_control_window(number) < 16_384:
                    assert peer.until(h2.events.WindowUpdated) is not None
                peer.http.send_data(number, bytes(16_384))
                peer.flush()
    assert exported(stage, request("there is room")) is not None
