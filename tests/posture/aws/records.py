"""Trails, filters, alarms and who listens, in accounts of tests."""

from typing import Any

from tests.posture.aws.people import ACCOUNT, trust
from tests.posture.aws.services import REGION, Client

ROOT = '{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }'
NOT_ROOT = '{ $.userIdentity.type != "Root" && $.eventName = "ConsoleLogin" }'


def trail(client: Client, name: str = "all", **more: Any) -> str:
    """A trail of all regions that is on and followed; its bucket is named after it."""
    s3, logs, iam = client("s3"), client("logs"), client("iam")
    s3.create_bucket(
        Bucket=f"{name}-logs", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    logs.create_log_group(logGroupName=name)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust({"Service": "cloudtrail.amazonaws.com"})
    )["Role"]["Arn"]
    told = {
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": role,
    }
    client("cloudtrail").create_trail(Name=name, S3BucketName=f"{name}-logs", **told | more)
    client("cloudtrail").start_logging(Name=name)
    return name


def alarm(client: Client, group: str, pattern: str, **more: Any) -> str:
    """A filter of a log group, an alarm on its metric, and a topic that it tells: its ARN."""
    for one in client("logs").describe_metric_filters()["metricFilters"]:
        client("logs").delete_metric_filter(logGroupName=group, filterName=one["filterName"])
    client("logs").put_metric_filter(
        logGroupName=group,
        filterName="f",
        filterPattern=pattern,
        metricTransformations=[{"metricName": "m", "metricNamespace": "trail", "metricValue": "1"}],
    )
    topic: str = client("sns").create_topic(Name="watch")["TopicArn"]
    told = {
        "AlarmName": "a",
        "MetricName": "m",
        "Namespace": "trail",
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "AlarmActions": [topic],
    }
    client("cloudwatch").put_metric_alarm(**told | more)
    return topic


def listen(client: Client, topic: str) -> None:
    """A queue that listens to a topic: such a subscription needs no confirmation."""
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:watch"
    client("sqs").create_queue(QueueName="watch")
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
