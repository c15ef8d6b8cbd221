"""Keys and certificates that somebody registers for a client."""

from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MOST = 20


def objection(jwks: Any) -> str | None:
    """What is wrong with a JWK set (RFC 7517 section 5); ``None`` if nothing is."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MOST:
        return f'a JSON object with "keys", 1 to {_MOST} of them'
    for number, key in enumerate(keys, 1):
        if not isinstance(key, dict):
            return f"key {number} is no JSON object"
        if _PRIVATE & set(key):
            return (
                f"key {number} has private or secret parts, so make a new one and register only "
                "its public half"
            )
        if key.get("kty") not in {"EC", "OKP", "RSA"}:
            return f"key {number} has a kty that is none of EC, OKP, RSA"
        try:
            found = jwt.PyJWK.from_dict(key).key
        except jwt.PyJWTError:
            return f"key {number} cannot be read"
        if key["kty"] == "RSA" and found.key_size < 2048:
            return f"key {number} has fewer than 2048 bits"
    return None


def are_certificates(pem: str) -> bool:
    """Whether a text holds certificates."""
    try:
        return bool(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return False


def thumbprint_of(pem: str) -> str | None:
    """The SHA-256 of a certificate, hex; ``None`` when it is none."""
    try:
        return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        return None
