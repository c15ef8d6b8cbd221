"""Hosts speak TLS 1.3 alone.

Why: TLS 1.2 has ciphers and renegotiations that attacks go on finding ways into.
Fix: take `tls_minimum: "1.2"` out of the host once its last old client is gone.
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
    severity=Severity.LOW,
    reads=("declared",),
    controls=(
        "nist-800-53r5 SC-8(1) partial",
        "nist-800-53r5 SC-13 partial",
        "owasp-asvs 12.1.1 partial",
        "iso-27001-2022 A.8.21 partial",
        "iso-27001-2022 A.5.14 supporting",
        "ccm-4 DSP-10 supporting",
        "owasp-asvs 12.1.2 partial",
        "owasp-asvs 12.2.1 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The oldest version that the host speaks."""
    oldest = str(it.read("declared")["tls_minimum"])
    if oldest == "1.3":
        return passes("TLS 1.3 is the oldest that is spoken")
    return fails(f"{it.label} speaks TLS {oldest} too")


CASES = (
    case("as it comes", PASS, declared={"tls_minimum": "1.3"}),
    case("an older one, too", FAIL, declared={"tls_minimum": "1.2"}),
)
