"""An event of one service that changes what is known of another one's components."""

from tests.posture.aws.conftest import CHECKS, REGION, Account
from tests.posture.aws.worlds import network

from ringwall.posture.happening import happened
from ringwall.posture.watching import Watch

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
