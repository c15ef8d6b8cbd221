"""Everybody has a second factor.

Why: of accounts that are taken over nearly all had a password alone.
Fix: have the person add a passkey or an app; ask for it in the rules of the organisation.
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
    other,
    passes,
)

CHECK = Check(
    judges="ringwall-person",
    severity=Severity.MEDIUM,
    reads=("factors", "has_password", "roles", "ringwall-organisation.rules"),
    controls=(
        "nist-800-53r5 IA-2(2) partial",
        "nist-csf-2.0 PR.AA-03 partial",
        "owasp-asvs 6.3.3 partial",
        "soc2 CC6.1 partial",
        "iso-27001-2022 A.8.5 partial",
        "pci-dss-4 8.4.2 partial",
    ),
)
_STRONG = ("totp", "webauthn")


def judge(it: Subject, world: World) -> Judgment | None:
    """Where all of somebody's organisations sign them in elsewhere, that is asked there."""
    factors = [one for one in it.read("factors") if one in _STRONG]
    if factors:
        return passes(f"there is {' and '.join(sorted(set(factors)))} besides the password")
    roles = it.read("roles")
    if not it.read("has_password") and roles and all(_elsewhere(world, slug) for slug in roles):
        return None
    of_company = any(one["kind"] == "provider" and one["roles"] for one in roles.values())
    severity = Severity.HIGH if of_company else None
    return fails("there is no second factor and no passkey", severity)


def _elsewhere(world: World, slug: str) -> bool:
    rules = world.need(f"ringwall-organisation/{slug}").read("rules")
    return bool(rules["sso_enforced"])


MEMBER = {"north": {"kind": "customer", "roles": ["member"]}}
NORTH = other("ringwall-organisation", "north", rules={"sso_enforced": False})
SSO = other("ringwall-organisation", "north", rules={"sso_enforced": True})
CASES = (
    case("a passkey", PASS, NORTH, factors=["webauthn"], has_password=True, roles=MEMBER),
    case("codes alone", FAIL, NORTH, factors=["recovery_codes"], has_password=True, roles=MEMBER),
    case("none", FAIL, NORTH, factors=[], has_password=True, roles=MEMBER),
    case("a mail alone", FAIL, NORTH, factors=[], has_password=False, roles=MEMBER),
    case("signs in elsewhere", NOT_JUDGED, SSO, factors=[], has_password=False, roles=MEMBER),
)
