"""Browsers are told to come by HTTPS alone.

Why: a first request without TLS can be read and led elsewhere by whoever is on its way.
Fix: take `strict-transport-security` out of `response_headers`, or give it a `max-age` of a year.
"""

import re

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
    severity=Severity.MEDIUM,
    reads=("response_headers",),
    controls=(
        "nist-800-53r5 SC-8 supporting",
        "owasp-asvs 3.4.1 partial",
    ),
)
_NAME = "strict-transport-security"
_AGE = re.compile(r'\s*max-age\s*=\s*"?([0-9]{1,15})"?\s*', re.IGNORECASE)
_YEAR = 365 * 86400


def judge(it: Subject, world: World) -> Judgment:
    """By the first age that it says, in seconds; whether names below are meant is not asked."""
    value = header(it, _NAME)
    told = next(filter(None, map(_AGE.fullmatch, value.split(";"))), None)
    if told is None:
        return fails(f"{_NAME} says for no time: {value}")
    if int(told[1]) < _YEAR:
        return fails(f"{_NAME} holds for {int(told[1]) // 86400} days, less than a year")
    return passes(f"browsers come by HTTPS alone for {int(told[1]) // 86400} days")


CASES = (
    case("as it comes", PASS, response_headers=STRICT),
    case(
        "with names below", PASS, response_headers={_NAME: 'includeSubDomains; max-age="31536000"'}
    ),
    case("taken back", FAIL, response_headers={_NAME: "max-age=0"}),
    case("for a month", FAIL, response_headers={_NAME: "max-age=2592000; preload"}),
    case("without a time", FAIL, response_headers={_NAME: "includeSubDomains"}),
    case("left to the service", UNKNOWN, response_headers={}),
)
