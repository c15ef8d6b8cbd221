"""Ways in carry no configuration of the server.

Why: by a snippet whoever writes an Ingress runs code in the controller (CVE-2021-25742).
Fix: take the snippet away, and forbid them in the controller.
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
    judges="k8s-ingress",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("checkov:CKV_K8S_153",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    annotations = (it.read("manifest").get("metadata") or {}).get("annotations") or {}
    names = sorted(one for one in annotations if one.endswith("-snippet"))
    if names:
        return fails(f"{it.label} has {', '.join(names)}")
    return passes("it carries no configuration of the server")


CASES = (
    case("none", PASS, manifest={"metadata": {}}),
    case(
        "one",
        FAIL,
        manifest={"metadata": {"annotations": {"nginx.ingress.kubernetes.io/server-snippet": "x"}}},
    ),
)
