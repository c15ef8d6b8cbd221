"""No pod mounts the root of the host.

Why: all files of the node are in it, and those of everything that runs there.
Fix: take the volume away.
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
    known_as=("trivy:KSV121",),
)


_AS_GOOD = {"/", "/etc", "/root", "/proc", "/var", "/var/lib"}
_WITH_ALL_BELOW = ("/var/lib/kubelet", "/etc/kubernetes")
"""Keys of nodes, and what the kubelet starts as it finds it."""


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if is_any(spec.get("volumes") or (), _is_as_good):
        return fails(f"{it.label} mounts the root of the host, or what is as good")
    return passes("the root of the host is not mounted")


def _is_as_good(volume: Mapping[str, Any]) -> bool:
    told = (volume.get("hostPath") or {}).get("path")
    path = posixpath.normpath(f"/{str(told).strip('/')}")
    return told is not None and (path in _AS_GOOD or path.startswith(_WITH_ALL_BELOW))


CASES = (
    case("none", PASS, pod=pod()),
    case("logs", PASS, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/var/log"}}])),
    case("root", FAIL, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/"}}])),
    case(
        "what the kubelet starts",
        FAIL,
        pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/etc/kubernetes/manifests"}}]),
    ),
    case("settings", FAIL, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/etc"}}])),
)
