"""Turn GuardDuty on in a region."""

from typing import Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import argument, named, resource

MENDS: Final = ("aws-guardduty-on",)
READS: Final = ("aws-region.guardduty_detectors",)
_DETECTOR: Final = "aws-guardduty-detector"
_COSTS: Final = "it costs by how much it looks at, after thirty days"


def plan(it: Subject, world: World) -> Draft:
    """A detector that is suspended goes on; where there is none one is made, as there is one."""
    if not it.read("guardduty_detectors", []):
        return _made(it)
    several = world.all(_DETECTOR, account=it.account, region=it.region)
    if not several:
        raise UnknownError(f"the detector of {it.label} came or went while it was read")
    suspended = several[0]
    suspended.read("detector")
    named_by = {"DetectorId": suspended.label}
    do = Call(
        call="guardduty:UpdateDetector",
        arguments=named_by | {"Enable": True},
        words=f"let the detector of {it.region} look again",
        region=it.region,
    )
    undo = Call(
        call="guardduty:UpdateDetector",
        arguments=named_by | {"Enable": False},
        words="suspend it again",
        region=it.region,
    )
    return Draft(
        changes=("the detector: suspended → on",),
        steps=(Step(do=do, undo=(undo,), makes={"detector": {"Status": "ENABLED"}}),),
        warning=_COSTS,
        terraform=argument("aws_guardduty_detector", suspended.label, {"enable": True}),
        keys={"detector": ("Status",)},
    )


def _made(it: Subject) -> Draft:
    do = Call(
        call="guardduty:CreateDetector",
        arguments={"Enable": True},
        words=f"make a detector in {it.region}",
        region=it.region,
    )
    undo = Call(
        call="guardduty:DeleteDetector",
        arguments={},
        later={"DetectorId": "guardduty_detectors"},
        words="delete it, and what it found",
        region=it.region,
    )
    return Draft(
        changes=("the detector: none → one that is on",),
        steps=(Step(do=do, undo=(undo,)),),
        warning=f"{_COSTS}; AWS makes itself a role for it, AWSServiceRoleForAmazonGuardDuty, which"
        " stays",
        terraform=resource("aws_guardduty_detector", named(it.region), {"enable": True}),
    )
