"""What OTLP answers: what was not taken as events, and failures as ``google.rpc.Status``. Pure."""

from collections.abc import Sequence
from typing import Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from ringwall.lake.intake.admitting import QUARANTINED
from ringwall.lake.intake.desk import Outcome

_LONGEST: Final = 1000
_RETRY_INFO: Final = b"type.googleapis.com/google.rpc.RetryInfo"


def partial(outcomes: Sequence[Outcome]) -> tuple[int, str]:
    """How many records were not taken as events, and why (OTLP, "Partial Success")."""
    reasons = {one.reason: None for one in outcomes if one.status == QUARANTINED}
    rejected = sum(one.status == QUARANTINED for one in outcomes)
    said = "; ".join(str(one) for one in reasons)
    return rejected, f"kept as evidence, not as events: {said}"[:_LONGEST] if rejected else ""


def response(outcomes: Sequence[Outcome]) -> bytes:
    """An ``ExportLogsServiceResponse``."""
    found = ExportLogsServiceResponse()
    rejected, said = partial(outcomes)
    if rejected:
        found.partial_success.rejected_log_records = rejected
        found.partial_success.error_message = said
    return bytes(found.SerializeToString())


def retry_info(seconds: int) -> bytes:
    """A ``google.rpc.RetryInfo``: retry_delay = 1, whose seconds = 1."""
    return _piece(1, b"\x08" + _varint(seconds))


def status(said: str, *, code: int = 0, again_s: int | None = None) -> bytes:
    """A ``google.rpc.Status``: code = 1, message = 2, details = 3."""
    found = (b"\x08" + _varint(code) if code else b"") + _piece(2, said.encode())
    if again_s is not None:
        found += _piece(3, _piece(1, _RETRY_INFO) + _piece(2, retry_info(again_s)))
    return found


def _piece(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
