"""Policies of a function: its own, and those of its aliases, each of which has one of its own."""

from collections.abc import Callable
from typing import Any, Final

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Other,
    Subject,
    UnknownError,
    World,
    case,
    other,
)
from ringwall.posture.checks.aws.strangers import arn_of

ALIAS: Final = "aws-lambda-alias"
ALIAS_READS: Final = (f"{ALIAS}.listed", f"{ALIAS}.policy")
"""What a check reads that judges by them, besides ``policy``."""


def aliases_of(it: Subject, world: World) -> list[Subject]:
    """The aliases of a function. Code has none of its own: what it says is of the function."""
    return world.where(ALIAS, _function, it.name) if it.name.startswith("arn:") else []


def judge_each(it: Subject, world: World, judge: Callable[[Any, str], Judgment]) -> Judgment:
    """What the first of its policies comes to that fails; unknown if one is and none does."""
    unknown: list[UnknownError] = []
    try:
        well = judge(it.read("policy"), arn_of(it, "lambda:function:{label}"))
        if well.outcome is Outcome.FAIL:
            return well
    except UnknownError as error:
        unknown.append(error)
    for alias in aliases_of(it, world):
        try:
            found = judge(alias.read("policy"), alias.name)
        except UnknownError as error:
            unknown.append(error)
            continue
        if found.outcome is Outcome.FAIL:
            return found._replace(why=f"{found.why}, by the alias {alias.name.rpartition(':')[2]}")
    if unknown:
        raise unknown[0]
    return well


def _function(alias: Subject) -> list[str]:
    return [alias.name.rpartition(":")[0]]


ME: Final = "arn:aws:lambda:eu-west-1:111122223333:function:it"


def alias(policy: Any, name: str = f"{ME}:live") -> Other:
    """For cases: an alias with this policy."""
    return other(ALIAS, name, listed={}, policy=policy)


def cases_of_aliases(open_to: Any, action: str) -> tuple[Case, ...]:
    """Cases of a check that judges each policy; ``open_to`` is a principal that makes it fail."""
    one = {"Effect": "Allow", "Principal": open_to, "Action": action, "Resource": "*"}
    opened = {"Statement": [one]}
    own: dict[str, Any] = {"name": ME, "policy": ABSENT}
    elsewhere = f"{ME}-2:live"
    return (
        case("an alias is open", FAIL, alias(ABSENT, f"{ME}:a"), alias(opened), **own),
        case("an alias that has no policy", PASS, alias(ABSENT), **own),
        case("an alias of another function", PASS, alias(opened, elsewhere), **own),
        case("it is open, and an alias is denied", FAIL, alias(DENIED), **own | {"policy": opened}),
        case("an alias is open, and its own denied", FAIL, alias(opened), name=ME, policy=DENIED),
        case("an alias is denied", UNKNOWN, alias(DENIED), **own),
    )
