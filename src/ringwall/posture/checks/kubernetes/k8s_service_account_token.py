"""Accounts do not hand out tokens by themselves.

Why: every pod gets a token, whether it speaks to Kubernetes or not.
Fix: set `automountServiceAccountToken: false` for the account, and true for the pods that need it.
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
    judges="k8s-service-account",
    severity=Severity.LOW,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    if it.read("manifest").get("automountServiceAccountToken") is False:
        return passes("no token is handed out by itself")
    return fails(f"{it.label} hands its token to every pod")


CASES = (
    case("off", PASS, manifest={"automountServiceAccountToken": False}),
    case("not said", FAIL, manifest={}),
)
