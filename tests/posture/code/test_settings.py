"""Settings of a whole account in code: each judged where it is written, and nowhere else."""

import json
from pathlib import Path

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.settled import SETTLED, WHOLE, can_tell
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.scope import scope_of
from ringwall.posture.scopes import checks_for

GOOD = """
resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = "16"
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  password_reuse_prevention      = 24
  allow_users_to_change_password = true
}
resource "aws_s3_account_public_access_block" "all" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = "true"
}
resource "aws_account_alternate_contact" "security" {
  alternate_contact_type = "SECURITY"
  name                   = "Security"
  title                  = "Security"
  email_address          = "security@example.com"
  phone_number           = "+4930123456"
}
resource "aws_ebs_encryption_by_default" "on" {}
resource "aws_ec2_instance_metadata_defaults" "on" { http_tokens = "required" }
resource "aws_ebs_snapshot_block_public_access" "on" { state = "block-all-sharing" }
resource "aws_ec2_image_block_public_access" "on" { state = "block-new-sharing" }
resource "aws_ec2_serial_console_access" "off" { enabled = false }
resource "aws_vpc_block_public_access_options" "on" {
  internet_gateway_block_mode = "block-ingress"
}
resource "aws_ssm_service_setting" "sharing" {
  setting_id    = "/ssm/documents/console/public-sharing-permission"
  setting_value = "Disable"
}
resource "aws_ssm_service_setting" "log" {
  setting_id = join("", [
    "arn:aws:ssm:eu-west-1:111122223333:servicesetting",
    "/ssm/automation/customer-script-log-destination",
  ])
  setting_value = "CloudWatch"
}
resource "aws_securityhub_account" "on" {}
resource "aws_accessanalyzer_analyzer" "outside" { analyzer_name = "outside" }
resource "aws_accessanalyzer_analyzer" "unused" {
  analyzer_name = "unused"
  type          = "ACCOUNT_UNUSED_ACCESS"
}
resource "aws_config_configuration_recorder" "all" {
  name     = "all"
  role_arn = "arn:aws:iam::111122223333:role/config"
  recording_group { include_global_resource_types = true }
}
resource "aws_config_configuration_recorder_status" "all" {
  name       = aws_config_configuration_recorder.all.name
  is_enabled = true
}
resource "aws_config_delivery_channel" "all" { s3_bucket_name = "config" }
resource "aws_guardduty_detector" "on" {}
resource "aws_guardduty_detector_feature" "runtime" {
  detector_id = aws_guardduty_detector.on.id
  name        = "RUNTIME_MONITORING"
  status      = "ENABLED"
}
resource "aws_cloudwatch_log_resource_policy" "search" {
  policy_name = "search"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.me.account_id }
      Action    = "logs:PutLogEvents"
      Resource  = "${aws_cloudwatch_log_group.search.arn}:*"
    }]
  })
}
data "aws_caller_identity" "me" {}
resource "aws_cloudwatch_log_group" "search" { name = "search" }
resource "aws_cloudtrail" "all" {
  name                  = "all"
  s3_bucket_name        = "trail"
  is_multi_region_trail = true
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
  insight_selector { insight_type = "ApiCallRateInsight" }
}
"""
BAD = """
resource "aws_iam_account_password_policy" "loose" {
  minimum_password_length        = 8
  allow_users_to_change_password = false
}
resource "aws_s3_account_public_access_block" "half" { block_public_acls = true }
resource "aws_ebs_encryption_by_default" "off" { enabled = "false" }
resource "aws_ec2_instance_metadata_defaults" "open" { http_tokens = "optional" }
resource "aws_ebs_snapshot_block_public_access" "new" { state = "block-new-sharing" }
resource "aws_ec2_image_block_public_access" "off" { state = "unblocked" }
resource "aws_ec2_serial_console_access" "on" {}
resource "aws_vpc_block_public_access_options" "off" { internet_gateway_block_mode = "off" }
resource "aws_ssm_service_setting" "sharing" {
  setting_id    = "/ssm/documents/console/public-sharing-permission"
  setting_value = "Enable"
}
resource "aws_ssm_service_setting" "log" {
  setting_id    = "/ssm/automation/customer-script-log-destination"
  setting_value = "S3"
}
resource "aws_config_configuration_recorder" "some" {
  role_arn = "arn:aws:iam::111122223333:role/config"
  recording_group {
    all_supported  = false
    resource_types = ["AWS::S3::Bucket"]
  }
}
resource "aws_guardduty_detector" "one" {
  datasources {
    s3_logs { enable = false }
    kubernetes {
      audit_logs { enable = false }
    }
    malware_protection {
      scan_ec2_instance_with_findings {
        ebs_volumes { enable = false }
      }
    }
  }
}
resource "aws_guardduty_detector_feature" "off" {
  for_each    = toset(["RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS"])
  detector_id = aws_guardduty_detector.one.id
  name        = each.key
  status      = "DISABLED"
}
resource "aws_cloudwatch_log_resource_policy" "open" {
  policy_name     = "open"
  policy_document = <<-POLICY
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"}]}
  POLICY
}
resource "aws_cloudtrail" "here" {
  name           = "here"
  s3_bucket_name = "trail"
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::one/"]
    }
  }
}
"""
JUDGED = {
    "aws-iam-password-change",
    "aws-iam-password-kinds",
    "aws-iam-password-length",
    "aws-iam-password-reuse",
    "aws-s3-account-block-public-access",
    "aws-ec2-ebs-encryption-default",
    "aws-ec2-metadata-defaults",
    "aws-ec2-snapshot-block-public-access",
    "aws-ec2-image-block-public-access",
    "aws-ec2-serial-console",
    "aws-ec2-vpc-block-public-access",
    "aws-ssm-sharing-blocked",
    "aws-ssm-automation-logged",
    "aws-config-recorder",
    "aws-config-global",
    "aws-guardduty-s3",
    "aws-guardduty-eks",
    "aws-guardduty-malware",
    "aws-guardduty-rds",
    "aws-guardduty-lambda",
    "aws-guardduty-runtime",
    "aws-logs-policy-public",
    "aws-cloudtrail-all-regions",
    "aws-cloudtrail-object-reads",
    "aws-cloudtrail-object-writes",
    "aws-cloudtrail-insights",
}
GOOD_ALONE = {
    "aws-account-security-contact",
    "aws-securityhub-on",
    "aws-securityhub-standards",
    "aws-access-analyzer-on",
    "aws-access-analyzer-unused",
    "aws-config-delivered",
    "aws-guardduty-on",
}
"""What is well wherever it is written, and is not judged where it is not."""


def code(folder: Path, text: str, name: str = "main.tf") -> Code:
    """What a folder with one file comes to."""
    (folder / name).write_text(text)
    return read_code(folder)


def said(read: Code, *checks: str) -> dict[str, str]:
    """What these checks say, each of all that they judge."""
    found: dict[str, set[str]] = {}
    for one in judge_all(read.snapshot, own_checks()):
        if not checks or one.check in checks:
            found.setdefault(one.check, set()).add(str(one.verdict.outcome))
    return {check: ", ".join(sorted(outcomes)) for check, outcomes in found.items()}


def of_whole(read: Code) -> list[Judged]:
    """What is said of accounts, regions and detectors."""
    kinds = (*(f"{kind}/" for kind in WHOLE), "aws-guardduty-detector/")
    return [
        one for one in judge_all(read.snapshot, own_checks()) if one.component.startswith(kinds)
    ]


def test_each_setting_is_judged_where_it_is_written(tmp_path: Path) -> None:
    found = said(code(tmp_path, GOOD))
    assert {name: found.get(name) for name in JUDGED | GOOD_ALONE} == dict.fromkeys(
        JUDGED | GOOD_ALONE, "pass"
    )


def test_the_same_settings_written_badly_fail(tmp_path: Path) -> None:
    found = said(code(tmp_path, BAD))
    assert {name: found.get(name) for name in JUDGED} == dict.fromkeys(JUDGED, "fail")
    unsaid = {"aws-account-security-contact", "aws-securityhub-on", "aws-guardduty-severe-findings"}
    assert not unsaid & set(found)


def test_a_verdict_names_the_line_of_its_own_setting(tmp_path: Path) -> None:
    read = code(tmp_path, BAD)
    (one,) = (each for each in of_whole(read) if each.check == "aws-ec2-serial-console")
    seen = read.snapshot.get(one.component)
    assert seen is not None
    assert seen.found.name == "terraform:main.tf:aws_ec2_serial_console_access.on"
    assert BAD.splitlines()[seen.place.line - 1].startswith('resource "aws_ec2_serial_console')  # type: ignore[union-attr]


def test_nothing_follows_from_a_setting_that_is_not_written(tmp_path: Path) -> None:
    assert of_whole(code(tmp_path, 'resource "aws_sqs_queue" "q" {}')) == []


def test_a_contact_for_bills_is_none_for_security(tmp_path: Path) -> None:
    text = """
    resource "aws_account_alternate_contact" "bills" {
      alternate_contact_type = "BILLING"
      email_address = "bills@example.com"
    }
    """
    assert of_whole(code(tmp_path, text)) == []


BUCKET = """
resource "aws_s3_account_public_access_block" "all" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket" "b" { bucket = "shop" }
resource "aws_s3_bucket_public_access_block" "b" { bucket = aws_s3_bucket.b.id }
resource "aws_ebs_encryption_by_default" "on" {}
resource "aws_ebs_volume" "disk" { size = 1 }
resource "aws_launch_template" "web" {
  block_device_mappings {
    ebs { volume_size = 1 }
  }
}
"""
BESIDE = (
    "aws-s3-bucket-block-public-access",
    "aws-ec2-volume-encrypted",
    "aws-ec2-launch-template-encryption",
)


def test_what_stands_beside_a_setting_has_it(tmp_path: Path) -> None:
    read = code(tmp_path, 'provider "aws" { region = "eu-west-1" }' + BUCKET)
    assert said(read, *BESIDE) == dict.fromkeys(BESIDE, "pass")


def test_a_second_provider_may_be_another_account(tmp_path: Path) -> None:
    other = """
    provider "aws" {}
    provider "aws" {
      alias  = "other"
      region = "us-east-1"
    }
    """
    found = said(code(tmp_path, other + BUCKET), *BESIDE)
    assert found == {
        "aws-s3-bucket-block-public-access": "unknown",
        "aws-ec2-volume-encrypted": "fail",
        "aws-ec2-launch-template-encryption": "unknown",
    }


def test_a_setting_that_may_not_be_there_helps_nobody(tmp_path: Path) -> None:
    text = (
        BUCKET.replace('_block" "all" {', '_block" "all" {\n  count = var.strict ? 1 : 0', 1)
        + 'variable "strict" {}'
    )
    found = said(code(tmp_path, text), "aws-s3-bucket-block-public-access")
    assert found == {"aws-s3-bucket-block-public-access": "unknown"}


def test_what_names_a_region_of_its_own_is_not_beside_it(tmp_path: Path) -> None:
    text = BUCKET.replace('"disk" { size = 1 }', '"disk" {\n  region = "us-east-1"\n}')
    found = said(code(tmp_path, text), "aws-ec2-volume-encrypted")
    assert found == {"aws-ec2-volume-encrypted": "fail"}


def test_what_is_set_twice_is_not_known_of_what_stands_beside_it(tmp_path: Path) -> None:
    text = BUCKET + 'resource "aws_s3_account_public_access_block" "none" {}'
    found = said(code(tmp_path, text), "aws-s3-bucket-block-public-access")
    assert found == {"aws-s3-bucket-block-public-access": "unknown"}


def test_two_roots_do_not_help_each_other(tmp_path: Path) -> None:
    block, _, rest = BUCKET.partition('resource "aws_s3_bucket" "b"')
    for name, text in (("one", block), ("two", 'resource "aws_s3_bucket" "b"' + rest)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    found = said(read_code(tmp_path), "aws-s3-bucket-block-public-access")
    assert found == {"aws-s3-bucket-block-public-access": "unknown"}


def test_two_detectors_are_judged_apart(tmp_path: Path) -> None:
    text = """
    resource "aws_guardduty_detector" "on" {}
    resource "aws_guardduty_detector" "off" { enable = false }
    """
    found = [
        (one.component.rpartition(".")[2], one.verdict.outcome)
        for one in of_whole(code(tmp_path, text))
        if one.check == "aws-guardduty-on"
    ]
    assert sorted(found) == [("off", Outcome.FAIL), ("on", Outcome.PASS)]


def test_what_may_not_be_there_records_and_looks_at_nothing(tmp_path: Path) -> None:
    text = """
    variable "all" {}
    resource "aws_cloudtrail" "t" {
      count                 = var.all ? 1 : 0
      s3_bucket_name        = "b"
      is_multi_region_trail = true
    }
    resource "aws_config_configuration_recorder" "all" {
      count = var.all ? 1 : 0
      recording_group { include_global_resource_types = true }
    }
    resource "aws_config_configuration_recorder_status" "all" {
      name       = aws_config_configuration_recorder.all[0].name
      is_enabled = true
    }
    resource "aws_guardduty_detector" "on" {}
    resource "aws_guardduty_detector_feature" "some" {
      count       = var.all ? 1 : 0
      detector_id = aws_guardduty_detector.on.id
      name        = "S3_DATA_EVENTS"
      status      = "DISABLED"
    }
    """
    checks = ("aws-cloudtrail-all-regions", "aws-config-global", "aws-guardduty-s3")
    assert said(code(tmp_path, text), *checks) == dict.fromkeys(checks, "unknown")


def test_a_recorder_that_leaves_out_what_is_global_may_have_another_for_it(tmp_path: Path) -> None:
    text = """
    resource "aws_config_configuration_recorder" "here" {
      recording_group { include_global_resource_types = false }
    }
    """
    assert "aws-config-global" not in said(code(tmp_path, text))


def test_a_trail_without_objects_leaves_them_to_others(tmp_path: Path) -> None:
    text = (
        'resource "aws_cloudtrail" "t" {\n  s3_bucket_name = "b"\n  is_multi_region_trail = true\n}'
    )
    found = said(code(tmp_path, text))
    assert found["aws-cloudtrail-all-regions"] == "pass"
    assert not {"aws-cloudtrail-object-reads", "aws-cloudtrail-object-writes"} & set(found)


def test_buckets_that_are_not_known_leave_what_is_recorded_and_delivered(tmp_path: Path) -> None:
    text = """
    variable "bucket" {}
    resource "aws_config_delivery_channel" "all" { s3_bucket_name = var.bucket }
    resource "aws_cloudtrail" "t" {
      s3_bucket_name        = var.bucket
      is_multi_region_trail = true
      event_selector {
        data_resource {
          type   = "AWS::S3::Object"
          values = ["arn:aws:s3"]
        }
      }
    }
    """
    checks = ("aws-config-delivered", "aws-cloudtrail-object-reads", "aws-cloudtrail-object-writes")
    assert said(code(tmp_path, text), *checks) == dict.fromkeys(checks, "pass")


def test_events_of_kms_that_a_trail_leaves_out_are_left_out(tmp_path: Path) -> None:
    text = """
    resource "aws_cloudtrail" "t" {
      s3_bucket_name        = "b"
      is_multi_region_trail = true
      event_selector { exclude_management_event_sources = ["kms.amazonaws.com"] }
    }
    """
    assert said(code(tmp_path, text))["aws-cloudtrail-all-regions"] == "fail"


def test_every_aspect_that_code_can_tell_is_told_by_some_code(tmp_path: Path) -> None:
    """And no check of a whole account is said to look at code that can tell it nothing."""
    seen = {
        kind: {
            aspect
            for one in code(tmp_path, WATCHED + GOOD).snapshot.of_kind(kind)
            for aspect in one.aspects
        }
        for kind in WHOLE
    }
    assert {kind: SETTLED[kind] - seen[kind] for kind in WHOLE} == {kind: set() for kind in WHOLE}
    untold = {one.id for one in own_checks() if not can_tell(one.check)}
    assert {"aws-iam-root-mfa", "aws-iam-people-federated", "aws-backup-planned"} <= untold
    assert {"aws-iam-role-unused", "aws-kms-key-grants", "aws-iam-user-mfa"} <= untold
    asked = {
        one.id for one in checks_for(scope_of("shop"), read_code(tmp_path).snapshot, own_checks())
    }
    assert not untold & asked
    assert asked >= JUDGED | GOOD_ALONE
    assert not untold & (JUDGED | GOOD_ALONE)


ROOT = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS'
    ' && $.eventType != "AwsServiceEvent" }'
)
WATCHED = f"""
resource "aws_cloudwatch_log_group" "trail" {{ name = "trail" }}
resource "aws_cloudtrail" "t" {{
  s3_bucket_name             = "b"
  is_multi_region_trail      = true
  cloud_watch_logs_group_arn = "${{aws_cloudwatch_log_group.trail.arn}}:*"
}}
resource "aws_cloudwatch_log_metric_filter" "root" {{
  name           = "root"
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern        = {ROOT!r}
  metric_transformation {{
    name      = "root"
    namespace = "trail"
    value     = "1"
  }}
}}
resource "aws_cloudwatch_metric_alarm" "root" {{
  alarm_name    = "root"
  metric_name   = aws_cloudwatch_log_metric_filter.root.metric_transformation[0].name
  namespace     = "trail"
  alarm_actions = [aws_sns_topic.alarms.arn]
}}
resource "aws_sns_topic" "alarms" {{ name = "alarms" }}
resource "aws_sns_topic_subscription" "desk" {{
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-west-1:111122223333:desk"
}}
""".replace(repr(ROOT), '"' + ROOT.replace('"', '\\"') + '"')


def alarmed(folder: Path, *changes: tuple[str, str]) -> str | None:
    """What is said of the alarm on the root user after some changes."""
    text = WATCHED
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    found = said(code(folder, text))
    others = {name for name in found if name.startswith("aws-alarm-")}
    assert others <= {"aws-alarm-root-used", "aws-alarm-does-something"}, "no filter is about them"
    return found.get("aws-alarm-root-used")


def test_somebody_is_told_by_filter_alarm_topic_and_subscription(tmp_path: Path) -> None:
    assert alarmed(tmp_path) == "pass"


def test_what_is_missing_between_a_filter_and_somebody_is_found(tmp_path: Path) -> None:
    assert alarmed(tmp_path, ('namespace     = "trail"', 'namespace     = "shop"')) == "fail"
    assert alarmed(tmp_path, ("alarm_actions = [aws_sns_topic.alarms.arn]", "")) == "fail"
    assert (
        alarmed(
            tmp_path,
            ("&& $.userIdentity.invokedBy", "&& $.eventName = X && $.userIdentity.invokedBy"),
        )
        is None
    )


def test_nobody_knows_whether_a_person_confirms_or_listens_elsewhere(tmp_path: Path) -> None:
    assert alarmed(tmp_path, ('"sqs"', '"email"')) == "unknown"
    assert (
        alarmed(
            tmp_path,
            (
                "topic_arn = aws_sns_topic.alarms.arn",
                'topic_arn = "arn:aws:sns:eu-west-1:111122223333:x"',
            ),
        )
        == "unknown"
    )


def test_a_filter_of_another_log_group_says_nothing_of_the_trail(tmp_path: Path) -> None:
    assert alarmed(tmp_path, ("= aws_cloudwatch_log_group.trail.name", '= "shop"')) is None


def test_an_alarm_that_another_is_made_of_is_left_to_that(tmp_path: Path) -> None:
    text = """
    resource "aws_cloudwatch_metric_alarm" "part" { alarm_name = "part" }
    resource "aws_cloudwatch_composite_alarm" "whole" {
      alarm_name    = "whole"
      alarm_rule    = "ALARM(${aws_cloudwatch_metric_alarm.part.alarm_name})"
      alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:x"]
    }
    resource "aws_cloudwatch_metric_alarm" "idle" { alarm_name = "par" }
    """
    found = {
        one.component.rpartition(".")[2]: one.verdict.outcome
        for one in of_whole(code(tmp_path, text))
    }
    assert found == {"whole": Outcome.PASS, "idle": Outcome.FAIL}


TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Recorder:
    Type: AWS::Config::ConfigurationRecorder
    Properties:
      RoleARN: arn:aws:iam::111122223333:role/config
      RecordingGroup: {AllSupported: true, IncludeGlobalResourceTypes: true}
  Channel: {Type: AWS::Config::DeliveryChannel, Properties: {S3BucketName: config}}
  Detector:
    Type: AWS::GuardDuty::Detector
    Properties:
      Enable: true
      Features: [{Name: RUNTIME_MONITORING, Status: ENABLED}]
  Hub: {Type: AWS::SecurityHub::Hub}
  Outside: {Type: AWS::AccessAnalyzer::Analyzer, Properties: {Type: ACCOUNT}}
  Unused: {Type: AWS::AccessAnalyzer::Analyzer, Properties: {Type: ACCOUNT_UNUSED_ACCESS}}
  Snapshots: {Type: AWS::EC2::SnapshotBlockPublicAccess, Properties: {State: block-all-sharing}}
  Ways:
    Type: AWS::EC2::VPCBlockPublicAccessOptions
    Properties: {InternetGatewayBlockMode: block-bidirectional}
  Search:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyName: search
      PolicyDocument: !Sub |
        {"Statement": [{"Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"},
          "Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}},
          "Action": "logs:PutLogEvents", "Resource": "*"}]}
  Group: {Type: AWS::Logs::LogGroup}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      IsMultiRegionTrail: true
      S3BucketName: trail
      CloudWatchLogsLogGroupArn: !GetAtt Group.Arn
      EventSelectors: [{DataResources: [{Type: "AWS::S3::Object", Values: ["arn:aws:s3"]}]}]
      InsightSelectors: [{InsightType: ApiCallRateInsight}]
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref Group
      FilterPattern: PATTERN
      MetricTransformations: [{MetricName: root, MetricNamespace: trail, MetricValue: "1"}]
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: root, Namespace: trail, AlarmActions: [!Ref Topic]}
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Subscription: [{Protocol: sqs, Endpoint: "arn:aws:sqs:eu-west-1:111122223333:desk"}]
""".replace("PATTERN", f"'{ROOT}'")
IN_TEMPLATES = {
    *(name for name in JUDGED if name.startswith(("aws-config-", "aws-guardduty-"))),
    *(name for name in JUDGED if name.startswith("aws-cloudtrail-")),
    *(GOOD_ALONE - {"aws-account-security-contact"}),
    "aws-alarm-does-something",
    "aws-alarm-root-used",
    "aws-ec2-snapshot-block-public-access",
    "aws-ec2-vpc-block-public-access",
    "aws-logs-policy-public",
}


def test_templates_say_the_same(tmp_path: Path) -> None:
    found = said(code(tmp_path, TEMPLATE, "account.yaml"))
    assert {name: found.get(name) for name in IN_TEMPLATES} == dict.fromkeys(IN_TEMPLATES, "pass")


def test_templates_that_say_it_badly_fail(tmp_path: Path) -> None:
    changes = {
        "AllSupported: true, IncludeGlobalResourceTypes: true": (
            "ResourceTypes: [a], AllSupported: no"
        ),
        "Enable: true": "Enable: true\n      DataSources: {S3Logs: {Enable: false}}",
        "Status: ENABLED": "Status: DISABLED",
        "block-all-sharing": "unblocked",
        "block-bidirectional": "'off'",
        '{"Service": "es.amazonaws.com"}': '"*"',
        "aws:SourceAccount": "aws:RequestedRegion",
        "IsMultiRegionTrail: true": "IsMultiRegionTrail: false",
        "InsightSelectors: [{InsightType: ApiCallRateInsight}]": "",
        "AlarmActions: [!Ref Topic]": "",
    }
    text = TEMPLATE
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    found = said(code(tmp_path, text, "account.yaml"))
    wrong = {
        "aws-config-recorder",
        "aws-config-global",
        "aws-guardduty-s3",
        "aws-guardduty-runtime",
        "aws-ec2-snapshot-block-public-access",
        "aws-ec2-vpc-block-public-access",
        "aws-logs-policy-public",
        "aws-cloudtrail-all-regions",
        "aws-cloudtrail-object-writes",
        "aws-cloudtrail-insights",
        "aws-alarm-does-something",
    }
    assert {name: found.get(name) for name in wrong} == dict.fromkeys(wrong, "fail")


PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_ebs_encryption_by_default",
                    "address": "aws_ebs_encryption_by_default.on",
                    "values": {"enabled": True, "region": "eu-west-1"},
                },
                {
                    "mode": "managed",
                    "type": "aws_ebs_volume",
                    "address": "aws_ebs_volume.disk",
                    "values": {"size": 1, "region": "eu-west-1"},
                },
            ]
        }
    },
}


def test_plans_tell_their_providers_and_states_do_not(tmp_path: Path) -> None:
    aws = {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}
    for providers, outcome in (
        ({"aws": aws}, "pass"),
        ({"aws": aws, "aws.us": {"name": "aws", "alias": "us"}}, "fail"),
        (None, "fail"),
    ):
        plan = PLAN | ({"configuration": {"provider_config": providers}} if providers else {})
        found = said(code(tmp_path, json.dumps(plan), "plan.json"))
        assert found["aws-ec2-ebs-encryption-default"] == "pass"
        assert found["aws-ec2-volume-encrypted"] == outcome


def test_keys_that_a_plan_shows_of_a_provider_are_found(tmp_path: Path) -> None:
    secret = {"constant_value": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYwhatever0"}
    written = {"access_key": {"constant_value": "AKIAQYLPMN5HHHFPKZXT"}, "secret_key": secret}
    said_elsewhere = {name: {"references": [f"var.{name}"]} for name in written}
    for expressions, outcome in ((written, "fail"), (said_elsewhere, "pass")):
        providers = {"aws": {"name": "aws", "expressions": expressions}}
        plan = PLAN | {"configuration": {"provider_config": providers}}
        found = said(code(tmp_path, json.dumps(plan), "plan.json"))
        assert found["terraform-provider-keys"] == outcome


def test_what_people_use_is_not_asked_of_code(tmp_path: Path) -> None:
    """Whether somebody has a second factor, or used a key, stands in no code: nothing is told."""
    read = code(tmp_path, 'resource "aws_iam_user" "ana" { name = "ana" }')
    told = {one.check for one in judge_all(read.snapshot, own_checks(["aws-iam-user"]))}
    assert told
    assert told.isdisjoint({"aws-iam-user-mfa", "aws-iam-user-unused", "aws-iam-user-key-rotation"})


LAUNCHED = """
resource "aws_launch_template" "web" {
  block_device_mappings {
    ebs { volume_size = 1 }
  }
}
resource "aws_launch_configuration" "web" {
  image_id      = "ami-1"
  instance_type = "t3.micro"
  ebs_block_device {
    device_name = "b"
    volume_size = 1
  }
}
"""


def test_what_code_leaves_open_is_open_where_none_says_what_a_region_does(tmp_path: Path) -> None:
    checks = {
        "aws-ec2-launch-template-encryption",
        "aws-ec2-launch-template-imdsv2",
        "aws-autoscaling-launch-configuration-encryption",
        "aws-autoscaling-launch-configuration-imdsv2",
    }
    assert set(said(code(tmp_path, LAUNCHED), *checks).values()) == {"fail"}
    defaults = """
    resource "aws_ebs_encryption_by_default" "on" {}
    resource "aws_ec2_instance_metadata_defaults" "on" { http_tokens = "required" }
    """
    assert set(said(code(tmp_path, LAUNCHED + defaults), *checks).values()) == {"pass"}
