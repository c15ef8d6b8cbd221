"""Addresses of functions ask who is there.

Why: an address without authentication is found by scanners within hours.
Fix: set the address's authorisation to AWS_IAM, or put a gateway in front of it.
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
    passes,
)
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.HIGH,
    reads=("urls",),
    controls=SIGN_IN,
    known_as=("prowler:awslambda_function_url_public", "checkov:CKV_AWS_258"),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    open_to_all = [
        one["FunctionUrl"] for one in it.read("urls", []) if one.get("AuthType") == "NONE"
    ]
    if open_to_all:
        return fails(f"{', '.join(open_to_all)} asks nobody who is there")
    return passes("no address of it is open")


CASES = (
    case("none", PASS, urls=[]),
    case("signed", PASS, urls=[{"FunctionUrl": "https://a", "AuthType": "AWS_IAM"}]),
    case("open", FAIL, urls=[{"FunctionUrl": "https://a", "AuthType": "NONE"}]),
    case("may not be read", UNKNOWN, urls=DENIED),
)
