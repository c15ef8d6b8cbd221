"""Witnesses cosign what continues, with every status of the standard, whatever happens to them."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from tests.ledger.forests import KEY, NOW, ORIGIN, WITNESS, leaf, leaves, root, signed
from tests.ledger.witnesses import answering

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import Kind, SigningKey, time_of
from ringwall.ledger.merkle import EMPTY_ROOT
from ringwall.ledger.notes import Note, NoteError, Signature
from ringwall.ledger.proofs import ConsistencyProof
from ringwall.ledger.tree import Tree
from ringwall.ledger.witness.asking import WitnessAddress, Witnesses
from ringwall.ledger.witness.cosigning import Answer, Witness
from ringwall.ledger.witness.judging import Latest
from ringwall.ledger.witness.process import opened_key, read_logs
from ringwall.ledger.witness.requests import AddCheckpoint
from ringwall.ledger.witness.store import Store

VKEY = str(KEY.verifier)


class Noon:
    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW, UTC)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(tmp_path / "tree", ORIGIN) as made:
        made.append(0, leaves(0, 1000))
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "witness.sqlite3")
    yield made
    made.close()


@pytest.fixture
def witness(store: Store) -> Witness:
    logs = {ORIGIN: [KEY.verifier]}
    return Witness(key=WITNESS, logs=lambda: logs, store=store, clock=Noon())


def body(tree: Tree, old: int, new: int, *, note: Note | None = None) -> bytes:
    proof = tuple(tree.consistency(old, new)) if old <= new else ()
    return AddCheckpoint(ConsistencyProof(old, proof), note or signed(new)).to_bytes()


def test_a_request_looks_as_specified(tree: Tree) -> None:
    text = body(tree, 700, 1000).decode()
    assert text.startswith("old 700\n")
    assert text.endswith(f"\n\n{signed(1000)}")
    assert AddCheckpoint.parse(text.encode()).to_bytes() == text.encode()


def test_200_what_continues_is_cosigned(witness: Witness, tree: Tree) -> None:
    for old, new in ((0, 0), (0, 300), (300, 300), (300, 1000)):
        answer = witness.add_checkpoint(body(tree, old, new))
        assert answer.status == 200
        note = Note(signed(new).text, (Signature.parse(answer.body[:-1]),))
        assert note.verified([WITNESS.verifier]) == note.signatures
        assert time_of(note.signatures[0].value) == NOW


def test_the_newest_is_there_for_monitors(witness: Witness, tree: Tree) -> None:
    name = sha256(ORIGIN.encode()).hexdigest()
    assert witness.checkpoint(name).status == 404
    stranger = SigningKey.new("stranger.example")
    witness.add_checkpoint(body(tree, 0, 300, note=signed(300).signed_by(stranger)))
    found = Note.parse(witness.checkpoint(name).body)
    assert len(found.verified([KEY.verifier, WITNESS.verifier])) == len(found.signatures) == 2
    assert witness.checkpoint("0" * 64).status == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"old 0\n",
        b"\xff",
        b"old 00\n\n" + signed(3).to_bytes(),
        b"old -1\n\n" + signed(3).to_bytes(),
        b"old 0\nx\n\n" + signed(3).to_bytes(),
        b"old 0\n"
        + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64
        + b"\n"
        + signed(3).to_bytes(),
        b"old 0\n" + signed(3).to_bytes(),
        b"old 0\n\n" + signed(3).to_bytes()[:-1],
        b"old 0\n\n" + signed(3).to_bytes().replace(b"\n3\n", b"\n03\n"),
        b"old 4\n\n" + signed(3).to_bytes(),
    ],
)
def test_400_what_has_no_form(witness: Witness, content: bytes) -> None:
    assert witness.add_checkpoint(content).status == 400


def test_403_what_no_trusted_key_signed(witness: Witness, tree: Tree) -> None:
    other = signed(300, key=SigningKey.new(ORIGIN))
    assert witness.add_checkpoint(body(tree, 0, 300, note=other)).status == 403
    forged = Note(signed(300).text, (*other.signatures, *signed(299).signatures))
    assert witness.add_checkpoint(body(tree, 0, 300, note=forged)).status == 403
    both = Note(signed(300).text, (*other.signatures, *signed(300).signatures))
    assert witness.add_checkpoint(body(tree, 0, 300, note=both)).status == 200


def test_404_a_log_that_is_not_known(witness: Witness, tree: Tree) -> None:
    other = SigningKey.new("example.com/other")
    note = Checkpoint("example.com/other", 300, root(300)).unsigned.signed_by(other)
    assert witness.add_checkpoint(body(tree, 0, 300, note=note)).status == 404


def test_409_from_another_size_than_the_last(witness: Witness, tree: Tree) -> None:
    assert witness.add_checkpoint(body(tree, 5, 300)) == Answer(409, "0\n", "text/x.tlog.size")  # type: ignore[arg-type]
    witness.add_checkpoint(body(tree, 0, 300))
    conflict = Answer(409, "300\n", "text/x.tlog.size")  # type: ignore[arg-type]
    for old, new in ((0, 300), (0, 1000), (299, 1000), (301, 1000), (0, 200), (200, 250)):
        assert witness.add_checkpoint(body(tree, old, new)) == conflict


def test_422_what_does_not_continue(witness: Witness, tree: Tree, tmp_path: Path) -> None:
    empty = signed(0, of=bytes(32))
    assert witness.add_checkpoint(body(tree, 0, 0, note=empty)).status == 422
    proof = ConsistencyProof(0, (bytes(32),))
    assert witness.add_checkpoint(AddCheckpoint(proof, signed(300)).to_bytes()).status == 422
    witness.add_checkpoint(body(tree, 0, 300))
    other = signed(300, of=root(299))
    assert witness.add_checkpoint(body(tree, 300, 300, note=other)).status == 422
    longer = AddCheckpoint(ConsistencyProof(300, (bytes(32),)), signed(300)).to_bytes()
    assert witness.add_checkpoint(longer).status == 422
    with Tree(tmp_path / "fork", ORIGIN) as fork:
        fork.append(0, [*leaves(0, 200), leaf(7), *leaves(201, 1000)])
        note = signed(1000, of=fork.root(1000))
        assert witness.add_checkpoint(body(fork, 300, 1000, note=note)).status == 422
    assert witness.add_checkpoint(body(tree, 300, 1000)).status == 200


def test_of_many_at_the_same_time_one_wins(witness: Witness, tree: Tree, tmp_path: Path) -> None:
    """None that continues the last is rolled back by another, also of another process."""
    others = [Store(tmp_path / "witness.sqlite3") for _ in range(3)]
    logs = {ORIGIN: [KEY.verifier]}
    asked = [witness] + [
        Witness(key=WITNESS, logs=lambda: logs, store=one, clock=Noon()) for one in others
    ]
    bodies = {size: body(tree, 0, size) for size in range(1, 41)}
    answers: list[Answer] = []

    def ask_for(size: int) -> None:
        answers.append(asked[size % len(asked)].add_checkpoint(bodies[size]))

    threads = [threading.Thread(target=ask_for, args=(size,)) for size in bodies]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.status for one in answers) == [200] + [409] * 39
    assert len({one.body for one in answers if one.status == 409}) == 1
    for store in others:
        store.close()


def test_who_looks_keeps_all_others_waiting(
    witness: Witness, tree: Tree, store: Store, tmp_path: Path
) -> None:
    """To look at the last and to write the next is one step, also for other processes."""
    other = Store(tmp_path / "witness.sqlite3")
    answers: list[Answer] = []
    waiting = threading.Thread(
        target=lambda: answers.append(witness.add_checkpoint(body(tree, 0, 1000)))
    )
    with other.slot(ORIGIN) as slot:
        assert slot.latest == Latest()
        waiting.start()
        waiting.join(0.3)
        assert answers == []
        slot.put(Latest(300, root(300)), "")
    waiting.join(10)
    assert [(one.status, one.body) for one in answers] == [(409, "300\n")]
    other.close()


def test_nothing_is_answered_that_is_not_kept(witness: Witness, tree: Tree, store: Store) -> None:
    store._connection.execute("PRAGMA query_only = 1")
    with pytest.raises(Exception, match="readonly"):
        witness.add_checkpoint(body(tree, 0, 300))
    store._connection.execute("PRAGMA query_only = 0")
    with store.slot(ORIGIN) as slot:
        assert (slot.latest.size, slot.latest.root) == (0, EMPTY_ROOT)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    path = tmp_path / "logs"
    path.write_text(f"# logs that are known\n{VKEY}\n")
    return path


def test_a_log_believes_no_wrong_answer(tree: Tree) -> None:
    theirs = SigningKey.new("w", Kind.COSIGNATURE)
    good = signed(300).signed_by(theirs, time=NOW).signatures[-1]
    other = signed(299).signed_by(theirs, time=NOW).signatures[-1]
    stranger = signed(300).signed_by(SigningKey.new("w", Kind.COSIGNATURE), time=NOW).signatures[-1]
    for answers, trouble in (
        ([(200, str(other).encode())], "forged"),
        ([(200, str(stranger).encode())], "other keys only"),
        ([(200, b"")], "blank line"),
        ([(200, b"\xff")], "UTF-8"),
        ([(200, b"x" * 70_000)], "signatures"),
        ([(409, b"x")], "409 without a size"),
        ([(409, b"5\n")], "at the same time"),
        ([(301, b"")], "it answered 301"),
        ([(409, b"1001\n")], "it has seen 1001 leaves"),
        ([(409, b"5\n"), (200, str(stranger).encode() + str(good).encode())], ""),
    ):
        with answering(*answers) as (url, bodies):
            note, asked = Witnesses([WitnessAddress(url, theirs.verifier)]).cosign(
                signed(300), tree
            )
        assert trouble in asked[0].trouble
        assert (asked[0].trouble == "") == (not trouble)
        assert note.signatures[1:] == (() if trouble else (good,))
        assert bodies[0].startswith(b"old 0\n\n")
    assert bodies[1] == body(tree, 5, 300)


def test_files_of_logs_and_keys_tell_what_is_wrong(tmp_path: Path, logs: Path) -> None:
    logs.write_text(f"{VKEY}\n{SigningKey.new('b').verifier} {ORIGIN}\n")
    assert {origin: len(keys) for origin, keys in read_logs(logs).items()} == {ORIGIN: 2}
    logs.write_text(f"{VKEY}\nx\n")
    with pytest.raises(ValueError, match="logs, line 2: 'x' is not a public key"):
        read_logs(logs)
    key = opened_key(tmp_path / "w", "w")
    assert opened_key(tmp_path / "w", "w").verifier == key.verifier
    (tmp_path / "w/witness.key").write_text("c2VjcmV0")
    with pytest.raises(RuntimeError, match="cannot be read") as raised:
        opened_key(tmp_path / "w", "w")
    assert "c2VjcmV0" not in str(raised.value)
    (tmp_path / "w/witness.key").unlink()
    Store(tmp_path / "w/witness.sqlite3").close()
    with pytest.raises(RuntimeError, match="missing beside what it cosigned"):
        opened_key(tmp_path / "w", "w")
    with pytest.raises(ValueError, match="https://"):
        WitnessAddress("ftp://a", key.verifier)
    with pytest.raises(ValueError, match="key of kind 4"):
        WitnessAddress("https://a", KEY.verifier)
    with pytest.raises(NoteError, match="UTF-8"):
        AddCheckpoint.parse(b"\xff")
