"""Browsers take answers for what they are said to be.

Why: a browser that guesses runs what somebody uploaded as a picture.
Fix: take `x-content-type-options` out of `response_headers`: the edge then sets it to nosniff.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.ringwall.headers import STRICT, header

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.LOW,
    reads=("response_headers",),
    controls=("owasp-asvs 3.4.4 full",),
)
_NAME = "x-content-type-options"


def judge(it: Subject, world: World) -> Judgment:
    """There is one word that counts, and browsers read the first."""
    value = header(it, _NAME)
    if value.split(",")[0].strip().lower() == "nosniff":
        return passes("browsers do not guess what an answer is")
    return fails(f"{_NAME} is {value}, which browsers do not heed")


CASES = (
    case("as it comes", PASS, response_headers=STRICT),
    case("another word", FAIL, response_headers={_NAME: "sniff"}),
    case("left to the service", UNKNOWN, response_headers={}),
)
