"""What is set of a whole account, and what watches it."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.naming import Naming, Properties, deeply, truths
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown


def trail(told: Properties) -> Properties:
    """A trail, with what it selects."""
    return deeply(
        {
            "TrailName": "name",
            "S3BucketName": "s3_bucket_name",
            "EnableLogFileValidation": "enable_log_file_validation",
            "IsLogging": "enable_logging",
            "CloudWatchLogsLogGroupArn": "cloud_watch_logs_group_arn",
            "KMSKeyId": "kms_key_id",
            "EventSelectors": "event_selector",
            "AdvancedEventSelectors": "advanced_event_selector",
            "InsightSelectors": "insight_selector",
            "DataResources": "data_resource",
            "FieldSelectors": "field_selector",
        }
    )(told)


def _recorder(told: Properties) -> Properties:
    made = deeply()(told)
    return made | {"starts": True}  # as soon as there is a channel: AWS::Config, template reference


def _filter(told: Properties) -> Properties:
    names = {
        "FilterName": "name",
        "FilterPattern": "pattern",
        "MetricTransformations": "metric_transformation",
        "MetricName": "name",
        "MetricNamespace": "namespace",
    }
    return deeply(names)(told)


def _resource_policy(told: Properties) -> Properties:
    made: Properties = {"policy_name": told.get("PolicyName")}
    written: Any = told.get("PolicyDocument")
    if isinstance(written, str | dict | Unknown):
        made["policy_document"] = written
    return made


def _listeners(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    """Subscriptions that stand in their topic."""
    several = told.get("Subscription") or ()
    for at, one in enumerate([several] if isinstance(several, Unknown) else several):
        unknown = one if isinstance(one, Unknown) else None
        values = {
            "topic_arn": Reference("the topic beside it", name, "id"),
            "protocol": unknown or one.get("Protocol"),
            "endpoint": unknown or one.get("Endpoint"),
        }
        yield Instance("aws_sns_topic_subscription", f"{name}.listener[{at}]", values, place)


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::AccessAnalyzer::Analyzer": ("aws_accessanalyzer_analyzer", deeply()),
    "AWS::CloudTrail::Trail": ("aws_cloudtrail", trail),
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm", truths()),
    "AWS::CloudWatch::CompositeAlarm": ("aws_cloudwatch_composite_alarm", truths()),
    "AWS::Config::ConfigurationRecorder": ("aws_config_configuration_recorder", _recorder),
    "AWS::Config::DeliveryChannel": ("aws_config_delivery_channel", truths()),
    "AWS::EC2::SnapshotBlockPublicAccess": ("aws_ebs_snapshot_block_public_access", truths()),
    "AWS::EC2::VPCBlockPublicAccessOptions": ("aws_vpc_block_public_access_options", truths()),
    "AWS::ECR::RegistryScanningConfiguration": (
        "aws_ecr_registry_scanning_configuration",
        deeply({"Rules": "rule", "RepositoryFilters": "repository_filter"}),
    ),
    "AWS::GuardDuty::Detector": (
        "aws_guardduty_detector",
        deeply({"DataSources": "datasources"}),
    ),
    "AWS::Logs::MetricFilter": ("aws_cloudwatch_log_metric_filter", _filter),
    "AWS::Logs::ResourcePolicy": ("aws_cloudwatch_log_resource_policy", _resource_policy),
    "AWS::SNS::Subscription": ("aws_sns_topic_subscription", truths()),
    "AWS::SecurityHub::Hub": ("aws_securityhub_account", truths()),
    "AWS::SecurityHub::Standard": ("aws_securityhub_standards_subscription", truths()),
}
BESIDE: Final = {"AWS::SNS::Topic": _listeners}
