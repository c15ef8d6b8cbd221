"""The notary signs what continues, and nothing else, however often it is killed."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.forests import ORIGIN, leaf, leaves, root

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.merkle import EMPTY_ROOT
from ringwall.ledger.notary.asking import answer, question
from ringwall.ledger.notary.keyring import KeyringError
from ringwall.ledger.notary.signing import Last, Notary, Refusal, Refused, Signed
from ringwall.ledger.statements import following, read_statements
from ringwall.ledger.tree import Tree


@pytest.fixture
def notary(tmp_path: Path) -> Iterator[Notary]:
    made = Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN)
    yield made
    made.close()


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(tmp_path / "tree", ORIGIN) as made:
        made.append(0, leaves(0, 1000))
        yield made


def ask(notary: Notary, tree: Tree, old: int, new: int) -> Signed | Refused:
    return notary.sign(
        Checkpoint(ORIGIN, new, tree.root(new)), old=old, proof=tree.consistency(old, new)
    )


def forked(folder: Path, size: int, at: int) -> Tree:
    tree = Tree(folder, ORIGIN)
    tree.append(0, [*leaves(0, at), leaf(10**6), *leaves(at + 1, size)])
    return tree


def test_what_continues_is_signed(notary: Notary, tree: Tree) -> None:
    for old, new in ((0, 0), (0, 1), (1, 700), (700, 700), (700, 1000)):
        done = ask(notary, tree, old, new)
        assert isinstance(done, Signed)
        assert done.note.verified(notary.vkeys) == done.note.signatures
        assert notary.last == Last(new, root(new))


def test_rollbacks_and_forks_are_refused(notary: Notary, tree: Tree, tmp_path: Path) -> None:
    ask(notary, tree, 0, 600)
    last = Last(600, root(600))
    assert ask(notary, tree, 0, 599) == Refused(Refusal.SMALLER, last)
    assert ask(notary, tree, 0, 800) == Refused(Refusal.NOT_FROM_LAST, last)
    assert ask(notary, tree, 599, 800) == Refused(Refusal.NOT_FROM_LAST, last)
    for at in (0, 300, 599):
        with forked(tmp_path / f"fork{at}", 1000, at) as other:
            for new in (600, 601, 1000):
                assert ask(notary, other, 600, new) == Refused(Refusal.INCONSISTENT, last)
    with forked(tmp_path / "fork600", 1000, 600) as other:
        assert isinstance(ask(notary, other, 600, 1000), Signed)  # what follows was not said yet
    assert isinstance(
        notary.sign(Checkpoint("example.com/b", 1000, root(1000)), old=600, proof=[]), Refused
    )
    with_lines = Checkpoint(ORIGIN, 1000, notary.last.root, ("more",))
    assert notary.sign(with_lines, old=1000, proof=[]) == Refused(Refusal.OTHER_LOG, notary.last)


def test_what_was_signed_is_known_after_a_restart(
    notary: Notary, tree: Tree, tmp_path: Path
) -> None:
    ask(notary, tree, 0, 600)
    keys = notary.vkeys
    notary.close()
    again = Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN)
    assert (again.last, again.vkeys) == (Last(600, root(600)), keys)
    with pytest.raises(BlockingIOError):
        Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN)
    again.close()


def test_keys_are_for_their_owner_alone(notary: Notary, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    shown = (tmp_path / "tree/keys").read_text().splitlines()
    assert [VerifierKey.parse(one) for one in shown] == list(notary.vkeys)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("signed.json", None, "is missing beside keys"),
        ("signed.json", b"", "is damaged"),
        ("signed.json", b'{"origin": "b", "size": 0, "root": ""}', "is damaged"),
        ("keyring.json", None, "no keys beside"),
        ("keyring.json", b"{}", "cannot be read"),
        ("keyring.json", b'{"origin": "b", "seeds": [], "changes": []}', "has the keys of the log"),
    ],
)
def test_nothing_is_signed_from_what_is_damaged(
    notary: Notary, tree: Tree, tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    ask(notary, tree, 0, 600)
    notary.close()
    path = tmp_path / "keys" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=why) as raised:
            Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN)
        assert "seeds" not in str(raised.value)


def test_a_first_start_that_was_killed_is_a_first_start(tmp_path: Path) -> None:
    Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN).close()
    (tmp_path / "keys/keyring.json").unlink()
    Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN).close()


def test_keys_change_and_who_has_the_old_one_can_follow(
    notary: Notary, tree: Tree, tmp_path: Path
) -> None:
    first = notary.vkeys
    with pytest.raises(KeyringError, match="only one key signs"):
        notary.retire()
    ask(notary, tree, 0, 100)
    second = notary.bring_in()
    with pytest.raises(KeyringError, match="retire that one first"):
        notary.bring_in()
    both = ask(notary, tree, 100, 200)
    assert isinstance(both, Signed)
    assert len(both.note.signatures) == 2
    assert both.note.verified(first)
    assert both.note.verified([second])
    assert notary.retire() == second
    alone = ask(notary, tree, 200, 300)
    assert isinstance(alone, Signed)
    assert alone.note.verified(first) == ()
    third = notary.bring_in()
    notary.retire()
    notary.close()
    again = Notary(tmp_path / "keys", tmp_path / "tree", ORIGIN)
    assert again.vkeys == (third,)
    again.close()

    statements = read_statements((tmp_path / "tree/key-changes").read_text())
    assert [one.size for one in statements] == [100, 300]
    assert following(first, statements) == (*first, second, third)
    assert following([second], statements) == (second, third)
    assert following([third], statements) == (third,)
    assert alone.note.verified(following(first, statements))
    assert "seed" not in (tmp_path / "tree/keys").read_text()


def told(notary: Notary, line: bytes) -> dict[str, object]:
    return dict(json.loads(answer(notary, line)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Notary:
    folder = tmp_path_factory.mktemp("notary")
    return Notary(folder / "keys", folder / "tree", ORIGIN)


@given(
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: json.dumps({"do": "sign", "origin": value, "size": 1}).encode())
    | st.dictionaries(
        st.sampled_from(["origin", "size", "root", "old", "proof"]),
        st.sampled_from([ORIGIN, 0, -1, 2**64, True, None, [], ["x"], [1], "AA==", 1.5]),
    ).map(lambda value: json.dumps({"do": "sign", **value}).encode())
)
def test_wrong_questions_are_answered_and_sign_nothing(shared: Notary, line: bytes) -> None:
    assert "error" in told(shared, line)
    assert shared.last == Last(0, EMPTY_ROOT)


def test_what_cannot_be_kept_is_not_signed(
    notary: Notary, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    asked = question(Checkpoint(ORIGIN, 300, root(300)), 0, [])
    line = json.dumps(asked).encode()
    with monkeypatch.context() as patched:
        patched.setattr("ringwall.ledger.notary.signing.write_private", full)
        assert told(notary, line) == {
            "error": "what it signs cannot be kept: No space left on device"
        }
    assert notary.last == Last(0, EMPTY_ROOT)
    assert "note" in told(notary, line)
