"""Turn all four parts of the account's public access block on."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import resource

MENDS: Final = ("aws-s3-account-block-public-access",)
_PARTS: Final = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)


def plan(it: Subject, world: World) -> Draft:
    """The block as it is comes back if it does not help."""
    before = it.read("s3_public_access_block")
    account = {"AccountId": it.name}
    on = dict.fromkeys(_PARTS, True)
    do = Call(
        call="s3control:PutPublicAccessBlock",
        arguments=account | {"PublicAccessBlockConfiguration": on},
        words="block public access to all buckets of the account",
    )
    undo = (
        Call(
            call="s3control:DeletePublicAccessBlock",
            arguments=account,
            words="remove the account's block again",
        )
        if before is None
        else Call(
            call="s3control:PutPublicAccessBlock",
            arguments=account | {"PublicAccessBlockConfiguration": dict(before)},
            words="put the account's block back as it was",
        )
    )
    return Draft(
        changes=tuple(
            f"{part}: off → on" for part in _PARTS if (before or {}).get(part) is not True
        ),
        steps=(Step(do=do, undo=(undo,)),),
        warning="every bucket that is public by purpose, such as a website, is refused at once",
        terraform=resource(
            "aws_s3_account_public_access_block",
            "account",
            {
                "block_public_acls": True,
                "ignore_public_acls": True,
                "block_public_policy": True,
                "restrict_public_buckets": True,
            },
        ),
    )
