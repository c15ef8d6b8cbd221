"""Distributions reach their origins by TLS.

Why: between the edge and you it is the same internet.
Fix: set the origin protocol policy to `https-only`, with TLS 1.2.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.cloudfront.parts import behaviors, called, origins
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.MEDIUM,
    reads=("config",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:cloudfront_distributions_origin_traffic_encrypted",
        "securityhub:CloudFront.9",
        "securityhub:CloudFront.10",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the viewer means plain where the viewer may come plain."""
    plain = {
        one.get("TargetOriginId")
        for one in behaviors(it)
        if one.get("ViewerProtocolPolicy") == "allow-all"
    }
    for one in origins(it):
        custom = one.get("CustomOriginConfig")
        if not custom:
            continue
        policy = custom.get("OriginProtocolPolicy")
        if policy == "http-only" or (policy == "match-viewer" and one.get("Id") in plain):
            return fails(f"{it.label} reaches {called(one)} by plain HTTP")
        old = {"SSLv3", "TLSv1", "TLSv1.1"} & set(
            (custom.get("OriginSslProtocols") or {}).get("Items") or ()
        )
        if old:
            return fails(
                f"{it.label} reaches {called(one)} by {', '.join(sorted(old))}",
                Severity.LOW,
            )
    return passes("it reaches its origins by TLS")


def _origin(policy: str, *protocols: str, viewer: str = "https-only") -> dict[str, object]:
    custom = {"OriginProtocolPolicy": policy, "OriginSslProtocols": {"Items": list(protocols)}}
    return {
        "Origins": {
            "Items": [{"Id": "o", "DomainName": "shop.example", "CustomOriginConfig": custom}]
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": viewer},
    }


CASES = (
    case("TLS", PASS, config=_origin("https-only", "TLSv1.2")),
    case("plain", FAIL, config=_origin("http-only")),
    case("as the viewer, who comes by HTTPS", PASS, config=_origin("match-viewer", "TLSv1.2")),
    case(
        "as the viewer, who comes as he likes",
        FAIL,
        config=_origin("match-viewer", "TLSv1.2", viewer="allow-all"),
    ),
    case("an old version", FAIL, config=_origin("https-only", "TLSv1")),
    case("a bucket", PASS, config={"Origins": {"Items": [{"Id": "o", "S3OriginConfig": {}}]}}),
)
