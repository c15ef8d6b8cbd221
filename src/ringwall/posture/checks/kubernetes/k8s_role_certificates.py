"""Roles do not approve certificates of the cluster.

Why: who may approve a request that they made themselves signs in as anybody, as a node or as a
group that may do everything, and stays so until the certificate ends.
Fix: leave approving to administrators and to the controller of Kubernetes; bind what has to approve
to one signer by its name.
"""

from collections.abc import Mapping
from typing import Any

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
from ringwall.posture.checks.kubernetes.rules import brought, granted, has, role, within

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


_SIGN_IN = {
    "kubernetes.io/kube-apiserver-client",
    "kubernetes.io/kube-apiserver-client-kubelet",
    "kubernetes.io/legacy-unknown",
}


def judge(it: Subject, world: World) -> Judgment | None:
    """Approving takes ``update`` of the request's part of its own."""
    found = granted(
        it,
        ("update", "patch"),
        ("certificatesigningrequests/approval",),
        "approves certificates of the cluster",
        "certificates.k8s.io",
    )
    if found is not None and found.outcome is FAIL and _are_others(it.read("manifest")):
        return passes("it approves certificates that nobody signs in with")
    return found


def _are_others(manifest: Mapping[str, Any]) -> bool:
    """Whether it may approve for signers alone whose certificates the cluster takes for nobody."""
    names: set[str] = set()
    for one in manifest.get("rules") or ():
        if has(one.get("resources"), {"*", "signers"}) and has(one.get("verbs"), {"*", "approve"}):
            names |= set(one.get("resourceNames") or ["*"])
    return bool(names) and not any(one.endswith("*") or one in _SIGN_IN for one in names)


def _for(signer: str) -> dict[str, Any]:
    group = {"apiGroups": ["certificates.k8s.io"]}
    approving = {"resources": ["certificatesigningrequests/approval"], "verbs": ["update"]}
    signing = {"resources": ["signers"], "verbs": ["approve"], "resourceNames": [signer]}
    return {"kind": "ClusterRole", "metadata": {}, "rules": [group | approving, group | signing]}


CASES = (
    case("for a signer of one's own", PASS, manifest=_for("shop.example/mesh")),
    case("for servers", PASS, manifest=_for("kubernetes.io/kubelet-serving")),
    case("for those who sign in", FAIL, manifest=_for("kubernetes.io/kube-apiserver-client")),
    case("for all signers of Kubernetes", FAIL, manifest=_for("kubernetes.io/*")),
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
    case("everything of a namespace", PASS, manifest=within(**role(["*"], ["*"], "*"))),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
