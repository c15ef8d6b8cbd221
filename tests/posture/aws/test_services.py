"""Each service as it is made by boto3, read and judged; and what comes of reads that are denied."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.posture.aws import worlds
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.core.observations import State
from ringwall.posture.collecting.planning import plan_for

Made = Callable[[Account], None]
PASSES = {
    "aws-apigateway-rest-stage-data-trace",
    "aws-cloudfront-distribution-function-access",
    "aws-cloudfront-distribution-origins",
    "aws-cloudfront-distribution-sni",
    "aws-dynamodb-table-public",
    "aws-dynamodb-table-scaling",
    "aws-ecs-cluster-insights",
    "aws-ecs-service-execute-command",
    "aws-ecs-service-platform",
    "aws-ecs-task-host",
    "aws-efs-file-system-subnets",
    "aws-efs-file-system-zones",
    "aws-elbv2-load-balancer-desync",
    "aws-elbv2-load-balancer-zones",
    "aws-opensearch-domain-internal-users",
    "aws-opensearch-domain-updated",
    "aws-rds-cluster-administrator",
    "aws-rds-cluster-upgrades",
    "aws-rds-instance-certificate",
    "aws-rds-instance-upgrades",
    "aws-redshift-cluster-upgrades",
}
"""What is well as it is made here; all else is not."""
OF_SOME = {"aws-ecr-repository-public", "aws-rds-snapshot-public"}
"""Of two that differ, one is."""
NOT_IN_MOTO = {
    "aws-backup-vault-public",
    "aws-cloudfront-distribution-root",
    "aws-rds-cluster-transport",
}


def _running(account: Account) -> list[dict[str, str]]:
    """What tells which engine each runs."""
    rds = account.client("rds")
    found: list[dict[str, str]] = rds.describe_db_instances()["DBInstances"]
    return found + list(rds.describe_db_clusters()["DBClusters"])


def _databases(account: Account) -> None:
    ec2 = account.client("ec2")
    at = worlds.network(ec2)
    group = worlds.security_group(ec2, at, "database", 5432, "0.0.0.0/1", "128.0.0.0/1")
    worlds.databases(account.client("rds"), at, group)
    account.answers["rds:DescribeDBMajorEngineVersions"] = lambda _: {
        "DBMajorEngineVersions": [
            {
                "Engine": database["Engine"],
                "MajorEngineVersion": database["EngineVersion"],
                "SupportedEngineLifecycles": [
                    {
                        "LifecycleSupportName": "open-source-rds-standard-support",
                        "LifecycleSupportEndDate": datetime(2024, 2, 29, tzinfo=UTC),
                    }
                ],
            }
            for database in _running(account)
        ]
    }


def _containers(account: Account) -> None:
    worlds.containers(account.client, worlds.network(account.client("ec2")))
    account.answers["ecr:DescribeImages"] = lambda asked: {
        "imageDetails": [
            {
                "repositoryName": asked["repositoryName"],
                "imageDigest": "sha256:0",
                "imagePushedAt": datetime.now(UTC),
            }
        ]
    }
    account.answers["ecr:DescribeImageScanFindings"] = lambda asked: {
        "imageId": asked["imageId"],
        "imageScanStatus": {"status": "COMPLETE"},
        "imageScanFindings": {"findingSeverityCounts": {"CRITICAL": 1}},
    }


def _front(account: Account) -> None:
    worlds.front(account.client, worlds.network(account.client("ec2")))


def _stores(account: Account) -> None:
    account.answers["backup:ListProtectedResources"] = lambda _: {"Results": []}
    worlds.stores(account.client, worlds.network(account.client("ec2")))


WORLDS: dict[str, tuple[Made, tuple[str, ...]]] = {
    "databases": (_databases, ("aws-rds-",)),
    "containers": (_containers, ("aws-ecs-", "aws-eks-", "aws-ecr-")),
    "front": (_front, ("aws-elb", "aws-cloudfront-", "aws-apigateway-")),
    "stores": (
        _stores,
        (
            "aws-dynamodb-",
            "aws-opensearch-",
            "aws-redshift-",
            "aws-elasticache-",
            "aws-backup-vault-",
            "aws-backup-plan-",
            "aws-wafv2-",
            "aws-efs-",
            "aws-autoscaling-",
        ),
    ),
}


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_made_carelessly_fails_and_is_unknown_where_it_is_denied(
    account: Account, world: str
) -> None:
    make, prefixes = WORLDS[world]
    make(account)
    found: dict[str, set[str]] = {}
    for (check, _), outcome in account.outcomes(*prefixes).items():
        found.setdefault(check, set()).add(outcome)
    assert len(found) > 15
    for check, outcomes in found.items():
        if check in NOT_IN_MOTO or check.endswith("-shared"):
            continue
        if check in OF_SOME:
            assert outcomes == {"pass", "fail"}, check
        elif check in PASSES or check == "aws-rds-cluster-snapshot-public":
            assert outcomes == {"pass"}, check
        else:
            assert outcomes == {"fail"}, [one.verdict.why for one in account.judged(check)]
    checks = [one for one in CHECKS if one.id.startswith(prefixes)]
    details = {one.call for one in plan_for(checks).details}
    batches = {one.call for one in plan_for(checks).listings if not one.kinds}
    account.denied = details | batches
    before = {check for check, outcomes in found.items() if "unknown" not in outcomes}
    for one in account.judged(*prefixes):
        read = [fact for fact in one.verdict.facts if fact.aspect != "listed"]
        if one.check in before and read and any(fact.state is State.DENIED for fact in read):
            assert one.verdict.outcome != "pass", one.check
        assert "failed by itself" not in one.verdict.why


def test_where_nothing_may_be_read_nothing_passes(account: Account) -> None:
    worlds.stores(account.client, worlds.network(account.client("ec2")))
    account.denied = {"*"}
    judged = account.judged("aws-")
    assert {one.verdict.outcome.value for one in judged} == {"unknown"}


def test_services_of_a_cluster_are_described_ten_at_a_time(account: Account) -> None:
    _containers(account)
    asked: list[int] = []
    real = account.client("ecs")

    def describe(arguments: dict[str, list[str]]) -> dict[str, object]:
        asked.append(len(arguments["services"]))
        told: dict[str, object] = real.describe_services(**arguments)
        return told

    account.answers["ecs:DescribeServices"] = describe
    found = account.outcomes("aws-ecs-service-public-address")
    assert set(found.values()) == {"fail"}
    assert len(found) == 12
    assert sorted(asked) == [2, 10]


def test_half_a_batch_that_is_not_told_is_unknown(account: Account) -> None:
    """AWS leaves out what it may not tell, without an error."""
    _containers(account)
    account.answers["ecs:DescribeServices"] = lambda _: {"services": []}
    assert set(account.outcomes("aws-ecs-service-public-address").values()) == {"unknown"}


def test_a_list_that_is_denied_denies_what_is_found_by_it(account: Account) -> None:
    _containers(account)
    account.denied = {"ecs:ListClusters"}
    snapshot = account.read([one for one in CHECKS if one.id.startswith("aws-ecs-service")])
    (told,) = [told for scope, told in snapshot.listings("aws-ecs-service")]
    assert told.state is State.DENIED


def test_a_database_that_the_internet_reaches_is_the_worst(account: Account) -> None:
    _databases(account)
    (judged,) = account.judged("aws-rds-instance-public")
    assert judged.verdict.outcome == "fail"
    assert judged.severity.value == "critical"
    assert "at port 5432" in judged.verdict.why
    account.client("ec2").modify_vpc_block_public_access_options(
        InternetGatewayBlockMode="block-ingress"
    )
    (judged,) = account.judged("aws-rds-instance-public")
    assert judged.verdict.outcome == "pass"


def test_a_policy_of_a_repository_may_name_the_organisation(account: Account) -> None:
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="shop")
    statement = worlds.EVERYBODY | {
        "Action": "ecr:BatchGetImage",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    ecr.set_repository_policy(
        repositoryName="shop", policyText=json.dumps({"Statement": [statement]})
    )
    assert set(account.outcomes("aws-ecr-repository-public").values()) == {"pass"}


def test_a_version_is_supported_as_long_as_aws_says(account: Account) -> None:
    """One call tells it of all databases of a region, on however many pages."""
    _databases(account)
    checks = ("aws-rds-instance-version", "aws-rds-cluster-version")
    assert set(account.outcomes(*checks).values()) == {"fail"}
    asked = account.answers["rds:DescribeDBMajorEngineVersions"]

    def later(arguments: dict[str, str]) -> dict[str, object]:
        several = asked(arguments)["DBMajorEngineVersions"]
        for one in several:
            one["SupportedEngineLifecycles"][0]["LifecycleSupportEndDate"] = datetime.max.replace(
                tzinfo=UTC
            )
        half = several[1:] if arguments.get("Marker") else several[:1]
        more = {} if arguments.get("Marker") else {"Marker": "more"}
        return {"DBMajorEngineVersions": half, **more}

    account.answers["rds:DescribeDBMajorEngineVersions"] = later
    assert set(account.outcomes(*checks).values()) == {"pass"}
    account.denied = {"rds:DescribeDBMajorEngineVersions"}
    assert set(account.outcomes(*checks).values()) == {"unknown"}
    wanted = plan_for([one for one in CHECKS if one.id.startswith("aws-rds-")]).actions
    assert "rds:DescribeDBMajorEngineVersions" in wanted


def test_a_table_of_fixed_capacity_fails_until_policies_set_it(account: Account) -> None:
    tables, scaling = account.client("dynamodb"), account.client("application-autoscaling")
    tables.create_table(
        TableName="fixed",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    key = ("aws-dynamodb-table-scaling", "fixed")
    assert account.outcomes(key[0]) == {}, "it may get its policies yet"

    def described(asked: dict[str, str]) -> dict[str, object]:
        told: dict[str, dict[str, object]] = tables.describe_table(**asked)
        long_ago = datetime(2024, 2, 29, tzinfo=UTC)
        return {"Table": told["Table"] | {"CreationDateTime": long_ago}}

    account.answers["dynamodb:DescribeTable"] = described
    assert account.outcomes(key[0]) == {key: "fail"}
    for units in ("Read", "Write"):
        named = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": "table/fixed",
            "ScalableDimension": f"dynamodb:table:{units}CapacityUnits",
        }
        scaling.register_scalable_target(**named, MinCapacity=5, MaxCapacity=50)
        scaling.put_scaling_policy(
            **named,
            PolicyName=units,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{units}CapacityUtilization"
                },
            },
        )
    assert account.outcomes(key[0]) == {key: "pass"}
    account.denied = {"application-autoscaling:DescribeScalingPolicies"}
    assert account.outcomes(key[0]) == {key: "unknown"}
    wanted = plan_for([one for one in CHECKS if one.id == key[0]]).actions
    assert wanted == [
        "application-autoscaling:DescribeScalingPolicies",
        "dynamodb:DescribeTable",
        "dynamodb:ListTables",
        "ec2:DescribeRegions",
        "sts:GetCallerIdentity",
    ]
