"""Programs prove who they are without a secret that travels.

Why: a secret that is sent is logged, cached and shown in tickets.
Fix: register the client anew with private_key_jwt or tls_client_auth.
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
    fails,
    passes,
)

CHECK = Check(
    judges="ringwall-client",
    severity=Severity.LOW,
    reads=("declared",),
    controls=(
        "nist-800-53r5 IA-9 partial",
        "nist-800-53r5 IA-5(2) partial",
        "owasp-asvs 10.4.16 full",
    ),
)
_STRONG = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")


def judge(it: Subject, world: World) -> Judgment | None:
    """Public clients, of browsers and devices, have no secret to lose."""
    method = it.read("declared")["auth_method"]
    if method == "none":
        return None
    if method in _STRONG:
        return passes(f"it proves who it is by {method}")
    return fails(f"it sends its secret ({method})")


CASES = (
    case("a key of its own", PASS, declared={"auth_method": "private_key_jwt"}),
    case("a secret", FAIL, declared={"auth_method": "client_secret_basic"}),
    case("a browser's", NOT_JUDGED, declared={"auth_method": "none"}),
)
