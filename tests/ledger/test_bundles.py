"""A bundle holds as it was made, and in no other way: our code and the independent one agree."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.bundled import CHANGES, KEYS, OPENINGS, log
from tests.ledger.forests import ORIGIN, WITNESS
from tests.ledger.verifier import code, run

from ringwall.ledger.bundles import Bundle, Opening, Reason, verify
from ringwall.ledger.keys import Kind, SigningKey, VerifierKey
from ringwall.ledger.notes import Note
from ringwall.ledger.statements import Statement, written_statements

FIRST: Final = KEYS[0].verifier
GOOD: Final = log().bundle(5).to_bytes()
OTHER_WITNESS: Final = SigningKey.new("witness.example/w2", Kind.COSIGNATURE)


def reason(
    content: bytes,
    folder: Path,
    *,
    key: VerifierKey = FIRST,
    witnesses: tuple[SigningKey, ...] = (WITNESS,),
    quorum: int | None = None,
) -> Reason | None:
    """What our code says, which the independent verifier has to agree to."""
    verdict = verify(
        content, keys=[key], witnesses=[one.verifier for one in witnesses], quorum=quorum
    )
    file = folder / "bundle.json"
    file.write_bytes(content)
    arguments = ["bundle", file, "--key", key]
    for one in witnesses:
        arguments += ["--witness", one.verifier]
    if quorum is not None:
        arguments += ["--quorum", str(quorum)]
    assert code(*arguments) == (0 if verdict.holds else 1), verdict
    return verdict.reason


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("index", [0, 5, 12])
def test_it_holds_for_who_has_any_key_of_the_log(
    tmp_path: Path, key: SigningKey, index: int
) -> None:
    content = log().bundle(index).to_bytes()
    assert reason(content, tmp_path, key=key.verifier) is None
    verdict = verify(content, keys=[key.verifier])
    assert (verdict.index, verdict.checkpoint and verdict.checkpoint.size) == (index, 13)


def test_it_is_read_as_it_is_written() -> None:
    assert Bundle.parse(GOOD) == log().bundle(5)
    assert Bundle.parse(GOOD).to_bytes() == GOOD


def test_personal_data_may_be_left_out_and_not_be_changed(tmp_path: Path) -> None:
    one = {"person-1": OPENINGS["person-1"]}
    assert reason(log().bundle(5, personal=one).to_bytes(), tmp_path) is None
    assert reason(log().bundle(5, personal={}).to_bytes(), tmp_path) is None
    for changed in (
        {"person-1": Opening(OPENINGS["person-1"].salt, '{"name":"Bob"}')},
        {"person-1": Opening(bytes(32), OPENINGS["person-1"].patch)},
        {"person-1": OPENINGS["person-2"]},
        {"person-3": OPENINGS["person-1"]},
    ):
        content = log().bundle(5, personal=changed).to_bytes()
        assert reason(content, tmp_path) == Reason.WRONG_SEAL


def test_each_condition_has_its_reason(tmp_path: Path) -> None:
    good = log().bundle(5)
    stranger = SigningKey.new(ORIGIN)
    assert reason(GOOD, tmp_path, key=stranger.verifier) == Reason.OTHER_KEY
    without = log().bundle(5, statements=()).to_bytes()
    assert reason(without, tmp_path) == Reason.OTHER_KEY
    assert reason(without, tmp_path, key=KEYS[2].verifier) is None
    assert verify(without, keys=[FIRST], statements=CHANGES).holds
    unsigned = replace(good, vkey=str(FIRST)).to_bytes()
    assert reason(unsigned, tmp_path) == Reason.UNSIGNED
    assert reason(GOOD, tmp_path, witnesses=(OTHER_WITNESS,)) == Reason.TOO_FEW_WITNESSES
    both = (WITNESS, OTHER_WITNESS)
    assert reason(GOOD, tmp_path, witnesses=both) == Reason.TOO_FEW_WITNESSES
    assert reason(GOOD, tmp_path, witnesses=both, quorum=1) is None
    assert reason(replace(good, entry=log().entries[6]).to_bytes(), tmp_path) == Reason.NOT_INCLUDED
    moved = replace(good, proof=replace(good.proof, index=6)).to_bytes()
    assert reason(moved, tmp_path) == Reason.NOT_INCLUDED
    forged = Note(
        good.proof.checkpoint.text.replace("\n13\n", "\n14\n"), good.proof.checkpoint.signatures
    )
    proof = replace(good.proof, checkpoint=forged)
    assert reason(replace(good, proof=proof).to_bytes(), tmp_path) == Reason.FORGED
    assert reason(b"{}", tmp_path) == Reason.UNREADABLE
    assert reason(b"[" * 100_000, tmp_path) == Reason.UNREADABLE


def test_a_key_of_another_log_signs_nothing_here(tmp_path: Path) -> None:
    other = SigningKey.new("example.com/other")
    content = log().bundle(5, signers=(other,), statements=()).to_bytes()
    assert reason(content, tmp_path, key=other.verifier) == Reason.UNSIGNED


def test_while_keys_change_both_sign(tmp_path: Path) -> None:
    content = log().bundle(5, signers=(KEYS[1], KEYS[2])).to_bytes()
    for key in KEYS:
        assert reason(content, tmp_path, key=key.verifier) is None


def test_who_was_not_the_old_key_names_no_new_one() -> None:
    thief, stranger = SigningKey.new(ORIGIN), SigningKey.new(ORIGIN)
    made = Statement.made(stranger, thief, 9)
    content = log().bundle(5, signers=(thief,), statements=(made,)).to_bytes()
    assert verify(content, keys=[FIRST]).reason == Reason.OTHER_KEY
    text = Note(str(made.note.text).replace(str(stranger.verifier), str(FIRST)))
    with pytest.raises(ValueError, match=r"forged|signed by the old key"):
        Statement.of(Note(text.text, made.note.signatures))
    with pytest.raises(ValueError, match="signed by the old key and then by the new"):
        Statement.of(text.signed_by(thief))
    with pytest.raises(ValueError, match="one key to another"):
        Statement.made(thief, thief, 1)
    with pytest.raises(ValueError, match="one key to another"):
        Statement.made(KEYS[0], SigningKey.new("example.com/other"), 1)


_CHANGES_OF_FIELDS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "the form": lambda b: b.update(bundle="ringwall log bundle v2"),
    "a field more": lambda b: b.update(more=1),
    "a field less": lambda b: b.pop("vkey"),
    "the entry": lambda b: b.update(entry=b["entry"].replace("5", "6", 1)),
    "the entry's end": lambda b: b.update(entry=b["entry"] + " "),
    "no text": lambda b: b.update(entry=5),
    "the vkey": lambda b: b.update(vkey=str(KEYS[0].verifier)),
    "no vkey": lambda b: b.update(vkey=""),
    "a patch": lambda b: b["personal"]["person-1"].update(patch="{}"),
    "a salt": lambda b: b["personal"]["person-1"].update(salt="00" * 32),
    "a salt's case": lambda b: b["personal"]["person-2"].update(
        salt=b["personal"]["person-2"]["salt"].upper()
    ),
    "a subject": lambda b: b["personal"].update(x=b["personal"].pop("person-1")),
    "swapped subjects": lambda b: b.update(
        personal=dict(zip(b["personal"], reversed(b["personal"].values()), strict=True))
    ),
    "no opening": lambda b: b["personal"].update(x=1),
    "personal is a list": lambda b: b.update(personal=[]),
    "statements in another order": lambda b: b["statements"].reverse(),
    "a statement less": lambda b: b["statements"].pop(0),
    "a statement's size": lambda b: b["statements"].append(
        b["statements"].pop().replace("size 9", "size 8")
    ),
    "a statement of nothing": lambda b: b["statements"].append(""),
    "statements is a text": lambda b: b.update(statements=""),
    "the index": lambda b: b.update(proof=b["proof"].replace("index 5", "index 4")),
    "the index's form": lambda b: b.update(proof=b["proof"].replace("index 5", "index 05")),
    "a hash less": lambda b: b.update(
        proof="\n".join(line for n, line in enumerate(b["proof"].split("\n")) if n != 2)
    ),
    "hashes swapped": lambda b: b.update(
        proof="\n".join([(x := b["proof"].split("\n"))[0], x[1], x[3], x[2], *x[4:]])
    ),
    "the origin": lambda b: b.update(proof=b["proof"].replace(f"{ORIGIN}\n13", "a\n13")),
    "the size": lambda b: b.update(proof=b["proof"].replace("\n13\n", "\n12\n")),
    "no signature": lambda b: b.update(proof=b["proof"][: b["proof"].index("\n\u2014") + 1]),
    "a line in the checkpoint": lambda b: b.update(
        proof=b["proof"].replace("\n\n\u2014", "\nmore\n\n\u2014")
    ),
}


@pytest.mark.parametrize("change", _CHANGES_OF_FIELDS.values(), ids=_CHANGES_OF_FIELDS.keys())
def test_every_field_that_is_changed_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    found = json.loads(GOOD)
    change(found)
    content = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    assert content != GOOD
    assert reason(content, tmp_path) is not None


def test_another_way_to_write_it_is_refused(tmp_path: Path) -> None:
    found = json.loads(GOOD)
    for content in (
        json.dumps(found, ensure_ascii=False, sort_keys=True).encode(),
        json.dumps(found, indent=2, sort_keys=True).encode() + b"\n",
        GOOD.replace(b'"vkey":', b'"vkey": "x",\n  "vkey":'),
        GOOD + b"\n",
        GOOD[:-1],
        b"\xef\xbb\xbf" + GOOD,
    ):
        assert reason(content, tmp_path) == Reason.UNREADABLE


@settings(max_examples=400)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_every_byte_that_is_flipped_is_refused(at: int, bits: int) -> None:
    content = bytearray(GOOD)
    content[at] ^= bits
    assert not verify(bytes(content), keys=[FIRST], witnesses=[WITNESS.verifier]).holds


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_the_independent_verifier_refuses_each_too(
    tmp_path_factory: pytest.TempPathFactory, at: int, bits: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "flipped.json"
    content = bytearray(GOOD)
    content[at] ^= bits
    file.write_bytes(content)
    assert code("bundle", file, "--key", FIRST, "--witness", WITNESS.verifier) == 1


@given(st.binary() | st.text().map(str.encode))
def test_whatever_is_no_bundle_is_refused_quietly(content: bytes) -> None:
    assert verify(content, keys=[FIRST]).reason == Reason.UNREADABLE


def test_it_runs_with_nothing_but_python(tmp_path: Path) -> None:
    file, keys, changes = tmp_path / "b.json", tmp_path / "keys", tmp_path / "changes"
    file.write_bytes(GOOD)
    keys.write_text(f"# the log's\n{FIRST}\n")
    changes.write_text(written_statements(CHANGES))
    done = run("bundle", file, "--key", keys, "--witness", WITNESS.verifier)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"RIGHT\nthis is entry 5 of the log {ORIGIN}, as it was when it")
    assert "cosigned by witness.example/w1\n" in done.stdout
    file.write_bytes(log().bundle(5, statements=()).to_bytes())
    assert run("bundle", file, "--key", keys, "--changes", changes).returncode == 0
    done = run("bundle", file, "--key", keys)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("WRONG: it is signed with a key that was not given")
    file.write_bytes(GOOD.replace(b'"number\\":5', b'"number\\":6'))
    done = run("bundle", file, "--key", keys)
    assert (done.returncode, done.stderr) == (1, "WRONG: this is not entry 5 of the log\n")


def test_what_it_cannot_check_it_says(tmp_path: Path) -> None:
    done = run("bundle", tmp_path / "none", "--key", FIRST)
    assert (done.returncode, done.stdout) == (2, "")
    assert "none cannot be read: No such file" in done.stderr
    assert run("bundle", tmp_path / "none").returncode == 2
    assert run("bundle", "x", "--key", str(FIRST)[:-1] + "x").returncode == 2
    done = run("--help")
    assert done.returncode == 0
    assert "You need the public key from somewhere you trust" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD[: GOOD.index(b'"entry"') + 40], "no JSON from line 3, column"),
        (b"\xef\xbb\xbf" + GOOD, "no JSON from line 1, column 1 on"),
        (GOOD[:40] + b"\xff" + GOOD[40:], "not UTF-8 from byte 40 on"),
        (b"[" * 200_000, "nested"),
        (b'{"bundle":' + b"9" * 5000 + b"}", "number"),
        (b'{"bundle":"\\ud800"}', "half a character|nested or numbered"),
        (b" " * (16 * 1024 * 1024 + 1), "larger than the"),
    ],
)
def test_where_a_file_is_broken_is_told_in_words_of_ours(
    content: bytes, said: str, tmp_path: Path
) -> None:
    found = verify(content, keys=[FIRST])
    assert found.reason == Reason.UNREADABLE
    assert re.search(said, found.detail)
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    done = run("bundle", file, "--key", FIRST)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(said, done.stderr)
    assert str(file) in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("quorum", [-1, 2])
def test_a_quorum_that_the_given_witnesses_cannot_be_is_no_check(
    tmp_path: Path, quorum: int
) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(GOOD)
    given_ = ("--key", FIRST, "--witness", WITNESS.verifier, "--quorum", quorum)
    done = run("bundle", file, *given_)
    assert (done.returncode, done.stdout) == (2, "")
