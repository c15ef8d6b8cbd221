"""Transit gateways connect other accounts' networks only when asked.

Why: whoever it is shared with is connected to your networks without anybody looking.
Fix: switch `AutoAcceptSharedAttachments` off.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-transit-gateway",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.1 supporting",
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:ec2_transitgateway_auto_accept_vpc_attachments",
        "securityhub:EC2.23",
        "checkov:CKV_AWS_331",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its option."""
    options = it.read("listed").get("Options") or {}
    if options.get("AutoAcceptSharedAttachments") == "enable":
        return fails(f"{it.label} takes every network of those it is shared with")
    return passes("somebody has to accept an attachment")


CASES = (
    case("by hand", PASS, listed={"Options": {"AutoAcceptSharedAttachments": "disable"}}),
    case("by itself", FAIL, listed={"Options": {"AutoAcceptSharedAttachments": "enable"}}),
)
