"""No secret is written into a repository.

Why: base64 hides nothing: whoever reads the file has the secret, and history keeps it.
Fix: take it out, change it, and let a store of secrets bring it.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

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
    """By what the manifest says."""
    told = it.read("manifest")
    if told.get("data") or told.get("stringData"):
        return fails(f"{it.label} has its values written in the file")
    return passes("it has no values in the file")


CASES = (
    case("empty", PASS, manifest={}),
    case("written", FAIL, manifest={"data": {"password": "aHVudGVyMg=="}}),
)
