"""No stranger's page puts ours into a frame.

Why: in a frame that nobody sees people press our buttons and believe that they press others.
Fix: take `x-frame-options` out of `response_headers`, or name those who may in a
`content-security-policy` with `frame-ancestors`.

Where the edge sets no policy, one of the service may say otherwise of its own answers.
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
from ringwall.posture.checks.ringwall.headers import STRICT, directives, header

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.MEDIUM,
    reads=("response_headers",),
    controls=("owasp-asvs 3.4.6 supporting",),
)
_NAME, _POLICY = "x-frame-options", "content-security-policy"
_ALL = ("*", "http:", "https:", "http://*", "https://*")


def judge(it: Subject, world: World) -> Judgment:
    """Browsers that find ``frame-ancestors`` heed that alone; of several each has to let one in."""
    policies = directives(it.read("response_headers").get(_POLICY, ""))
    ancestors = [one["frame-ancestors"] for one in policies if "frame-ancestors" in one]
    if ancestors:
        if all(any(word in _ALL for word in one) for one in ancestors):
            return fails("frame-ancestors lets every site put it into a frame")
        return passes("frame-ancestors says who may put it into a frame")
    value = header(it, _NAME)
    if value.strip().lower() in {"deny", "sameorigin"}:
        return passes(f"{_NAME} keeps other sites from putting it into a frame")
    return fails(f"{_NAME} is {value}, which browsers do not heed")


CASES = (
    case("as it comes", PASS, response_headers=STRICT),
    case("a partner", PASS, response_headers={_POLICY: "frame-ancestors https://partner.example"}),
    case("everybody", FAIL, response_headers=STRICT | {_POLICY: "frame-ancestors *"}),
    case(
        "everybody by one policy of two",
        PASS,
        response_headers={_POLICY: "frame-ancestors *, Frame-Ancestors 'none'"},
    ),
    case("what browsers gave up", FAIL, response_headers={_NAME: "ALLOW-FROM https://a.example"}),
    case("left to the service", UNKNOWN, response_headers={_POLICY: "default-src 'self'"}),
)
