"""Answers to challenges: the folder of HTTP-01, and the certificate of TLS-ALPN-01."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gateway.certificates.held_clock import assert_private

from ringwall.gateway.certificates.challenges import FolderPublisher, challenge_response, is_token
from ringwall.gateway.certificates.tls_alpn import challenge_certificate

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
ANSWER = f"{TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"


def test_an_answer_is_given_until_it_is_withdrawn(tmp_path: Path) -> None:
    folder = tmp_path / "challenges"
    publisher = FolderPublisher(folder)
    assert challenge_response(folder, TOKEN) is None
    publisher.http(TOKEN, ANSWER)
    assert challenge_response(folder, TOKEN) == ANSWER
    assert_private(folder)
    publisher.withdraw(host="shop.example", token=TOKEN)
    publisher.withdraw(host="shop.example", token=TOKEN)
    assert challenge_response(folder, TOKEN) is None


BAD_TOKENS = ["", "short", "../../../../etc/passwd", f"{TOKEN}\n", f"{TOKEN}/", f"{TOKEN}\0"]
BAD_TOKENS += [f"..%2f{TOKEN}", "é" * 30, "a" * 257, f".{TOKEN}"]


@pytest.mark.parametrize("token", BAD_TOKENS)
def test_what_is_no_token_reaches_no_file(tmp_path: Path, token: str) -> None:
    assert challenge_response(tmp_path, token) is None
    publisher = FolderPublisher(tmp_path / "challenges")
    with pytest.raises(ValueError, match="not base64url"):
        publisher.http(token, "x")
    publisher.withdraw(host="shop.example", token=token)
    assert not list(tmp_path.iterdir())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_no_text_leads_out_of_the_folder(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret").write_text("key")
    assert challenge_response(tmp_path / "challenges", text) is None
    assert not is_token(text) or "/" not in text


def test_a_file_that_is_no_answer_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(ANSWER)
    (tmp_path / TOKEN).symlink_to(tmp_path / "secret")
    assert challenge_response(tmp_path, TOKEN) is None
    (tmp_path / TOKEN).unlink()
    for content in (b"-----BEGIN", ANSWER.encode() + b"x" * 600, f"{TOKEN}.é".encode()):
        (tmp_path / TOKEN).write_bytes(content)
        assert challenge_response(tmp_path, TOKEN) is None
    (tmp_path / TOKEN).unlink()
    (tmp_path / TOKEN).mkdir()
    assert challenge_response(tmp_path, TOKEN) is None


def test_what_a_killed_order_left_is_forgotten_after_a_week(tmp_path: Path) -> None:
    publisher = FolderPublisher(tmp_path)
    publisher.http("a" * 30, f"{'a' * 30}.x")
    publisher.http("b" * 30, f"{'b' * 30}.x")
    os.utime(tmp_path / ("a" * 30), (1, 1))
    publisher.http(TOKEN, ANSWER)
    assert challenge_response(tmp_path, "a" * 30) is None
    assert challenge_response(tmp_path, "b" * 30) is not None


def test_a_folder_speaks_no_tls(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose that challenge"):
        FolderPublisher(tmp_path).tls_alpn("shop.example", b"", b"")


def test_the_tls_alpn_certificate_is_what_rfc_8737_section_3_asks(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    certificate_pem, key_pem = challenge_certificate("shop.example", ANSWER, now=now)
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    certificate.verify_directly_issued_by(certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.DNSName("shop.example")]

    (tmp_path / "alpn.crt").write_bytes(certificate_pem)
    (tmp_path / "alpn.key").write_bytes(key_pem)

    def openssl(*command: str) -> str:
        return subprocess.run(
            ["openssl", *command], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert "1.3.6.1.5.5.7.1.31: critical" in openssl("x509", "-in", "alpn.crt", "-noout", "-text")
    lines = openssl("asn1parse", "-in", "alpn.crt").splitlines()
    at = next(i for i, line in enumerate(lines) if "1.3.6.1.5.5.7.1.31" in line)
    value = lines[at + 2].rpartition("[HEX DUMP]:")[2]
    assert value == "0420" + hashlib.sha256(ANSWER.encode()).hexdigest().upper()
    public = openssl("pkey", "-in", "alpn.key", "-pubout")
    assert openssl("x509", "-in", "alpn.crt", "-noout", "-pubkey") == public
