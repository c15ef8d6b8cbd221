"""Counting without Redis: in the memory of the process, for all connections together."""

from pathlib import Path

import grpc
import pytest
from tests.gateway.quotas.asking import METHOD, question
from tests.gateway.quotas.served import Served

from ringwall.gateway.quotas.counting import Counting

OK = b"\x08\x01"


def test_all_connections_share_a_bucket_and_a_refusal_tells_when_to_come_back(
    tmp_path: Path,
) -> None:
    counting = Counting(prefix="rw")
    path = tmp_path / "q.sock"
    own = [("grpc.use_local_subchannel_pool", 1)]
    with (
        Served(path, counting.asked, counting.run),
        grpc.insecure_channel(f"unix:{path}", own) as one,
        grpc.insecure_channel(f"unix:{path}", own) as other,
    ):
        asked = question("partners 1/86400 4", {"program": "p"})
        answers = [channel.unary_unary(METHOD)(asked, timeout=5) for channel in (one, other) * 3]
        assert answers[:4] == [OK] * 4
        assert all(b"retry-after\x12\x0586400" in answer for answer in answers[4:])
        assert one.unary_unary(METHOD)(question("more 1/86400 4"), timeout=5) == OK


def test_what_cannot_be_read_is_no_answer_and_the_edge_lets_it_through(tmp_path: Path) -> None:
    counting = Counting(prefix="rw")
    path = tmp_path / "q.sock"
    with (
        Served(path, counting.asked, counting.run),
        grpc.insecure_channel(f"unix:{path}") as channel,
        pytest.raises(grpc.RpcError) as refused,
    ):
        channel.unary_unary(METHOD)(b"\x12\x05ab", timeout=5)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
