"""Caches of REST APIs are encrypted.

Why: answers to some people lie there for others to find.
Fix: turn `cacheDataEncrypted` on for all methods that are cached.
"""

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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-apigateway-rest-stage",
    severity=Severity.LOW,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:apigateway_restapi_cache_encrypted",
        "securityhub:APIGateway.5",
        "checkov:CKV_AWS_308",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where there is a cache."""
    told = it.read("listed")
    if not told.get("cacheClusterEnabled"):
        return None
    cached = {
        name: one
        for name, one in (told.get("methodSettings") or {}).items()
        if one.get("cachingEnabled")
    }
    plain = [name for name, one in cached.items() if not one.get("cacheDataEncrypted")]
    if plain:
        return fails(f"what {it.label} caches of {', '.join(plain[:3])} is not encrypted")
    return passes("what is cached is encrypted")


def _cached(**settings: bool) -> dict[str, object]:
    return {"cacheClusterEnabled": True, "methodSettings": {"*/*": settings}}


CASES = (
    case("encrypted", PASS, listed=_cached(cachingEnabled=True, cacheDataEncrypted=True)),
    case("not", FAIL, listed=_cached(cachingEnabled=True, cacheDataEncrypted=False)),
    case("no cache", NOT_JUDGED, listed={}),
)
