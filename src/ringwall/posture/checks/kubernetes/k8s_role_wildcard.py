"""Roles do not allow everything.

Why: what is allowed with a star is allowed for all that comes later, too.
Fix: name verbs and resources.
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
from ringwall.posture.checks.kubernetes.rules import is_own, role

CHECK = Check(
    judges="k8s-role",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_49",
        "trivy:KSV046",
        "prowler:rbac_minimize_wildcard_use_roles",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what the manifest says."""
    if is_own(it):
        return None
    for one in it.read("manifest").get("rules") or ():
        if "*" in (one.get("verbs") or ()) and "*" in (one.get("resources") or ()):
            return fails(f"{it.label} allows everything on everything")
    return passes("no rule allows everything on everything")


CASES = (
    case("named", PASS, manifest=role(["get"], ["pods"])),
    case("everything", FAIL, manifest=role(["*"], ["*"])),
)
