"""Nobody is administrator of the cluster without need.

Why: cluster-admin may do everything, everywhere.
Fix: bind a role with what is needed.
"""

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
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.known import those

CHECK = Check(
    judges="k8s-role-binding",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
        "iso-27001-2022 A.8.2 partial",
        "ccm-4 IAM-09 supporting",
        "ccm-4 IAM-10 supporting",
    ),
    known_as=(
        "prowler:rbac_cluster_admin_usage",
        "trivy:KSV044",
    ),
)


_OWN = ("Group", "system:masters")


def judge(it: Subject, world: World) -> Judgment:
    """Of a namespace alone, it is as bad in that of Kubernetes itself."""
    told = it.read("manifest")
    role_of = told.get("roleRef") or {}
    if role_of.get("name") != "cluster-admin" or role_of.get("kind") == "Role":
        return passes("it gives another role")
    several = told.get("subjects") or ()
    names, unclear = those(several, lambda one: one.get("kind", "Group") and one.get("name"))
    if [(one.get("kind", "Group"), one["name"]) for one in names] == [_OWN] and not unclear:
        return passes("it is the one that Kubernetes brings itself")
    said = ", ".join(one["name"] for one in names) or ("somebody" if unclear else "nobody yet")
    if told.get("kind") != "RoleBinding":
        return fails(f"{it.label} makes {said} administrator")
    space = (told.get("metadata") or {}).get("namespace") or "default"
    severity = None if space == "kube-system" else Severity.MEDIUM
    return fails(f"{it.label} makes {said} administrator of the namespace {space}", severity)


def _of_namespace(name: str, kind: str = "ClusterRole") -> dict[str, Any]:
    role = {"kind": kind, "name": "cluster-admin"}
    subjects = [{"kind": "User", "name": "ann"}]
    metadata = {"name": "it", "namespace": name}
    return {"kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": subjects}


CASES = (
    case("of a namespace", FAIL, manifest=_of_namespace("shop")),
    case("a role of one's own of this name", PASS, manifest=_of_namespace("shop", "Role")),
    case("another", PASS, manifest={"roleRef": {"name": "view"}}),
    case(
        "of Kubernetes",
        PASS,
        manifest={"roleRef": {"name": "cluster-admin"}, "subjects": [{"name": "system:masters"}]},
    ),
    case(
        "somebody who is only called so",
        FAIL,
        manifest={
            "roleRef": {"name": "cluster-admin"},
            "subjects": [{"kind": "User", "name": "system:masters"}],
        },
    ),
    case(
        "an account",
        FAIL,
        manifest={"roleRef": {"name": "cluster-admin"}, "subjects": [{"name": "shop"}]},
    ),
)
