#!/usr/bin/env python3
"""Check a log of Ringwall with nothing but Python and the log's public key.

This is one file, which needs Python 3.11 and nothing else: no package, no network, none of
Ringwall's own code. It says what it checked, and exits with

    0  all of it was checked and is right
    1  something is wrong: it was changed, forged, or is not what it claims to be
    2  it could not be checked: a file is missing, or the command was used wrongly
    3  all that is there is right, but some of it was pruned and could not be checked

You need the public key from somewhere you trust, not from the machine that you check:

    python3 verify_log.py bundle event.json --key 'example.com/log+530d903a+AekyeRrm...'
    python3 verify_log.py consistency old.checkpoint new.checkpoint proof --key log.keys
    python3 verify_log.py tree /var/lib/ringwall/log/tree --key log.keys

`--key` takes a key or a file with one key a line. What is checked is public: RFC 9162 section 2
(the Merkle tree), RFC 8032 (Ed25519), C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof and
tlog-cosignature.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path

# --- Ed25519 signatures, RFC 8032 section 5.1 ---------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def added(one: Point, two: Point) -> Point:
    """Section 5.1.4, in extended homogeneous coordinates."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """The point, ``scalar`` times."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = added(total, point)
        point = added(point, point)
        scalar >>= 1
    return total


def decoded_point(content: bytes) -> Point | None:
    """Section 5.1.3; None for what is no point."""
    y = int.from_bytes(content, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encoded_point(point: Point) -> bytes:
    """Section 5.1.2."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = decoded_point(BASE_Y.to_bytes(32, "little"))


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7."""
    key = decoded_point(public)
    s = int.from_bytes(signature[32:], "little")
    if BASE is None or key is None or len(signature) != 64 or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus_key = (P - key[0], key[1], 1, P - key[3])
    return encoded_point(added(times(s, BASE), times(k, minus_key))) == signature[:32]


# --- The Merkle tree, RFC 9162 section 2.1 ------------------------------------------------------

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_of_leaf(entry: bytes) -> bytes:
    """Section 2.1.1: what an entry becomes in the tree."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_of_node(left: bytes, right: bytes) -> bytes:
    """Section 2.1.1: what stands over two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to, from the top down; None where it cannot be one."""
    if size == 1:
        return leaf if index == 0 and not path else None
    if not path or not 0 <= index < size:
        return None
    k = 1 << ((size - 1).bit_length() - 1)  # the largest power of two less than size
    if index < k:
        left, right = root_from_inclusion(leaf, index, k, path[:-1]), path[-1]
        return None if left is None else hash_of_node(left, right)
    right_root = root_from_inclusion(leaf, index - k, size - k, path[:-1])
    return None if right_root is None else hash_of_node(path[-1], right_root)


def roots_from_consistency(
    old: int, new: int, path: list[bytes], old_root: bytes, *, is_whole: bool = True
) -> tuple[bytes, bytes] | None:
    """The roots of both trees that a consistency proof leads to; None where it cannot be one.

    Section 2.1.4.1, turned round: the subtree of the first `old` leaves within one of `new`.
    """
    if old == new:
        if is_whole:
            return (old_root, old_root) if not path else None
        return (path[0], path[0]) if len(path) == 1 else None
    if not path:
        return None
    k = 1 << ((new - 1).bit_length() - 1)
    if old <= k:
        inner = roots_from_consistency(old, k, path[:-1], old_root, is_whole=is_whole)
        return None if inner is None else (inner[0], hash_of_node(inner[1], path[-1]))
    inner = roots_from_consistency(old - k, new - k, path[:-1], old_root, is_whole=False)
    if inner is None:
        return None
    return hash_of_node(path[-1], inner[0]), hash_of_node(path[-1], inner[1])


def root_of_list(hashes: list[bytes]) -> bytes:
    """The root over any number of leaves, section 2.1.1."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        above = [hash_of_node(a, b) for a, b in zip(hashes[::2], hashes[1::2], strict=False)]
        hashes = above + hashes[len(above) * 2 :]
    return hashes[0]


# --- Notes, keys, checkpoints: C2SP -------------------------------------------------------------


class WrongError(Exception):
    """What is checked is not right."""


class UnusableError(Exception):
    """It cannot be checked."""


def unbase64(text: str, what: str) -> bytes:
    """Base64 in its only form (RFC 4648, sections 3.5 and 4)."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        content = None
    if content is None or base64.b64encode(content).decode() != text:
        raise WrongError(f"{what} is not base64")
    return content


def unhash(text: str, what: str) -> bytes:
    """A hash in base64."""
    content = unbase64(text, what)
    if len(content) != 32:
        raise WrongError(f"{what} is not a hash of 32 bytes")
    return content


class Key:
    """A public key, read from its text."""

    def __init__(self, text: str) -> None:
        name, plus, rest = text.partition("+")
        number, plus2, encoded = rest.partition("+")
        if not name or not plus or not plus2 or any(c.isspace() for c in name):
            raise UnusableError(f"{text[:80]!r} is no public key: they look like name+id+base64")
        try:
            content = unbase64(encoded, "a public key")
        except WrongError as error:
            raise UnusableError(f"{error}: {text[:80]!r}") from None
        self.text, self.name, self.kind, self.public = text, name, content[:1], content[1:]
        self.id = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
        if self.kind not in {b"\x01", b"\x04"} or len(self.public) != 32:
            raise UnusableError(f"{text[:80]!r} is not a key of Ed25519")
        if self.id.hex() != number:
            raise UnusableError(f"{text[:80]!r} was mistyped: its id should be {self.id.hex()}")

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature is this key's over a note's text, or over text and time."""
        if self.kind == b"\x01":
            return ed25519_verifies(self.public, text.encode(), signature)
        time = int.from_bytes(signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        is_time = len(signature) == 72 and time < 2**63
        return is_time and ed25519_verifies(self.public, message, signature[8:])


Line = tuple[str, bytes, bytes]
"""Of a signature: name, key id, what was signed."""


def read_note(content: str) -> tuple[str, list[Line]]:
    """The text and the signatures of a note (C2SP signed-note)."""
    if re.search(r"[\x00-\x09\x0b-\x1f]", content):
        raise WrongError("a note has control characters")
    text, blank, below = content.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise WrongError("a note has no signatures")
    lines = []
    for line in below[:-1].split("\n"):
        match = re.fullmatch(r"\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)", line)
        if match is None or "+" in match[1] or any(c.isspace() for c in match[1]):
            raise WrongError(f"{line[:80]!r} is no signature")
        value = unbase64(match[2], "a signature")
        if len(value) < 5:
            raise WrongError("a signature is too short")
        lines.append((match[1], value[:4], value[4:]))
    return text + "\n", lines


def signers(text: str, lines: list[Line], keys: list[Key]) -> list[Key]:
    """Those of `keys` that signed; an error where one is claimed to have and did not."""
    found = []
    for key in keys:
        theirs = [line for line in lines if line[:2] == (key.name, key.id)]
        for line in theirs:
            if not key.verifies(text, line[2]):
                raise WrongError(f"the signature of {key.name} is forged")
        if theirs and key not in found:
            found.append(key)
    return found


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root (C2SP tlog-checkpoint)."""
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or NUMBER.fullmatch(lines[1]) is None:
        raise WrongError("a checkpoint is not one: origin, size, root")
    return lines[0], int(lines[1]), unhash(lines[2], "the root of a checkpoint")


def followed(keys: list[Key], statements: list[str]) -> list[Key]:
    """The keys, and those that follow them by statements that the old key and the new signed."""
    trusted = list(keys)
    for number, statement in enumerate(statements, 1):
        text, lines = read_note(statement)
        pattern = r"ringwall key change v1\nfrom ([^\n]+)\nto ([^\n]+)\nsize (0|[1-9][0-9]{0,18})\n"
        match = re.fullmatch(pattern, text)
        try:
            pair = [] if match is None else [Key(match[1]), Key(match[2])]
        except UnusableError:
            pair = []
        ids = [(key.name, key.id) for key in pair]
        if len(set(ids)) != 2 or pair[0].name != pair[1].name or [x[:2] for x in lines] != ids:
            raise WrongError(f"change of keys {number} is not one")
        if any(key.kind != b"\x01" for key in pair) or len(signers(text, lines, pair)) != 2:
            raise WrongError(f"change of keys {number} is not signed by both keys")
        known = [key.text for key in trusted]
        if pair[0].text in known and pair[1].text not in known:
            trusted.append(pair[1])
    return trusted


def check_checkpoint(content: str, keys: list[Key]) -> tuple[str, int, bytes, list[Line], str]:
    """A checkpoint that one of `keys` signed for its own origin: origin, size, root, the rest."""
    text, lines = read_note(content)
    origin, size, root = read_checkpoint(text)
    if not signers(text, lines, [key for key in keys if key.name == origin]):
        raise WrongError(f"the checkpoint of {origin!r} is signed by none of the keys given")
    return origin, size, root, lines, text


# --- What can be checked ------------------------------------------------------------------------

FIELDS = ["bundle", "entry", "personal", "proof", "statements", "vkey"]


def read_bundle(path: str) -> tuple[object, bytes, bytes]:
    """What a bundle says, how it would be written, and how it is."""
    content = read_bytes(path)
    try:
        found = json.loads(content.decode())
        again = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    except json.JSONDecodeError as error:
        where = f"from line {error.lineno}, column {error.colno} on"
        raise WrongError(f"{path} is no JSON {where}: is it cut off?") from None
    except UnicodeDecodeError as error:
        raise WrongError(f"{path} is not UTF-8 from byte {error.start} on") from None
    except (ValueError, RecursionError):
        raise WrongError(f"{path} is no bundle, nested or numbered as none is") from None
    return found, again, content


def check_bundle(given: argparse.Namespace) -> list[str]:
    """That the entry of a bundle stands in the log (C2SP tlog-proof): what was checked."""
    found, again, content = read_bundle(given.bundle)
    if not isinstance(found, dict) or sorted(found) != FIELDS or again != content:
        raise WrongError("it is no bundle, or was not written as they are")
    texts = [found[name] for name in ("bundle", "entry", "proof", "vkey")]
    lists = found["statements"] if isinstance(found["statements"], list) else [None]
    if (
        not all(isinstance(one, str) for one in [*texts, *lists])
        or texts[0] != "ringwall log bundle v1"
    ):
        raise WrongError("it is no bundle of this version")
    keys = followed(given.keys, [*given.changes, *found["statements"]])
    named = [key for key in keys if key.text == found["vkey"]]
    if not named:
        raise WrongError(f"it is signed with a key that was not given: {found['vkey'][:200]!r}")

    head, blank, checkpoint = found["proof"].partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise WrongError("its proof is no tlog-proof")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0)[6:], "the extra data")
    number = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if NUMBER.fullmatch(number) is None or len(lines) > 63:
        raise WrongError("its proof has no index, or too many hashes")
    path = [unhash(line, "a hash of the proof") for line in lines]
    origin, size, root, signatures, text = check_checkpoint(checkpoint, keys)
    if named[0] not in signers(text, signatures, [key for key in keys if key.name == origin]):
        raise WrongError(f"the key that it names did not sign it: {found['vkey']}")
    witnesses = signers(text, signatures, [key for key in given.witnesses if key.kind == b"\x04"])
    needed = len(given.witnesses) if given.quorum is None else given.quorum
    if not 0 <= needed <= len(given.witnesses):
        raise UnusableError(f"--quorum {needed} is not a number of the witnesses that are given")
    if len(witnesses) < needed:
        raise WrongError(f"{len(witnesses)} witnesses cosigned, {needed} are asked for")

    entry, index = found["entry"].encode(), int(number)
    if len(entry) > 65535 or root_from_inclusion(hash_of_leaf(entry), index, size, path) != root:
        raise WrongError(f"this is not entry {index} of the log")
    opened = check_seals(found["entry"], found["personal"])
    return [
        f"this is entry {index} of the log {origin}, as it was when it had {size} entries",
        f"signed by {named[0].text}",
        *(f"cosigned by {key.name}" for key in witnesses),
        *(f"with the personal data of {subject!r} as it was sealed" for subject in opened),
    ]


def check_seals(entry: str, personal: object) -> list[str]:
    """The subjects whose personal data is there, each as the entry's seal says."""
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):
        raise WrongError("the entry is no JSON") from None
    seals = found.get("seals", {}) if isinstance(found, dict) else None
    if not isinstance(personal, dict) or not isinstance(seals, dict):
        raise WrongError("the entry or the personal data is not an object")
    for subject, one in personal.items():
        if not isinstance(one, dict) or sorted(one) != ["patch", "salt"]:
            raise WrongError(f"the personal data of {subject!r} is not a patch and a salt")
        if not all(isinstance(part, str) for part in one.values()):
            raise WrongError(f"the personal data of {subject!r} is not a patch and a salt")
        if re.fullmatch(r"[0-9a-f]{64}", one["salt"]) is None:
            raise WrongError(f"the salt of {subject!r} is not one")
        sealed = b"ringwall seal v1\0" + bytes.fromhex(one["salt"]) + one["patch"].encode()
        if seals.get(subject) != hashlib.sha256(sealed).hexdigest():
            raise WrongError(f"the personal data of {subject!r} is not what was sealed")
    return list(personal)


def check_consistency(given: argparse.Namespace) -> list[str]:
    """That one checkpoint continues another: what was checked."""
    keys = followed(given.keys, given.changes)
    older, old, old_root, _, _ = check_checkpoint(read_text(given.old), keys)
    newer, new, new_root, _, _ = check_checkpoint(read_text(given.new), keys)
    if older != newer:
        raise WrongError(f"the checkpoints are of two logs, {older!r} and {newer!r}")
    content = read_text(given.proof)
    lines = content.split("\n")
    if lines.pop() or not lines or lines.pop(0) != f"old {old}" or len(lines) > 63:
        raise WrongError(f"the proof is not one from {old} entries on")
    path = [unhash(line, "a hash of the proof") for line in lines]
    if old == 0:
        is_right = not path and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    else:
        is_right = old <= new and roots_from_consistency(old, new, path, old_root) == (
            old_root,
            new_root,
        )
    if not is_right:
        raise WrongError(
            f"the log of {new} entries does not begin with that of {old}: it was forked"
        )
    return [f"the log {newer} of {new} entries begins with that of {old}: nothing was rewritten"]


def tile_path(level: int, index: int, width: int) -> str:
    """Where a tile lies (C2SP tlog-tiles)."""
    digits = str(index).zfill((len(str(index)) + 2) // 3 * 3)
    parts = re.findall("...", digits)
    path = "/".join(["tile", str(level), *(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == 256 else f"{path}.p/{width}"


TRIES = 10
"""So often a tile is looked for that a log which goes on replaces by a wider one meanwhile."""


class Tiles:
    """The tiles of a log of `size` entries below a folder, each read once where it is judged."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size

    def width(self, level: int, index: int) -> int:
        """How many hashes it has."""
        return max(0, min(256, (self.size >> 8 * level) - 256 * index))

    def read(self, level: int, index: int) -> list[bytes] | None:
        """Its hashes; None where the file is not there."""
        width = self.width(level, index)
        for _ in range(TRIES if width < 256 else 1):
            for one in (width, *self.wider(level, index, width)):
                path = self.folder / tile_path(level, index, one)
                try:
                    content = path.read_bytes()
                except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                    continue
                if len(content) != 32 * one:
                    raise WrongError(f"{path} has {len(content)} bytes, not {32 * one}")
                return [content[at : at + 32] for at in range(0, 32 * width, 32)]
        return None

    def wider(self, level: int, index: int, width: int) -> list[int]:
        """How wide the tiles are that have come into the place of one that is not full."""
        if width == 256:
            return []
        beside = self.folder.glob(f"{tile_path(level, index, 256)}.p/*")
        widths = [int(path.name) for path in beside if re.fullmatch("[1-9][0-9]{0,2}", path.name)]
        return [256, *(one for one in widths if width < one < 256)]


def root_of_edges(tiles: Tiles) -> bytes:
    """The root, of the tiles that are not full: they hold each perfect subtree of the whole."""
    edges, level = [], 0
    while tiles.size >> 8 * level:
        index = tiles.size >> 8 * level >> 8
        width = tiles.width(level, index)
        hashes = tiles.read(level, index) if width else []
        if hashes is None:
            raise WrongError(f"{tiles.folder / tile_path(level, index, width)} is missing")
        edges.append(hashes)
        level += 1
    subtrees: list[bytes] = []  # from the left
    for hashes in reversed(edges):
        for bit in range(7, -1, -1):
            if len(hashes) >> bit & 1:
                begin = len(hashes) >> bit + 1 << bit + 1
                subtrees.append(root_of_list(hashes[begin : begin + (1 << bit)]))
    found = subtrees.pop() if subtrees else EMPTY_ROOT
    while subtrees:
        found = hash_of_node(subtrees.pop(), found)
    return found


def missing_leaf_tiles(tiles: Tiles) -> int:
    """Check each full tile against the one above it; how many of level 0 are not there."""
    gone, top = 0, (tiles.size.bit_length() + 7) // 8 - 1
    for level in range(top - 1, -1, -1):
        held: tuple[int, list[bytes]] = (-1, [])
        for index in range(tiles.size >> 8 * level >> 8):
            if held[0] != index >> 8:
                held = (index >> 8, tiles.read(level + 1, index >> 8) or [])
            hashes = tiles.read(level, index)
            if hashes is None and level == 0:
                gone += 1
            elif hashes is None or root_of_list(hashes) != held[1][index & 255]:
                first, last = index * 256 << 8 * level, ((index + 1) * 256 << 8 * level) - 1
                path = tiles.folder / tile_path(level, index, 256)
                raise WrongError(f"{path} is missing or was changed (entries {first} to {last})")
    return gone


def check_tree(given: argparse.Namespace) -> list[str]:
    """That each tile is what the checkpoint stands on, from the root down: what was checked."""
    folder = Path(given.folder)
    content = read_text(given.checkpoint or folder / "checkpoint")
    keys = followed(given.keys, given.changes)
    origin, size, root, _, _ = check_checkpoint(content, keys)
    if size == 0:
        raise UnusableError(f"the checkpoint of {origin} is of a log without entries")
    tiles = Tiles(folder, size)
    if root_of_edges(tiles) != root:
        raise WrongError(f"the partial tiles below {folder} do not give the root of the checkpoint")
    gone = missing_leaf_tiles(tiles)
    told = [f"the tree below {folder} is that of the log {origin} of {size} entries"]
    if gone:
        told.append(f"not checked: {gone * 256} leaves, whose {gone} tiles are not there any more")
        given.partly = True
    return told


# --- The command line ---------------------------------------------------------------------------

LARGEST = 16 * 1024 * 1024
"""Bytes of a bundle, a checkpoint, a file of keys or of proofs."""


def read_bytes(path: str | Path) -> bytes:
    """What is in a file."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise WrongError(f"{path} is larger than the {LARGEST} bytes that it may have")
    return content


def read_text(path: str | Path) -> str:
    """What is in a file of UTF-8."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise WrongError(f"{path} is not a text") from None


def read_keys(values: list[str]) -> list[Key]:
    """Keys from the command line: each a key, or a file of keys."""
    texts: list[str] = []
    for value in values:
        if "+" in value and not Path(value).is_file():
            texts.append(value.strip())
        else:
            lines = read_text(value).splitlines()
            texts += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [Key(text) for text in texts]


def read_changes(path: str | None) -> list[str]:
    """The changes of keys in a file, each a note."""
    content = read_text(path) if path else ""
    parts = re.split(r"(?<=\n)\n(?=ringwall key change)", content) if content.strip() else []
    return [part.rstrip("\n") + "\n" for part in parts]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = made.add_subparsers(required=True, metavar="WHAT")
    for name, check, what in (
        ("bundle", check_bundle, "a bundle: that an entry stands in the log, unchanged"),
        ("consistency", check_consistency, "two checkpoints: that nothing was rewritten between"),
        ("tree", check_tree, "a folder of tiles: that each is what the checkpoint stands on"),
    ):
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(check=check, witness=[], quorum=None)
        if name == "bundle":
            one.add_argument("bundle", help="the file with the bundle")
            one.add_argument(
                "--witness",
                action="append",
                default=[],
                metavar="KEY",
                help="a witness that must have cosigned: a key or a file of keys",
            )
            one.add_argument(
                "--quorum",
                type=int,
                metavar="N",
                help="how many of the witnesses must have (default: all)",
            )
        elif name == "consistency":
            one.add_argument("old", help="the older checkpoint")
            one.add_argument("new", help="the newer checkpoint")
            one.add_argument("proof", help="'old SIZE' and the hashes in base64, a line each")
        else:
            one.add_argument("folder", help="the folder with `checkpoint` and `tile`")
            one.add_argument("--checkpoint", metavar="FILE", help="another than the one in there")
        one.add_argument(
            "--key",
            action="append",
            required=True,
            metavar="KEY",
            help="the log's public key, or a file with one a line; may be repeated",
        )
        one.add_argument(
            "--changes",
            metavar="FILE",
            help="the log's changes of keys (`key-changes`), if the key is an old one",
        )
    return made


def main(arguments: list[str]) -> int:
    """Check what is asked for, tell it, and return the exit code."""
    given = parser().parse_args(arguments)
    given.partly = False
    try:
        given.keys, given.witnesses = read_keys(given.key), read_keys(given.witness)
        given.changes = read_changes(given.changes)
        told = given.check(given)
    except WrongError as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    except (UnusableError, OSError) as error:
        print(f"NOT CHECKED: {error}", file=sys.stderr)
        return 2
    print("\n".join(["PARTLY CHECKED" if given.partly else "RIGHT", *told]))
    return 3 if given.partly else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
