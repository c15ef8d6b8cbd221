"""Pages of other sites have no hold on ours that they open.

Why: who opened a page can lead it elsewhere, or watch it, while somebody signs in there.
Fix: take `cross-origin-opener-policy` out of `response_headers`: the edge then sets same-origin.
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
    controls=("owasp-asvs 3.4.8 full",),
)
_NAME = "cross-origin-opener-policy"
_APART = ("same-origin", "same-origin-allow-popups", "noopener-allow-popups")


def judge(it: Subject, world: World) -> Judgment:
    """Parameters, such as where to report to, follow a semicolon."""
    value = header(it, _NAME)
    if value.split(";")[0].strip() in _APART:
        return passes("pages that open it have no hold on it")
    return fails(f"{_NAME} is {value}")


CASES = (
    case("as it comes", PASS, response_headers=STRICT),
    case("with its own windows", PASS, response_headers={_NAME: "same-origin-allow-popups"}),
    case("for all", FAIL, response_headers={_NAME: "unsafe-none"}),
    case("left to the service", UNKNOWN, response_headers={}),
)
