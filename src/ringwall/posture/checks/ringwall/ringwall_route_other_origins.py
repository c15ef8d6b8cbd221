"""Not every site may read what a signed-in person gets.

Why: a page of a stranger that may read our answers reads what is not public.
Fix: name the one site in `access-control-allow-origin`, or leave it out of `response_headers`.

What the service allows by itself is not seen here, and not judged.
"""

from typing import Any

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
    other,
    passes,
)
from ringwall.posture.checks.ringwall.headers import STRICT

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.MEDIUM,
    reads=("response_headers", "sign_in", "ringwall-service.declared", "declared"),
    controls=(
        "nist-800-53r5 AC-4 supporting",
        "owasp-asvs 3.4.2 partial",
    ),
)
_NAME = "access-control-allow-origin"
_SECRET = ("confidential", "restricted")


def judge(it: Subject, world: World) -> Judgment | None:
    """What is open to all anyway, and no secret, may be read by every site."""
    value = it.read("response_headers").get(_NAME)
    if value is None:
        return None
    origin = value.strip().lower()
    if origin == "null":
        return fails(f"{_NAME} is null, which every page in a sandbox may call itself")
    if origin != "*":
        if origin.startswith("http://") and not origin.startswith("http://localhost"):
            return fails(f"{_NAME} is {value}, which anybody on the way can speak for")
        return passes(f"{value} alone may read it")
    if it.read("sign_in") != "none":
        return fails("every site may read it, though people sign in for it")
    service = world.need(f"ringwall-service/{it.read('declared')['service']}").read("declared")
    if service["classification"] in _SECRET:
        return fails(f"every site may read it, with {service['classification']} data")
    return passes("every site may read what is open to all")


def _of(value: str, sign_in: str = "none") -> dict[str, Any]:
    return {
        "response_headers": STRICT | {_NAME: value},
        "sign_in": sign_in,
        "declared": {"service": "orders"},
    }


PUBLIC = other("ringwall-service", "orders", declared={"classification": "public"})
SECRET = other("ringwall-service", "orders", declared={"classification": "restricted"})
CASES = (
    case("as it comes", NOT_JUDGED, response_headers=STRICT),
    case("one site", PASS, **_of("https://shop.example.com", "required")),
    case("one without TLS", FAIL, **_of("http://shop.example.com", "required")),
    case("every site", FAIL, **_of("*", "required")),
    case("nobody", FAIL, **_of("null")),
    case("what is public", PASS, PUBLIC, **_of("*")),
    case("what is restricted", FAIL, SECRET, **_of("*")),
)
