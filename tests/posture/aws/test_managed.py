"""What Systems Manager tells of instances: of all of a region by two calls, and nothing assumed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.posture.aws import worlds
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.posture.collecting.planning import plan_for

MANAGED, PATCHED, APPLIED = (
    "aws-ssm-instance-managed",
    "aws-ssm-instance-patched",
    "aws-ssm-instance-associations",
)


def _compliance(instance: str, kind: str, state: str, lacking: int = 0) -> dict[str, Any]:
    counted = {"NonCompliantSummary": {"NonCompliantCount": lacking}} if lacking else {}
    told = {"ComplianceType": kind, "ResourceId": instance, "Status": state}
    return told | {"OverallSeverity": "CRITICAL"} | counted


def _failing(_: dict[str, Any]) -> dict[str, Any]:
    told = {"Error": {"Code": "ValidationException", "Message": "no"}}
    raise ClientError(told, "DescribeInstanceInformation")


@pytest.fixture
def machines(account: Account) -> tuple[Account, list[str]]:
    """Two instances, of which Systems Manager knows both, told on two pages."""
    ec2 = account.client("ec2")
    at = worlds.network(ec2)
    group = worlds.security_group(ec2, at, "quiet", 443, "10.0.0.0/8")
    several = [worlds.instance(ec2, at, group) for _ in range(2)]

    def known(asked: dict[str, Any]) -> dict[str, Any]:
        one = several[1 if asked.get("NextToken") else 0]
        page: dict[str, Any] = {
            "InstanceInformationList": [
                {"InstanceId": one, "PingStatus": "Online", "LastPingDateTime": datetime.now(UTC)}
            ]
        }
        return page if asked.get("NextToken") else page | {"NextToken": "more"}

    def complying(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("NextToken"):
            told = [_compliance(several[1], "Patch", "COMPLIANT")]
            told.append(_compliance(several[1], "Association", "NON_COMPLIANT", 1))
            return {"ResourceComplianceSummaryItems": told}
        told = [_compliance(several[0], "Patch", "NON_COMPLIANT", 4)]
        return {"ResourceComplianceSummaryItems": told, "NextToken": "more"}

    account.answers["ssm:DescribeInstanceInformation"] = known
    account.answers["ssm:ListResourceComplianceSummaries"] = complying
    return account, several


def test_what_is_managed_patched_and_applied_is_told_of_each(
    machines: tuple[Account, list[str]],
) -> None:
    account, (first, second) = machines
    found = account.outcomes("aws-ssm-instance")
    assert found[MANAGED, first] == found[MANAGED, second] == "pass"
    assert found[PATCHED, first] == "fail"
    assert found[PATCHED, second] == "pass"
    assert (APPLIED, first) not in found
    assert found[APPLIED, second] == "fail"
    (why,) = [one.verdict.why for one in account.judged(PATCHED) if one.component.endswith(first)]
    assert why == f"{first} lacks 4 patches of its baseline, the worst critical"


def test_two_calls_tell_of_all_instances_of_a_region(
    machines: tuple[Account, list[str]],
) -> None:
    account, several = machines
    calls = account.calls("aws-ssm-instance") - account.calls("aws-ec2-instance-virtualization")
    assert calls == 2 * len(several), "a page of each call for each of two"


def test_what_may_not_be_read_or_fails_is_unknown(machines: tuple[Account, list[str]]) -> None:
    account, several = machines
    account.denied = {"ssm:ListResourceComplianceSummaries"}
    account.answers["ssm:DescribeInstanceInformation"] = _failing
    found = account.outcomes("aws-ssm-instance")
    assert len(found) == 3 * len(several)
    assert set(found.values()) == {"unknown"}


def test_scanning_asks_for_just_these_permissions() -> None:
    checks = [one for one in CHECKS if one.id.startswith("aws-ssm-instance")]
    assert plan_for(checks).actions == [
        "ec2:DescribeInstances",
        "ec2:DescribeRegions",
        "ssm:DescribeInstanceInformation",
        "ssm:ListResourceComplianceSummaries",
        "sts:GetCallerIdentity",
    ]
