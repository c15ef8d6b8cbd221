"""No secret is written into a repository.

Why: base64 hides nothing: whoever reads the file has the secret, and history keeps it.
Fix: take it out, change it, and let a store of secrets bring it.
"""

from base64 import b64encode
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.known import pairs, those
from ringwall.posture.checks.secrets import decoded, is_written
from ringwall.posture.snapshot.reasons import once

CHECK = Check(
    judges="k8s-secret",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
    known_as=("kubernetes:secrets-good-practices",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By each value: one that is encrypted, filled in later or empty is no secret in the file."""
    told = it.read("manifest")
    names, unclear = [], []
    for part, holds in (("stringData", _is_written), ("data", _is_encoded)):
        try:
            found, why = those(pairs(told.get(part) or {}), holds)
        except UnknownError as error:
            found, why = [], error.why
        names += [name for name, _ in found]
        unclear += [why] if why else []
    if not names and unclear:
        raise UnknownError(once(unclear))
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return fails(f"{it.label} has its values written in the file: {', '.join(names[:3])}{more}")
    return passes("it has no secret in the file")


def _is_written(pair: tuple[str, object]) -> bool:
    return _is_one(*pair)


def _is_encoded(pair: tuple[str, object]) -> bool:
    name, value = pair
    return _is_one(name, value) and _is_one(name, decoded("".join(str(value).split())))


def _is_one(name: str, value: object) -> bool:
    return value is not None and is_written(name, str(value))


def _data(**several: str) -> dict[str, Any]:
    return {"data": {key: b64encode(one.encode()).decode() for key, one in several.items()}}


def _written(**several: str) -> dict[str, Any]:
    return {"stringData": several}


_PEM = "-----BEGIN {0}-----\nMIIB+a/=\n-----END {0}-----\n"
CASES = (
    case("empty", PASS, manifest={}),
    case("written", FAIL, manifest={"data": {"password": "aHVudGVyMg=="}}),
    case("written as it is", FAIL, manifest=_written(password="hunter2")),
    case("with empty values", PASS, manifest={"data": {"tls.crt": "", "tls.key": None}}),
    case("encrypted by SOPS", PASS, manifest={"data": {"password": "ENC[AES256_GCM,data:a,iv:b]"}}),
    case(
        "encrypted in part",
        FAIL,
        manifest={"data": {"user": "ENC[AES256_GCM,data:a]", "password": "aHVudGVyMg=="}},
    ),
    case("for a plugin of Argo CD", PASS, manifest=_written(password="<path:kv/shop#password>")),
    case("in base64, too", PASS, manifest=_data(password="<password>")),
    case("for Bank-Vaults", PASS, manifest=_written(password="vault:secret/data/shop#PASSWORD")),
    case("filled in by Flux", PASS, manifest={"data": {"password": "${DB_PASSWORD}"}}),
    case("filled in, in a text", PASS, manifest=_written(url="postgres://${A}:${B}@db/shop")),
    case("a text that has another", FAIL, manifest=_written(url="postgres://${A}:hunter2@db/shop")),
    case("a part of one", FAIL, manifest=_written(password="hunter2${SALT}")),
    case("one that only looks so", FAIL, manifest=_written(password="hun$TER2x")),
    case("XML", FAIL, manifest=_written(file="<a>\n<password>hunter2hunter2</password>\n</a>")),
    case("JSON", FAIL, manifest=_data(config='{"auths": {"r.example": {"auth": "YTpodW50ZXIy"}}}')),
    case("a stand-in", PASS, manifest=_written(password="REDACTED")),
    case("a certificate", PASS, manifest=_data(ca=_PEM.format("CERTIFICATE"))),
    case("what is agreed on in public", PASS, manifest=_data(pem=_PEM.format("DH PARAMETERS"))),
    case("a key", FAIL, manifest=_data(key=_PEM.format("PRIVATE KEY"))),
)
