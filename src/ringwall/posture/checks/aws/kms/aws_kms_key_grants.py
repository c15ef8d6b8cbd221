"""Grants of keys are for those who are meant.

Why: a grant stands in no policy, and lasts until somebody takes it back: whoever it names goes on
opening what the key encrypts.
Fix: retire the grant, or name the account in the key's policy so that it is seen.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.LOW,
    reads=("grants",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 SC-12 supporting",
        "pci-dss-4 3.6.1 partial",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment:
    """Those of services of AWS, and within the account, are how AWS works."""
    found = set()
    for one in it.read("grants", []):
        parts = str(one.get("GranteePrincipal") or "").split(":")
        account = parts[4] if len(parts) > 5 else ""
        if account and account != it.account:
            found.add(f"{account} may {', '.join(one.get('Operations') or [])}")
    return fails("by grants " + "; ".join(sorted(found))) if found else passes("no grant leads out")


def _grant(who: str) -> list[dict[str, object]]:
    return [{"GranteePrincipal": who, "Operations": ["Decrypt"]}]


CASES = (
    case("none", PASS, grants=[]),
    case("a role of its account", PASS, grants=_grant("arn:aws:iam::111122223333:role/r")),
    case("a service", PASS, grants=_grant("rds.eu-west-1.amazonaws.com")),
    case("another account", FAIL, grants=_grant("arn:aws:iam::444455556666:role/r")),
    case("may not be read", UNKNOWN, grants=DENIED),
)
