"""The bucket that a trail writes to, which may be another account's."""

from typing import Any

from ringwall.posture.checking import Other, Subject, World, other


def bucket_of(trail: Subject, world: World) -> Subject:
    """The bucket; ``UnknownError`` where it is none of those that were read."""
    name = str(trail.read("listed").get("S3BucketName") or "")
    found = world.where("aws-s3-bucket", _label, name)
    return found[0] if found else world.need(f"aws-s3-bucket/arn:aws:s3:::{name}")


def _label(bucket: Subject) -> list[str]:
    return [bucket.label]


def bucket(name: str = "logs", **aspects: Any) -> Other:
    """For cases: a bucket that is there, too."""
    return other("aws-s3-bucket", f"arn:aws:s3:::{name}", **aspects)
