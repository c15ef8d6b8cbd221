"""The notary in its own process, asked over a socket, and killed at any time."""

import os
import random
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.forests import ORIGIN, leaf, leaves
from tests.ledger.notaries import NotaryProcess

from ringwall.ledger.checkpointing import checkpoint
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.notary.client import (
    NotaryAwayError,
    NotaryClient,
    NotaryError,
    NotaryRefusedError,
)
from ringwall.ledger.notary.process import user_of
from ringwall.ledger.notary.signing import Refusal
from ringwall.ledger.public_keys import show_keys, shown_changes, shown_keys
from ringwall.ledger.published import Published, read_checkpoint
from ringwall.ledger.statements import following
from ringwall.ledger.tree import Tree

pytestmark = pytest.mark.e2e


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(tmp_path / "tree", ORIGIN) as made:
        made.append(0, leaves(0, 1000))
        yield made


def forked(folder: Path, size: int, at: int) -> Tree:
    tree = Tree(folder, ORIGIN)
    tree.append(0, [*leaves(0, at), leaf(10**6), *leaves(at + 1, size)])
    return tree


def test_the_collector_asks_over_a_socket(tmp_path: Path, tree: Tree) -> None:
    with NotaryProcess(tmp_path) as process:
        client = process.client
        note = checkpoint(tree, client)
        assert note.verified(process.told().vkeys)
        assert read_checkpoint(tree.folder) == note
        tree.append(1000, leaves(1000, 1300))
        checkpoint(tree, client)
        # Another client does not know what was signed, and one that thinks it does is put right.
        tree.append(1300, leaves(1300, 1400))
        checkpoint(tree, process.client)
        tree.append(1400, leaves(1400, 1500))
        checkpoint(tree, client)
        assert Published(tree.folder).size == 1500
        assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o600
        with pytest.raises(NotaryError, match="only one key signs"):
            client.retire()
        with forked(tmp_path / "fork", 2000, 1400) as other:
            with pytest.raises(NotaryRefusedError, match="signed one of 1500 before") as raised:
                client.sign(other, ORIGIN, 2000)
            assert raised.value.reason == Refusal.INCONSISTENT
            with pytest.raises(NotaryRefusedError) as raised:
                client.sign(other, ORIGIN, 1000)
            assert raised.value.reason == Refusal.SMALLER
        assert process.kill(signal.SIGTERM) == 0
    with pytest.raises(NotaryAwayError, match="is it running"):
        client.tell()


def test_who_says_nothing_does_not_hold_it_up_for_ever(tmp_path: Path, tree: Tree) -> None:
    with NotaryProcess(tmp_path) as process:
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(tmp_path / "socket"))
            silent.sendall(b'{"do":')
            with pytest.raises(NotaryAwayError, match="timed out"):
                NotaryClient(tmp_path / "socket", timeout=0.3).tell()
            NotaryClient(tmp_path / "socket", timeout=20).tell()
        with socket.socket(socket.AF_UNIX) as endless:
            endless.settimeout(10)
            endless.connect(str(tmp_path / "socket"))
            endless.sendall(b"x" * 65537)
            assert b"too long" in endless.recv(1000)
        assert process.told().last.size == 0


def test_killed_at_any_time_it_signs_no_second_history(tmp_path: Path) -> None:
    """Each round grows the tree while it is killed, then offers it a history that forked before."""
    chance = random.Random(7)
    process = NotaryProcess(tmp_path)
    tree = Tree(tmp_path / "tree", ORIGIN)
    shown = 0
    for number in range(12):
        process.start()
        process.told()
        client = NotaryClient(tmp_path / "socket", timeout=2)
        killer = threading.Timer(chance.uniform(0, 0.05), process.kill)
        killer.start()
        try:
            for _ in range(200):
                size = tree.size
                tree.append(size, leaves(size, size + 3))
                assert checkpoint(tree, client).verified(
                    VerifierKey.parse(one)
                    for one in (tmp_path / "tree/keys").read_text().splitlines()
                )
                shown = tree.size
        except NotaryAwayError:
            pass
        killer.join()
        process.start()
        last = process.told().last
        assert shown <= last.size <= tree.size
        assert last.root == tree.root(last.size)
        if last.size > 3:
            with forked(tmp_path / f"fork{number}", last.size + 5, last.size - 2) as other:
                with pytest.raises(NotaryRefusedError):
                    process.client.sign(other, ORIGIN, other.size)
                with pytest.raises(NotaryRefusedError):
                    process.client.sign(other, ORIGIN, last.size - 1)
        assert process.client.sign(tree, ORIGIN, tree.size)
        process.kill()
    tree.close()
    assert shown


def test_with_a_user_of_its_own_it_is_asked_by_another(tmp_path: Path, tree: Tree) -> None:
    """Who may ask is then said by the kernel, not by the mode of the socket."""
    with NotaryProcess(tmp_path, peer=os.geteuid() + 1, shows=False) as process:
        assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o666
        process.client.bring_in()
        told = process.told()
        assert not (tmp_path / "tree/keys").exists()  # it need not be able to write there
        show_keys(tmp_path / "tree", told.vkeys, told.changes)
        assert checkpoint(tree, process.client).verified(shown_keys(tmp_path / "tree"))
        assert following(told.vkeys[:1], shown_changes(tmp_path / "tree")) == told.vkeys
    one, other = socket.socketpair()
    with one, other:
        assert user_of(one) == os.geteuid()


def test_it_needs_little_memory(tmp_path: Path) -> None:
    with NotaryProcess(tmp_path) as process:
        assert process.process is not None
        status = Path(f"/proc/{process.process.pid}/status").read_text()
        kilobytes = int(status.split("VmRSS:")[1].split()[0])
        assert kilobytes < 60_000
