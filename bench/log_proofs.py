"""What proofs cost in a log of ten million events: bytes, and milliseconds to make and to verify.

A tree of ``PROOF_LEAVES`` synthetic entries (10,000,000) is made as the collector makes it, in
batches, signed at the end, and read as everybody may read it: each proof from its files, opened
anew, up to the text that is given away; verified from that text, signature included. Then
``PROOF_PEER`` leaves (131,072) in Ringwall's tree and in that of pymerkle, which keeps all hashes
in memory, the same proofs of both. ``PROOF_TRIES`` (2,000) of each.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pymerkle  # type: ignore[import-untyped]
from tests.lake.signed import signed_tree

from ringwall.lake.entries import entry, leaf_hash
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.merkle import verify_consistency, verify_inclusion
from ringwall.ledger.proofs import ConsistencyProof, TlogProof
from ringwall.ledger.public_keys import shown_keys
from ringwall.ledger.published import Published
from ringwall.ledger.tree import Tree

LEAVES: Final = int(os.environ.get("PROOF_LEAVES", "10000000"))
PEER: Final = int(os.environ.get("PROOF_PEER", str(2**17)))
TRIES: Final = int(os.environ.get("PROOF_TRIES", "2000"))
ORIGIN: Final = "bench.example/log"
_BATCH: Final = 10_000
_DURABLE_EVERY: Final = 100_000


def main() -> None:
    """Build, prove, verify and print."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as made:
        folder = Path(made)
        _large(folder / "large")
        _beside_pymerkle(folder / "small")


def _large(folder: Path) -> None:
    began, spent = time.monotonic(), time.process_time()
    made = _build(folder, LEAVES)
    seconds, cores = time.monotonic() - began, time.process_time() - spent
    files = [one for one in (folder / "tree").rglob("*") if one.is_file()]
    disk = sum(one.stat().st_blocks * 512 for one in files)
    print(f"{LEAVES:,} leaves in {seconds:.0f} s ({cores:.0f} s of a core, entries included)")
    print(
        f"on disk: {disk / 1e6:,.0f} MB, {disk / LEAVES:.1f} bytes a leaf, {len(files):,} files\n"
    )
    (key,) = shown_keys(folder / "tree")
    _heading()
    _tell("inclusion", *_inclusion(folder / "tree", key))
    _tell("consistency", *_consistency(folder / "tree", made))


def _build(folder: Path, leaves: int) -> Checkpoint:
    (folder / "tree").mkdir(parents=True)
    with Tree(folder / "tree", ORIGIN) as tree:
        for begin in range(0, leaves, _BATCH):
            numbers = range(begin, min(begin + _BATCH, leaves))
            tree.append(begin, [leaf_hash(_entry(number)) for number in numbers])
            if begin % _DURABLE_EVERY == 0:
                tree.sync()
        tree.sync()
    return signed_tree(folder / "tree", folder / "keys", ORIGIN)


def _entry(number: int) -> bytes:
    raw = b'{"path":"/orders/%d","status":200,"user":"u%d"}' % (number, number % 1000)
    return entry(raw, kind=b"edge/1", received=number, seals=b"", source=b"edge", flags=b"")


Times = tuple[list[int], list[float], list[float]]
"""Bytes, seconds to make and seconds to verify, of each try."""


def _inclusion(tree: Path, key: VerifierKey) -> Times:
    chance, found = random.Random(1), Timed()
    for _ in range(TRIES):
        index = chance.randrange(LEAVES)
        leaf = leaf_hash(_entry(index))
        with found.making():
            text = str(Published(tree).prove(index, leaf))
        found.sizes.append(len(text))
        with found.verifying():
            proof = TlogProof.parse(text)
            checkpoint = Checkpoint.of(proof.checkpoint)
            holds = bool(proof.checkpoint.verified([key])) and verify_inclusion(
                leaf=leaf,
                index=proof.index,
                size=checkpoint.size,
                path=proof.path,
                root=checkpoint.root,
            )
        found.require(holds)
    return found.told


def _consistency(tree: Path, made: Checkpoint) -> Times:
    chance, found = random.Random(2), Timed()
    for _ in range(TRIES):
        old = chance.randrange(1, LEAVES)
        old_root = Published(tree).root(old)
        with found.making():
            text = str(ConsistencyProof(old, tuple(Published(tree).consistency(old, LEAVES))))
        found.sizes.append(len(text))
        with found.verifying():
            proof = ConsistencyProof.parse(text)
            holds = verify_consistency(
                old=old, new=LEAVES, old_root=old_root, new_root=made.root, path=proof.path
            )
        found.require(holds)
    return found.told


def _beside_pymerkle(folder: Path) -> None:
    made, peer = _build(folder, PEER), pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(PEER):
        peer.append_entry(_entry(number))
    if peer.get_root() != made.root:
        msg = "the two trees have not the same root"
        raise RuntimeError(msg)
    print(f"\n{PEER:,} leaves, without signatures and text")
    _heading()
    published, chance = Published(folder / "tree"), random.Random(3)
    ours, theirs, our_steps, their_steps = Timed(), Timed(), Timed(), Timed()
    for _ in range(TRIES):
        index = chance.randrange(PEER)
        with ours.making():
            path = published.inclusion(index, PEER)
        with ours.verifying():
            leaf = leaf_hash(_entry(index))
            holds = verify_inclusion(leaf=leaf, index=index, size=PEER, path=path, root=made.root)
        ours.require(holds)
        ours.sizes.append(32 * len(path))
        with theirs.making():
            proof = peer.prove_inclusion(index + 1, PEER)
        with theirs.verifying():
            pymerkle.verify_inclusion(peer.get_leaf(index + 1), made.root, proof)
        theirs.sizes.append(32 * len(proof.path))
        old = chance.randrange(1, PEER)
        old_root, their_root = published.root(old), peer.get_root(old)
        with our_steps.making():
            path = published.consistency(old, PEER)
        with our_steps.verifying():
            holds = verify_consistency(
                old=old, new=PEER, old_root=old_root, new_root=made.root, path=path
            )
        our_steps.require(holds)
        our_steps.sizes.append(32 * len(path))
        with their_steps.making():
            proof = peer.prove_consistency(old, PEER)
        with their_steps.verifying():
            pymerkle.verify_consistency(their_root, made.root, proof)
        their_steps.sizes.append(32 * len(proof.path))
    _tell("inclusion", *ours.told)
    _tell("inclusion, pymerkle", *theirs.told)
    _tell("consistency", *our_steps.told)
    _tell("consistency, pymerkle", *their_steps.told)


class Timed:
    """Collects what each try took."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self._made: list[float] = []
        self._verified: list[float] = []

    @property
    def told(self) -> Times:
        """All of it."""
        return self.sizes, self._made, self._verified

    @contextmanager
    def making(self) -> Iterator[None]:
        """Within this a proof is made."""
        began = time.perf_counter()
        yield
        self._made.append(time.perf_counter() - began)

    @contextmanager
    def verifying(self) -> Iterator[None]:
        """Within this it is verified."""
        began = time.perf_counter()
        yield
        self._verified.append(time.perf_counter() - began)

    @staticmethod
    def require(holds: bool) -> None:
        """End where a proof does not hold: its time means nothing."""
        if not holds:
            msg = "a proof does not hold"
            raise RuntimeError(msg)


def _heading() -> None:
    print(f"{'':24} {'bytes p50':>9} {'most':>6}  {'made ms p50':>11} {'p99':>7}", end="")
    print(f"  {'verified ms p50':>15} {'p99':>7}")


def _tell(name: str, sizes: list[int], made: list[float], verified: list[float]) -> None:
    print(f"{name:24} {_at(sizes, 0.5):9.0f} {max(sizes):6d}", end="")
    print(f"  {_at(made, 0.5) * 1e3:11.3f} {_at(made, 0.99) * 1e3:7.3f}", end="")
    print(f"  {_at(verified, 0.5) * 1e3:15.3f} {_at(verified, 0.99) * 1e3:7.3f}", flush=True)


def _at(found: "list[int] | list[float]", share: float) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]
