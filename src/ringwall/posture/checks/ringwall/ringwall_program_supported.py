"""What Ringwall is made of is still mended by those who make it.

Why: once a version is no longer mended, what is found in it stays open, and everybody knows it.
Fix: install the newest Ringwall, which brings a newer Envoy and Django; bring Python and PostgreSQL
to a version that is mended.

By the rules that Envoy, Django, Python and PostgreSQL publish for how long they mend a version.
Somebody else may go on with one, such as a distribution: then accept this, and name who does.
"""

from datetime import date, timedelta

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import (
    DENIED,
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
from ringwall.posture.lifetimes import mended_until

CHECK = Check(
    judges="ringwall-program",
    severity=Severity.HIGH,
    reads=("version",),
    controls=(
        "nist-800-53r5 SA-22 partial",
        "nist-800-53r5 SI-2 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
        "iso-27001-2022 A.8.8 supporting",
        "soc2 CC7.1 supporting",
        "owasp-asvs 15.2.1 partial",
    ),
)
_SOON = timedelta(days=60)


def judge(it: Subject, world: World) -> Judgment:
    """On the day that it was asked for its version."""
    told = it.read("version")
    program, version = str(told["program"]), str(told["version"])
    until, today = mended_until(program, version), date.fromisoformat(str(told["day"]))
    if until is None:
        raise UnknownError(f"nobody here knows how long {program} {version} is mended")
    if today > until:
        return fails(f"{program} {version} is not mended any more since {until}")
    soon = ", which is soon" if until - today < _SOON else ""
    return passes(f"{program} {version} is mended until {until}{soon}")


def _told(program: str, version: str, day: str) -> dict[str, str]:
    return {"program": program, "version": version, "day": day}


CASES = (
    case("new", PASS, version=_told("envoy", "1.36.2", "2026-01-01")),
    case("old", FAIL, version=_told("envoy", "1.36.2", "2026-10-16")),
    case("an old Python", FAIL, version=_told("python", "3.11.7", "2027-11-01")),
    case("on its last day", PASS, version=_told("postgresql", "14.9", "2026-11-12")),
    case("the day after", FAIL, version=_told("postgresql", "14.9", "2026-11-13")),
    case("an old Django", FAIL, version=_told("django", "4.2.30", "2026-05-01")),
    case("nobody knows", UNKNOWN, version=_told("redis", "7.2.1", "2026-01-01")),
    case("it does not say", UNKNOWN, version=_told("envoy", "unknown", "2026-01-01")),
    case("not told", UNKNOWN, version=DENIED),
)
