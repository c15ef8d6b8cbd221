"""Services open no ports of nodes.

Why: a port of every node goes around load balancers and their rules.
Fix: use ClusterIP behind an Ingress.
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
    judges="k8s-service",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("trivy:KSV0108",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    spec = it.read("manifest").get("spec") or {}
    if spec.get("type") == "NodePort":
        return fails(f"{it.label} opens a port of every node")
    return passes("no port of nodes is opened")


CASES = (
    case("inside", PASS, manifest={"spec": {"type": "ClusterIP"}}),
    case("nodes", FAIL, manifest={"spec": {"type": "NodePort"}}),
)
