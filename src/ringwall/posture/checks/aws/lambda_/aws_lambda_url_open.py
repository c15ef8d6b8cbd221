"""Addresses of functions ask who is there.

Why: an address without authentication is found by scanners within hours.
Fix: set the address's authorisation to AWS_IAM, or put a gateway in front of it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import SIGN_IN
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS_READS, ME, alias, aliases_of
from ringwall.posture.checks.aws.strangers import arn_of
from ringwall.posture.permissions.deciding import Outcome as Decided
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import exposed
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.HIGH,
    reads=("urls", "policy", *ALIAS_READS),
    controls=SIGN_IN,
    known_as=("prowler:awslambda_function_url_public", "checkov:CKV_AWS_258"),
)
_CALL = "lambda:InvokeFunctionUrl"


def judge(it: Subject, world: World) -> Judgment:
    """An address without authentication opens only if its policy lets everybody call.

    An address of an alias goes by the alias's own policy.
    """
    open_to_all = [one for one in it.read("urls", []) if one.get("AuthType") == "NONE"]
    if not open_to_all:
        return passes("no address of it is open")
    asked = (partial(_lets_in, it, world, one) for one in open_to_all)
    if world.any_true(*asked):
        said = ", ".join(one["FunctionUrl"] for one in open_to_all)
        return fails(f"{said} asks nobody who is there")
    return passes("an address asks nobody who is there, and the policy lets in nobody")


def _lets_in(it: Subject, world: World, url: Mapping[str, Any]) -> bool:
    own = arn_of(it, "lambda:function:{label}")
    arn = str(url.get("FunctionArn") or own)
    written = it.read("policy") if arn in {own, it.name} else _of_alias(it, world, arn)
    if not written:
        return False
    document = read(written, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    found = exposed(document, (arn,), account=it.number)
    calls = [one for one in found if one.stranger is Stranger.ANYBODY and one.action == _CALL]
    if calls and calls[0].decision.outcome is Decided.UNKNOWN:
        raise UnknownError(calls[0].decision.why)
    return bool(calls)


def _of_alias(it: Subject, world: World, arn: str) -> Any:
    for one in aliases_of(it, world):
        if one.name == arn:
            return one.read("policy")
    raise UnknownError(f"the policy of {arn.rpartition(':')[2]} of {it.label} is not known")


def _policy(**more: object) -> dict[str, object]:
    one = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": _CALL,
        "Resource": "*",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }
    return {"Version": "2012-10-17", "Statement": [one | more]}


URLS = [{"FunctionUrl": "https://a", "AuthType": "NONE"}]
SIGNED = [{"FunctionUrl": "https://a", "AuthType": "AWS_IAM"}]
LIVE = [{"FunctionUrl": "https://b", "AuthType": "NONE", "FunctionArn": f"{ME}:live"}]
ACCOUNT = {"Principal": {"AWS": "444455556666"}}
CASES = (
    case("none", PASS, urls=[], policy=DENIED),
    case("signed", PASS, urls=SIGNED, policy=_policy()),
    case("open", FAIL, urls=URLS, policy=_policy()),
    case("open, and everybody may do everything", FAIL, urls=URLS, policy=_policy(Action="*")),
    case("open, and nobody is let in", PASS, urls=URLS, policy=ABSENT),
    case("open, and one account is let in", PASS, urls=URLS, policy=_policy(**ACCOUNT)),
    case("open, and the policy is broken", UNKNOWN, urls=URLS, policy="{"),
    case("open, and the policy may not be read", UNKNOWN, urls=URLS, policy=DENIED),
    case("may not be read", UNKNOWN, urls=DENIED),
    case("an alias, open", FAIL, alias(_policy()), name=ME, urls=LIVE, policy=ABSENT),
    case("an alias that lets in nobody", PASS, alias(ABSENT), name=ME, urls=LIVE, policy=_policy()),
    case(
        "an alias that may not be read", UNKNOWN, alias(DENIED), name=ME, urls=LIVE, policy=ABSENT
    ),
    case("an alias that is not known", UNKNOWN, name=ME, urls=LIVE, policy=ABSENT),
    case(
        "one open, another not known",
        FAIL,
        alias(DENIED),
        name=ME,
        urls=[*LIVE, *URLS],
        policy=_policy(),
    ),
)
