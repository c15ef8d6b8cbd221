"""Redis's protocol, RESP2: commands out, and the replies that are waited for in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_END: Final = b"\r\n"
_MOST_LINE: Final = 4096
_MOST_BULK: Final = 1 << 20


class GarbledError(Exception):
    """What was received is no reply of Redis."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that says no: its text begins with a word such as ``NOSCRIPT``."""

    text: str


Reply = bytes | int | Refusal | None


def command(*words: bytes) -> bytes:
    """One command."""
    return b"*%d\r\n" % len(words) + strings(words)


def strings(words: Sequence[bytes]) -> bytes:
    """Words as they stand in a command, after how many there are."""
    return b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def read(data: bytes) -> tuple[Reply, bytes] | None:
    """The first reply and what follows it; ``None`` while it is not whole.

    Raises :class:`GarbledError`, for arrays too: nothing is asked that answers by one.
    """
    kind, end = data[:1], data.find(_END)
    if end < 0:
        if len(data) > _MOST_LINE or (kind and kind not in b"+-:$"):
            raise GarbledError
        return None
    line, rest = data[1:end], data[end + 2 :]
    if kind == b"+":
        return line, rest
    if kind == b"-":
        return Refusal(line.decode("utf-8", "replace")), rest
    if kind not in {b":", b"$"}:
        raise GarbledError
    try:
        number = int(line)
    except ValueError:
        raise GarbledError from None
    if kind == b":":
        return number, rest
    if number == -1:
        return None, rest
    if not 0 <= number <= _MOST_BULK:
        raise GarbledError
    if len(rest) < number + 2:
        return None
    if rest[number : number + 2] != _END:
        raise GarbledError
    return rest[:number], rest[number + 2 :]
