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


_ALL = ["system", "serviceaccounts"]


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    for one in it.read("manifest").get("subjects") or ():
        name = str(one.get("name"))
        is_all = one.get("kind") == "Group" and name.split(":")[:2] == _ALL
        if is_all or _is_default(one.get("kind"), name):
            said = f"{name}, which the default account is in" if is_all else "the default account"
            return fails(f"{it.label} gives rights to {said}")
    return passes("the default account is given nothing")


def _is_default(kind: object, name: str) -> bool:
    if kind == "ServiceAccount":
        return name == "default"
    return name.startswith("system:serviceaccount:") and name.endswith(":default")


CASES = (
    case(
        "all of a namespace",
        FAIL,
        manifest={"subjects": [{"kind": "Group", "name": "system:serviceaccounts:shop"}]},
    ),
    case(
        "as a user",
        FAIL,
        manifest={"subjects": [{"kind": "User", "name": "system:serviceaccount:shop:default"}]},
    ),
    case("own", PASS, manifest={"subjects": [{"kind": "ServiceAccount", "name": "shop"}]}),
    case("default", FAIL, manifest={"subjects": [{"kind": "ServiceAccount", "name": "default"}]}),
)
