"""Encrypt new volumes of a region."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-ec2-ebs-encryption-default",)
_ASPECT: Final = "ebs_encryption_by_default"
_MEMBER: Final = "EbsEncryptionByDefault"


def plan(it: Subject, world: World) -> Draft:
    """It is switched off again if it does not help."""
    it.read(_ASPECT)
    do = Call(
        call="ec2:EnableEbsEncryptionByDefault",
        arguments={},
        words=f"encrypt new volumes in {it.region}",
        region=it.region,
    )
    undo = Call(
        call="ec2:DisableEbsEncryptionByDefault",
        arguments={},
        words="encrypt new volumes by default no more",
        region=it.region,
    )
    return Draft(
        changes=("new volumes: as they are asked for → encrypted",),
        steps=(Step(do=do, undo=(undo,), makes={_ASPECT: {_MEMBER: True}}),),
        warning="volumes that are shared with other accounts need a key of your own",
        terraform=resource("aws_ebs_encryption_by_default", named(it.region), {"enabled": True}),
        keys={_ASPECT: (_MEMBER,)},
    )
