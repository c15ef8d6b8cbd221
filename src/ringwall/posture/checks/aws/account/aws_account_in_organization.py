"""The account is in an organisation.

Why: only an organisation can bind what its accounts, and their root users, may do at all.
Fix: make an organisation with all features, and invite the account.
"""

from ringwall.posture.checking import (
    ABSENT,
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
    judges="aws-account",
    severity=Severity.LOW,
    reads=("organization",),
    controls=(
        "nist-800-53r5 AC-3 supporting",
        "nist-csf-2.0 GV.SC-01 supporting",
        "soc2 CC6.3 supporting",
        "iso-27001-2022 A.5.15 supporting",
        "ccm-4 IAM-05 supporting",
        "iso-27001-2022 A.5.23 supporting",
    ),
    known_as=("prowler:organizations_account_part_of_organizations", "securityhub:Account.2"),
)


def judge(it: Subject, world: World) -> Judgment:
    """With all features: else there are no policies."""
    told = it.read("organization")
    if told is None:
        return fails("the account stands alone")
    if told.get("FeatureSet") != "ALL":
        return fails(
            f"{told.get('Id')} has consolidated billing alone, so that nothing can be bound"
        )
    return passes(f"it is in {told.get('Id')}")


CASES = (
    case("all features", PASS, organization={"Id": "o-1", "FeatureSet": "ALL"}),
    case("billing alone", FAIL, organization={"Id": "o-1", "FeatureSet": "CONSOLIDATED_BILLING"}),
    case("alone", FAIL, organization=ABSENT),
    case("may not be read", UNKNOWN, organization=DENIED),
)
