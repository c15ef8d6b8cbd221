"""S3: buckets with their access points, and what each says of itself."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import (
    Batches,
    Detail,
    Item,
    Listing,
    Where,
    Within,
    first,
    joined,
    whole,
)
from ringwall.posture.snapshot.snapshot import Seen

BUCKET: Final = "aws-s3-bucket"
POINT: Final = "aws-s3-access-point"


def _buckets(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Buckets") or ():
        yield Item(
            kind=BUCKET,
            name=f"arn:{where.partition}:s3:::{one['Name']}",
            label=one["Name"],
            region=one.get("BucketRegion") or "",
            aspects={"listed": one},
        )


def _points(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("AccessPointList") or ():
        arn = one["AccessPointArn"]
        region = arn.split(":")[3]
        yield Item(kind=POINT, name=arn, label=one["Name"], region=region, aspects={"listed": one})


def _point(seen: Seen) -> Mapping[str, Any]:
    return {"AccountId": seen.found.account, "Name": seen.found.label}


def _bucket(seen: Seen) -> Mapping[str, Any]:
    return {"Bucket": seen.found.label}


def _detail(aspect: str, call: str, pick: Any, *absent: str, action: str = "") -> Detail:
    return Detail(
        kind=BUCKET,
        aspect=aspect,
        call=f"s3:{call}",
        arguments=_bucket,
        pick=pick,
        absent=frozenset(absent),
        action=action,
    )


LISTINGS: Final = (
    Listing(
        kinds=(BUCKET,),
        call="s3:ListBuckets",
        read=_buckets,
        within=Within.ACCOUNT,
        arguments={"MaxBuckets": 1000},
        action="s3:ListAllMyBuckets",
    ),
    Listing(
        kinds=(POINT,),
        call="s3control:ListAccessPoints",
        read=_points,
        batches=Batches(
            kind="aws-region",
            most=1,
            arguments=lambda some: {"AccountId": some[0].found.account},
        ),
    ),
)
DETAILS: Final = (
    _detail("acl", "GetBucketAcl", whole),
    _detail("policy", "GetBucketPolicy", first("Policy"), "NoSuchBucketPolicy"),
    _detail(
        "encryption",
        "GetBucketEncryption",
        first("ServerSideEncryptionConfiguration"),
        "ServerSideEncryptionConfigurationNotFoundError",
        action="s3:GetEncryptionConfiguration",
    ),
    _detail("versioning", "GetBucketVersioning", whole),
    _detail("logging", "GetBucketLogging", first("LoggingEnabled")),
    _detail(
        "public_access_block",
        "GetPublicAccessBlock",
        first("PublicAccessBlockConfiguration"),
        "NoSuchPublicAccessBlockConfiguration",
        action="s3:GetBucketPublicAccessBlock",
    ),
    _detail(
        "ownership",
        "GetBucketOwnershipControls",
        first("OwnershipControls"),
        "OwnershipControlsNotFoundError",
    ),
    _detail(
        "lifecycle",
        "GetBucketLifecycleConfiguration",
        joined("Rules"),
        "NoSuchLifecycleConfiguration",
        action="s3:GetLifecycleConfiguration",
    ),
    _detail(
        "object_lock",
        "GetObjectLockConfiguration",
        first("ObjectLockConfiguration"),
        "ObjectLockConfigurationNotFoundError",
        "NoSuchObjectLockConfiguration",
        action="s3:GetBucketObjectLockConfiguration",
    ),
    _detail("tags", "GetBucketTagging", joined("TagSet"), "NoSuchTagSet"),
    _detail(
        "website",
        "GetBucketWebsite",
        whole,
        "NoSuchWebsiteConfiguration",
    ),
    _detail(
        "cors",
        "GetBucketCors",
        joined("CORSRules"),
        "NoSuchCORSConfiguration",
        action="s3:GetBucketCORS",
    ),
    _detail(
        "notification",
        "GetBucketNotificationConfiguration",
        whole,
        action="s3:GetBucketNotification",
    ),
    _detail(
        "replication",
        "GetBucketReplication",
        first("ReplicationConfiguration"),
        "ReplicationConfigurationNotFoundError",
        action="s3:GetReplicationConfiguration",
    ),
    Detail(
        kind=POINT,
        aspect="policy",
        call="s3control:GetAccessPointPolicy",
        arguments=_point,
        pick=first("Policy"),
        absent=frozenset({"NoSuchAccessPointPolicy"}),
    ),
    Detail(
        kind=POINT,
        aspect="described",
        call="s3control:GetAccessPoint",
        arguments=_point,
        pick=whole,
    ),
    Detail(
        kind="aws-account",
        aspect="multi_region_access_points",
        call="s3control:ListMultiRegionAccessPoints",
        arguments=lambda seen: {"AccountId": seen.found.name},
        pick=joined("AccessPoints"),
        action="s3:ListMultiRegionAccessPoints",
        region="us-west-2",
    ),
    Detail(
        kind="aws-account",
        aspect="s3_public_access_block",
        call="s3control:GetPublicAccessBlock",
        arguments=lambda seen: {"AccountId": seen.found.name},
        pick=first("PublicAccessBlockConfiguration"),
        absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
        action="s3:GetAccountPublicAccessBlock",
    ),
)
