"""Functions run on what AWS still mends.

Why: holes of a runtime that is over stay open.
Fix: move the function to a current runtime.
"""

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
_OVER = frozenset(
    {
        *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x"),
        *("nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x", "nodejs20.x"),
        *("python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
        *("ruby2.5", "ruby2.7", "ruby3.2", "java8", "go1.x", "provided"),
        *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0"),
        *("dotnet6", "dotnet7"),
    }
)
"""Over by November 2026, after "Lambda runtimes" in the developer guide of AWS Lambda."""


def judge(it: Subject, world: World) -> Judgment | None:
    """By AWS's table of deprecated runtimes."""
    told = it.read("listed")
    runtime = told.get("Runtime")
    if told.get("PackageType") == "Image" or not runtime:
        return None
    if runtime in _OVER:
        return fails(f"{runtime} is over")
    return passes(f"it runs on {runtime}")


CASES = (
    case("current", PASS, listed={"Runtime": "python3.13"}),
    case("over", FAIL, listed={"Runtime": "python3.7"}),
    case("an image", NOT_JUDGED, listed={"PackageType": "Image"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
