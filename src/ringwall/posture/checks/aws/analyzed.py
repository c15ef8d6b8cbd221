"""What Access Analyzer's analyzers of unused access have found of a user or role."""

from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)

READS: Final = ("details", "aws-region.unused_access")
_SAYS: Final = {
    "UnusedIAMRole": "it is not used",
    "UnusedIAMUserAccessKey": "a key of it is not used",
    "UnusedIAMUserPassword": "its password is not used",
    "UnusedPermission": "it has permissions that are not used",
}


def judge_analyzed(it: Subject, world: World) -> Judgment | None:
    """By active findings; archived ones somebody has looked at. Not where no analyzer looks.

    What one region's tells is enough to fail; that all others could be asked, to pass.
    """
    if not it.name.startswith("arn:") or ":role/aws-service-role/" in it.name:
        return None
    it.read("details")
    regions = world.all("aws-region", account=it.account)
    found: list[str] = []

    def tells(region: Subject) -> bool:
        told = region.read("unused_access") or ()
        found.extend(str(one["findingType"]) for one in told if one["resource"] == it.name)
        return bool(found)

    if world.any_true(*(lambda region=region: tells(region) for region in regions)):
        said = [_SAYS.get(one, one) for one in dict.fromkeys(found)]
        return fails(f"Access Analyzer: {'; '.join(said)}")
    if all(region.read("unused_access") is None for region in regions):
        return None
    return passes("an analyzer of unused access looks and has nothing against it")


def analyzed(arn: str, kind: str) -> tuple[Case, ...]:
    """The cases of such a check. ``kind`` is of a finding that fits what is judged."""

    def told(*several: tuple[str, str]) -> Any:
        found = [{"id": "f", "resource": who, "findingType": what} for who, what in several]
        return other("aws-region", unused_access=found)

    return (
        case("not used", FAIL, told((arn, kind)), name=arn, details={}),
        case("permissions", FAIL, told((arn, "UnusedPermission")), name=arn, details={}),
        case("of another", PASS, told((f"{arn}-2", kind)), name=arn, details={}),
        case("nothing found", PASS, told(), name=arn, details={}),
        case(
            "no analyzer",
            NOT_JUDGED,
            other("aws-region", unused_access=ABSENT),
            name=arn,
            details={},
        ),
        case(
            "may not be read",
            UNKNOWN,
            other("aws-region", unused_access=DENIED),
            name=arn,
            details={},
        ),
        case("in code", NOT_JUDGED, told(), name="terraform:main.tf:me", details={}),
    )
