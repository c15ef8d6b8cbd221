"""Roles say for whom a service may take them.

Why: services such as Config, CloudTrail or SNS act for all customers of AWS. Where a role does not
say for whom, another customer may have the service use it (the confused deputy).
Fix: bind the statement by `aws:SourceAccount` or `aws:SourceArn`, or for all of the organisation by
`aws:SourceOrgID`.
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
from ringwall.posture.checks.aws.controlled import READS, cases_within
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.trusting import trusts, weak
from ringwall.posture.permissions.trust import Weakness

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.LOW,
    reads=("details", *READS),
    controls=LEAST_PRIVILEGE,
    known_as=("prowler:iam_role_cross_service_confused_deputy_prevention",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as the service would ask for a stranger."""
    found, kept_out = weak(it, Weakness.NO_SOURCE)
    if found:
        named = ", ".join(sorted({one.who for one in found}))
        return fails(f"{it.label} can be taken by {named} for any customer of AWS")
    if kept_out:
        return passes(f"its trust would let them in, and {kept_out} keeps them out")
    return passes("no service comes in for a stranger")


CONFIG = {"Service": "config.amazonaws.com"}
CASES = (
    case("of nobody", FAIL, details=trusts(CONFIG)),
    case(
        "of its account",
        PASS,
        details=trusts(CONFIG, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ),
    case(
        "of anything anywhere",
        FAIL,
        details=trusts(CONFIG, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:config:*:*:*"}}),
    ),
    case("one that acts for its own", PASS, details=trusts({"Service": "lambda.amazonaws.com"})),
    case("an account", PASS, details=trusts({"AWS": "111122223333"})),
    case("no policy", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
    case("not told", UNKNOWN, details=DENIED),
    *cases_within("sts", PASS, FAIL, details=trusts(CONFIG)),
)
