"""HTTP APIs let not every site read answers in people's names.

Why: any page that somebody visits asks your API in his name.
Fix: name the origins, and do not allow credentials to all.
"""

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-apigateway-api",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=HARDENED,
)


def judge(it: Subject, world: World) -> Judgment:
    """That all may ask is bad where they may ask in a person's name."""
    cors = it.read("listed").get("CorsConfiguration") or {}
    if "*" not in (cors.get("AllowOrigins") or ()):
        return passes("it names the sites that may read its answers")
    if cors.get("AllowCredentials") is True or "authorization" in {
        one.lower() for one in cors.get("AllowHeaders") or ()
    }:
        return fails(f"every site may read answers of {it.label} in people's names")
    return passes("every site may read what strangers may")


CASES = (
    case("none", PASS, listed={}),
    case(
        "named",
        PASS,
        listed={
            "CorsConfiguration": {
                "AllowOrigins": ["https://shop.example"],
                "AllowCredentials": True,
            }
        },
    ),
    case("all, without names", PASS, listed={"CorsConfiguration": {"AllowOrigins": ["*"]}}),
    case(
        "all, with tokens",
        FAIL,
        listed={"CorsConfiguration": {"AllowOrigins": ["*"], "AllowHeaders": ["Authorization"]}},
    ),
)
