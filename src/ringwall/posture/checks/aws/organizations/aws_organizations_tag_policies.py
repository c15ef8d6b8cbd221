"""The organisation says how things are tagged.

Why: owners, costs and who may what go by tags, which each account otherwise writes in its own way.
Fix: turn tag policies on, and attach one to the root.
"""

from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.bounds import organisation
from ringwall.posture.checks.aws.controls import TIDY
from ringwall.posture.checks.aws.organizations.delegating import is_manager

KIND: Final = "aws-organizations-tag-policy"
CHECK = Check(
    judges="aws-account",
    severity=Severity.INFORMATIONAL,
    reads=("organization", f"{KIND}.listed", f"{KIND}.targets"),
    controls=TIDY,
    known_as=("prowler:organizations_tags_policies_enabled_and_attached",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Any that is attached to something."""
    if not is_manager(it):
        return None
    several = world.all(KIND, account=it.account)
    if world.any_true(*(lambda one=one: bool(one.read("targets", [])) for one in several)):
        return passes("a policy says how things are tagged")
    return fails("no policy that is attached says how things are tagged")


def _policy(targets: Any) -> Other:
    name = "arn:aws:organizations::111122223333:policy/o-1/tag_policy/p-1"
    return other(KIND, name, listed={"Id": "p-1"}, targets=targets)


OURS = organisation()
CASES = (
    case("attached", PASS, _policy([{"TargetId": "r-1"}]), organization=OURS),
    case("attached to nothing", FAIL, _policy([]), organization=OURS),
    case("none", FAIL, organization=OURS),
    case("may not be read", UNKNOWN, _policy(DENIED), organization=OURS),
    case("a member", NOT_JUDGED, organization=organisation("444455556666")),
    case("alone", NOT_JUDGED, organization=ABSENT),
)
