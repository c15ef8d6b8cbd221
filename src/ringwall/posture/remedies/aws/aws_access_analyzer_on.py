"""Have somebody look at what a region shares outside."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.making import NoPlanError
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-access-analyzer-on",)
_NAME: Final = "outside"
_OUTSIDE: Final = {"ACCOUNT", "ORGANIZATION"}


def plan(it: Subject, world: World) -> Draft:
    """One of the account, as there may be one alone; those of unused access stay as they are."""
    several = it.read("access_analyzers", [])
    for one in several:
        if one.get("type", "ACCOUNT") in _OUTSIDE:
            msg = (
                f"there is no plan for {it.label}: its analyzer {one['name']} is"
                f" {one.get('status')}, see to that one"
            )
            raise NoPlanError(msg)
    taken = {one["name"] for one in several}
    name = next(one for one in (_NAME, *(f"{_NAME}-{n}" for n in range(2, 99))) if one not in taken)
    do = Call(
        call="accessanalyzer:CreateAnalyzer",
        arguments={"analyzerName": name, "type": "ACCOUNT"},
        words=f"make the analyzer {name} in {it.region}",
        region=it.region,
    )
    undo = Call(
        call="accessanalyzer:DeleteAnalyzer",
        arguments={"analyzerName": name},
        words="delete it, and what it found",
        region=it.region,
    )
    return Draft(
        changes=(f"who looks at what is shared outside: nobody → the analyzer {name}",),
        steps=(Step(do=do, undo=(undo,)),),
        warning="AWS makes itself a role for it, AWSServiceRoleForAccessAnalyzer, which stays",
        terraform=resource(
            "aws_accessanalyzer_analyzer",
            named(it.region),
            {"analyzer_name": name, "type": "ACCOUNT"},
        ),
        keys={"access_analyzers": ("name", "type")},
    )
