"""No pod has the socket of the container runtime.

Why: who speaks to it starts any container, as root on the node.
Fix: take the volume away; build images with a tool that needs no runtime.
"""

import posixpath
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
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.containers import pod
from ringwall.posture.checks.kubernetes.known import is_any

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.CRITICAL,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_27",
        "trivy:KSV006",
    ),
)


_ABOVE = {
    "/",
    "/run",
    "/run/containerd",
    "/run/crio",
    "/run/k3s",
    "/run/k3s/containerd",
    "/var",
    "/var/run",
    "/var/run/containerd",
    "/var/run/crio",
}


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if is_any(spec.get("volumes") or (), _has_it):
        return fails(f"{it.label} has the socket of the container runtime")
    return passes("no socket of a runtime is mounted")


def _has_it(volume: Mapping[str, Any]) -> bool:
    path = str((volume.get("hostPath") or {}).get("path") or "")
    is_one = path.rstrip("/").endswith(("docker.sock", "containerd.sock", "crio.sock"))
    return is_one or (path != "" and is_above(path))


def is_above(path: str) -> bool:
    """Whether a socket lies in this folder."""
    return posixpath.normpath(f"/{path.strip('/')}") in _ABOVE


CASES = (
    case(
        "the folder that it is in",
        FAIL,
        pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/run/containerd/"}}]),
    ),
    case("none", PASS, pod=pod()),
    case(
        "docker",
        FAIL,
        pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/var/run/docker.sock"}}]),
    ),
)
