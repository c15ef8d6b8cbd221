"""Have a bucket refuse plain HTTP."""

import json
from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import Expression, named, resource

MENDS: Final = ("aws-s3-bucket-tls-only",)


def plan(it: Subject, world: World) -> Draft:
    """One statement is added to the policy that is there."""
    before = it.read("policy")
    arn = it.name
    added = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": []} if before is None else json.loads(before)
    several = policy["Statement"]
    policy["Statement"] = [*(several if isinstance(several, list) else [several]), added]
    bucket = {"Bucket": it.label}
    undo = (
        Call(call="s3:DeleteBucketPolicy", arguments=bucket, words="remove the policy again")
        if before is None
        else Call(
            call="s3:PutBucketPolicy",
            arguments=bucket | {"Policy": before},
            words="put the policy back as it was",
        )
    )
    do = Call(
        call="s3:PutBucketPolicy",
        arguments=bucket | {"Policy": json.dumps(policy)},
        words=f"have the bucket {it.label} refuse plain HTTP",
    )
    return Draft(
        changes=("plain HTTP: taken → refused, for everybody",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="programs that still speak plain HTTP to the bucket fail",
        terraform=resource(
            "aws_s3_bucket_policy",
            named(it.label),
            {
                "bucket": Expression(f"aws_s3_bucket.{named(it.label)}.id"),
                "policy": json.dumps(policy),
            },
        ),
    )
