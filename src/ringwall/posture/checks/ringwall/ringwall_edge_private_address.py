"""The edge's own pages are not reachable from outside.

Why: metrics and readiness tell an attacker what works, and what is near its limit.
Fix: let `edge.private` be a loopback address or a socket, and have your monitoring come there.
"""

import ipaddress

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
    judges="ringwall-edge",
    severity=Severity.MEDIUM,
    reads=("declared",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "nist-800-53r5 AC-4 supporting",
        "owasp-asvs 13.4.5 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """A socket, loopback or a private network."""
    address = str(it.read("declared")["private"])
    if address.startswith("unix:"):
        return passes("a socket, which nobody outside can reach")
    host = address.rpartition(":")[0].strip("[]")
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost":
            return passes("only this machine reaches it")
        return fails(f"edge.private is {address}: whoever the name leads to may read it")
    if found.is_loopback:
        return passes("only this machine reaches it")
    if found.is_private and not found.is_unspecified:
        return fails(f"edge.private is {address}: all of that network reads it", Severity.LOW)
    return fails(f"edge.private is {address}: anybody who reaches the machine reads it")


CASES = (
    case("loopback", PASS, declared={"private": "127.0.0.1:9900"}),
    case("loopback of IPv6", PASS, declared={"private": "[::1]:9900"}),
    case("a socket", PASS, declared={"private": "unix:/run/private.sock"}),
    case("every address", FAIL, declared={"private": "0.0.0.0:9900"}),
    case("an inside network", FAIL, declared={"private": "10.0.0.5:9900"}),
)
