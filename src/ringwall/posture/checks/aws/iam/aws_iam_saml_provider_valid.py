"""Providers of identities have certificates that are good.

Why: when what a provider signs with has ended nobody signs in, and what is then done in haste is
done badly.
Fix: give the provider new metadata before the old has ended.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="aws-iam-saml-provider",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "nist-800-53r5 IA-5(2) partial",
        "iso-27001-2022 A.8.5 supporting",
        "soc2 CC6.1 supporting",
        "ccm-4 IAM-14 supporting",
        "nist-csf-2.0 PR.AA-03 supporting",
    ),
)
_DAYS = 30


def judge(it: Subject, world: World) -> Judgment:
    """By what its metadata says until when they are good."""
    told = it.read("listed").get("ValidUntil")
    if told is None:
        raise UnknownError(f"it is not told until when {it.label} is good")
    end = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    left = (end.replace(tzinfo=end.tzinfo or UTC) - datetime.now(UTC)).days
    return (
        fails(f"it is good for {left} days")
        if left < _DAYS
        else passes(f"it is good for {left} days")
    )


def _in(days: int) -> dict[str, object]:
    return {"ValidUntil": datetime.now(UTC) + timedelta(days=days)}


CASES = (
    case("good", PASS, listed=_in(400)),
    case("soon", FAIL, listed=_in(10)),
    case("over", FAIL, listed=_in(-10)),
    case("not told", UNKNOWN, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
