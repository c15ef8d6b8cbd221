"""Encrypt what a topic holds, with AWS's own key."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-sns-topic-encrypted",)
_KEY: Final = "alias/aws/sns"


def plan(it: Subject, world: World) -> Draft:
    """It has no key again if it does not help."""
    it.read("attributes")
    return set_and_back(
        "sns:SetTopicAttributes",
        {"TopicArn": it.name, "AttributeName": "KmsMasterKeyId"},
        {"AttributeValue": _KEY},
        {"AttributeValue": ""},
        change=f"key: none → {_KEY}",
        words=f"encrypt what the topic {it.label} holds",
        warning="services of AWS that publish to it, such as S3, may not use this key: "
        "for those take a key of your own that lets them",
        terraform=argument("aws_sns_topic", it.label, {"kms_master_key_id": _KEY}),
        keys={"attributes": ("KmsMasterKeyId",)},
    )
