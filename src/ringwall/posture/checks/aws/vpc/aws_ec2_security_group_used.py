"""Security groups are used by something.

Why: one that nobody looks after is taken for the next machine, with whatever it lets in.
Fix: delete it.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.vpc.ports import groups_of

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.LOW,
    reads=(
        "listed",
        "aws-ec2-network-interface.listed",
        "aws-ec2-security-group.listed",
        "aws-ec2-launch-template.versions",
    ),
    controls=TIDY,
    known_as=("prowler:ec2_securitygroup_not_used", "securityhub:EC2.22", "checkov:CKV2_AWS_5"),
    of_clouds=True,
)


def _named(group: Subject) -> list[object]:
    listed = group.read("listed")
    rules = [*(listed.get("IpPermissions") or ()), *(listed.get("IpPermissionsEgress") or ())]
    pairs = [pair.get("GroupId") for one in rules for pair in one.get("UserIdGroupPairs") or ()]
    return [one for one in pairs if one != listed.get("GroupId")]


def _launched(template: Subject) -> list[object]:
    found: list[object] = []
    for one in template.read("versions") or ():
        data = one.get("LaunchTemplateData") or {}
        found += data.get("SecurityGroupIds") or ()
        for each in data.get("NetworkInterfaces") or ():
            found += each.get("Groups") or ()
    return found


def judge(it: Subject, world: World) -> Judgment | None:
    """By interfaces, other groups' rules and templates. A network's default cannot be deleted."""
    listed = it.read("listed")
    if listed.get("GroupName") == "default":
        return None
    identifier = listed.get("GroupId")
    if world.where("aws-ec2-network-interface", groups_of, identifier):
        return passes("a network interface has it")
    if world.where("aws-ec2-security-group", _named, identifier):
        return passes("a rule of another group names it")
    if world.where("aws-ec2-launch-template", _launched, identifier):
        return passes("a launch template names it")
    return fails(f"nothing uses {it.label}")


MINE = {"GroupId": "sg-1", "GroupName": "web"}
CASES = (
    case(
        "an interface",
        PASS,
        other("aws-ec2-network-interface", listed={"Groups": [{"GroupId": "sg-1"}]}),
        listed=MINE,
    ),
    case(
        "another group",
        PASS,
        other(
            "aws-ec2-security-group",
            listed={
                "GroupId": "sg-2",
                "IpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-1"}]}],
            },
        ),
        listed=MINE,
    ),
    case(
        "a template",
        PASS,
        other(
            "aws-ec2-launch-template",
            versions=[{"LaunchTemplateData": {"SecurityGroupIds": ["sg-1"]}}],
        ),
        listed=MINE,
    ),
    case("nothing", FAIL, listed=MINE),
    case(
        "only itself",
        FAIL,
        listed=MINE | {"IpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-1"}]}]},
    ),
    case("the default one", NOT_JUDGED, listed={"GroupId": "sg-1", "GroupName": "default"}),
    case(
        "templates are denied",
        UNKNOWN,
        other("aws-ec2-launch-template", versions=DENIED),
        listed=MINE,
    ),
)
