"""Content security policies of the edge let in no script that was slipped in.

Why: a policy that allows scripts within a page, or from everywhere, stops no attack with scripts.
Fix: name the sources of scripts, or a nonce of the service, and set `object-src 'none'` and
`base-uri 'none'`.

A policy that the service sets by itself is not seen here, and not judged.
"""

from collections.abc import Iterator, Mapping

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.ringwall.headers import STRICT, directives

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.LOW,
    reads=("response_headers",),
    controls=(
        "nist-800-53r5 SC-18 supporting",
        "owasp-asvs 3.4.3 partial",
    ),
)
_NAME = "content-security-policy"
_ANYWHERE = ("*", "http:", "https:", "data:", "blob:")
_PROVEN = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")


def judge(it: Subject, world: World) -> Judgment | None:
    """Each of several policies has to allow what is done: what one of them stops is stopped."""
    policies = directives(it.read("response_headers").get(_NAME, ""))
    if not policies:
        return None
    found = [set(_open(one)) for one in policies]
    left = set.intersection(*found)
    if left:
        return fails(f"{_NAME}: {'; '.join(sorted(left))}")
    return passes(f"{_NAME} says which scripts run, and lets in no plug-in and no other base")


def _open(policy: Mapping[str, list[str]]) -> Iterator[str]:
    fallback = policy.get("default-src")
    scripts = policy.get("script-src", fallback)
    if scripts is None:
        yield "scripts come from everywhere"
    else:
        is_proven = any(one.startswith(_PROVEN) for one in scripts)
        if "'unsafe-inline'" in scripts and not (is_proven or "'strict-dynamic'" in scripts):
            yield "scripts within a page run"
        if any(one in _ANYWHERE for one in scripts) and "'strict-dynamic'" not in scripts:
            yield "scripts come from everywhere"
    objects = policy.get("object-src", fallback)
    if objects not in ([], ["'none'"]):
        yield "object-src is not 'none'"
    if policy.get("base-uri") not in ([], ["'none'"], ["'self'"]):
        yield "base-uri is not 'none'"


STRONG = "script-src 'self'; object-src 'none'; base-uri 'none'"
CASES = (
    case("named", PASS, response_headers={_NAME: STRONG}),
    case("by default none", PASS, response_headers={_NAME: "default-src 'none'; base-uri 'self'"}),
    case(
        "a hash, and more for old browsers",
        PASS,
        response_headers={_NAME: STRONG.replace("'self'", "'sha256-YQ==' 'unsafe-inline'")},
    ),
    case(
        "within a page",
        FAIL,
        response_headers={_NAME: f"{STRONG}".replace("self", "unsafe-inline")},
    ),
    case("from everywhere", FAIL, response_headers={_NAME: STRONG.replace("'self'", "https:")}),
    case("plug-ins", FAIL, response_headers={_NAME: "script-src 'self'; base-uri 'none'"}),
    case("of frames alone", FAIL, response_headers={_NAME: "frame-ancestors 'none'"}),
    case("a second one stops it", PASS, response_headers={_NAME: f"script-src *, {STRONG}"}),
    case("the service's own, if any", NOT_JUDGED, response_headers=STRICT),
)
