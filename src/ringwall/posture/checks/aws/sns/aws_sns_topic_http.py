"""Topics deliver over TLS.

Why: what is sent to a plain HTTP address is read, and changed, on its way.
Fix: subscribe the HTTPS address instead.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-sns-topic",
    severity=Severity.MEDIUM,
    reads=("aws-region.sns_subscriptions",),
    controls=IN_TRANSIT,
    known_as=("prowler:sns_subscription_not_using_http_endpoints",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the protocol of each subscription. Addresses may hold passwords: hosts alone are told."""
    several = [
        one for one in world.region(it).read("sns_subscriptions", []) if one["TopicArn"] == it.name
    ]
    plain = [_host(str(one["Endpoint"])) for one in several if one["Protocol"] == "http"]
    if plain:
        return fails(f"it delivers to {', '.join(plain)}")
    return passes(f"none of its {len(several)} subscriptions is plain")


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _region(*protocols: str) -> Other:
    told = [{"TopicArn": "it", "Protocol": one, "Endpoint": f"{one}://a"} for one in protocols]
    return other("aws-region", "111122223333/eu-west-1", sns_subscriptions=told)


CASES = (
    case("TLS", PASS, _region("https", "lambda")),
    case("plain", FAIL, _region("https", "http")),
    case(
        "may not be read",
        UNKNOWN,
        other("aws-region", "111122223333/eu-west-1", sns_subscriptions=DENIED),
    ),
)
