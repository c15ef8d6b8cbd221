"""What the last scan of the newest image found: which one that is, and what nobody scanned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.posture.collecting.planning import plan_for

NEWEST = "aws-ecr-repository-newest-scan"
NOW = datetime.now(UTC)
INDEX = "application/vnd.oci.image.index.v1+json"
CHART = "application/vnd.cncf.helm.config.v1+json"


def _image(digest: str, minutes: float, size: int = 1_000, **more: Any) -> dict[str, Any]:
    pushed = NOW - timedelta(minutes=minutes)
    told = {"repositoryName": "shop", "imageDigest": digest, "imageSizeInBytes": size}
    return told | {"imagePushedAt": pushed, **more}


IMAGES = [
    _image("sha256:vouching", 1, 10),
    _image("sha256:old", 600, 9_000),
    _image("sha256:chart", 0, artifactMediaType=CHART),
    _image("sha256:list", 1, imageManifestMediaType=INDEX),
    _image("sha256:new", 2, 5_000, artifactMediaType="application/vnd.oci.image.config.v1+json"),
]


@pytest.fixture
def registry(account: Account) -> Account:
    """A repository whose newest image is on the second page."""
    account.client("ecr").create_repository(repositoryName="shop")

    def images(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("nextToken"):
            return {"imageDetails": IMAGES[3:]}
        return {"imageDetails": IMAGES[:3], "nextToken": "more"}

    account.answers["ecr:DescribeImages"] = images
    return account


def _finds(account: Account, **by_digest: dict[str, int]) -> None:
    def told(asked: dict[str, Any]) -> dict[str, Any]:
        counts = by_digest.get(asked["imageId"]["imageDigest"].partition(":")[2])
        if counts is None:
            error = {"Error": {"Code": "ScanNotFoundException", "Message": "no"}}
            raise ClientError(error, "DescribeImageScanFindings")
        return {
            "imageId": asked["imageId"],
            "imageScanStatus": {"status": "ACTIVE"},
            "imageScanFindings": {"findingSeverityCounts": counts},
        }

    account.answers["ecr:DescribeImageScanFindings"] = told


def test_the_newest_image_counts_and_no_other(registry: Account) -> None:
    _finds(registry, new={"CRITICAL": 2, "HIGH": 1}, old={})
    (judged,) = registry.judged(NEWEST)
    assert judged.verdict.outcome == "fail"
    assert judged.verdict.why == "the newest image of shop has 2 critical and 1 high weaknesses"
    _finds(registry, new={"LOW": 3}, old={"CRITICAL": 2}, vouching={"CRITICAL": 2})
    assert registry.outcomes(NEWEST) == {(NEWEST, "shop"): "pass"}


def test_what_nobody_scanned_or_may_read_is_unknown(registry: Account) -> None:
    _finds(registry, old={})
    assert registry.outcomes(NEWEST) == {(NEWEST, "shop"): "unknown"}
    for call in ("ecr:DescribeImages", "ecr:DescribeImageScanFindings"):
        _finds(registry, new={})
        registry.denied = {call}
        assert registry.outcomes(NEWEST) == {(NEWEST, "shop"): "unknown"}


def test_nobody_is_asked_for_images_where_there_are_none(account: Account) -> None:
    assert account.calls(NEWEST) == 1
    account.client("ecr").create_repository(repositoryName="empty")
    assert account.outcomes(NEWEST) == {(NEWEST, "empty"): "unknown"}


def test_two_more_permissions_tell_it() -> None:
    checks = [one for one in CHECKS if one.id.startswith(NEWEST)]
    assert plan_for(checks).actions == [
        "ec2:DescribeRegions",
        "ecr:DescribeImageScanFindings",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "sts:GetCallerIdentity",
    ]
