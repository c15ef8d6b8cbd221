"""Block all public sharing of snapshots in a region."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.declaring import require_own
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-ec2-snapshot-block-public-access",)
_OFF: Final = "unblocked"
_ALL: Final = "block-all-sharing"


def plan(it: Subject, world: World) -> Draft:
    """The state that it had comes back if it does not help."""
    told = it.read("snapshot_block_public_access", {})
    require_own(told, it.label)
    before = told.get("State", _OFF)
    do = Call(
        call="ec2:EnableSnapshotBlockPublicAccess",
        arguments={"State": _ALL},
        words=f"block that snapshots in {it.region} are public",
        region=it.region,
    )
    undo = (
        Call(
            call="ec2:DisableSnapshotBlockPublicAccess",
            arguments={},
            words="block it no more",
            region=it.region,
        )
        if before == _OFF
        else Call(
            call="ec2:EnableSnapshotBlockPublicAccess",
            arguments={"State": before},
            words=f"set the block back to {before}",
            region=it.region,
        )
    )
    return Draft(
        changes=(f"public sharing of snapshots: {before} → {_ALL}",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="snapshots that are public by purpose are not while it is on",
        terraform=resource(
            "aws_ebs_snapshot_block_public_access", named(it.region), {"state": _ALL}
        ),
        keys={"snapshot_block_public_access": ("State",)},
    )
