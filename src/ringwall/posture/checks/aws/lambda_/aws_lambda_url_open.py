"""Addresses of functions ask who is there.

Why: an address without authentication is found by scanners within hours.
Fix: set the address's authorisation to AWS_IAM, or put a gateway in front of it.
"""

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
from ringwall.posture.checks.aws.strangers import arn_of
from ringwall.posture.permissions.deciding import Outcome as Decided
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import exposed
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.HIGH,
    reads=("urls", "policy"),
    controls=SIGN_IN,
    known_as=("prowler:awslambda_function_url_public", "checkov:CKV_AWS_258"),
)
_CALL = "lambda:InvokeFunctionUrl"


def judge(it: Subject, world: World) -> Judgment:
    """An address without authentication opens only if the function's policy lets everybody call."""
    open_to_all = [
        one["FunctionUrl"] for one in it.read("urls", []) if one.get("AuthType") == "NONE"
    ]
    if not open_to_all:
        return passes("no address of it is open")
    if not _lets_in(it):
        return passes("an address asks nobody who is there, and the policy lets in nobody")
    return fails(f"{', '.join(open_to_all)} asks nobody who is there")


def _lets_in(it: Subject) -> bool:
    written = it.read("policy")
    if not written:
        return False
    document = read(written, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    found = exposed(document, (arn_of(it, "lambda:function:{label}"),), account=it.account)
    calls = [one for one in found if one.stranger is Stranger.ANYBODY and one.action == _CALL]
    if calls and calls[0].decision.outcome is Decided.UNKNOWN:
        raise UnknownError(calls[0].decision.why)
    return bool(calls)


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
)
