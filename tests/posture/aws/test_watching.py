"""An event of one service that changes what is known of another one's components."""

from dataclasses import replace

import botocore.session
from tests.posture.aws.conftest import CHECKS, REGION, Account
from tests.posture.aws.telling import Record, telling
from tests.posture.aws.worlds import network

from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run
from ringwall.posture.happening import Happened, happened
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.watching import Watch

_EVENTS = {"cloudwatch": "monitoring"}
"""Whose events are not called as its requests are signed."""
FIREWALL = "aws-elbv2-load-balancer-firewall"


def test_a_web_acl_before_a_load_balancer_is_seen_by_the_event_of_waf(account: Account) -> None:
    at = network(account.client("ec2"))
    balancer = account.client("elbv2").create_load_balancer(Name="front", Subnets=list(at.subnets))
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    waf = account.client("wafv2")
    acl = waf.create_web_acl(
        Name="acl",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "m",
        },
    )["Summary"]["ARN"]
    watched = [one for one in CHECKS if one.id == FIREWALL]
    watch = Watch(account.target(), account.read(watched), watched)
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=arn)
    told = happened(
        {
            "eventSource": "wafv2.amazonaws.com",
            "eventName": "AssociateWebACL",
            "awsRegion": REGION,
            "recipientAccountId": "123456789012",
            "requestParameters": {"webACLArn": acl, "resourceArn": arn},
        }
    )
    assert told is not None
    ((before, after),) = watch.take(told)
    assert before is not None
    assert after is not None
    assert (before.verdict.outcome, after.verdict.outcome) == ("fail", "pass")


def watching(account: Account, *prefixes: str) -> Watch:
    checks = [one for one in CHECKS if one.id.startswith(prefixes)]
    return Watch(account.target(), account.read(checks), checks)


def happens(watch: Watch, told: list[Record]) -> set[tuple[str, str]]:
    """What came out otherwise by what was recorded: which check, and how it is now."""
    changed = [pair for record in told if (one := happened(record)) for pair in watch.take(one)]
    told.clear()
    return {(new.check, new.verdict.outcome.value) for _, new in changed if new is not None}


def test_a_listener_that_went_is_seen_though_only_its_own_name_is_told(account: Account) -> None:
    at = network(account.client("ec2"))
    told: list[Record] = []
    elb = telling(account.client, told)("elbv2")
    balancer = elb.create_load_balancer(Name="front", Subnets=list(at.subnets))
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elb.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[fixed]
    )["Listeners"][0]["ListenerArn"]
    told.clear()
    watch = watching(account, "aws-elbv2-")
    elb.delete_listener(ListenerArn=listener)
    (record,) = told
    record["requestParameters"] = {"listenerArn": "arn:aws:elasticloadbalancing:of-another-form"}
    happens(watch, told)
    (seen,) = watch.standing.snapshot.of_kind("aws-elbv2-load-balancer")
    assert seen.aspects["listeners"].value == []


def test_tags_of_a_service_of_their_own_are_seen_where_they_are(account: Account) -> None:
    arn = account.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    watch = watching(account, "aws-dynamodb-")
    account.client("dynamodb").update_table(TableName="orders", DeletionProtectionEnabled=True)
    tagged = {
        "eventSource": "tagging.amazonaws.com",
        "eventName": "TagResources",
        "awsRegion": REGION,
        "requestParameters": {"resourceARNList": [arn], "tags": {"owner": "shop"}},
    }
    assert happens(watch, [tagged]) == {("aws-dynamodb-table-deletion-protection", "pass")}
    unread = tagged | {"eventSource": "athena.amazonaws.com", "requestParameters": {"name": "x"}}
    assert happens(watch, [unread]) == set()


def test_what_was_left_out_of_a_record_is_read_again_whole(account: Account) -> None:
    sqs = account.client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("one", "two")]
    watch = watching(account, "aws-sqs-")
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"SqsManagedSseEnabled": "false"})
    cut = {
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SetQueueAttributes",
        "awsRegion": REGION,
        "requestParameters": {"omitted": True, "originalSize": 120_000, "reason": "too large"},
        "responseElements": {"queueUrl": urls[0]},
    }
    happens(watch, [cut])
    for seen in watch.standing.snapshot.of_kind("aws-sqs-queue"):
        assert seen.aspects["attributes"].value["SqsManagedSseEnabled"] == "false"


def test_every_service_that_is_read_is_known_by_the_name_of_its_events() -> None:
    every = botocore.session.get_session()
    plan = plan_for(CHECKS)
    assert len(plan.listings) > 50
    kinds_of = [(one.call, set(one.kinds)) for one in plan.listings]
    kinds_of += [(one.call, set()) for one in plan.details]
    for call, kinds in kinds_of:
        service = call.partition(":")[0]
        source = every.get_service_model(service).signing_name
        told = happened(
            {
                "eventSource": f"{_EVENTS.get(service, source)}.amazonaws.com",
                "eventName": "PutAnything",
                "awsRegion": REGION,
            }
        )
        assert told is not None
        assert service in told.prefixes, f"{call} is not found by events of {source}"
        assert set(told.kinds(kinds)) == kinds, call


def test_an_event_of_one_region_leaves_the_others_as_they_are(account: Account) -> None:
    """With all regions, with one alone, and with one that names another."""
    regions = (REGION, "us-east-1")
    for region in regions:
        account._make("sqs", region).create_queue(QueueName=f"of-{region}")
    prefixes = ("aws-sqs-", "aws-ec2-ebs-encryption-default")
    checks = [one for one in CHECKS if one.id.startswith(prefixes)]
    both = replace(account.target(), regions=regions)
    snapshot = Snapshot()
    Run(both, snapshot).carry_out(plan_for(checks))
    there = {seen.found.id for seen in snapshot}
    assert sum(one.startswith("aws-region/") for one in there) == 2
    names = [f"arn:aws:sqs:{region}:123456789012:of-{region}" for region in regions]
    for target in (both, replace(both, regions=(REGION,))):
        for named in (names[:1], names):
            watch = Watch(target, snapshot, checks)
            judged = set(watch.standing.judged)
            queues = [f"aws-sqs-queue/{one}" for one in named]
            watch.take(Happened.done("123456789012", REGION, ["sqs:SetQueueAttributes"], queues))
            assert {seen.found.id for seen in snapshot} == there
            assert set(watch.standing.judged) == judged
            assert not watch.changes.removed
