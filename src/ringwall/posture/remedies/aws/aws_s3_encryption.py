"""Encrypt what is put into a bucket."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import Expression, named, resource

MENDS: Final = ("aws-s3-bucket-encryption",)


def plan(it: Subject, world: World) -> Draft:
    """With AWS's own key: a key of your own is somebody's decision."""
    before = it.read("encryption")
    bucket = {"Bucket": it.label}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    do = Call(
        call="s3:PutBucketEncryption",
        arguments=bucket | {"ServerSideEncryptionConfiguration": rules},
        words=f"encrypt what is put into the bucket {it.label}",
    )
    undo = (
        Call(call="s3:DeleteBucketEncryption", arguments=bucket, words="take that off again")
        if before is None
        else Call(
            call="s3:PutBucketEncryption",
            arguments=bucket | {"ServerSideEncryptionConfiguration": dict(before)},
            words="put the rules back as they were",
        )
    )
    return Draft(
        changes=("default encryption: none → AES256",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="what lies there already stays as it is: copy it onto itself to encrypt it",
        terraform=resource(
            "aws_s3_bucket_server_side_encryption_configuration",
            named(it.label),
            {
                "bucket": Expression(f"aws_s3_bucket.{named(it.label)}.id"),
                "block:rule": {
                    "block:apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}
                },
            },
        ),
    )
