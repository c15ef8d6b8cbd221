"""Nobody is administrator of the cluster without need.

Why: cluster-admin may do everything, everywhere.
Fix: bind a role with what is needed.
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
    judges="k8s-role-binding",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "prowler:rbac_cluster_admin_usage",
        "trivy:KSV044",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    told = it.read("manifest")
    role_of = told.get("roleRef") or {}
    if role_of.get("name") != "cluster-admin":
        return passes("it gives another role")
    names = [str(one.get("name")) for one in told.get("subjects") or ()]
    kinds = [one.get("kind", "Group") for one in told.get("subjects") or ()]
    if names == ["system:masters"] and kinds == ["Group"]:
        return passes("it is the one that Kubernetes brings itself")
    return fails(f"{it.label} makes {', '.join(names) or 'nobody yet'} administrator")


CASES = (
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
