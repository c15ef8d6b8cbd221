"""A secret written into the file by mistake is reported without being repeated anywhere."""

import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.configuration.sample import SECTIONS

from ringwall.runtime.configuration import ConfigurationError, Secret, load, load_text
from ringwall.runtime.configuration.rendering import plain, to_json

LITERAL = "hunter2-Zx9"
HEAD = "version: 1\n"


def everything_said(error: ConfigurationError) -> str:
    """All that a terminal, a log or a trace could show of a refused configuration."""
    parts = [str(error), repr(error), repr(error.problems)]
    parts += traceback.format_exception(error)
    cause: BaseException | None = error
    while cause is not None:
        parts += [repr(cause), str(cause), repr(vars(cause))]
        cause = cause.__cause__ or cause.__context__
    for problem in error.problems:
        parts += [plain(problem), repr(to_json(problem)), repr(problem)]
    return "\n".join(parts)


def assert_unsaid(text: str, literal: str = LITERAL) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(text, SECTIONS)
    assert literal not in everything_said(caught.value)
    assert caught.value.problems


@pytest.mark.parametrize(
    "lines",
    [
        "edge:\n  acme:\n    directory: x\n    account: {key_id: 1, hmac_key: LITERAL}",
        "edge:\n  acme:\n    directory: x\n    account: {hmac_key: LITERAL, key_id: 1}",
        "edge:\n  acme:\n    directory: x\n    account: {key_id: me, hmac_key: 'LITERAL', x: 1}",
        "edge:\n acme:\n  directory: x\n  account:\n   key_id: 1\n   hmac_key: |\n    LITERAL",
        "edge:\n acme:\n  directory: x\n  account:\n   key_id: 1\n   hmac_key: a\n     LITERAL",
        "edge:\n acme:\n  directory: x\n  account: {key_id: 1, hmac_key: 'a\n     LITERAL'}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: [LITERAL]}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: {value: LITERAL}}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: '${env:LITERAL'}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: '${env:a LITERAL}'}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: '${file:LITERAL}'}}}",
        "edge: {acme: {directory: x, account: LITERAL}}",
        "edge: {acme: LITERAL}",
        "edge: {acme: {directory: x, spare_keys: [LITERAL]}}",
        "edge: {acme: {directory: x, spare_keys: LITERAL}}",
        "edge: {acme: {directory: x, spare_keys: {a: LITERAL}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_kye: LITERAL}}}",
        "edge: {acme: {directory: x, acount: {key_id: me, hmac_key: LITERAL}}}",
        "edgee: {acme: {directory: x, account: {key_id: me, hmac_key: LITERAL}}}",
        "password: LITERAL",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: *LITERAL}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: !LITERAL }}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: '@LITERAL' 'x'}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: \"LITERAL\\q\"}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: LITERAL: x}}}",
        "edge: {acme: {directory: x, account: {key_id: me, hmac_key: LITERAL}",
        "services: {a: {addresses: [x:1], owner: me, api_token: LITERAL}}",
    ],
)  # fmt: skip
def test_a_literal_is_never_repeated(lines: str) -> None:
    text = HEAD + lines.replace("LITERAL", LITERAL)
    assert_unsaid(text)
    assert_unsaid(text.replace("edge", "\n\nedge", 1))


def test_the_message_says_what_to_write_instead() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(HEAD + "edge: {acme: {directory: x, spare_keys: ['a']}}", SECTIONS)
    (problem,) = caught.value.problems
    assert problem.message.endswith(
        "a secret is never written in the file: write ${env:NAME} or ${file:/path}"
    )
    assert (problem.value, problem.allowed) == (None, "${env:NAME} or ${file:/path}")


@given(literal=st.text("abcxyzABCXYZ0123456789+/=_-", max_size=40).map("Zq9".__add__))
def test_no_generated_literal_is_repeated(literal: str) -> None:
    line = f"edge: {{acme: {{directory: x, spare_keys: ['{literal}'], bad: 1}}}}"
    assert_unsaid(HEAD + line, literal)


def test_a_reference_reads_the_environment_or_a_file_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWALL_TEST_SECRET", LITERAL)
    secret = Secret.parse("${env:RINGWALL_TEST_SECRET}")
    assert secret.reveal() == LITERAL
    assert LITERAL not in f"{secret} {secret!r}"
    kept = tmp_path / "secret"
    kept.write_text(f"{LITERAL}\n")
    assert Secret.parse(f"${{file:{kept}}}").reveal() == LITERAL


def test_a_reference_that_leads_nowhere_names_itself_only(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="RINGWALL_NOT_SET"):
        Secret.parse("${env:RINGWALL_NOT_SET}").reveal()
    with pytest.raises(LookupError, match="No such file"):
        Secret.parse(f"${{file:{tmp_path}/none}}").reveal()
    kept = tmp_path / "binary"
    kept.write_bytes(LITERAL.encode() + b"\xff")
    with pytest.raises(LookupError, match="not UTF-8") as caught:
        Secret.parse(f"${{file:{kept}}}").reveal()
    assert caught.value.__context__ is None


def test_the_environment_is_read_by_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWALL_TEST_SECRET", LITERAL)
    path = tmp_path / "ringwall.yaml"
    path.write_text(
        HEAD
        + "edge: {acme: {directory: '${env:RINGWALL_TEST_SECRET}', "
        + "spare_keys: ['${env:RINGWALL_TEST_SECRET}']}}\n"
    )
    configuration = load(path, SECTIONS)
    assert LITERAL not in repr(configuration)
    assert "${env:RINGWALL_TEST_SECRET}" in repr(configuration)
