"""Turn access lists of a bucket off."""

from typing import Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import Expression, named, resource

MENDS: Final = ("aws-s3-bucket-acl-off",)
READS: Final = ("aws-s3-bucket.acl",)


def plan(it: Subject, world: World) -> Draft:
    """Only where the list gives nobody anything but its owner: else somebody has to decide."""
    before = it.read("ownership")
    acl = it.read("acl", {})
    owner = acl.get("Owner", {}).get("ID")
    others = [one for one in acl.get("Grants", []) if one["Grantee"].get("ID") != owner]
    if others:
        msg = f"the list of {it.label} gives others rights: move those into its policy first"
        raise UnknownError(msg)
    bucket = {"Bucket": it.label}
    on = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    do = Call(
        call="s3:PutBucketOwnershipControls",
        arguments=bucket | {"OwnershipControls": on},
        words=f"turn access lists of the bucket {it.label} off",
    )
    undo = (
        Call(
            call="s3:DeleteBucketOwnershipControls",
            arguments=bucket,
            words="remove the ownership controls again",
        )
        if before is None
        else Call(
            call="s3:PutBucketOwnershipControls",
            arguments=bucket | {"OwnershipControls": dict(before)},
            words="put the ownership controls back as they were",
        )
    )
    return Draft(
        changes=("access lists: count → count for nothing",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="who puts objects with a list of their own is refused",
        terraform=resource(
            "aws_s3_bucket_ownership_controls",
            named(it.label),
            {
                "bucket": Expression(f"aws_s3_bucket.{named(it.label)}.id"),
                "block:rule": {"object_ownership": "BucketOwnerEnforced"},
            },
        ),
    )
