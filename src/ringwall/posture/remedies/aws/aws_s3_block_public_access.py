"""Turn all four parts of a bucket's public access block on."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import Expression, named, resource

READS: Final = ("aws-s3-bucket.public_access_block",)
MENDS: Final = (
    "aws-s3-bucket-block-public-access",
    "aws-s3-bucket-acl-public",
    "aws-s3-bucket-public",
)
_PARTS: Final = {
    "BlockPublicAcls": "block_public_acls",
    "IgnorePublicAcls": "ignore_public_acls",
    "BlockPublicPolicy": "block_public_policy",
    "RestrictPublicBuckets": "restrict_public_buckets",
}


def plan(it: Subject, world: World) -> Draft:
    """The block as it is comes back if it does not help."""
    before = it.read("public_access_block")
    bucket = {"Bucket": it.label}
    on = dict.fromkeys(_PARTS, True)
    undo = (
        Call(call="s3:DeletePublicAccessBlock", arguments=bucket, words="remove the block again")
        if before is None
        else Call(
            call="s3:PutPublicAccessBlock",
            arguments=bucket | {"PublicAccessBlockConfiguration": dict(before)},
            words="put the block back as it was",
        )
    )
    return Draft(
        changes=tuple(
            f"{part}: off → on" for part in _PARTS if (before or {}).get(part) is not True
        ),
        steps=(
            Step(
                do=Call(
                    call="s3:PutPublicAccessBlock",
                    arguments=bucket | {"PublicAccessBlockConfiguration": on},
                    words=f"block public access to the bucket {it.label}",
                ),
                undo=(undo,),
            ),
        ),
        warning="whoever reads the bucket without credentials, such as a website, is refused",
        terraform=resource(
            "aws_s3_bucket_public_access_block",
            named(it.label),
            {
                "bucket": Expression(f"aws_s3_bucket.{named(it.label)}.id"),
                **dict.fromkeys(_PARTS.values(), True),
            },
        ),
    )
