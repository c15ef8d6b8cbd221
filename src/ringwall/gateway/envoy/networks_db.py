"""A MaxMind database of our own: which list a network is on, for a look-up without a search.

Envoy maps the file into memory and follows one bit of an address after the other: a hundred
thousand networks cost it neither memory nor time, and another file in its place is in force at
once.

The format is version 2.0 of the MaxMind DB file format: a binary search tree over 128 bits, in
which IPv4 stands below ``::/96``; sixteen bytes of nothing; the data; the metadata. A tree may lead
to the same node by several ways: equal branches are written once, which makes most of a list
vanish.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

FIELD: Final = "isp"
"""Where a record has the name of the list, as Envoy reads databases of this kind."""

_BITS: Final = 128
_NOTHING: Final = -1
_MARKER: Final = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR: Final = 16
_LONGEST: Final = 28
_STEPS: Final = 11
_NO_END: Final = (_BITS, _NOTHING, _NOTHING)

Entry = tuple[int, int, str]
"""A network as a number of 128 bits and a length of prefix in those, and the list that it is on."""


def networks_db(entries: Iterable[Entry], *, made: int) -> bytes:
    """The file; ``entries`` are sorted, ``made`` is the time in seconds since 1970.

    An address is on the list of the longest network that it is in; of equal networks the first
    counts. ``ValueError`` for a list whose name is longer than 28 bytes, and for entries out of
    order.
    """
    tree = _Tree()
    root = tree.of(entries)
    data, offsets = _data(tree.names)
    count = max(len(tree.left), 1)
    if root < 0:  # everybody, or nobody, is on one list
        tree.left.append(root)
        tree.right.append(root)
    records = array("I", bytes(8 * count))
    # Nodes were made from the leaves up; a reader begins at the first.
    last = count - 1
    for side, nodes in enumerate((tree.left, tree.right)):
        records[side::2] = array(
            "I",
            [
                last - one if one >= 0 else count if one == _NOTHING else count + offsets[-one - 2]
                for one in reversed(nodes)
            ],
        )
    if struct.pack("=I", 1) != struct.pack(">I", 1):
        records.byteswap()
    metadata = _map(
        {
            "node_count": _unsigned(6, count),
            "record_size": _unsigned(5, 32),
            "ip_version": _unsigned(5, 6),
            "database_type": _text("Ringwall-Lists"),
            "languages": b"\x00\x04",
            "binary_format_major_version": _unsigned(5, 2),
            "binary_format_minor_version": _unsigned(5, 0),
            "build_epoch": _unsigned64(made),
            "description": _map({"en": _text("Lists of networks")}),
        }
    )
    return b"".join((records.tobytes(), bytes(_SEPARATOR), data, _MARKER, metadata))


class _Tree:
    """Nodes by number, each with what a bit of 0 and of 1 leads to: a node, a name, or nothing.

    A name is ``-2 - n``. Of the path to the last network all nodes are open; what leaves it is
    closed, and then looked up among the equal ones.
    """

    def __init__(self) -> None:
        self.left: list[int] = []
        self.right: list[int] = []
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[int, int], int] = {}
        self._ends: dict[tuple[int, int, int], int] = {}

    def of(self, entries: Iterable[Entry]) -> int:
        """What the tree begins with."""
        # The two ways on from each open node, by depth.
        open_left, open_right = [_NOTHING] * _BITS, [_NOTHING] * _BITS
        before, depth, end = 0, 0, _NO_END
        top = _NOTHING
        for start, length, name in entries:
            common = min(_BITS - (start ^ before).bit_length(), depth, length)
            if (start, length) < (before, depth):
                msg = "networks are not in order"
                raise ValueError(msg)
            if length == 0:
                top = self._leaf(name) if top == _NOTHING else top
            if common == length:
                continue  # the same network once more
            if common < depth:
                self._close(open_left, open_right, before, depth, down_to=common + 1, end=end)
                common += 1
            inherited = top
            if common:
                way = open_right if (start >> (_BITS - common)) & 1 else open_left
                inherited = way[common - 1]
            fresh = [inherited] * (length - common)
            open_left[common:length] = fresh
            open_right[common:length] = fresh
            way = open_right if (start >> (_BITS - length)) & 1 else open_left
            way[length - 1] = leaf = self._leaf(name)
            before, depth, end = start, length, (common, leaf, inherited)
        if depth:
            self._close(open_left, open_right, before, depth, down_to=1, end=end)
            return self._node(open_left[0], open_right[0])
        return top

    def _close(
        self,
        left: list[int],
        right: list[int],
        path: int,
        depth: int,
        *,
        down_to: int,
        end: tuple[int, int, int],
    ) -> None:
        """Close the open nodes from the deepest up to that of ``down_to``.

        ``end`` says from where on nothing leaves the path but what was inherited, and what it leads
        to: the last steps of many paths are the same, and are taken at once.
        """
        known, lefts, rights = self._known, self.left, self.right
        jump = max(depth - _STEPS, down_to)
        taken = None
        if end[0] <= jump < depth:
            steps = depth - jump
            bits = (path >> (_BITS - depth)) & ((1 << steps) - 1)
            taken = (bits | 1 << steps, end[1], end[2])
            found = self._ends.get(taken, _NOTHING)
            if found != _NOTHING:
                if (path >> (_BITS - jump)) & 1:
                    right[jump - 1] = found
                else:
                    left[jump - 1] = found
                depth, taken = jump, None
        bits = path >> (_BITS - depth + 1)
        for at in range(depth - 1, down_to - 1, -1):
            one, other = left[at], right[at]
            if one == other and one < 0:
                found = one
            else:
                pair = (one, other)
                found = known.get(pair, -1)
                if found < 0:
                    found = known[pair] = len(lefts)
                    lefts.append(one)
                    rights.append(other)
            if bits & 1:
                right[at - 1] = found
            else:
                left[at - 1] = found
            bits >>= 1
            if taken is not None and at == jump:
                self._ends[taken] = found

    def _node(self, one: int, other: int) -> int:
        if one == other and one < 0:
            return one
        # The first of all is its own, whatever it is equal to: a reader begins there.
        self.left.append(one)
        self.right.append(other)
        return len(self.left) - 1

    def _leaf(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return -2 - number


def _data(names: Iterable[str]) -> tuple[bytes, list[int]]:
    """The data section, and where in it each name stands, as a record has to say it."""
    parts, offsets, length = [], [], 0
    for name in names:
        part = _map({FIELD: _text(name)})
        offsets.append(_SEPARATOR + length)
        parts.append(part)
        length += len(part)
    return b"".join(parts), offsets


def _text(value: str) -> bytes:
    encoded = value.encode()
    if len(encoded) > _LONGEST:
        msg = f"{value!r} is longer than {_LONGEST} bytes"
        raise ValueError(msg)
    return bytes((2 << 5 | len(encoded),)) + encoded


def _map(fields: Mapping[str, bytes]) -> bytes:
    return bytes((7 << 5 | len(fields),)) + b"".join(_pairs(fields))


def _pairs(fields: Mapping[str, bytes]) -> Iterator[bytes]:
    for name, value in fields.items():
        yield _text(name)
        yield value


def _unsigned(kind: int, value: int) -> bytes:
    """Of 16 bits (kind 5) or 32 (kind 6)."""
    encoded = value.to_bytes(4 if kind == 6 else 2, "big")
    return bytes((kind << 5 | len(encoded),)) + encoded


def _unsigned64(value: int) -> bytes:
    return bytes((8, 2)) + value.to_bytes(8, "big")
