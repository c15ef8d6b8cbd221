"""API keys are bound to scopes.

Why: a key without bounds does whatever whoever made it may do.
Fix: make another with `--scope` for what the program does, and withdraw this one.
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
    judges="ringwall-key",
    severity=Severity.MEDIUM,
    reads=("declared",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "owasp-asvs 8.2.1 supporting",
        "owasp-asvs 13.2.2 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By scopes, or by the hosts it is good for."""
    key = it.read("declared")
    if key["scopes"]:
        return passes(f"it is bound to {', '.join(key['scopes'])}")
    if key["audiences"]:
        return fails(
            f"it has no scopes; it is good for {', '.join(key['audiences'])}", Severity.LOW
        )
    return fails("it has no scopes, and is good for every host")


CASES = (
    case("bound", PASS, declared={"scopes": ["orders:read"], "audiences": []}),
    case("one host", FAIL, declared={"scopes": [], "audiences": ["https://api.example.com"]}),
    case("boundless", FAIL, declared={"scopes": [], "audiences": []}),
)
