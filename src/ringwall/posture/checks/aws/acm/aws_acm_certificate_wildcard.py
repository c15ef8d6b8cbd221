"""Certificates name their hosts.

Why: whoever takes the key of a wildcard is every host below the name.
Fix: issue certificates for the hosts that need them.
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
    judges="aws-acm-certificate",
    severity=Severity.INFORMATIONAL,
    reads=("certificate",),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    told = it.read("certificate")
    names = [told.get("DomainName", ""), *(told.get("SubjectAlternativeNames") or [])]
    wild = sorted({one for one in names if one.startswith("*.")})
    return fails(f"it is for {', '.join(wild)}") if wild else passes("it names its hosts")


CASES = (
    case("named", PASS, certificate={"DomainName": "a.example"}),
    case(
        "wildcard",
        FAIL,
        certificate={"DomainName": "a.example", "SubjectAlternativeNames": ["*.a.example"]},
    ),
    case("may not be read", UNKNOWN, certificate=DENIED),
)
