"""Search domains log their errors.

Why: why a domain went down, or who asks it for more than it can do, is written nowhere else.
Fix: publish application logs to CloudWatch.
"""

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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.LOW,
    reads=("described",),
    controls=LOGGED,
    known_as=("securityhub:Opensearch.4",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    logs = it.read("described").get("LogPublishingOptions") or {}
    if (logs.get("ES_APPLICATION_LOGS") or {}).get("Enabled") is True:
        return passes("error logs are published")
    return fails(f"{it.label} publishes no error logs")


def _logs(kind: str, *, on: bool) -> dict[str, object]:
    return {"LogPublishingOptions": {kind: {"Enabled": on}}}


CASES = (
    case("on", PASS, described=_logs("ES_APPLICATION_LOGS", on=True)),
    case("off", FAIL, described=_logs("ES_APPLICATION_LOGS", on=False)),
    case("others are on", FAIL, described=_logs("INDEX_SLOW_LOGS", on=True)),
    case("nothing is said", FAIL, described={}),
    case("may not be read", UNKNOWN, described=DENIED),
)
