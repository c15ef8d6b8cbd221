"""Roles do not approve certificates of the cluster.

Why: who may approve a request that they made themselves signs in as anybody, as a node or as a
group that may do everything, and stays so until the certificate ends.
Fix: leave approving to administrators and to the controller of Kubernetes; bind what has to approve
to one signer by its name.
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
)
from ringwall.posture.checks.kubernetes.rules import brought, granted, role

CHECK = Check(
    judges="k8s-role",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_156",
        "prowler:rbac_minimize_csr_approval_access",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Approving takes ``update`` of the request's part of its own."""
    return granted(
        it,
        ("update", "patch"),
        ("certificatesigningrequests/approval",),
        "approves certificates of the cluster",
        "certificates.k8s.io",
    )


CASES = (
    case(
        "asks for them",
        PASS,
        manifest=role(["create", "get"], ["certificatesigningrequests"], "certificates.k8s.io"),
    ),
    case(
        "changes the requests, not what is said to them",
        PASS,
        manifest=role(["update"], ["certificatesigningrequests"], "certificates.k8s.io"),
    ),
    case(
        "approves",
        FAIL,
        manifest=role(["update"], ["certificatesigningrequests/approval"], "certificates.k8s.io"),
    ),
    case("everything", FAIL, manifest=role(["*"], ["*"], "certificates.k8s.io")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
