"""Functions run on what AWS still mends.

Why: holes of a runtime that is over stay open.
Fix: move the function to a current runtime.
"""

from datetime import UTC, date, datetime
from typing import Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=UPDATED,
    known_as=(
        "prowler:awslambda_function_using_supported_runtimes",
        "securityhub:Lambda.2",
        "checkov:CKV_AWS_363",
    ),
)
_ENDS: Final[dict[str, date]] = {
    name: date.fromisoformat(end)
    for end, names in {
        "2024-01-08": "java8 go1.x provided nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 "
        "nodejs10.x nodejs12.x nodejs14.x python2.7 python3.6 python3.7 ruby2.5 ruby2.7 "
        "dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet5.0 dotnet7",
        "2024-06-12": "nodejs16.x",
        "2024-10-14": "python3.8",
        "2024-12-20": "dotnet6",
        "2025-09-01": "nodejs18.x",
        "2025-12-15": "python3.9",
        "2026-03-31": "ruby3.2",
        "2026-04-30": "nodejs20.x",
        "2026-07-31": "provided.al2",
        "2026-10-31": "python3.10",
        "2026-11-10": "dotnet8 dotnet9",
        "2027-03-31": "ruby3.3",
        "2027-04-30": "nodejs22.x",
        "2027-06-30": "python3.11 java17 java11 java8.al2",
        "2028-03-31": "ruby3.4",
        "2028-04-30": "nodejs24.x",
        "2028-10-31": "python3.12",
        "2028-11-14": "dotnet10",
        "2029-03-31": "ruby4.0",
        "2029-06-30": "python3.13 python3.14 java21 java25 java17.al2023 java11.al2023 "
        "java8.al2023 provided.al2023",
    }.items()
    for name in names.split()
}
"""When AWS ends its support of each, as its table of runtimes says."""
_SOON: Final = 60


def judge(it: Subject, world: World) -> Judgment | None:
    """By AWS's table; one that is newer than the table is supported."""
    told = it.read("listed")
    runtime = told.get("Runtime")
    if told.get("PackageType") == "Image" or not runtime:
        return None
    end = _ENDS.get(runtime)
    if end is None:
        return passes(f"it runs on {runtime}, of which no end is known")
    left = (end - datetime.now(UTC).date()).days
    if left < 0:
        return fails(f"{runtime} ended on {end}")
    if left < _SOON:
        return fails(f"{runtime} ends on {end}", Severity.LOW)
    return passes(f"{runtime} is mended until {end}")


CASES = (
    case("current", PASS, listed={"Runtime": "python3.14"}),
    case("newer than the table", PASS, listed={"Runtime": "python3.99"}),
    case("over", FAIL, listed={"Runtime": "nodejs16.x"}),
    case("an image", NOT_JUDGED, listed={"PackageType": "Image"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
