"""Take all rules of a network's default security group away."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.vpc.ports import is_unused
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-ec2-security-group-default-closed",)
_WAYS: Final = (
    ("IpPermissions", "Ingress", "in"),
    ("IpPermissionsEgress", "Egress", "out"),
)


def plan(it: Subject, world: World) -> Draft:
    """They come back as they were, descriptions too, if it does not help."""
    told = it.read("listed")
    group = {"GroupId": told["GroupId"]}
    steps, changes = list[Step](), list[str]()
    for member, call, way in _WAYS:
        if not (rules := _rules(told.get(member) or ())):
            continue
        do = Call(
            call=f"ec2:RevokeSecurityGroup{call}",
            arguments=group | {"IpPermissions": _undescribed(rules)},
            words=f"let nothing {way} by {it.label} of {told.get('VpcId')}",
        )
        undo = Call(
            call=f"ec2:AuthorizeSecurityGroup{call}",
            arguments=group | {"IpPermissions": rules},
            words=f"let {way} again what it let",
        )
        steps.append(Step(do=do, undo=(undo,)))
        some = len(rules)
        changes.append(f"what it lets {way}: {some} rule{'s' if some > 1 else ''} → nothing")
    vpc = str(told.get("VpcId"))
    return Draft(
        changes=tuple(changes),
        steps=tuple(steps),
        warning=(
            "nothing has the group now; what is made later without naming one reaches nothing"
            if is_unused(world, it)
            else "what has the group is cut off, unless other groups let it: move it first"
        ),
        terraform=resource(
            "aws_default_security_group",
            named(vpc),
            {"vpc_id": vpc},
            comment="without rules it takes all away",
        ),
        keys={"listed": ("IpPermissions", "IpPermissionsEgress", "GroupId")},
    )


def _rules(several: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As EC2 takes them: without the lists that are empty."""
    return [{key: value for key, value in one.items() if value != []} for one in several]


def _undescribed(several: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they are taken away by: descriptions are for whoever puts them back."""
    return [
        {
            key: [
                {name: text for name, text in end.items() if name != "Description"} for end in value
            ]
            if isinstance(value, list)
            else value
            for key, value in one.items()
        }
        for one in several
    ]
