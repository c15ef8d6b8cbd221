"""The bucket that a trail writes to, which may be another account's."""

from typing import Any

from ringwall.posture.checking import Other, Subject, World, other


def bucket_of(trail: Subject, world: World) -> Subject:
    """The bucket; ``UnknownError`` where it is none of those that were read."""
    name = str(trail.read("listed").get("S3BucketName") or "")
    partition = trail.name.split(":")[1] if trail.name.startswith("arn:") else "aws"
    return world.need(f"aws-s3-bucket/arn:{partition}:s3:::{name}")


def bucket(name: str = "logs", **aspects: Any) -> Other:
    """For cases: a bucket that is there, too."""
    return other("aws-s3-bucket", f"arn:aws:s3:::{name}", **aspects)
