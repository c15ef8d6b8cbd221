"""Where syslog messages begin and end, in pieces of any size, and what no client would send."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.intake.stage import Stage

from ringwall.lake.intake.framing import LONGEST, BrokenError, Framing, Message

texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=30).map(
    lambda text: f"<13>{text}".encode()
)


def fed(stream: bytes, cuts: list[int]) -> list[Message]:
    framing, found = Framing(), list[Message]()
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for begin, end in pairwise(places):
        found += framing.feed(stream[begin:end])
    if (rest := framing.end()) is not None:
        found.append(rest)
    return found


def fed_until_broken(stream: bytes, cuts: list[int]) -> list[Message]:
    """The same, up to where nobody knows any more."""
    framing, found = Framing(), list[Message]()
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    try:
        for begin, end in pairwise(places):
            found += framing.feed(stream[begin:end])
    except BrokenError as error:
        return [*found, *error.before]
    return [*found, *filter(None, [framing.end()])]


@given(
    st.lists(st.tuples(texts, st.sampled_from(["count", "\n", "\r\n", "\0"])), max_size=8),
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_messages_are_whole_however_they_are_framed_and_cut(
    told: list[tuple[bytes, str]], cuts: list[int]
) -> None:
    stream = b"".join(
        b"%d %b" % (len(text), text) if how == "count" else text + how.encode()
        for text, how in told
    )
    assert fed(stream, cuts) == [(text, len(text)) for text, _ in told]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_whatever_comes_is_taken_or_refused_however_it_is_cut(
    stream: bytes, cuts: list[int]
) -> None:
    assert fed_until_broken(stream, cuts) == fed_until_broken(stream, [])


@pytest.mark.parametrize("size", [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST, 1_000_003])
@pytest.mark.parametrize("piece", [1000, LONGEST, 1 << 22])
@pytest.mark.parametrize("counted", [True, False])
def test_of_what_is_too_long_the_beginning_is_kept_and_the_next_is_whole(
    size: int, piece: int, counted: bool
) -> None:
    long = b"<" + b"x" * (size - 1)
    stream = b"%d %b%b" % (size, long, b"3 <2>") if counted else long + b"\n<2>\n"
    framing, found = Framing(), list[Message]()
    for begin in range(0, len(stream), piece):
        found += framing.feed(stream[begin : begin + piece])
        assert len(framing._buffer) <= LONGEST + piece
    assert found == [(long[:LONGEST], size), (b"<2>", 3)]


def test_a_binary_message_may_hold_line_ends_where_its_length_is_told() -> None:
    assert fed(b"6 <1>a\nb4 <1>c", []) == [(b"<1>a\nb", 6), (b"<1>c", 4)]


@pytest.mark.parametrize("stream", [b"99999999999 <1>", b"12x <1>", b"70000000 <1>", b"5"])
def test_a_length_that_is_none_is_evidence(stream: bytes) -> None:
    if stream == b"5":
        assert fed(stream, []) == [(b"5", 1)]
        return
    with pytest.raises(BrokenError):
        fed(stream, [])


@pytest.mark.e2e
def test_garbage_and_what_is_cut_off_is_kept_as_evidence(stage: Stage) -> None:
    def reasons() -> list[str]:
        return [one["quarantine"]["reason"] for one in stage.evidence()]

    for sent, reason in (
        (b"\x16\x03\x01\xff\n", "no syslog message"),
        (b"12x garbage", "no length of a message"),
        (b"<34>1 - - - - - - in the mid", "cut off"),
        (b"200 <34>1 - - - - - - short", "cut off"),
        (b"<34>" + b"z" * 100_000 + b"\n", "larger than 60000 bytes"),
        (b"<34>1 - - - - - - a\x1b[2Jb\n", "neutralised"),
        (b"<34>1 2020-01-01T00:00:00Z - - - - - old\n", "wrongly timed"),
    ):
        count = reasons().count(reason)
        with stage.connected("syslog") as sock:
            sock.sendall(sent)
        stage.wait_for(lambda reason=reason, count=count: reasons().count(reason) == count + 1)
    (long,) = [one for one in stage.evidence() if "larger" in one["quarantine"]["reason"]]
    assert long["quarantine"]["size"] == 100_004
    assert b"\x1b" not in stage.spool.read_bytes()


@pytest.mark.e2e
def test_a_sender_says_what_it_is_and_not_what_its_messages_say(stage: Stage) -> None:
    with stage.connected("syslog", "bank") as sock:
        sock.sendall(b"<34>1 - shop shop - - - I am the shop\n")
    stage.wait_for(
        lambda: [one for one in stage.events() if one["event"].get("message") == "I am the shop"]
    )
    (line,) = [one for one in stage.events() if one["event"].get("message") == "I am the shop"]
    assert line["source"] == "service/bank"
    assert line["event"]["device"]["hostname"] == "shop"
