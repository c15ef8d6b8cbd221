"""Rotate a key every year."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-kms-key-rotation",)


def plan(it: Subject, world: World) -> Draft:
    """It is switched off again if it does not help."""
    it.read("rotation")
    key = {"KeyId": it.label}
    do = Call(call="kms:EnableKeyRotation", arguments=key, words=f"rotate the key {it.label}")
    undo = Call(call="kms:DisableKeyRotation", arguments=key, words="rotate it no more")
    return Draft(
        changes=("rotation: off → every year",),
        steps=(Step(do=do, undo=(undo,), makes={"rotation": True}),),
        terraform=argument("aws_kms_key", it.label, {"enable_key_rotation": True}),
    )
