"""Services take no addresses of others.

Why: by `externalIPs` a service draws to itself what goes to that address (CVE-2020-8554).
Fix: take `externalIPs` away.
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
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("trivy:KSV0108",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    if (it.read("manifest").get("spec") or {}).get("externalIPs"):
        return fails(f"{it.label} takes addresses that are not the cluster's")
    return passes("it takes no external addresses")


CASES = (
    case("none", PASS, manifest={"spec": {}}),
    case("one", FAIL, manifest={"spec": {"externalIPs": ["203.0.113.5"]}}),
)
