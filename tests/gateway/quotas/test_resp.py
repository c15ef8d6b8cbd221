"""Redis's protocol, read in whatever pieces it comes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.quotas import resp
from ringwall.gateway.quotas.address import RedisAddress, RedisUrlError

REPLIES = [
    (b"+OK\r\n", b"OK"),
    (b":-12\r\n", -12),
    (b"-NOSCRIPT it\r\n", resp.Refusal("NOSCRIPT it")),
    (b"$5\r\na\r\nbc\r\n", b"a\r\nbc"),
    (b"$0\r\n\r\n", b""),
    (b"$-1\r\n", None),
]


@pytest.mark.parametrize(("said", "meant"), REPLIES)
def test_a_reply_is_read_once_it_is_whole(said: bytes, meant: resp.Reply) -> None:
    assert all(resp.read(said[:end]) is None for end in range(len(said)))
    assert resp.read(said + b"+next") == (meant, b"+next")


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400\r\n", b"*1\r\n", b"$x\r\n", b"$1\r\nabc", b"$-2\r\n"]
)
def test_what_is_no_reply_is_said_to_be_none(said: bytes) -> None:
    with pytest.raises(resp.GarbledError):
        resp.read(said)


@given(st.binary(max_size=40))
def test_any_octets_are_read_or_refused(said: bytes) -> None:
    with contextlib.suppress(resp.GarbledError):
        resp.read(said)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://here", RedisAddress("here")),
        (
            "redis://ann:p%40ss@here:6380/3",
            RedisAddress("here", 6380, user="ann", password="p@ss", database=3),
        ),
        ("rediss://:secret@here/", RedisAddress("here", tls=True, password="secret")),
        ("redis://[::1]:7000", RedisAddress("::1", 7000)),
        ("unix:///run/redis.sock?db=2", RedisAddress(path="/run/redis.sock", database=2)),
    ],
)
def test_a_url_is_read(url: str, address: RedisAddress) -> None:
    assert RedisAddress.parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://here",
        "redis://",
        "redis://here:port",
        "redis://here/secret",
        "unix://relative",
        "redis://user:secret/x@here",
        "redis://here/0#secret",
        "secret",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(RedisUrlError) as refused:
        RedisAddress.parse(url)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(RedisAddress(password="secret"))
