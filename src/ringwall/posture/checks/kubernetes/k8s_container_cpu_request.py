"""Containers say how much processor they need.

Why: what says nothing is the first to starve, and is put where there is no room.
Fix: set `resources.requests.cpu`, or give the namespace a `LimitRange` with a default.
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
    passes,
)
from ringwall.posture.checks.kubernetes.containers import (
    judged,
    pod,
)
from ringwall.posture.checks.kubernetes.defaults import READS, REQUEST, is_given, limit_range
from ringwall.posture.checks.kubernetes.known import is_any

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=("pod", *READS),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 SC-6 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_10",
        "trivy:KSV015",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts, and what its namespace gives to those that say none."""
    told = judged(
        it,
        _wrong,
        "does not say how much processor it needs",
        "the processor that is needed is said",
    )
    if told.outcome is FAIL and is_given(it, world, "cpu", REQUEST):
        return passes("its namespace says it for each container that does not")
    return told


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """What is limited and not asked for is asked for as limited."""
    told = container.get("resources") or {}
    said = ("requests", "limits")
    return not is_any(said, lambda name: (told.get(name) or {}).get("cpu") is not None)


CPU, SHOP, BARE = {"cpu": "100m"}, {"namespace": "shop"}, pod()
MEMORY = {"memory": "64Mi"}
CASES = (
    case("said", PASS, pod=pod({"resources": {"requests": {"cpu": "100m"}}})),
    case("limited", PASS, pod=pod({"resources": {"requests": MEMORY, "limits": CPU}})),
    case("not said", FAIL, pod=pod()),
    case("of memory alone", FAIL, pod=pod({"resources": {"requests": MEMORY, "limits": MEMORY}})),
    case("by the namespace", PASS, limit_range(defaultRequest=CPU), listed=SHOP, pod=BARE),
    case("by its limit", PASS, limit_range(default=CPU), listed=SHOP, pod=BARE),
    case("by its least", PASS, limit_range(min=CPU), listed=SHOP, pod=BARE),
    case(
        "by another namespace",
        FAIL,
        limit_range(namespace="else", default=CPU),
        listed=SHOP,
        pod=BARE,
    ),
    case(
        "of volumes",
        FAIL,
        limit_range(type_="PersistentVolumeClaim", min=CPU),
        listed=SHOP,
        pod=BARE,
    ),
    case("of memory", FAIL, limit_range(default={"memory": "1Gi"}), listed=SHOP, pod=BARE),
)
