"""Who runs the company's Ringwall has a passkey.

Why: codes of an app are fished like passwords; a passkey answers to the true host alone.
Fix: have every owner and administrator of the company add a passkey, best two.
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
    judges="ringwall-person",
    severity=Severity.MEDIUM,
    reads=("factors", "roles"),
    controls=(
        "nist-800-53r5 IA-2(1) partial",
        "nist-800-53r5 IA-2(8) partial",
        "owasp-asvs 6.3.3 partial",
        "owasp-asvs 8.4.2 supporting",
        "iso-27001-2022 A.8.2 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of people with any role in the company itself."""
    roles = [
        one
        for each in it.read("roles").values()
        if each["kind"] == "provider"
        for one in each["roles"]
    ]
    if not roles:
        return None
    if "webauthn" in it.read("factors"):
        return passes("there is a passkey")
    return fails(f"no passkey, and the roles {', '.join(sorted(roles))} in the company")


OWNER = {"us": {"kind": "provider", "roles": ["owner"]}}
CUSTOMER = {"north": {"kind": "customer", "roles": ["owner"]}}
CASES = (
    case("a passkey", PASS, factors=["webauthn"], roles=OWNER),
    case("an app", FAIL, factors=["totp"], roles=OWNER),
    case("of a customer", NOT_JUDGED, factors=["totp"], roles=CUSTOMER),
)
