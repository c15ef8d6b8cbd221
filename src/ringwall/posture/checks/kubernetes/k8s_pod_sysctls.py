"""Pods set only safe parameters of the kernel.

Why: others act on the whole node.
Fix: take the parameter away, or set it for nodes of its own.
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
from ringwall.posture.checks.kubernetes.containers import pod
from ringwall.posture.checks.kubernetes.known import is_any

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "trivy:KSV026",
        "pss:baseline",
    ),
)


_SAFE = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_fin_timeout",
}


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    several = (spec.get("securityContext") or {}).get("sysctls") or ()
    if is_any(several, lambda one: one.get("name") not in _SAFE):
        return fails(f"{it.label} sets parameters of the kernel that act on the node")
    return passes("no unsafe parameter is set")


CASES = (
    case("none", PASS, pod=pod()),
    case(
        "safe",
        PASS,
        pod=pod(securityContext={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),
    ),
    case(
        "unsafe",
        FAIL,
        pod=pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
    ),
)
