"""Take an image back from everybody."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource, taken_out

MENDS: Final = ("aws-ec2-image-public",)


def plan(it: Subject, world: World) -> Draft:
    """Accounts that may launch it by name still may."""
    image = it.read("listed")["ImageId"]
    everybody = [{"Group": "all"}]

    def permission(how: str, words: str) -> Call:
        return Call(
            call="ec2:ModifyImageAttribute",
            arguments={"ImageId": image, "LaunchPermission": {how: everybody}},
            words=words,
        )

    do = permission("Remove", f"let not everybody launch {it.label}")
    undo = permission("Add", "let everybody launch it again")
    return Draft(
        changes=("who may launch it: everybody → this account, and those named",),
        steps=(Step(do=do, undo=(undo,), makes={"listed": {"Public": False, "ImageId": image}}),),
        warning="others that launch it without being named no longer can; who copied it has it",
        terraform=taken_out(
            f"what lets everybody launch {image}",
            [
                resource(
                    "aws_ami_launch_permission",
                    named(it.label),
                    {"image_id": image, "group": "all"},
                )
            ],
        ),
        keys={"listed": ("Public", "ImageId")},
    )
