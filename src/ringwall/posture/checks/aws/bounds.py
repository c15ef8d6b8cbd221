"""What an organisation's service control policies take away from its accounts, asked of the engine.

Its management account alone tells, and is bound by none of them itself.
"""

from collections.abc import Callable
from functools import partial
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
    Other,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.permissions.accounts import EVERYTHING
from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Kind

KIND: Final = "aws-organizations-policy"
READS: Final = (
    "organization",
    "organization_accounts",
    f"{KIND}.listed",
    f"{KIND}.targets",
    f"{KIND}.content",
)
Question = Callable[[str], Request]
_FULL: Final = read(EVERYTHING, name="FullAWSAccess", kind=Kind.SCP)
_MEMBER: Final = "222233334444"


def asked(action: str, *, who: str = "role/any-0", region: str = "eu-west-1") -> Request:
    """Somebody of a member account calls something."""
    arn = f"arn:aws:iam::{_MEMBER}:{who}"
    context = Context({"aws:requestedregion": (region,)})
    return Request(action, f"arn:aws:any0:{region}:{_MEMBER}:any-0", principal(arn), context)


def judge_bound(it: Subject, world: World, *several: Request, said: str) -> Judgment | None:
    """Whether policies deny all of these in every account, but for exceptions.

    Of the management account alone: others may not read what binds them. Which accounts are in a
    unit is not read.
    """
    told = it.read("organization")
    if told is None or str(told.get("MasterAccountId")) != it.name:
        return None
    policies = world.all(KIND, account=it.account)
    for request in several:
        if world.any_true(*(partial(_denies, one, request, _ROOT) for one in policies)):
            continue
        units = [one for one in policies if _denies(one, request, _UNIT)]
        if units:
            names = ", ".join(sorted({name for one in units for name in _targets(one, _UNIT)}))
            why = f"{request.action} is denied in {names}, and who is in these units is not read"
            raise UnknownError(why)
        few = [one for one in policies if _denies(one, request, _ACCOUNT)]
        if not few:
            return fails(f"no policy of the organisation denies {request.action}: {said}")
        bound = {name for one in few for name in _targets(one, _ACCOUNT)}
        members = {
            str(one.get("Id"))
            for one in it.read("organization_accounts", ())
            if one.get("Status", "ACTIVE") == "ACTIVE"
        }
        if not members or members - bound - {it.name}:
            return fails(f"{request.action} is denied in {', '.join(sorted(bound))} alone: {said}")
    return passes("policies of the organisation deny it in every account")


_ROOT: Final = "r-"
_UNIT: Final = "ou-"
_ACCOUNT: Final = ""
"""How ids of what a policy is attached to begin; those of accounts are numbers."""


def _targets(policy: Subject, kind: str) -> list[str]:
    several = [str(one.get("TargetId")) for one in policy.read("targets", [])]
    return [one for one in several if (one.startswith(kind) if kind else one.isdigit())]


def _denies(policy: Subject, request: Request, kind: str) -> bool:
    if not _targets(policy, kind):
        return False
    document = read(policy.read("content"), name=policy.label, kind=Kind.SCP)
    if document.faults:
        raise UnknownError("; ".join(document.faults))
    everything = read(EVERYTHING, name="all", kind=Kind.IDENTITY)
    decision = decide(request, Policies(identity=(everything,), scps=((document, _FULL),)))
    if decision.outcome is Outcome.CONDITIONAL:  # all but some are denied, not some alone
        return all("not" in one.operator.lower() for one in decision.forbids)
    return decision.outcome is Outcome.DENIED


def organisation(manager: str = "111122223333") -> dict[str, Any]:
    """For cases: what an account says of its organisation."""
    return {"Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": manager}


def policy(content: Any, *targets: str) -> Other:
    """For cases: a policy that is attached to these."""
    return other(
        KIND,
        "arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1",
        listed={"Id": "p-1"},
        content=content,
        targets=[{"TargetId": one} for one in targets],
    )


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    """For cases: what denies these, as far as the rest says."""
    one = {"Effect": "Deny", "Action": list(actions), "Resource": "*"} | more
    return {"Version": "2012-10-17", "Statement": [one]}


_MEMBERS: Final = [{"Id": one} for one in ("111122223333", "222233334444", "333344445555")]
FEW: Final = {"StringEquals": {"aws:PrincipalTag/team": "data"}}
MOST: Final = {"StringNotEquals": {"aws:PrincipalTag/team": "platform"}}


def _with(content: dict[str, Any], condition: dict[str, Any]) -> dict[str, Any]:
    """The same, under one more condition."""
    (one,) = content["Statement"]
    both = {
        operator: {**one.get("Condition", {}).get(operator, {}), **condition.get(operator, {})}
        for operator in {*one.get("Condition", {}), *condition}
    }
    return {"Version": "2012-10-17", "Statement": [one | {"Condition": both}]}


def bound(good: Any, *less: Any) -> tuple[Case, ...]:
    """The cases of such a check: a policy that is enough, and some that are not."""
    ours = organisation()
    allows = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return (
        case("denied", PASS, policy(good, "r-1"), organization=ours),
        case("attached to nothing", FAIL, policy(good), organization=ours),
        case("attached to a unit", UNKNOWN, policy(good, "ou-1"), organization=ours),
        case(
            "attached to the root and a unit", PASS, policy(good, "ou-1", "r-1"), organization=ours
        ),
        case(
            "attached to one of two accounts",
            FAIL,
            policy(good, "222233334444"),
            organization=ours,
            organization_accounts=_MEMBERS,
        ),
        case(
            "attached to each account",
            PASS,
            policy(good, "222233334444", "333344445555"),
            organization=ours,
            organization_accounts=_MEMBERS,
        ),
        case(
            "which accounts there are may not be read",
            UNKNOWN,
            policy(good, "222233334444"),
            organization=ours,
            organization_accounts=DENIED,
        ),
        case("everything is allowed", FAIL, policy(allows, "r-1"), organization=ours),
        case("denied to a few", FAIL, policy(_with(good, FEW), "r-1"), organization=ours),
        case("denied to all but a few", PASS, policy(_with(good, MOST), "r-1"), organization=ours),
        *(
            case(f"less {number}", FAIL, policy(one, "r-1"), organization=ours)
            for number, one in enumerate(less, 1)
        ),
        case("no policy", FAIL, organization=ours),
        case("a member", NOT_JUDGED, organization=organisation("444455556666")),
        case("alone", NOT_JUDGED, organization=ABSENT),
        case("broken", UNKNOWN, policy("{", "r-1"), organization=ours),
        case("what it says is denied", UNKNOWN, policy(DENIED, "r-1"), organization=ours),
        case("may not be read", UNKNOWN, organization=DENIED),
    )
