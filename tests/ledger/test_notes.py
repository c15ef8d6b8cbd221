"""Notes, keys, checkpoints and proofs, by the examples of their specifications."""

from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import Kind, SigningKey, VerifierKey, decode, encode, time_of
from ringwall.ledger.notes import Note, NoteError, Signature
from ringwall.ledger.proofs import ConsistencyProof, TlogProof

FOO: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE: Final = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlT\
gK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
BEHIND: Final = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe\
4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI\
5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_the_key_of_the_specification_verifies_its_note() -> None:
    key = VerifierKey.parse(FOO)
    assert str(key) == FOO
    note = Note.parse(FOO_NOTE)
    assert str(note) == FOO_NOTE
    assert note.verified([key]) == note.signatures


def test_a_changed_text_is_refused() -> None:
    changed = Note.parse(FOO_NOTE.replace("example message", "example massage"))
    with pytest.raises(NoteError, match=r"'example\.com/foo' does not verify: the note is forged"):
        changed.verified([VerifierKey.parse(FOO)])


def test_the_checkpoint_of_the_specification_is_read() -> None:
    note = Note.parse(BEHIND)
    checkpoint = Checkpoint.of(note)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == note.text
    assert str(note) == BEHIND
    witness = note.signatures[1]
    assert (witness.name, witness.key_id.hex()) == ("witness.example.com/w1", "8d66cf3f")
    assert time_of(witness.value) == 1679315147


def test_a_cosignature_covers_time_and_checkpoint() -> None:
    cosigner = SigningKey.of("witness.example/w1", bytes(range(32)), Kind.COSIGNATURE)
    note = Note.parse(BEHIND).signed_by(cosigner, time=1679315147)
    assert note.verified([cosigner.verifier]) == note.signatures[-1:]
    # The message of the specification, signed by hand.
    message = (
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert note.signatures[-1].value[8:] == cosigner.private.sign(message.encode())
    later = Signature(
        cosigner.name,
        cosigner.verifier.id,
        (1679315148).to_bytes(8) + note.signatures[-1].value[8:],
    )
    with pytest.raises(NoteError, match="does not verify"):
        Note(note.text, (later,)).verified([cosigner.verifier])
    with pytest.raises(ValueError, match="made at a time"):
        note.signed_by(cosigner)


def test_the_same_key_of_another_kind_has_another_id() -> None:
    log = SigningKey.of("a", bytes(32))
    assert log.verifier.id != SigningKey.of("a", bytes(32), Kind.COSIGNATURE).verifier.id
    assert "private" not in repr(log)


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    ours, theirs = SigningKey.new("example.com/log"), SigningKey.new("example.com/log")
    note = Note("text\n").signed_by(theirs).signed_by(ours).signed_by(ours)
    assert note.verified([ours.verifier]) == note.signatures[1:2]
    assert note.verified([SigningKey.new("example.com/other").verifier]) == ()
    swapped = Signature(ours.name, ours.verifier.id, note.signatures[0].value)
    with pytest.raises(NoteError, match="forged"):
        Note(note.text, (*note.signatures, swapped)).verified([ours.verifier])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("no signatures\n", "blank line"),
        ("text\n\n", "blank line"),
        ("text\n\n— a AAAAAAA=", "whole line"),
        ("text\n\n- a AAAAAAA=\n", "is no signature"),
        ("text\n\n— a b AAAAAAA=\n", "is no signature"),
        ("text\n\n— a+b AAAAAAA=\n", "is no signature"),
        ("text\n\n— a\u00a0b AAAAAAA=\n", "is no signature"),
        ("text\n\n—  AAAAAAA=\n", "is no signature"),
        ("text\n\n— a AAAAAAB=\n", "is not base64"),
        ("text\n\n— a AAAAAA\n", "is not base64"),
        ("text\n\n— a AAAAAA==\n", "too short"),
        ("te\txt\n\n— a AAAAAAA=\n", "control characters"),
        ("text\r\n\n— a AAAAAAA=\n", "control characters"),
        ("text\n\n" + "— a AAAAAAA=\n" * 65, "more than 64"),
        (b"te\xffxt\n\n", "from byte 2"),
        ("a" * 1024 * 1025, "more than 1048576 bytes"),
    ],
)
def test_what_is_no_note_is_told_why(content: str | bytes, why: str) -> None:
    with pytest.raises(NoteError, match=why):
        Note.parse(content)


def test_sixteen_signatures_are_taken_as_the_specification_demands() -> None:
    note = Note("text\n\nmore\n")
    for number in range(64):
        note = note.signed_by(SigningKey.new(f"a/{number}"))
    assert Note.parse(note.to_bytes()) == note


@pytest.mark.parametrize(
    ("vkey", "why"),
    [
        (FOO.replace("530d", "530e"), "mistyped"),
        (FOO[:-1] + "l", "is not base64|mistyped"),
        ("a+00000000+AekyeQ==", "not one of Ed25519"),
        ("a b+00000000+AekyeQ==", "not a public key"),
        ("", "not a public key"),
    ],
)
def test_wrong_public_keys_are_told_why(vkey: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        VerifierKey.parse(vkey)


_ROOT: Final = encode(bytes(32))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\n1\n", "three lines"),
        (f"a\n01\n{_ROOT}\n", "line 2"),
        (f"a\n-1\n{_ROOT}\n", "line 2"),
        (f"a\n1 \n{_ROOT}\n", "line 2"),
        (f"a\n٣\n{_ROOT}\n", "line 2"),
        (f"a\n{'9' * 20}\n{_ROOT}\n", "line 2"),
        (f"a\n1\n{_ROOT[:-1]}\n", "line 3"),
        ("a\n1\nAAAA\n", "line 3: a hash has 32 bytes, this has 3"),
        (f"\n1\n{_ROOT}\n", "empty lines"),
        (f"a\n1\n{_ROOT}\n\nb\n", "empty lines"),
        (f"a\n1\n{_ROOT}", "ends with a newline"),
    ],
)
def test_wrong_checkpoints_are_told_why(text: str, why: str) -> None:
    with pytest.raises(NoteError, match=why):
        Checkpoint.parse(text)


def test_extension_lines_are_signed_too() -> None:
    checkpoint = Checkpoint("a", 0, bytes(32), ("x", "y"))
    assert Checkpoint.parse(checkpoint.text) == checkpoint
    assert checkpoint.text == f"a\n0\n{_ROOT}\nx\ny\n"


_NOTES: Final = st.builds(
    lambda size, root: Checkpoint("example.com/log", size, root).unsigned.signed_by(
        SigningKey.of("example.com/log", bytes(32))
    ),
    st.integers(0, 2**62),
    st.binary(min_size=32, max_size=32),
)
_HASHES: Final = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)


@given(
    st.builds(TlogProof, st.integers(0, 2**62), _HASHES, _NOTES, st.none() | st.binary()),
    st.builds(ConsistencyProof, st.integers(0, 2**62), _HASHES),
)
def test_proofs_are_read_as_they_are_written(one: TlogProof, two: ConsistencyProof) -> None:
    assert TlogProof.parse(str(one)) == one
    assert ConsistencyProof.parse(str(two)) == two


def test_a_proof_looks_as_specified() -> None:
    note = Note.parse(BEHIND)
    assert str(TlogProof(7, (bytes(32),), note, b"x")) == (
        f"c2sp.org/tlog-proof@v1\nextra eA==\nindex 7\n{_ROOT}\n\n{BEHIND}"
    )
    assert str(TlogProof(0, (), note)) == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{BEHIND}"


@pytest.mark.parametrize(
    ("change", "into", "why"),
    [
        ("@v1", "@v2", "a proof begins with"),
        ("extra eA==", "extra eA=", "extra data"),
        ("index 7", "index 07", "leading zeroes"),
        ("index 7", "indeks 7", "'index NUMBER' is missing"),
        ("index 7", "index  7", "leading zeroes"),
        (f"{_ROOT}\n\n", f"{_ROOT}\n", "hash 2"),
        (f"{_ROOT}\n\n", f"{_ROOT}\n" * 64 + "\n", "at most 63"),
        (_ROOT, _ROOT[1:], "hash 1"),
    ],
)
def test_wrong_proofs_are_told_why(change: str, into: str, why: str) -> None:
    text = str(TlogProof(7, (bytes(32),), Note.parse(BEHIND), b"x"))
    assert change in text
    with pytest.raises(NoteError, match=why):
        TlogProof.parse(text.replace(change, into, 1))


@given(st.binary())
def test_base64_has_one_form(content: bytes) -> None:
    assert decode(encode(content)) == content
    for other in (encode(content) + "\n", " " + encode(content), encode(content) + "="):
        with pytest.raises(ValueError, match="is not base64"):
            decode(other)


@given(st.text() | st.binary())
def test_nothing_read_ends_in_another_error(content: str | bytes) -> None:
    for read in (Note.parse, Checkpoint.parse, TlogProof.parse, ConsistencyProof.parse):
        if isinstance(content, bytes) and read != Note.parse:
            continue
        with suppress(NoteError):
            read(content)  # type: ignore[arg-type]
