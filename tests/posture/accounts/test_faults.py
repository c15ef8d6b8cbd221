"""What becomes of a scan when AWS denies, throttles, fails, or is not AWS."""

from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import REGION, Size
from tests.posture.accounts.reading import Reading, Verdicts, cloud_checks
from tests.posture.faulty import Reply, Request, denied, only, throttled

from ringwall.core.observations import State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.calling import CredentialsError
from ringwall.posture.collecting.planning import plan_for, plan_of, wanted_by

SMALL = Size(buckets=1, groups=1, volumes=1)
FAULTS: dict[str, Callable[[Request], Reply | Exception | None]] = {
    "denied": denied,
    "failing": lambda request: Reply(500, "InternalError"),
    "no XML": lambda request: Reply(200, body=b"<<<"),
    "empty": lambda request: Reply(200, body=b""),
    "a page to sign in": lambda request: Reply(
        200, body=b"<html><body>Sign in</body></html>", headers={"x-amzn-requestid": ""}
    ),
    "too slow": lambda request: ReadTimeoutError(endpoint_url="https://example.com"),
}
"""What is wrong with one operation, while all others answer."""


def small_checks() -> list[KnownCheck]:
    wanted = {
        "aws-s3-bucket-block-public-access",
        "aws-s3-bucket-public",
        "aws-ec2-security-group-ssh",
        "aws-ec2-volume-encrypted",
    }
    return [one for one in cloud_checks() if one.id in wanted]


@pytest.fixture(scope="module")
def small(reading: Reading) -> Reading:
    generate(reading.client, SMALL)
    return reading


def outcomes(verdicts: Verdicts) -> dict[tuple[str, str], Outcome]:
    return {key: one.verdict.outcome for key, one in verdicts.items()}


def require_honest(before: Verdicts, after: Verdicts, call: str) -> None:
    """What stood on the call is unknown or as before; all else is as before; no new pass."""
    for key, one in after.items():
        outcome = one.verdict.outcome
        if outcome is Outcome.UNKNOWN:
            if key in before and before[key].verdict.outcome is outcome:
                continue  # moto does not know of every call
            assert any(fact.api == call or not fact.api for fact in one.verdict.facts), (key, call)
            continue
        if outcome is Outcome.PASS:
            told = {fact.api: fact.state for fact in one.verdict.facts}
            assert told.get(call) in {None, State.KNOWN, State.ABSENT}, (key, call)
        assert key in before, (key, call)
        assert before[key].verdict.outcome is outcome, (key, call)


@pytest.mark.parametrize("name", FAULTS)
def test_a_call_that_fails_in_any_way_makes_no_pass(small: Reading, name: str) -> None:
    checks = small_checks()
    plan = plan_for(checks)
    before = small.judge(checks, plan=plan)
    for call in ("s3:GetPublicAccessBlock", "s3control:GetPublicAccessBlock", "s3:ListBuckets"):
        after = small.judge(checks, only(call, FAULTS[name]), plan=plan)
        require_honest(before, after, call)
        assert outcomes(after) != outcomes(before)


def test_what_was_throttled_is_asked_again(small: Reading) -> None:
    checks = small_checks()
    before = small.judge(checks)
    fault = only("s3:GetPublicAccessBlock", throttled(3))
    assert outcomes(small.judge(checks, fault)) == outcomes(before)
    assert len(small.slept) >= 3
    fault = only("ec2:DescribeSecurityGroups", throttled(2))
    assert outcomes(small.judge(checks, fault)) == outcomes(before)


def test_what_fails_for_good_is_not_tried_for_hours(small: Reading) -> None:
    """Once a call has failed for good twice it is tried once each time."""
    small.judge(small_checks(), only("s3:GetPublicAccessBlock", FAULTS["failing"]))
    tried = small.faults.sent.count("s3:GetPublicAccessBlock")
    buckets = len(list(small.snapshot.of_kind("aws-s3-bucket")))
    assert tried <= buckets + 16 * 6


def test_pages_that_come_before_one_that_is_denied_count_and_are_not_all(
    reading: Reading,
) -> None:
    plan = plan_of(["aws-ec2-volume.listed"])
    pages = {
        1: Reply(200, body=PAGE),
        2: Reply(403, "UnauthorizedOperation"),
    }
    snapshot = reading.read(
        plan, only("ec2:DescribeVolumes", lambda request: pages[request.number])
    )
    assert [one.found.label for one in snapshot.of_kind("aws-ec2-volume")] == ["vol-1"]
    ((_, told),) = snapshot.listings("aws-ec2-volume")
    assert told.state is State.DENIED


PAGE = (
    b"<DescribeVolumesResponse><requestId>r</requestId><volumeSet><item><volumeId>vol-1"
    b"</volumeId></item></volumeSet><nextToken>more</nextToken></DescribeVolumesResponse>"
)


def test_the_same_page_for_ever_ends(reading: Reading) -> None:
    plan = plan_of(["aws-ec2-volume.listed"])
    again = only("ec2:DescribeVolumes", lambda _: Reply(200, body=PAGE))
    snapshot = reading.read(plan, again)
    ((_, told),) = snapshot.listings("aws-ec2-volume")
    assert told.state is State.ERROR
    assert "same page twice" in told.why


def test_credentials_that_expire_in_the_middle_end_the_asking(small: Reading) -> None:
    checks = small_checks()
    before = small.judge(checks)
    asked = len(small.faults.sent)

    def expired(request: Request) -> Reply | None:
        is_over = len(small.faults.sent) > asked // 2
        return Reply(400, "ExpiredToken") if is_over else None

    after = small.judge(checks, expired)
    for key, one in after.items():
        if one.verdict.outcome is not Outcome.UNKNOWN:
            assert one.verdict.outcome is before[key].verdict.outcome
    assert Outcome.UNKNOWN in outcomes(after).values()
    assert len(small.faults.sent) < asked // 2 + 40, "it went on asking"
    whys = {told.why for one in small.snapshot for told in one.aspects.values()}
    assert any("expired" in why for why in whys)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(403, "InvalidClientTokenId"), "credentials are wrong"),
        (Reply(403, "SignatureDoesNotMatch"), "secret key is not the one of the access key"),
        (Reply(400, "ExpiredToken"), "expired"),
        (Reply(403, "RequestExpired"), "clock"),
        (EndpointConnectionError(endpoint_url="https://sts.example.com"), "sts.example.com"),
        (Reply(200, body=b"<html/>", headers={"x-amzn-requestid": ""}), "proxy"),
    ],
)
def test_who_is_not_known_is_told_why(
    reading: Reading, reply: Reply | Exception, said: str
) -> None:
    reading.faults.fault = lambda _: reply
    with pytest.raises(CredentialsError, match=said):
        reading.target()
    reading.faults.fault = lambda _: None


def test_a_region_that_is_switched_off_is_unknown_and_the_others_are_not(small: Reading) -> None:
    checks = small_checks()
    before = small.judge(checks)
    plan = plan_of([*wanted_by(checks), "aws-ec2-volume.listed"])

    def is_off(request: Request) -> Reply | None:
        return Reply(401, "AuthFailure") if request.region == "me-south-1" else None

    after = small.judge(checks, is_off, plan, regions=[REGION, "me-south-1"])
    for key, one in before.items():
        if f"/{key[1]}".count("me-south-1"):
            continue
        found = after[key].verdict.outcome
        assert found in {one.verdict.outcome, Outcome.UNKNOWN}
    told = [one for scope, one in small.snapshot.all_listings() if scope.region == "me-south-1"]
    assert any("switched on" in one.why for one in told)


def test_half_an_account_denied_is_partly_unknown(small: Reading) -> None:
    checks = small_checks()
    before = small.judge(checks)
    after = small.judge(
        checks, lambda request: denied(request) if request.service == "s3" else None
    )
    for key, one in after.items():
        if one.verdict.outcome is Outcome.PASS:
            assert before[key].verdict.outcome is Outcome.PASS
            assert not any(fact.api.startswith("s3:") for fact in one.verdict.facts)
