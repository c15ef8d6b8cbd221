"""Records are counted as protobuf itself finds them."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from ringwall.lake.intake.wire import records_in

shapes = st.lists(st.lists(st.lists(st.text(max_size=200), max_size=4), max_size=3), max_size=3)


@given(shapes)
def test_as_many_are_counted_as_there_are(shape: list[list[list[str]]]) -> None:
    request = ExportLogsServiceRequest()
    for scopes in shape:
        resource = request.resource_logs.add(schema_url="s")
        resource.resource.dropped_attributes_count = 300
        for records in scopes:
            scope = resource.scope_logs.add(schema_url="s" * 200)
            for text in records:
                record = scope.log_records.add(time_unix_nano=5, flags=7, severity_text=text)
                record.body.string_value = text
    count = sum(len(records) for scopes in shape for records in scopes)
    body = request.SerializeToString()
    assert records_in(body, at_most=1000) == count
    assert records_in(body, at_most=2) == min(count, 3)


@given(st.binary(max_size=200))
def test_whatever_comes_is_counted_to_its_end(body: bytes) -> None:
    assert records_in(body, at_most=5) <= 6
