"""The default account has no rights.

Why: what it is given, every pod of the namespace has.
Fix: bind an account of its own.
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
    judges="k8s-role-binding",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("checkov:CKV_K8S_42",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    for one in it.read("manifest").get("subjects") or ():
        if one.get("kind") == "ServiceAccount" and one.get("name") == "default":
            return fails(f"{it.label} gives rights to the default account")
    return passes("the default account is given nothing")


CASES = (
    case("own", PASS, manifest={"subjects": [{"kind": "ServiceAccount", "name": "shop"}]}),
    case("default", FAIL, manifest={"subjects": [{"kind": "ServiceAccount", "name": "default"}]}),
)
