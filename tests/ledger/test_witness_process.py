"""Witnesses in processes of their own, over HTTP, killed after they answered."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from tests.ledger.forests import KEY, ORIGIN, leaves, signed
from tests.ledger.witnesses import WitnessProcess, answering, ask
from tests.ports import free_port

from ringwall.ledger.keys import Kind, SigningKey
from ringwall.ledger.notes import Note
from ringwall.ledger.proofs import ConsistencyProof
from ringwall.ledger.tree import Tree
from ringwall.ledger.witness.asking import WitnessAddress, Witnesses
from ringwall.ledger.witness.requests import AddCheckpoint

pytestmark = pytest.mark.e2e

VKEY = str(KEY.verifier)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(tmp_path / "tree", ORIGIN) as made:
        made.append(0, leaves(0, 1000))
        yield made


def body(tree: Tree, old: int, new: int, *, note: Note | None = None) -> bytes:
    proof = tuple(tree.consistency(old, new)) if old <= new else ()
    return AddCheckpoint(ConsistencyProof(old, proof), note or signed(new)).to_bytes()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    path = tmp_path / "logs"
    path.write_text(f"# logs that are known\n{VKEY}\n")
    return path


@pytest.fixture
def process(tmp_path: Path, logs: Path) -> Iterator[WitnessProcess]:
    made = WitnessProcess(tmp_path / "w1", f"127.0.0.1:{free_port()}").start(logs)
    yield made
    made.kill()


def test_it_answers_over_http(process: WitnessProcess, tree: Tree, logs: Path) -> None:
    url, path = process.url, "/add-checkpoint"
    status, kind, answer = ask(url, "POST", path, body(tree, 0, 300))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert Note.parse(signed(300).text.encode() + b"\n" + answer).verified([process.address.key])
    assert ask(url, "POST", path, body(tree, 0, 1000)) == (409, "text/x.tlog.size", b"300\n")
    assert ask(url, "POST", path, b"old")[0] == 400
    assert ask(url, "POST", path, b"x" * 300_000)[0] == 413
    assert ask(url, "POST", "/other", b"x")[0] == 404
    assert ask(url, "GET", path)[0] == 405
    assert ask(url, "PUT", path, b"x")[0] == 501
    name = sha256(ORIGIN.encode()).hexdigest()
    status, kind, answer = ask(url, "GET", f"/{name}/checkpoint")
    assert (status, len(Note.parse(answer).signatures)) == (200, 2)
    logs.write_text("")  # what is known is read anew
    assert ask(url, "POST", path, body(tree, 300, 1000))[0] == 404


def test_killed_after_its_answer_it_remembers(
    process: WitnessProcess, tree: Tree, logs: Path
) -> None:
    size = 0
    for new in (100, 200, 300, 1000):
        assert ask(process.url, "POST", "/add-checkpoint", body(tree, size, new))[0] == 200
        process.kill()
        process.start(logs)
        conflict = ask(process.url, "POST", "/add-checkpoint", body(tree, size, new))
        assert conflict == (409, "text/x.tlog.size", f"{new}\n".encode())
        size = new


def test_a_log_asks_several_and_goes_on_without_those_that_fail(
    process: WitnessProcess, tree: Tree, tmp_path: Path, logs: Path
) -> None:
    second = WitnessProcess(tmp_path / "w2", f"unix:{tmp_path}/w2.socket", "w2").start(logs)
    key = SigningKey.new("w3", Kind.COSIGNATURE).verifier
    with (
        answering((503, b"\x1b[31mno"), delay=0) as (busy, _),
        answering((200, b""), delay=9) as (
            slow,
            _,
        ),
    ):
        addresses = [
            process.address,
            second.address,
            WitnessAddress(busy, key),
            WitnessAddress(slow, key),
            WitnessAddress(f"http://127.0.0.1:{free_port()}", key),
            WitnessAddress("unix:///nowhere", key),
        ]
        # Long enough for those that answer, on a busy machine too.
        witnesses = Witnesses(addresses, timeout=4.0)
        for size in (300, 300, 1000):
            note, asked = witnesses.cosign(signed(size), tree)
            keys = [KEY.verifier, process.address.key, second.address.key]
            assert len(note.verified(keys)) == len(note.signatures) == 3
            trouble = [one.trouble for one in asked]
            assert trouble[:2] == ["", ""]
            assert trouble[2] == "it answered 503: '\\x1b[31mno'"
            assert "in time" in trouble[3] or "timed out" in trouble[3]
            assert "does not answer" in trouble[4]
            assert "does not answer" in trouble[5]
        tree.publish(note)
    second.kill()


def test_a_log_is_shown_the_way_by_409(process: WitnessProcess, tree: Tree) -> None:
    Witnesses([process.address]).cosign(signed(300), tree)
    # One that knows nothing of what was asked before, and one that was asked too early.
    note, asked = Witnesses([process.address]).cosign(signed(1000), tree)
    assert (len(note.signatures), asked[0].trouble) == (2, "")
    note, asked = Witnesses([process.address]).cosign(signed(600), tree)
    assert (len(note.signatures), asked[0].trouble) == (
        1,
        "it has seen 1000 leaves, more than 600",
    )
