"""Services of AI do not keep what the organisation gives them.

Why: some of AWS's services store and use what they are given, elsewhere too, to get better by it.
Fix: turn policies of this type on, and attach one to the root that opts out of all services.
"""

import json
from collections.abc import Mapping
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
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.bounds import organisation
from ringwall.posture.checks.aws.organizations.delegating import is_manager

KIND: Final = "aws-organizations-ai-opt-out-policy"
CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("organization", f"{KIND}.listed", f"{KIND}.targets", f"{KIND}.content"),
    controls=(
        "nist-800-53r5 AC-21 supporting",
        "iso-27001-2022 A.8.12 supporting",
        "ccm-4 DSP-17 supporting",
    ),
    known_as=("prowler:organizations_opt_out_ai_services_policy",),
    of_clouds=True,
)
_ROOT: Final = "r-"
_UNIT: Final = "ou-"


def judge(it: Subject, world: World) -> Judgment | None:
    """By what is attached to the root; who is in a unit is not read."""
    if not is_manager(it):
        return None
    several = world.all(KIND, account=it.account)
    if world.any_true(*(lambda one=one: _opts_out(one, _ROOT) for one in several)):
        return passes("the whole organisation opts out")
    if any(_opts_out(one, _UNIT) for one in several):
        raise UnknownError("only units opt out, and who is in these is not read")
    return fails("services of AI may keep what the organisation gives them")


def _opts_out(policy: Subject, kind: str) -> bool:
    """Whether it does of all services, where such a target has it."""
    if not any(str(one.get("TargetId")).startswith(kind) for one in policy.read("targets", [])):
        return False
    try:
        told = json.loads(policy.read("content"))
    except (TypeError, ValueError) as error:
        raise UnknownError(f"what {policy.label} says is not understood") from error
    for key in ("services", "default", "opt_out_policy"):
        told = told.get(key) if isinstance(told, Mapping) else None
    return isinstance(told, Mapping) and told.get("@@assign") == "optOut"


def _policy(content: Any, *targets: str) -> Other:
    return other(
        KIND,
        "arn:aws:organizations::111122223333:policy/o-1/aiservices_opt_out_policy/p-1",
        listed={"Id": "p-1"},
        content=content,
        targets=[{"TargetId": one} for one in targets],
    )


def _said(what: str, service: str = "default") -> str:
    return json.dumps({"services": {service: {"opt_out_policy": {"@@assign": what}}}})


OURS = organisation()
CASES = (
    case("all opt out", PASS, _policy(_said("optOut"), "r-1"), organization=OURS),
    case("none does", FAIL, organization=OURS),
    case("attached to nothing", FAIL, _policy(_said("optOut")), organization=OURS),
    case("all opt in", FAIL, _policy(_said("optIn"), "r-1"), organization=OURS),
    case("of one service", FAIL, _policy(_said("optOut", "lex"), "r-1"), organization=OURS),
    case("of an account", FAIL, _policy(_said("optOut"), "222233334444"), organization=OURS),
    case("of a unit", UNKNOWN, _policy(_said("optOut"), "ou-1"), organization=OURS),
    case("what is no policy", UNKNOWN, _policy("{", "r-1"), organization=OURS),
    case("may not be read", UNKNOWN, _policy(DENIED, "r-1"), organization=OURS),
    case("a member", NOT_JUDGED, organization=organisation("444455556666")),
    case("alone", NOT_JUDGED, organization=ABSENT),
)
