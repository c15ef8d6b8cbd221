"""Nobody reads in public whose domain it is.

Why: names, numbers and addresses of who registered a domain are where fishing begins.
Fix: turn on privacy protection for all contacts of the domain.
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

CHECK = Check(
    judges="aws-route53domains-domain",
    severity=Severity.LOW,
    reads=("registration",),
    controls=(
        "nist-800-53r5 SC-7 supporting",
        "iso-27001-2022 A.5.34 supporting",
        "soc2 P6.1 supporting",
        "ccm-4 DSP-17 supporting",
        "nist-csf-2.0 PR.DS-01 supporting",
    ),
    known_as=("prowler:route53_domains_privacy_protection_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of all contacts; where the registry shows none there is no such setting."""
    told = it.read("registration")
    names = ("AdminPrivacy", "RegistrantPrivacy", "TechPrivacy")
    shown = [name.removesuffix("Privacy").lower() for name in names if told.get(name) is False]
    return (
        fails(f"contacts are shown: {', '.join(shown)}") if shown else passes("no contact is shown")
    )


ON = {"AdminPrivacy": True, "RegistrantPrivacy": True, "TechPrivacy": True}
CASES = (
    case("hidden", PASS, registration=ON),
    case("one is shown", FAIL, registration=ON | {"TechPrivacy": False}),
    case("may not be read", UNKNOWN, registration=DENIED),
)
