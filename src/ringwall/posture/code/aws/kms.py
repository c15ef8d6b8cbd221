"""KMS: keys of one's own."""

from collections.abc import Iterator
from typing import Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    default,
    known,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Resources

KINDS: Final = ("aws-kms-key",)
DEFAULT_POLICY: Final = "docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"


def components(code: Resources) -> Iterator[Collected]:
    """Keys; where no policy is written, the account's root may do all."""
    for one in code.of("aws_kms_key"):
        spec = one.get("customer_master_key_spec", "SYMMETRIC_DEFAULT")
        metadata = {
            "KeyId": one.address,
            "KeyManager": "CUSTOMER",
            "Origin": "AWS_KMS",
            "KeySpec": spec,
            "KeyUsage": one.get("key_usage", "ENCRYPT_DECRYPT"),
            "KeyState": "Enabled",
            "MultiRegion": one.get("multi_region", default=False),
        }
        beside = next(iter(code.pointing("aws_kms_key_policy", "key_id", one)), None)
        where = beside or one
        allowed = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        whole = {"Version": "2012-10-17", "Statement": [allowed]}
        policy = where.get("policy")
        yield component(
            "aws-kms-key",
            one,
            one.address,
            {
                "metadata": known(metadata, one),
                "rotation": known(one.get("enable_key_rotation", default=False), one),
                "policy": default(whole, DEFAULT_POLICY)
                if policy is None
                else known(
                    document(policy, code, of_itself=True, by_any_name=True), where, "policy"
                ),
            },
        )
