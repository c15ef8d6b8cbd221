"""Images are named by their digest.

Why: a version can be pushed again with other content; a digest cannot.
Fix: write the digest behind the version: `shop:1.2@sha256:...`.
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
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SI-7 supporting",
        "ccm-4 AIS-05 supporting",
    ),
    known_as=("checkov:CKV_K8S_43",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "names no digest", "every image is named by its digest")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return "@sha256:" not in str(container.get("image", ""))


CASES = (
    case("a digest", PASS, pod=pod({"image": "shop:1.2@sha256:0123"})),
    case("a version", FAIL, pod=pod()),
)
