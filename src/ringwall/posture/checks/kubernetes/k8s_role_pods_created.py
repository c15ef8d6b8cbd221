"""Roles do not make pods without need.

Why: who makes a pod, or what makes pods, runs as any account of the namespace and mounts any of its
secrets.
Fix: leave it to controllers and to deployment.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    passes,
)
from ringwall.posture.checks.kubernetes.rules import brought, granted, role

CHECK = Check(
    judges="k8s-role",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "prowler:rbac_minimize_pod_creation_access",
        "trivy:KSV045",
    ),
)


_MAKERS = {
    "": ("pods", "replicationcontrollers"),
    "apps": ("deployments", "statefulsets", "daemonsets", "replicasets"),
    "batch": ("jobs", "cronjobs"),
}
"""What makes pods, by its API group."""


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    for group, resources in _MAKERS.items():
        found = granted(it, ("create",), resources, "makes pods", group)
        if found is None or found.outcome is FAIL:
            return found
    return passes("the role does not allow it")


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["create"], ["pods"])),
    case("by what makes them", FAIL, manifest=role(["create"], ["deployments"], "apps")),
    case("of another group", PASS, manifest=role(["create"], ["deployments"], "shop")),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
