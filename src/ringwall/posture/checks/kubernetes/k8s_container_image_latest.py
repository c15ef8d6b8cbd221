"""Images have a version.

Why: an image without a version, or called latest, is another one tomorrow, and nobody can say which
ran.
Fix: name a version, or better the digest.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
)
from ringwall.posture.checks.kubernetes.containers import (
    judged,
    pod,
)

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SI-7 supporting",
        "ccm-4 AIS-05 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_14",
        "trivy:KSV013",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "runs an image without a version", "every image has a version")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return "@" not in str(container.get("image", "")) and str(
        container.get("image", "")
    ).rpartition("/")[2].partition(":")[2] in {"", "latest"}


CASES = (
    case("a version", PASS, pod=pod({"image": "registry:5000/shop:1.2"})),
    case("a digest", PASS, pod=pod({"image": "shop@sha256:0123"})),
    case("none", FAIL, pod=pod({"image": "registry:5000/shop"})),
    case("latest", FAIL, pod=pod({"image": "shop:latest"})),
)
