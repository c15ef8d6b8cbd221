"""From a trail to somebody who is told: each link as boto3 makes it, and what tears the chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.posture.aws import records
from tests.posture.aws.conftest import Account

from ringwall.posture.checks.aws.cloudwatch.events import called, refused, signed_in
from ringwall.posture.checks.aws.cloudwatch.patterns import PatternError, compiled

ROOT = "aws-alarm-root-used"


def told(account: Account) -> str:
    (outcome,) = account.outcomes(ROOT).values()
    return outcome


def test_somebody_is_told_of_the_root_user_only_if_no_link_is_missing(account: Account) -> None:
    client = account.client
    assert told(account) == "fail"
    group = records.trail(client)
    topic = records.alarm(client, group, records.ROOT)
    assert told(account) == "fail", "nobody listens"
    records.listen(client, topic)
    assert told(account) == "pass"
    records.alarm(client, group, records.NOT_ROOT)
    assert told(account) == "fail", "its words are there, and it matches everybody else"
    records.alarm(client, group, records.ROOT, AlarmName="a", ActionsEnabled=False)
    assert told(account) == "fail", "the alarm is switched off"
    records.alarm(client, group, records.ROOT, AlarmName="a", ActionsEnabled=True)
    assert told(account) == "pass"
    client("cloudtrail").stop_logging(Name=group)
    assert told(account) == "fail"


@pytest.mark.parametrize(
    "call",
    [
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "logs:DescribeMetricFilters",
        "cloudwatch:DescribeAlarms",
    ],
)
def test_nobody_knows_whether_somebody_is_told_where_a_link_is_denied(
    account: Account, call: str
) -> None:
    topic = records.alarm(account.client, records.trail(account.client), records.ROOT)
    records.listen(account.client, topic)
    account.denied = {call}
    assert told(account) == "unknown"


def test_one_of_two_ways_to_know_who_listens_is_enough(account: Account) -> None:
    topic = records.alarm(account.client, records.trail(account.client), records.ROOT)
    records.listen(account.client, topic)
    real = account.client("sns")

    def counted(asked: dict[str, str]) -> dict[str, object]:
        """moto counts no subscriptions."""
        told = real.get_topic_attributes(**asked)["Attributes"]
        return {"Attributes": told | {"SubscriptionsConfirmed": "1"}}

    account.answers["sns:GetTopicAttributes"] = counted
    account.denied = {"sns:ListSubscriptions"}
    assert told(account) == "pass"
    account.denied |= {"sns:GetTopicAttributes"}
    assert told(account) == "unknown"


def test_a_trail_that_leaves_out_keys_does_not_record_every_region(account: Account) -> None:
    name = records.trail(account.client)
    check = ("aws-cloudtrail-all-regions", "123456789012")
    assert account.outcomes(check[0])[check] == "pass"
    account.client("cloudtrail").put_event_selectors(
        TrailName=name,
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            }
        ],
    )
    assert account.outcomes(check[0])[check] == "fail"


def test_objects_of_all_buckets_are_recorded_or_they_are_not(account: Account) -> None:
    name = records.trail(account.client)
    cloudtrail = account.client("cloudtrail")
    found = []
    for values, kind in (
        (["arn:aws:s3:::one/"], "All"),
        (["arn:aws:s3"], "ReadOnly"),
        (["arn:aws:s3"], "All"),
    ):
        resources = [{"Type": "AWS::S3::Object", "Values": values}]
        selector = {"ReadWriteType": kind, "DataResources": resources}
        cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[selector])
        told = account.outcomes("aws-cloudtrail-object-")
        found.append([outcome for _, outcome in sorted(told.items())])
    assert found == [["fail", "fail"], ["pass", "fail"], ["pass", "pass"]], "reads, writes"


def test_the_bucket_of_a_trail_is_judged_with_it(account: Account) -> None:
    name = records.trail(account.client)
    s3 = account.client("s3")
    assert account.outcomes("aws-cloudtrail-bucket-") == {
        ("aws-cloudtrail-bucket-kept", name): "fail",
        ("aws-cloudtrail-bucket-logging", name): "fail",
        ("aws-cloudtrail-bucket-public", name): "pass",
    }
    s3.put_bucket_acl(Bucket=f"{name}-logs", ACL="public-read")
    assert account.outcomes("aws-cloudtrail-bucket-public") == {
        ("aws-cloudtrail-bucket-public", name): "fail"
    }
    account.denied = {"s3:GetBucketAcl"}
    assert account.outcomes("aws-cloudtrail-bucket-public") == {
        ("aws-cloudtrail-bucket-public", name): "unknown"
    }


def test_what_guardduty_has_found_waits_until_it_is_archived(account: Account) -> None:
    account.client("guardduty").create_detector(Enable=True)
    asked: list[object] = []

    def counted(arguments: dict[str, object]) -> dict[str, object]:
        asked.append(arguments["FindingCriteria"])
        return {"FindingStatistics": {"CountBySeverity": {"8.0": 2}}}

    account.answers["guardduty:GetFindingsStatistics"] = counted
    assert set(account.outcomes("aws-guardduty-severe-findings").values()) == {"fail"}
    assert "service.archived" in str(asked)
    account.answers["guardduty:GetFindingsStatistics"] = lambda _: {"FindingStatistics": {}}
    assert set(account.outcomes("aws-guardduty-severe-findings").values()) == {"pass"}


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("{ $.eventName = CreateUser }", True),
        ("{($.eventName=CreateUser)||($.eventName=DeleteUser)}", True),
        ('{ $.eventName = "Create*" && $.eventSource = "iam.amazonaws.com" }', True),
        ("{ $.eventName = *User }", True),
        ("{ $.eventName = Create }", False),
        ("{ $.eventName != CreateUser }", False),
        ("{ $.userIdentity.type = IAMUser && $.errorCode NOT EXISTS }", True),
        ("{ $.errorCode != AccessDenied }", False),
        ("{ $.readOnly IS FALSE }", True),
        ("{ $.readOnly = false }", True),
        ("{ $.eventName = %^Create(User|Role)$% }", True),
        ("{ $.count > 3 }", False),
        ("CreateUser", True),
        ("CreateUser Root", False),
        ("?DeleteUser ?CreateUser -Root", True),
        ("", True),
        (
            "{ ($.a = b) || ($.a = c) && $.eventName = CreateUser || $.eventName = CreateUser }",
            True,
        ),
    ],
)
def test_a_filter_matches_an_event_as_the_guide_says(pattern: str, matched: bool) -> None:
    (event,) = called("iam", "CreateUser")
    assert compiled(pattern)(event) is matched


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventName ~ X }",
        "{ $.eventName = }",
        "{ ($.eventName = X }",
        "{ $.eventName = X ) }",
        "{ }",
        "{ eventName = X }",
        "{ $.count > many }",
        "{ $.eventName = %(% }",
        "[ip, user, ...]",
    ],
)
def test_a_filter_that_is_not_understood_says_so(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


@given(st.text(alphabet='{}()$.=!|&"%*?[]<> aX\\', max_size=40))
def test_whatever_a_filter_says_it_is_understood_or_refused(pattern: str) -> None:
    for event in (*called("iam", "CreateUser"), *refused("AccessDenied"), signed_in()):
        try:
            assert compiled(pattern)(event) in {True, False}
        except PatternError:
            return
