"""Hosts show certificates that browsers trust.

Why: people who are taught to click a warning away click it away for an attacker, too.
Fix: give the host `certificate: {source: acme}` with `edge.acme`, or bring your own (`source:
file`).
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
    judges="ringwall-host",
    severity=Severity.MEDIUM,
    reads=("declared",),
    controls=(
        "nist-800-53r5 SC-17 partial",
        "nist-800-53r5 SC-23 supporting",
        "owasp-asvs 12.2.2 full",
    ),
)
_INSIDE = (".localhost", ".internal", ".test", ".local", ".home.arpa", ".lan")


def judge(it: Subject, world: World) -> Judgment:
    """Names that no public authority signs may have a certificate of our own."""
    source = it.read("declared")["certificate"]["source"]
    if source != "local":
        return passes(f"its certificate is from {source}")
    if f".{it.label}".endswith(_INSIDE):
        return passes("its name is an inside one, which no public authority signs")
    return fails(f"{it.label} shows a certificate of Ringwall's own authority")


CASES = (
    case("ACME", PASS, name="shop.example.com", declared={"certificate": {"source": "acme"}}),
    case(
        "an inside name", PASS, name="shop.localhost", declared={"certificate": {"source": "local"}}
    ),
    case("own", FAIL, name="shop.example.com", declared={"certificate": {"source": "local"}}),
)
