"""Tags are known of every kind that has some, whether its listing tells them or not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from tests.posture.aws.conftest import CHECKS, REGION, Account
from tests.posture.aws.worlds import network

from ringwall.core.observations import State
from ringwall.posture.collecting.planning import collectors, scan_for
from ringwall.posture.collecting.running import Run
from ringwall.posture.collectors.aws.tagging import APART, CALL
from ringwall.posture.frameworks.grouping import NOBODY, owner_of
from ringwall.posture.happening import happened
from ringwall.posture.snapshot.gaps import gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.watching import Watch

TAGS = [{"Key": "owner", "Value": "shop"}]
MAPPED = {"owner": "shop"}
WITHOUT = {
    *("aws-autoscaling-launch-configuration", "aws-lambda-alias", "aws-iam-group"),
    *("aws-iam-policy", "aws-iam-server-certificate", "aws-iam-oidc-provider"),
    *("aws-iam-saml-provider", "aws-organizations-policy"),
    *("aws-organizations-resource-control-policy", "aws-organizations-tag-policy"),
    "aws-organizations-ai-opt-out-policy",
}
"""Kinds that have no tags, or whose tags neither their listing nor the tagging API tells."""
Client = Callable[[str], Any]


def scanned(account: Account) -> Snapshot:
    """As a scan reads it."""
    snapshot = Snapshot()
    Run(account.target(), snapshot).carry_out(scan_for(CHECKS))
    return snapshot


def tagged(client: Client) -> set[str]:
    """The kinds of which one is made with an owner."""
    client("sqs").create_queue(QueueName="orders", tags=MAPPED)
    client("sns").create_topic(Name="told", Tags=TAGS)
    client("kms").create_key(Tags=[{"TagKey": "owner", "TagValue": "shop"}])
    client("dynamodb").create_table(
        TableName="orders",
        Tags=TAGS,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )
    client("logs").create_log_group(logGroupName="/shop", tags=MAPPED)
    client("ssm").put_parameter(Name="/shop/x", Value="x", Type="String", Tags=TAGS)
    client("acm").request_certificate(DomainName="shop.example", Tags=TAGS)
    client("backup").create_backup_vault(BackupVaultName="vault", BackupVaultTags=MAPPED)
    client("ecs").create_cluster(clusterName="shop", tags=[{"key": "owner", "value": "shop"}])
    client("events").create_event_bus(Name="shop", Tags=TAGS)
    client("s3").create_bucket(
        Bucket="the-shop", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    client("s3").put_bucket_tagging(Bucket="the-shop", Tagging={"TagSet": TAGS})
    subnets = list(network(client("ec2")).subnets)
    client("elbv2").create_load_balancer(Name="front", Subnets=subnets, Tags=TAGS)
    client("secretsmanager").create_secret(Name="x", SecretString="x", Tags=TAGS)
    client("ec2").create_volume(
        AvailabilityZone=f"{REGION}a",
        Size=1,
        TagSpecifications=[{"ResourceType": "volume", "Tags": TAGS}],
    )
    return {
        *("aws-sqs-queue", "aws-sns-topic", "aws-kms-key", "aws-dynamodb-table", "aws-logs-group"),
        *("aws-ssm-parameter", "aws-acm-certificate", "aws-backup-vault", "aws-ecs-cluster"),
        *("aws-events-bus", "aws-s3-bucket", "aws-elbv2-load-balancer"),
        *("aws-secretsmanager-secret", "aws-ec2-volume"),
    }


def owned(snapshot: Snapshot) -> set[str]:
    """The kinds of which one is the shop's."""
    return {seen.found.kind for seen in snapshot if owner_of(seen.found) == "shop"}


def test_whatever_has_tags_is_told_with_them(account: Account) -> None:
    kinds = tagged(account.client)
    snapshot = scanned(account)
    assert owned(snapshot) >= kinds
    (region,) = snapshot.of_kind("aws-region")
    assert region.aspects["tags"].value == {}, "what is of components stands at them alone"


def test_where_tags_may_not_be_read_it_is_said(account: Account) -> None:
    tagged(account.client)
    account.denied = {CALL}
    snapshot = scanned(account)
    assert owned(snapshot) == {"aws-s3-bucket", "aws-secretsmanager-secret", "aws-ec2-volume"}
    (gap,) = [one for one in gaps_of(snapshot) if one.api == CALL]
    assert (gap.state, gap.region) == (State.DENIED, REGION)


def happens(watch: Watch, service: str, name: str, **asked: Any) -> None:
    told = happened(
        {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "requestParameters": asked,
        }
    )
    assert told is not None
    watch.take(told)


def test_tags_stay_and_change_with_what_happens(account: Account) -> None:
    sqs = account.client("sqs")
    urls = [sqs.create_queue(QueueName=f"q{at}", tags=MAPPED)["QueueUrl"] for at in range(3)]
    watched = [one for one in CHECKS if one.id.startswith("aws-sqs-")]
    watch = Watch(account.target(), scanned(account), watched)

    def owners() -> dict[str, str]:
        several = watch.standing.snapshot.of_kind("aws-sqs-queue")
        return {seen.found.label: owner_of(seen.found) for seen in several}

    calls = watch._target.caller.calls
    sqs.set_queue_attributes(QueueUrl=urls[0], Attributes={"VisibilityTimeout": "7"})
    happens(watch, "sqs", "SetQueueAttributes", queueUrl=urls[0])
    assert owners() == {"q0": "shop", "q1": "shop", "q2": "shop"}
    assert watch._target.caller.calls - calls == 3, "listed, its details, its tags"
    sqs.tag_queue(QueueUrl=urls[1], Tags={"owner": "billing"})
    sqs.untag_queue(QueueUrl=urls[2], TagKeys=["owner"])
    happens(watch, "sqs", "TagQueue", queueUrl=urls[1], tags={"owner": "billing"})
    assert owners() == {"q0": "shop", "q1": "billing", "q2": "shop"}
    (named,) = watch.changes.named
    assert named.endswith(":q1")
    happens(watch, "sqs", "UntagQueue", queueUrl=urls[2], tagKeys=["owner"])
    assert owners() == {"q0": "shop", "q1": "billing", "q2": NOBODY}
    account.denied = {CALL}
    denied = Watch(account.target(), watch.standing.snapshot, watched)
    happens(denied, "sqs", "SetQueueAttributes", queueUrl=urls[0])
    assert owners()["q0"] == "shop", "what may not be read is as it was"
    account.denied = set()
    again = Watch(account.target(), denied.standing.snapshot, watched)
    arns = [f"arn:aws:sqs:{REGION}:123456789012:q2"]
    sqs.tag_queue(QueueUrl=urls[2], Tags=MAPPED)  # moto's API of tags does not tag queues
    happens(again, "tagging", "TagResources", resourceARNList=arns, tags=MAPPED)
    assert owners() == {"q0": "shop", "q1": "billing", "q2": "shop"}


def test_an_answer_of_another_form_changes_no_tags(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="q", tags=MAPPED)["QueueUrl"]
    watched = [one for one in CHECKS if one.id.startswith("aws-sqs-")]
    snapshot = Snapshot()
    Run(account.target(), snapshot).carry_out(scan_for(watched))
    account.answers[CALL] = lambda _: {"Odd": []}
    watch = Watch(account.target(), snapshot, watched)
    happens(watch, "sqs", "SetQueueAttributes", queueUrl=url)
    (seen,) = snapshot.of_kind("aws-sqs-queue")
    assert owner_of(seen.found) == "shop"


def of_tags(shape: Any, depth: int = 0) -> Iterator[str]:
    """The members of a shape, of some depth, that are tags."""
    if depth > 4 or shape is None:
        return
    if shape.type_name == "list":
        yield from of_tags(shape.member, depth + 1)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            if name.lower() in {"tags", "tagset", "taglist"}:
                yield name
            else:
                yield from of_tags(member, depth + 1)


def test_each_kind_whose_listing_tells_no_tags_is_asked_for_them() -> None:
    """By AWS's own models of what its calls answer."""
    every, apart = botocore.session.get_session(), set[str]()
    for module in collectors():
        for one in getattr(module, "LISTINGS", ()):
            service, _, operation = one.call.partition(":")
            output = every.get_service_model(service).operation_model(operation).output_shape
            if not any(of_tags(output)):
                apart |= set(one.kinds)
    assert apart - WITHOUT == APART - WITHOUT


@pytest.mark.parametrize("pages", [1, 3])
def test_more_than_a_page_of_tags_is_read_to_its_end(account: Account, pages: int) -> None:
    sns = account.client("sns")
    for number in range(100 * pages - 50):
        sns.create_topic(Name=f"t{number}", Tags=TAGS)
    checks = [one for one in CHECKS if one.id.startswith("aws-sns-")]
    snapshot, target = Snapshot(), account.target()
    Run(target, snapshot).carry_out(scan_for(checks))
    topics = list(snapshot.of_kind("aws-sns-topic"))
    assert len(topics) == 100 * pages - 50
    assert {owner_of(seen.found) for seen in topics} == {"shop"}


def test_the_permission_it_needs_is_among_those_that_are_asked_for() -> None:
    assert "tag:GetResources" in scan_for(CHECKS).actions
    assert json.dumps(scan_for(CHECKS).actions).count("tagging") == 0
