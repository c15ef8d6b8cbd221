"""CloudFront: distributions, with what they fetch from and how."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, first, ident, known, part, renamed
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

DISTRIBUTION: Final = "aws-cloudfront-distribution"
KINDS: Final = (DISTRIBUTION,)
_BUCKETS: Final = ("aws_s3_bucket", "aws_s3_bucket_website_configuration")
_NO_BUCKET: Final = re.compile(r"\.(execute-api|elb|lambda-url)\.")
_BEHAVIOR: Final = {
    "target_origin_id": "TargetOriginId",
    "viewer_protocol_policy": "ViewerProtocolPolicy",
    "path_pattern": "PathPattern",
}


def components(code: Resources) -> Iterator[Collected]:
    """Every distribution; how one is known to a bucket is said by itself."""
    code.asked |= {"aws_cloudfront_origin_access_identity"}
    for one in code.of("aws_cloudfront_distribution"):
        names = one.get("aliases")
        label = names[0] if isinstance(names, list) and names else None
        aspects = {"config": known(_config(code, one), one)}
        yield component(DISTRIBUTION, one, label, aspects)


def _config(code: Resources, one: Instance) -> dict[str, Any]:
    origins, paths = one.blocks("origin"), one.blocks("ordered_cache_behavior")
    groups = one.blocks("origin_group")
    return {
        "DefaultRootObject": one.get("default_root_object", ""),
        "WebACLId": ident(one.get("web_acl_id", "")),
        "Logging": _logging(code, one),
        "ViewerCertificate": _certificate(one.block("viewer_certificate")),
        "DefaultCacheBehavior": _behavior(one.block("default_cache_behavior")),
        "CacheBehaviors": paths
        if isinstance(paths, Unknown)
        else {"Items": [_behavior(each) for each in paths]},
        "Origins": origins
        if isinstance(origins, Unknown)
        else {"Items": [_origin(code, each) for each in origins]},
        "OriginGroups": groups
        if isinstance(groups, Unknown)
        else {"Items": [_group(each) for each in groups]},
    }


def _group(block: Any) -> Any:
    """Origins of which one answers where the other does not."""
    if isinstance(block, Unknown):
        return block
    members = part(block, "member", [])
    return {
        "Id": block.get("origin_id"),
        "Members": members if isinstance(members, Unknown) else {"Items": members},
    }


def _is_there(value: Any) -> bool | Unknown:
    """Whether something is named: what another resource will be called is not empty."""
    if isinstance(value, Reference | PartialText):
        return True
    return value if isinstance(value, Unknown) else bool(value)


def _text(value: Any) -> Any:
    """A name, or what stands for one that only has to be there."""
    if isinstance(value, PartialText):
        return "".join(one if isinstance(one, str) else "(...)" for one in value.parts)
    return ident(value)


def _logging(code: Resources, one: Instance) -> dict[str, Any]:
    """Logs in a bucket, or delivered by CloudWatch, which is another resource."""
    block = one.block("logging_config")
    on = _is_there(part(block, "bucket"))
    if on is not True:
        delivered = code.pointing("aws_cloudwatch_log_delivery_source", "resource_arn", one)
        doubts = [Unknown(each.doubt) for each in delivered if each.doubt]
        if delivered:
            on = True if len(doubts) < len(delivered) else doubts[0]
    return {"Enabled": on}


def _certificate(block: Any) -> Any:
    """With its own certificate it speaks TLS 1.0, whatever is written beside it."""
    if block is None or isinstance(block, Unknown):
        return block or {}
    named = [_is_there(part(block, name)) for name in ("acm_certificate_arn", "iam_certificate_id")]
    usual = part(block, "cloudfront_default_certificate")
    unsure = [each for each in named if isinstance(each, Unknown)]
    if True in named or (unsure and usual is False):
        usual = False
    elif unsure:
        usual = unsure[0]
    elif usual is None:
        usual = True
    version = part(block, "minimum_protocol_version", "TLSv1")
    by = part(block, "ssl_support_method", Unknown("whether it answers by name is not written"))
    return {
        "CloudFrontDefaultCertificate": usual,
        "MinimumProtocolVersion": version,
        "SSLSupportMethod": by,
    }


def _behavior(block: Any) -> Any:
    if block is None or isinstance(block, Unknown):
        return block or Unknown("how it answers is not written")
    made = renamed(block, _BEHAVIOR)
    if block.get("realtime_log_config_arn") is not None:
        made["RealtimeLogConfigArn"] = _text(block["realtime_log_config_arn"])
    return made


def _origin(code: Resources, block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    made: dict[str, Any] = {
        "Id": block.get("origin_id"),
        "DomainName": _domain(code, block.get("domain_name")),
    }
    control = block.get("origin_access_control_id")
    if control is not None:
        made["OriginAccessControlId"] = _signed(code, control)
    custom, bucket = (
        first(part(block, name, [])) for name in ("custom_origin_config", "s3_origin_config")
    )
    if custom is not None:
        made["CustomOriginConfig"] = custom if isinstance(custom, Unknown) else _custom(custom)
    elif first(part(block, "vpc_origin_config", [])) is None:
        identity = _text(part(bucket, "origin_access_identity", ""))
        made["S3OriginConfig"] = {"OriginAccessIdentity": identity}
    return made


def _signed(code: Resources, control: Any) -> Any:
    """By what an origin knows the distribution: by nothing, where a control signs no request."""
    it = code.pointed(control, "aws_cloudfront_origin_access_control")
    how = it.get("signing_behavior", "always") if it is not None else "always"
    if isinstance(how, Unknown):
        return how
    return "" if how == "never" else _text(control)


def _custom(block: Mapping[str, Any]) -> dict[str, Any]:
    why = Unknown("which versions of TLS it speaks to an origin is not written")
    return {
        "OriginProtocolPolicy": part(block, "origin_protocol_policy"),
        "OriginSslProtocols": {"Items": part(block, "origin_ssl_protocols", why)},
    }


def _domain(code: Resources, value: Any) -> Any:
    """What it fetches from; a bucket of this code by the name that it will have there."""
    if isinstance(value, PartialText):
        return _partly(code, value)
    if not isinstance(value, Reference):
        return value
    bucket = code.pointed(value, "aws_s3_bucket")
    if bucket is None:
        if code.pointed(value, "aws_lambda_function_url") is not None:
            return f"{value.address}.lambda-url.here.on.aws"
        beside = code.pointed(value, *_BUCKETS)
        if beside is not None:
            bucket = code.pointed(beside.get("bucket"), "aws_s3_bucket", by="bucket")
            return _named(bucket, "s3-website") if bucket is not None else value
        return value.address if code.at(value.address) is not None else value
    is_website = "website" in value.attribute
    if not is_website and "domain" not in value.attribute:
        return value  # a name that it is a part of, whatever that is
    return _named(bucket, "s3-website" if is_website else "s3")


def _partly(code: Resources, value: PartialText) -> Any:
    """A name of which parts are known, as far as they tell a bucket from others."""
    begins, *rest = (one for one in value.parts if one != "")
    literal = "".join(one for one in value.parts if isinstance(one, str))
    ends = rest[-1] if rest else begins
    if ".s3." in literal or ".s3-" in literal:
        bucket = code.pointed(begins, "aws_s3_bucket")
        if bucket is None:
            return value
        return _called(bucket) + "".join(one if isinstance(one, str) else "here" for one in rest)
    is_elsewhere = isinstance(ends, str) and "." in ends and "amazonaws" not in ends
    return _text(value) if is_elsewhere or _NO_BUCKET.search(literal) else value


def _named(bucket: Instance, service: str) -> str:
    return f"{_called(bucket)}.{service}.amazonaws.com"


def _called(bucket: Instance) -> str:
    name = bucket.get("bucket")
    return name if isinstance(name, str) and name else bucket.address
