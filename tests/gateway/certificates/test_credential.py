"""What is refused as a credential, and whether the message says which file and what to do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.credential import CredentialError, read_credential
from ringwall.gateway.certificates.profiles import (
    EDGE,
    Signer,
    make_host_leaf,
    make_intermediate,
    make_root,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROOT = make_root(EDGE, now=NOW)
INTERMEDIATE = make_intermediate(EDGE, ROOT, now=NOW)
LEAF = make_host_leaf("shop.example", INTERMEDIATE, now=NOW)
OTHER = make_root(EDGE, now=NOW)


def chain_of(*signers: Signer) -> bytes:
    return b"".join(pem(signer.certificate) for signer in signers)


def pkcs8(
    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.mark.parametrize("chain", [(LEAF,), (LEAF, INTERMEDIATE), (LEAF, INTERMEDIATE, ROOT)])
def test_a_chain_in_order_is_read(tmp_path: Path, chain: tuple[Signer, ...]) -> None:
    (tmp_path / "chain.pem").write_bytes(b"# from the authority\n" + chain_of(*chain))
    (tmp_path / "key.pem").write_bytes(key_pem(LEAF.key))
    credential = read_credential(
        tmp_path / "chain.pem", tmp_path / "key.pem", name="host/shop.example", source="file"
    )
    assert credential.names == ("shop.example",)
    assert credential.not_before == LEAF.not_before
    assert credential.not_after == LEAF.not_after
    assert int(credential.serial, 16) == LEAF.certificate.serial_number
    assert len(credential.fingerprint_sha256) == 64
    assert "intermediate" in credential.issuer


GOOD_CHAIN = chain_of(LEAF, INTERMEDIATE)
GOOD_KEY = key_pem(LEAF.key)
SMALL_RSA = rsa.generate_private_key(65537, 1024)


@pytest.mark.parametrize(
    ("chain", "key", "message"),
    [
        (None, GOOD_KEY, r"cannot read .*chain\.pem: No such file"),
        (GOOD_CHAIN, None, r"cannot read .*key\.pem: No such file"),
        (b"", GOOD_KEY, r"chain\.pem is no PEM certificate chain"),
        (b"\x30\x82", GOOD_KEY, r"chain\.pem is no PEM certificate chain"),
        (GOOD_CHAIN[:-40], GOOD_KEY, r"chain\.pem is no PEM certificate chain"),
        (b"a" * 1024**2 + b"a", GOOD_KEY, r"chain\.pem is over 1 MiB"),
        (GOOD_CHAIN + GOOD_KEY, GOOD_KEY, r"chain\.pem holds a private key"),
        (chain_of(INTERMEDIATE, LEAF), key_pem(INTERMEDIATE.key), r"put the server's own first"),
        (chain_of(LEAF, ROOT), GOOD_KEY, r"certificate 1 is not signed by certificate 2"),
        (chain_of(LEAF, INTERMEDIATE, OTHER), GOOD_KEY, r"2 is not signed by certificate 3"),
        (GOOD_CHAIN, key_pem(OTHER.key), r"key\.pem is not the key of .*chain\.pem"),
        (GOOD_CHAIN, b"", r"key\.pem must hold exactly one"),
        (GOOD_CHAIN, GOOD_KEY + GOOD_KEY, r"key\.pem must hold exactly one"),
        (GOOD_CHAIN, GOOD_CHAIN, r"key\.pem must hold exactly one"),
        (GOOD_CHAIN, GOOD_KEY.replace(b"MI", b"AA"), r"key\.pem holds no readable private key"),
        (
            GOOD_CHAIN,
            pkcs8(LEAF.key, BestAvailableEncryption(b"secret")),
            r"key\.pem is encrypted: decrypt it",
        ),
        (GOOD_CHAIN, pkcs8(ed25519.Ed25519PrivateKey.generate()), r"the edge serves ECDSA P-256"),
        (GOOD_CHAIN, pkcs8(SMALL_RSA), r"the edge serves ECDSA P-256"),
        (GOOD_CHAIN, pkcs8(ec.generate_private_key(ec.SECP256K1())), r"the edge serves ECDSA"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, chain: bytes | None, key: bytes | None, message: str
) -> None:
    for name, content in (("chain.pem", chain), ("key.pem", key)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(CredentialError, match=message) as raised:
        read_credential(tmp_path / "chain.pem", tmp_path / "key.pem", name="x", source="file")
    assert "PRIVATE KEY-----\n" not in str(raised.value)
