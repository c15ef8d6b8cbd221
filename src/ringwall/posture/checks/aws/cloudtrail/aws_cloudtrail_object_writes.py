"""Writes of objects are recorded, in all buckets.

Why: management events tell that a bucket was opened, and not what was
changed in it, and what was deleted.
Fix: add data events of S3 to a trail of all regions, for all buckets but the one it writes to.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.cloudtrail.recording import cases_of_objects, judge_objects
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=(
        "aws-cloudtrail-trail.listed",
        "aws-cloudtrail-trail.status",
        "aws-cloudtrail-trail.selectors",
    ),
    controls=(
        "cis-aws-3.0 3.8 full",
        "cis-aws-5.0 3.8 full",
        "cis-aws-6.0 4.8 full",
        *LOGGED,
        "pci-dss-4 10.2.1.1 partial",
    ),
    known_as=("prowler:cloudtrail_s3_dataevents_write_enabled", "securityhub:S3.22"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By a trail that is on, of all regions, and of all buckets."""
    return judge_objects(it, world, "write")


CASES = cases_of_objects("write")
