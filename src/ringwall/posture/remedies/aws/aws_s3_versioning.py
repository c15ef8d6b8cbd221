"""Keep earlier versions of what is in a bucket."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import Expression, named, resource

MENDS: Final = ("aws-s3-bucket-versioning",)


def plan(it: Subject, world: World) -> Draft:
    """AWS cannot take versioning off again: it is suspended, which keeps what there is."""
    before = it.read("versioning", {}).get("Status") or "Suspended"
    return set_and_back(
        "s3:PutBucketVersioning",
        {"Bucket": it.label},
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": before}},
        change=f"versioning: {before} → Enabled",
        words=f"keep earlier versions in the bucket {it.label}",
        warning="every version is stored and paid for, until a lifecycle rule lets it go",
        terraform=resource(
            "aws_s3_bucket_versioning",
            named(it.label),
            {
                "bucket": Expression(f"aws_s3_bucket.{named(it.label)}.id"),
                "block:versioning_configuration": {"status": "Enabled"},
            },
        ),
        keys={"versioning": ("MFADelete",)},
    )
