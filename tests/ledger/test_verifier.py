"""The independent verifier on checkpoints and trees, and its own signatures."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.forests import KEY, ORIGIN, grown, leaves, root, signed
from tests.ledger.test_tree import HARM
from tests.ledger.verifier import code, module, run

from ringwall.ledger.keys import SigningKey
from ringwall.ledger.proofs import ConsistencyProof
from ringwall.ledger.tree import Tree

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_its_signatures_are_those_of_the_standard(
    public: str, message: str, signature: str
) -> None:
    key, said, signed = (bytes.fromhex(one) for one in (public, message, signature))
    verifies = module().ed25519_verifies
    assert verifies(key, said, signed)
    assert not verifies(key, said + b"x", signed)
    assert not verifies(key, said, signed[:-1])
    order = module().L
    larger = (int.from_bytes(signed[32:], "little") + order).to_bytes(32, "little")
    assert not verifies(key, said, signed[:32] + larger)  # malleable, section 8.4
    assert not verifies(b"\xff" * 32, said, signed)
    assert not verifies(b"\x02" + bytes(31), said, signed)


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_agrees_with_the_other_library(seed: bytes, message: bytes, bit: int) -> None:
    key = SigningKey.of("a", seed)
    signature = key.private.sign(message)
    verifies = module().ed25519_verifies
    assert verifies(key.verifier.public, message, signature)
    flipped = (int.from_bytes(signature) ^ (1 << bit)).to_bytes(64)
    assert not verifies(key.verifier.public, message, flipped)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verified") / "tree"
    grown(folder, 70_000).close()
    return folder


def consistency(folder: Path, tree: Tree, old: int, new: int) -> list[object]:
    for name, size in (("old", old), ("new", new)):
        (folder / name).write_bytes(signed(size).to_bytes())
    (folder / "proof").write_text(str(ConsistencyProof(old, tuple(tree.consistency(old, new)))))
    return ["consistency", folder / "old", folder / "new", folder / "proof", "--key", KEY.verifier]


def test_it_knows_whether_checkpoints_continue(tmp_path: Path) -> None:
    with grown(tmp_path / "tree", 600) as tree:
        for old, new in ((0, 0), (0, 5), (1, 600), (255, 256), (256, 600), (600, 600), (300, 599)):
            assert code(*consistency(tmp_path, tree, old, new)) == 0
        arguments = consistency(tmp_path, tree, 300, 600)
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "of 600 entries begins with that of 300: nothing was rewritten" in done.stdout
        assert code(*arguments[:-1], SigningKey.new(ORIGIN).verifier) == 1
        assert code(arguments[0], arguments[2], arguments[1], *arguments[3:]) == 1
        proof = (tmp_path / "proof").read_text()
        for wrong in (
            proof[:-1],
            proof.replace("old 300", "old 301"),
            proof + "x\n",
            "",
            "old 300\n",
        ):
            (tmp_path / "proof").write_text(wrong)
            assert code(*arguments) == 1
        (tmp_path / "proof").write_text(proof)
        (tmp_path / "new").write_bytes(signed(600, of=root(599)).to_bytes())
        done = run(*arguments)
        assert done.returncode == 1
        assert "does not begin with that of 300: it was forked" in done.stderr


@settings(max_examples=150)
@given(st.integers(0, 600), st.integers(0, 600))
def test_it_agrees_on_every_pair_of_sizes(
    tmp_path_factory: pytest.TempPathFactory, one: int, other: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "pairs"
    folder.mkdir(exist_ok=True)
    with Tree(folder / "tree", ORIGIN) as tree:
        tree.append(0, leaves(0, 600))
        assert code(*consistency(folder, tree, min(one, other), max(one, other))) == 0
    shutil.rmtree(folder / "tree")


def test_a_tree_that_goes_on_is_right_by_its_checkpoint_of_before(tmp_path: Path) -> None:
    before, folder = tmp_path / "before", tmp_path / "tree"
    with grown(folder, 100) as tree:
        before.write_bytes((folder / "checkpoint").read_bytes())
        for size in (200, 300):
            tree.append(tree.size, leaves(tree.size, size))
            tree.publish(signed(size))
            assert code("tree", folder, "--checkpoint", before, "--key", KEY.verifier) == 0


def test_a_tile_that_is_replaced_while_it_is_looked_for_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tiles, sizes = tmp_path / "tree", module().Tiles, iter((130, 160, 200))
    listed = tiles.wider

    def listing(self: Any, level: int, index: int, width: int) -> list[int]:
        found: list[int] = listed(self, level, index, width)
        if (size := next(sizes, None)) is not None:
            growing.append(growing.size, leaves(growing.size, size))
            growing.publish(signed(size))
        return found

    with grown(folder, 100) as growing:
        monkeypatch.setattr(tiles, "wider", listing)
        assert code("tree", folder, "--key", KEY.verifier) == 0
        assert growing.published > 100


def test_a_whole_tree_is_right(tree: Path) -> None:
    done = run("tree", tree, "--key", KEY.verifier)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"RIGHT\nthe tree below {tree} is that of the log {ORIGIN} of 70000 entries\n"
    )
    assert run("tree", tree, "--key", SigningKey.new(ORIGIN).verifier).returncode == 1


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_536])
def test_trees_of_every_shape_are_right(tmp_path: Path, size: int) -> None:
    grown(tmp_path, size).close()
    # Without entries there is nothing that could have been checked.
    assert code("tree", tmp_path, "--key", KEY.verifier) == (0 if size else 2)


@pytest.mark.parametrize(("name", "harm", "tile"), HARM, ids=[one[0] for one in HARM])
def test_whatever_is_done_to_a_tile_is_found(
    tree: Path, tmp_path: Path, name: str, harm: Callable[[Path], object], tile: str
) -> None:
    folder = tmp_path / "tree"
    shutil.copytree(tree, folder)
    harm(folder / "tile")
    # A tile of leaves that is missing may have been pruned: that is said, and is no success.
    assert code("tree", folder, "--key", KEY.verifier) == (3 if name == "missing" else 1)


def test_what_was_pruned_is_said_to_be_not_checked(tmp_path: Path) -> None:
    with grown(tmp_path, 3000) as tree:
        tree.prune(0, 1024)
    done = run("tree", tmp_path, "--key", KEY.verifier)
    assert done.returncode == 3
    assert done.stdout.startswith("PARTLY CHECKED\n")
    assert "not checked: 1024 leaves, whose 4 tiles are not there any more" in done.stdout


def test_another_checkpoint_than_that_of_the_folder(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(signed(70_000, of=bytes(32)).to_bytes())
    assert code("tree", tree, "--key", KEY.verifier, "--checkpoint", tmp_path / "c") == 1
    os.truncate(tmp_path / "c", 3)
    assert code("tree", tree, "--key", KEY.verifier, "--checkpoint", tmp_path / "c") == 1
    assert code("tree", tree, "--key", KEY.verifier, "--checkpoint", tmp_path / "no") == 2


@settings(max_examples=200)
@given(st.sampled_from(["old", "new", "proof"]), st.floats(0, 1), st.integers(1, 255))
def test_every_byte_that_is_flipped_between_checkpoints_is_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, part: float, bits: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped-between"
    if not folder.exists():
        folder.mkdir()
        with grown(folder / "tree", 600) as tree:
            consistency(folder, tree, 301, 600)
    content = bytearray((folder / name).read_bytes())
    content[int(part * (len(content) - 1))] ^= bits
    (folder / "changed").write_bytes(content)
    files = [folder / ("changed" if name == one else one) for one in ("old", "new", "proof")]
    assert code("consistency", *files, "--key", KEY.verifier) == 1
