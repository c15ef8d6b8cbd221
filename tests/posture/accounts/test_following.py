"""The worker reads accounts by itself, as often as the section says."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.posture.accounts.reading import Reading

from ringwall.core.verdicts import Outcome
from ringwall.posture import following
from ringwall.posture.check_pages import CheckPages, digest
from ringwall.posture.keeping import Accounts
from ringwall.posture.scans import Scans
from ringwall.posture.summaries import Summaries
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

pytestmark = pytest.mark.e2e

ACCOUNTS = """\
version: 1
posture:
  accounts:
    lost: {profile: nobody-has-it, regions: [eu-west-1]}
    production: {regions: [eu-west-1], every: 1h}
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "ringwall.yaml").write_text(ACCOUNTS)
    return find(all_sections, config=tmp_path / "ringwall.yaml")


def test_each_is_read_in_its_time_and_what_goes_wrong_is_tried_again(
    reading: Reading, installation: Installation
) -> None:
    reading.client("s3").create_bucket(
        Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    began, goes_on = datetime.now(UTC), threading.Event()

    def due(after: timedelta = timedelta()) -> list[str]:
        return following.read_what_is_due(
            installation,
            goes_on,
            accounts=following.accounts_of(installation),
            now=lambda: datetime.now(UTC) + after,
        )

    assert due() == ["lost", "production"]
    scans = Scans(installation.state).all()
    assert scans["lost"].failed == 1
    assert "nobody-has-it" in scans["lost"].why
    read = scans["production"].read
    assert read is not None
    assert read >= began
    kept = Accounts(installation.state).get(scans["production"].account)
    assert kept is not None
    assert kept.snapshot.get("aws-s3-bucket/arn:aws:s3:::one") is not None
    assert due() == []
    assert due(timedelta(minutes=16)) == ["lost"]
    _judged_anew(installation, kept.account)


def _judged_anew(installation: Installation, account: str) -> None:
    """What was scanned is judged; of checks that are others by now, once; and never in vain."""
    unjudged, goes_on = following.Unjudged(installation), threading.Event()
    summaries, pages = Summaries(installation.state), CheckPages(installation.state)
    assert unjudged.judge(goes_on) == []
    scanned = summaries.get(account)
    assert scanned is not None
    assert scanned.summary.total[Outcome.FAIL] > 0
    assert pages.get() is not None
    path = installation.state / "posture" / "accounts" / f"{account}.summary"
    path.write_bytes(path.read_bytes().replace(digest().encode(), b"0" * 64))
    with Accounts(installation.state).only_here(account):
        assert unjudged.judge(goes_on) == [], "who reads it judges it"
    assert following.Unjudged(installation).judge(goes_on) == [account]
    again = summaries.get(account)
    assert again is not None
    assert (again.summary, again.is_stale) == (scanned.summary, False)
    path.unlink()
    path.with_suffix(".snapshot").write_bytes(b"damaged")
    assert unjudged.judge(goes_on) == []


def test_a_worker_that_stops_does_not_wait_for_a_reading(
    reading: Reading, installation: Installation
) -> None:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    began = time.monotonic()
    accounts = following.accounts_of(installation)
    following.read_what_is_due(installation, stop, accounts=accounts)
    assert time.monotonic() - began < following._ENDS_WITHIN_S + 3
    assert following.read_what_is_due(installation, stop, accounts=accounts) == []


def test_a_configuration_that_changed_counts_and_one_that_is_refused_changes_nothing(
    installation: Installation,
) -> None:
    known = following.Known(installation)
    assert set(known.accounts()) == {"lost", "production"}
    installation.config.write_text("version: 1\nposture: {accounts: {other: {}}}\n")
    assert set(known.accounts()) == {"other"}
    installation.config.write_text("version: 1\nposture: {accounts: {Other: {}}}\n")
    with pytest.raises(ConfigurationError):
        known.accounts()


def test_an_account_that_somebody_reads_by_hand_is_no_failure(installation: Installation) -> None:
    number, long_ago = "123456789012", datetime(2026, 1, 1, tzinfo=UTC)
    scans = Scans(installation.state)
    scans.was_read("production", account=number, at=long_ago, gaps=0)
    accounts = following.accounts_of(installation)
    only = {"production": accounts["production"]}
    with Accounts(installation.state).only_here(number):
        assert following.read_what_is_due(installation, threading.Event(), accounts=only) == []
    assert scans.all()["production"].failed == 0
