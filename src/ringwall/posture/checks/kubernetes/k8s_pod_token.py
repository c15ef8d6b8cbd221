"""Pods have no token that they do not need.

Why: a token of the cluster in each pod is what an intruder looks for first.
Fix: set `automountServiceAccountToken: false` where the pod does not speak to Kubernetes.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.kubernetes.containers import pod

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=(
        "pod",
        "listed",
        "k8s-service-account.listed",
        "k8s-service-account.manifest",
    ),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("checkov:CKV_K8S_38",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it; where it does not, its account does."""
    spec = it.read("pod")["spec"]
    said = spec.get("automountServiceAccountToken")
    if said is False:
        return passes("no token is mounted")
    if said is None and _is_off(it, world, spec):
        return passes("its account hands out no token")
    return fails(f"{it.label} has a token of the cluster")


def _is_off(it: Subject, world: World, spec: Mapping[str, Any]) -> bool:
    named = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    here = it.read("listed").get("namespace")
    return any(
        one.read("manifest").get("automountServiceAccountToken") is False
        for one in world.where("k8s-service-account", _by_name, (it.account, here, named))
    )


def _by_name(account: Subject) -> list[tuple[str, str, str]]:
    listed = account.read("listed")
    return [(account.account, listed.get("namespace"), listed.get("name"))]


def account() -> Other:
    """An account for cases that hands out no token."""
    manifest = {"automountServiceAccountToken": False}
    return other("k8s-service-account", listed={"name": "it", **HERE}, manifest=manifest)


HERE = {"namespace": "shop"}
CASES = (
    case("off", PASS, pod=pod(automountServiceAccountToken=False)),
    case("not said", FAIL, account(), pod=pod(), listed=HERE),
    case("off for its account", PASS, account(), pod=pod(serviceAccountName="it"), listed=HERE),
    case(
        "on again",
        FAIL,
        account(),
        pod=pod(serviceAccountName="it", automountServiceAccountToken=True),
        listed=HERE,
    ),
    case(
        "off for one of another namespace",
        FAIL,
        account(),
        pod=pod(serviceAccountName="it"),
        listed={"namespace": "bank"},
    ),
)
