"""Ways in are encrypted.

Why: what goes in plain text is read and changed on the way.
Fix: give the Ingress a certificate for each host in `tls`.
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
    known_as=("kubernetes:ingress-tls",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    if (it.read("manifest").get("spec") or {}).get("tls"):
        return passes("it has certificates")
    return fails(f"{it.label} has no certificate")


CASES = (
    case("with", PASS, manifest={"spec": {"tls": [{"hosts": ["shop.example"]}]}}),
    case("without", FAIL, manifest={"spec": {}}),
)
