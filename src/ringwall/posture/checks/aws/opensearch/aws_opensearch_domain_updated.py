"""Search domains have the updates that are there for them.

Why: known weaknesses stay open.
Fix: start the service software update.
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.LOW,
    reads=("described",),
    controls=UPDATED,
    known_as=(
        "prowler:opensearch_service_domains_updated_to_the_latest_service_software_version",
        "securityhub:Opensearch.10",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    options = it.read("described").get("ServiceSoftwareOptions") or {}
    if options.get("UpdateAvailable") is True:
        return fails(f"{it.label} waits for {options.get('NewVersion') or 'an update'}")
    return passes("there is no update for it")


CASES = (
    case("none waits", PASS, described={"ServiceSoftwareOptions": {"UpdateAvailable": False}}),
    case(
        "one waits",
        FAIL,
        described={"ServiceSoftwareOptions": {"UpdateAvailable": True, "NewVersion": "R2"}},
    ),
)
