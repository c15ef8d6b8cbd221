"""Access to Kubernetes clusters is kept in IAM.

Why: the map in the cluster is one file, in which one wrong line locks out, or lets in, and no log
tells.
Fix: move to access entries, and set the mode to `API`.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.LOW,
    reads=("described",),
    controls=SIGN_IN,
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    mode = (it.read("described").get("accessConfig") or {}).get("authenticationMode", "CONFIG_MAP")
    if mode == "API":
        return passes("access entries alone say who comes in")
    return fails(f"a map in {it.label} says who comes in ({mode})")


CASES = (
    case("entries", PASS, described={"accessConfig": {"authenticationMode": "API"}}),
    case("both", FAIL, described={"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}}),
    case("the map", FAIL, described={}),
)
