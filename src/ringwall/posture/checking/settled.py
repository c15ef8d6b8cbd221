"""What code tells of a whole account, or of a region of one: a setting here and there.

No code has all of them: others may stand in other code, or have been set by hand. So each resource
that sets one is a component of its own, with that alone, and only checks that ask for it judge it.
Nothing follows from a setting that is not written.
"""

from typing import Final

from ringwall.posture.checking.check import Check
from ringwall.posture.snapshot.snapshot import LISTED, Seen

ACCOUNT: Final = "aws-account"
REGION: Final = "aws-region"
WHOLE: Final = frozenset({ACCOUNT, REGION})
ALONE: Final = "alone"
"""The aspect that says that a setting holds for all that stands in the same code, as where there is
one provider: what else is declared there is in the same account and region."""
APART: Final = "apart"
"""The aspect that says that something is not in the code, but what is written for it."""
NOT_HERE: Final = "is not in this code"
"""What says why no more is known of it."""
SETTLED: Final = {
    ACCOUNT: frozenset(
        {
            "aws-cloudtrail-trail.selectors",
            "aws-region.access_analyzers",
            "aws-region.config_recorders",
            "aws-region.metric_filters",
            "password_policy",
            "s3_public_access_block",
            "security_contact",
        }
    ),
    REGION: frozenset(
        {
            "access_analyzers",
            "aws-guardduty-detector.detector",
            "config_channels",
            "config_recorders",
            "ebs_encryption_by_default",
            "image_block_public_access",
            "log_policies",
            "metadata_defaults",
            "metric_alarms",
            "security_hub",
            "serial_console_access",
            "snapshot_block_public_access",
            "ssm_automation_log",
            "ssm_sharing",
            "vpc_block_public_access",
        }
    ),
}
"""By kind: what code can tell, named as checks do that read it. Where a check asks whether any of
several is well, ``<kind>.<aspect>`` says that they are told of here."""


_USE: Final = frozenset({f"{ACCOUNT}.credential_report"})
"""What people did and have, and no code."""


def can_tell(check: Check) -> bool:
    """Whether any code can tell what a check asks for: no use, and of an account what it sets."""
    if check.of_clouds or not _USE.isdisjoint(check.reads):
        return False
    return check.judges not in WHOLE or not SETTLED[check.judges].isdisjoint(check.reads)


def is_asked(seen: Seen, check: Check) -> bool:
    """Whether a check that reads this has something to judge in a component."""
    if seen.place is None:
        return True
    if seen.found.kind not in WHOLE:
        return can_tell(check)
    return any(one in seen.aspects for one in check.reads if one != LISTED)
