"""The region blocks that images are made public.

Why: one wrong click gives a machine with all that is on it to everybody; the block refuses it.
Fix: turn the block of public access for images on, in each region.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("image_block_public_access",),
    controls=NOT_PUBLIC,
    known_as=("prowler:ec2_ami_account_block_public_access",),
    remedy="aws-ec2-image-block",
)


def judge(it: Subject, world: World) -> Judgment:
    """It is a setting of the account, in each region."""
    state = it.read("image_block_public_access", {}).get("ImageBlockPublicAccessState")
    if state == "block-new-sharing":
        return passes(f"no image in {it.label} can be made public")
    return fails(f"images in {it.label} can be made public")


CASES = (
    case(
        "on",
        PASS,
        image_block_public_access={"ImageBlockPublicAccessState": "block-new-sharing"},
    ),
    case("off", FAIL, image_block_public_access={"ImageBlockPublicAccessState": "unblocked"}),
    case("denied", UNKNOWN, image_block_public_access=DENIED),
)
