"""Take everybody's right to copy a snapshot away."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import without

MENDS: Final = ("aws-ec2-snapshot-public",)


def plan(it: Subject, world: World) -> Draft:
    """It is given back if it does not help, which nobody should want."""
    it.read("listed")
    everybody = {"Add": [{"Group": "all"}]}
    snapshot = {"SnapshotId": it.label, "Attribute": "createVolumePermission"}
    do = Call(
        call="ec2:ModifySnapshotAttribute",
        arguments=snapshot | {"CreateVolumePermission": {"Remove": [{"Group": "all"}]}},
        words=f"let nobody else copy the snapshot {it.label}",
    )
    undo = Call(
        call="ec2:ModifySnapshotAttribute",
        arguments=snapshot | {"CreateVolumePermission": everybody},
        words="let everybody copy it again",
    )
    return Draft(
        changes=("who may copy it: everybody → this account",),
        steps=(Step(do=do, undo=(undo,)),),
        terraform=without(
            "no code is to be changed: Terraform's aws_snapshot_create_volume_permission names"
            " accounts and cannot say `everybody`, so this was not done by it"
        ),
        keys={"listed": ("SnapshotId",)},
        warning="what was copied while it was public is gone: change every secret that was on it",
    )
