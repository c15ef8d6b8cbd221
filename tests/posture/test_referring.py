"""Each check tells where to read more, by one rule, wherever it is told of."""

import pytest

from ringwall.posture.check_pages import page_of
from ringwall.posture.checking import Check, Severity
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.referring import references_of

CHECKS = own_checks()
HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide"
PODS = "https://kubernetes.io/docs/concepts/security/pod-security-standards"


def made(*known_as: str, references: tuple[str, ...] = ()) -> Check:
    return Check(
        judges="aws-s3-bucket",
        severity=Severity.LOW,
        reads=("listed",),
        known_as=known_as,
        references=references,
    )


@pytest.mark.parametrize(
    ("known_as", "address"),
    [
        ("securityhub:S3.8", f"{HUB}/s3-controls.html#s3-8"),
        ("securityhub:EC2.19", f"{HUB}/ec2-controls.html#ec2-19"),
        ("securityhub:Opensearch.8", f"{HUB}/opensearch-controls.html#opensearch-8"),
        ("securityhub:WAF.10", f"{HUB}/waf-controls.html#waf-10"),
        ("pss:baseline", f"{PODS}/#baseline"),
        ("pss:restricted", f"{PODS}/#restricted"),
    ],
)
def test_a_name_that_others_give_it_is_a_page(known_as: str, address: str) -> None:
    assert references_of("ours", made(known_as)) == (address,)


def test_its_own_come_first_and_each_once() -> None:
    own = ("https://example.com/why", f"{HUB}/s3-controls.html#s3-8")
    both = made("securityhub:S3.8", "securityhub:S3.1", "prowler:x", references=own)
    assert references_of("aws-s3-x", both) == (*own, f"{HUB}/s3-controls.html#s3-1")


def test_where_nobody_has_a_name_for_it_the_longest_beginning_of_its_id_counts() -> None:
    group, role = references_of("aws-ec2-vpc-zones", made()), references_of("k8s-role-x", made())
    assert group == (
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-best-practices.html",
    )
    assert role == ("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",)
    assert references_of("aws-ec2x-vpc", made()) == references_of("ours", made()) == ()


def test_every_check_of_clouds_and_clusters_has_a_page() -> None:
    several = [one for one in CHECKS if one.id.startswith(("aws-", "k8s-"))]
    assert [one.id for one in several if not one.references] == []
    for one in several:
        assert page_of(one).references == one.references
        assert all(text.startswith("https://") and " " not in text for text in one.references)
