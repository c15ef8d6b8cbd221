"""GuardDuty is on in every region.

Why: it sees stolen keys and mining in regions that nobody uses; attackers choose those.
Fix: turn it on in all regions, best by the organisation's delegated administrator.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("aws-guardduty-detector.detector",),
    controls=(
        *WATCHED,
        "iso-27001-2022 A.5.7 supporting",
        "iso-27001-2022 A.5.25 supporting",
        "nist-csf-2.0 DE.CM-01 partial",
        "nist-csf-2.0 DE.AE-02 supporting",
        "nist-csf-2.0 ID.RA-03 supporting",
        "pci-dss-4 11.5.1 partial",
        "soc2 CC7.3 supporting",
        "ccm-4 LOG-05 partial",
    ),
    known_as=("prowler:guardduty_is_enabled", "securityhub:GuardDuty.1", "checkov:CKV_AWS_238"),
    remedy="aws-guardduty-on",
)


def judge(it: Subject, world: World) -> Judgment:
    """A detector that is not suspended."""
    several = world.all("aws-guardduty-detector", account=it.account, region=it.region)
    if it.is_declared:
        several = [one for one in several if one.name == it.name]
    for one in several:
        if one.read("detector").get("Status") == "ENABLED":
            return passes("its detector is on")
    return fails("its detector is suspended" if several else "it has no detector")


def _detector(status: str) -> Other:
    return other("aws-guardduty-detector", "arn:aws:guardduty:::d", detector={"Status": status})


CASES = (
    case("on", PASS, _detector("ENABLED")),
    case("suspended", FAIL, _detector("DISABLED")),
    case("none", FAIL),
    case("may not be read", UNKNOWN, other("aws-guardduty-detector", "d", detector=DENIED)),
)
