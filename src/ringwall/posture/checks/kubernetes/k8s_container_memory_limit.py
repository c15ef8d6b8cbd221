"""Containers have a limit of memory.

Why: one that grows without end takes the node down with all that runs there.
Fix: set `resources.limits.memory`, or give the namespace a `LimitRange` with a default.
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
from ringwall.posture.checks.kubernetes.defaults import LIMIT, READS, is_given, limit_range

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod", *READS),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 SC-6 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_13",
        "trivy:KSV018",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts, and what its namespace gives to those that say none."""
    told = judged(it, _wrong, "has no limit of memory", "memory is limited")
    if told.outcome is FAIL and is_given(it, world, "memory", LIMIT):
        return passes("its namespace limits the memory of each container that says none")
    return told


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    several = [one.get("resources") or {} for one in (container, spec)]
    return all((one.get("limits") or {}).get("memory") is None for one in several)


MEMORY, SHOP, BARE = {"memory": "64Mi"}, {"namespace": "shop"}, pod()
CASES = (
    case("limited", PASS, pod=pod({"resources": {"limits": {"memory": "64Mi"}}})),
    case("limited for the pod", PASS, pod=pod(resources={"limits": {"memory": "64Mi"}})),
    case("not said", FAIL, pod=pod()),
    case("by the namespace", PASS, limit_range(default=MEMORY), listed=SHOP, pod=BARE),
    case("by its largest", PASS, limit_range(max=MEMORY), listed=SHOP, pod=BARE),
    case(
        "by another namespace",
        FAIL,
        limit_range(namespace="else", default=MEMORY),
        listed=SHOP,
        pod=BARE,
    ),
    case("of pods", FAIL, limit_range(type_="Pod", max=MEMORY), listed=SHOP, pod=BARE),
    case("of the processor", FAIL, limit_range(default={"cpu": "1"}), listed=SHOP, pod=BARE),
    case(
        "what is asked for alone", FAIL, limit_range(defaultRequest=MEMORY), listed=SHOP, pod=BARE
    ),
)
