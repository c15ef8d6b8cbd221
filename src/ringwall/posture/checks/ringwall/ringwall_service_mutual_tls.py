"""Services are reached over mutual TLS.

Why: whoever is in the network could otherwise read what is said, or ask in the edge's name.
Fix: set `tls: mutual` and give the service a sidecar.
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
    judges="ringwall-service",
    severity=Severity.HIGH,
    reads=("declared",),
    controls=(
        "nist-800-53r5 SC-8 partial",
        "nist-800-53r5 IA-9 partial",
        "nist-csf-2.0 PR.DS-02 partial",
        "owasp-asvs 12.3.5 partial",
        "owasp-asvs 12.3.3 partial",
        "owasp-asvs 12.3.4 partial",
        "owasp-asvs 13.2.1 partial",
        "iso-27001-2022 A.8.21 partial",
        "iso-27001-2022 A.5.14 supporting",
        "ccm-4 DSP-10 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """A socket of this machine needs none."""
    service = it.read("declared")
    if service["tls"] == "mutual":
        return passes("both ends show certificates")
    if all(str(one).startswith("unix:") for one in service["addresses"]):
        return passes("it is a socket of this machine")
    if service["tls"] == "server":
        return fails(
            "only the service shows a certificate: it answers whoever comes", Severity.MEDIUM
        )
    return fails("what is said to it is not protected")


CASES = (
    case("as it comes", PASS, declared={"tls": "mutual", "addresses": ["10.0.0.5:443"]}),
    case("a socket", PASS, declared={"tls": "none", "addresses": ["unix:/run/app.sock"]}),
    case("open", FAIL, declared={"tls": "none", "addresses": ["10.0.0.5:80"]}),
    case("its certificate alone", FAIL, declared={"tls": "server", "addresses": ["10.0.0.5:443"]}),
)
