"""Logs of OpenTelemetry's own SDK for Python, by its own exporter."""

import time
from typing import Any

import pytest
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from tests.lake.intake.stage import KEY, Stage

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _trust_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # they win over what a session is told
        monkeypatch.delenv(name, raising=False)


def provider(stage: Stage, exporter: OTLPLogExporter) -> LoggerProvider:
    about = {"service.name": "somebody-else", "host.name": "web-1", "deployment.environment": "p"}
    found = LoggerProvider(resource=Resource.create(about))
    found.add_log_record_processor(BatchLogRecordProcessor(exporter))
    return found


def exporter(stage: Stage, **more: Any) -> OTLPLogExporter:
    shown = stage.service("shop")
    return OTLPLogExporter(
        endpoint=f"https://localhost:{stage.port('http')}/v1/logs",
        certificate_file=str(stage.trust),
        **{"client_certificate_file": str(shown.chain), "client_key_file": str(shown.key), **more},
    )


def said(stage: Stage, message: str) -> list[Any]:
    return [one for one in stage.events() if one["event"].get("message") == message]


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_what_a_program_logs_comes_in_with_its_trace(
    stage: Stage, compression: Compression
) -> None:
    message = f"order 17 was paid, {compression.value}"
    logs = provider(stage, exporter(stage, compression=compression))
    logger = logs.get_logger("shop.orders")
    tracer = TracerProvider().get_tracer("t")
    with tracer.start_as_current_span("s") as span:
        logger.emit(
            timestamp=time.time_ns(),
            severity_number=SeverityNumber.WARN,
            severity_text="WARN",
            body=message,
            attributes={"user.id": "u-1", "client.address": "10.0.0.9", "order": 17},
        )
        trace = f"{span.get_span_context().trace_id:032x}"
    logs.shutdown()
    (line,) = said(stage, message)
    event = line["event"]
    assert line["source"] == "service/shop"
    assert event["severity_id"] == 3
    assert event["metadata"]["log_name"] == "shop.orders"
    assert event["metadata"]["correlation_uid"] == trace
    assert event["actor"]["user"]["uid"] == "u-1"
    assert line["personal"]["u-1"]["src_endpoint"] == {"ip": "10.0.0.9"}
    assert event["unmapped"]["order"] == 17
    assert event["unmapped"]["resource"]["service.name"] == "somebody-else"
    assert abs(event["time"] - time.time() * 1000) < 60_000


def test_a_thousand_records_come_in_whole(stage: Stage) -> None:
    logs = provider(stage, exporter(stage))
    for number in range(1000):
        logs.get_logger("many").emit(body="one of many", attributes={"number": number})
    logs.shutdown()
    assert {one["event"]["unmapped"]["number"] for one in said(stage, "one of many")} == set(
        range(1000)
    )


def test_a_key_is_as_good_as_a_certificate_and_another_is_not(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for key, count in ((KEY, 1), ("another", 0)):
        headers = {"Authorization": f"Bearer {key}"}
        nothing: dict[str, Any] = {"client_certificate_file": None, "client_key_file": None}
        logs = provider(stage, exporter(stage, headers=headers, **nothing))
        logs.get_logger("keys").emit(body=f"by the key {key}")
        logs.shutdown()
        assert len(said(stage, f"by the key {key}")) == count
    assert "401" in caplog.text or "Unauthorized" in caplog.text
