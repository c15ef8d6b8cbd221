"""Key pairs are of some use.

Why: a private key that opens nothing now may open the next machine that is launched with it.
Fix: delete key pairs that no instance and no launch template names.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ec2-key-pair",
    severity=Severity.LOW,
    reads=("listed", "aws-ec2-instance.listed", "aws-ec2-launch-template.versions"),
    controls=TIDY,
)


def _of(instance: Subject) -> list[object]:
    return [instance.read("listed").get("KeyName")]


def _named(template: Subject) -> list[object]:
    several = template.read("versions") or ()
    return [(one.get("LaunchTemplateData") or {}).get("KeyName") for one in several]


def judge(it: Subject, world: World) -> Judgment:
    """By what is there in its region, and what is launched from templates."""
    name = it.read("listed").get("KeyName")
    here = [one for one in world.where("aws-ec2-instance", _of, name) if one.region == it.region]
    if here:
        return passes(f"{here[0].label} has it")
    if world.where("aws-ec2-launch-template", _named, name):
        return passes("a launch template names it")
    return fails(f"no instance and no launch template uses {it.label}")


CASES = (
    case(
        "an instance",
        PASS,
        other("aws-ec2-instance", listed={"KeyName": "k"}),
        listed={"KeyName": "k"},
    ),
    case(
        "a template",
        PASS,
        other("aws-ec2-launch-template", versions=[{"LaunchTemplateData": {"KeyName": "k"}}]),
        listed={"KeyName": "k"},
    ),
    case(
        "nothing",
        FAIL,
        other("aws-ec2-instance", listed={"KeyName": "other"}),
        listed={"KeyName": "k"},
    ),
    case(
        "templates are denied",
        UNKNOWN,
        other("aws-ec2-launch-template", versions=DENIED),
        listed={"KeyName": "k"},
    ),
)
