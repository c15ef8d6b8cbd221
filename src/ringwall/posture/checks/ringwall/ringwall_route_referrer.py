"""Other sites do not learn what people look at.

Why: addresses have ids, words that were searched for and, at worst, tokens in them.
Fix: take `referrer-policy` out of `response_headers`, or set it to same-origin or no-referrer.
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
    controls=("owasp-asvs 3.4.5 partial",),
)
_NAME = "referrer-policy"
_SHORT = (
    "no-referrer",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
)
_WHOLE = ("no-referrer-when-downgrade", "unsafe-url")


def judge(it: Subject, world: World) -> Judgment:
    """Of several the last that browsers know counts; of none their own, which tells little."""
    value = header(it, _NAME)
    words = [one.strip().lower() for one in value.split(",")]
    known = [one for one in words if one in (*_SHORT, *_WHOLE)]
    if not known:
        return fails(f"{_NAME} is {value}, which browsers do not know")
    if known[-1] in _WHOLE:
        return fails(f"{_NAME} is {known[-1]}: whole addresses go to other sites")
    return passes("other sites are told at most where somebody comes from")


CASES = (
    case("as it comes", PASS, response_headers=STRICT),
    case("for old browsers first", PASS, response_headers={_NAME: "unsafe-url, same-origin"}),
    case("all of it", FAIL, response_headers={_NAME: "unsafe-url"}),
    case("all of it at last", FAIL, response_headers={_NAME: "same-origin, unsafe-url, new-word"}),
    case("a word that nobody knows", FAIL, response_headers={_NAME: "never"}),
    case("left to the service", UNKNOWN, response_headers={}),
)
