"""Block that images of a region are made public."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.declaring import require_own
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-ec2-image-block-public-access",)
_ON: Final = "block-new-sharing"
_TAKES_S: Final = 660.0
"""AWS says that it takes up to ten minutes, in which it tells the state before."""


def plan(it: Subject, world: World) -> Draft:
    """It is switched off again if it does not help."""
    told = it.read("image_block_public_access", {})
    require_own(told, it.label)
    do = Call(
        call="ec2:EnableImageBlockPublicAccess",
        arguments={"ImageBlockPublicAccessState": _ON},
        words=f"block that images in {it.region} are made public",
        region=it.region,
    )
    undo = Call(
        call="ec2:DisableImageBlockPublicAccess",
        arguments={},
        words="block it no more",
        region=it.region,
    )
    return Draft(
        changes=(f"making images public: unblocked → {_ON}; those that are public stay so",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="AWS takes up to ten minutes for it, and so does applying",
        terraform=resource("aws_ec2_image_block_public_access", named(it.region), {"state": _ON}),
        keys={"image_block_public_access": ("ImageBlockPublicAccessState",)},
        settles_s=_TAKES_S,
    )
