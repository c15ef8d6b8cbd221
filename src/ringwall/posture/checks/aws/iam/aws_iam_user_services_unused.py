"""Users are allowed the services that they use.

Why: what is allowed and not used helps nobody but whoever takes it over.
Fix: put the smaller policies in the place of the old ones: `ringwall posture smaller` writes them,
as JSON or as Terraform; look first at what is used once a year alone.

By what IAM tells was used last: services, and of some services actions. AWS tracks 400 days and
tells of a call hours later; what it does not track counts as used. So does a call that was denied.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.iam.leaving import cases_of_services
from ringwall.posture.checks.aws.identities import ME, user
from ringwall.posture.checks.aws.used import READS, judge_services

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.MEDIUM,
    reads=READS,
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(7) partial",
        "iso-27001-2022 A.5.18 partial",
        "ccm-4 IAM-08 supporting",
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what AWS tracks of services, and of those actions that it tracks."""
    return judge_services(it, world)


CASES = cases_of_services(ME, user, "UserPolicyList")
