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
    World,
    case,
    fails,
    passes,
)

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


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    names = {one.get("name") for one in it.read("manifest").get("subjects") or ()}
    strangers = sorted(names & {"system:anonymous", "system:unauthenticated"})
    if strangers:
        return fails(f"{it.label} gives rights to {', '.join(strangers)}")
    return passes("only those who are known have rights by it")


CASES = (
    case("known", PASS, manifest={"subjects": [{"name": "shop"}]}),
    case("unknown", FAIL, manifest={"subjects": [{"name": "system:anonymous"}]}),
)
