"""No right is given to those who are not known.

Why: system:anonymous and system:unauthenticated are everybody who reaches the API.
Fix: take the subject away.
"""

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
from ringwall.posture.checks.kubernetes.known import those

CHECK = Check(
    judges="k8s-role-binding",
    severity=Severity.CRITICAL,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("trivy:KSV0122",),
)


_STRANGERS = {"system:anonymous", "system:unauthenticated"}


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    several = it.read("manifest").get("subjects") or ()
    found, unclear = those(several, lambda one: one.get("name") in _STRANGERS)
    if found:
        names = ", ".join(sorted({one["name"] for one in found}))
        return fails(f"{it.label} gives rights to {names}")
    if unclear:
        raise UnknownError(unclear)
    return passes("only those who are known have rights by it")


CASES = (
    case("known", PASS, manifest={"subjects": [{"name": "shop"}]}),
    case("unknown", FAIL, manifest={"subjects": [{"name": "system:anonymous"}]}),
)
