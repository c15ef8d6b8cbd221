"""The company asks its people for a second factor.

Why: what is only advised is done by those who need it least.
Fix: set the rule in the company's organisation to "required" or "passkey".
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
    judges="ringwall-organisation",
    severity=Severity.MEDIUM,
    reads=("rules",),
    controls=(
        "nist-800-53r5 IA-2(1) partial",
        "nist-800-53r5 IA-5 supporting",
        "pci-dss-4 8.4.2 partial",
        "owasp-asvs 6.3.3 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Customers decide for themselves."""
    rules = it.read("rules")
    if rules["kind"] != "provider":
        return None
    if rules["second_factor"] == "optional":
        return fails("a password alone is enough for the company's own people")
    return passes(f"a second factor is asked for: {rules['second_factor']}")


CASES = (
    case("asked for", PASS, rules={"kind": "provider", "second_factor": "required"}),
    case("left to people", FAIL, rules={"kind": "provider", "second_factor": "optional"}),
    case("a customer", NOT_JUDGED, rules={"kind": "customer", "second_factor": "optional"}),
)
