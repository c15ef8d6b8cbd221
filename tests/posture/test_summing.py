"""What pages show is what all verdicts come to, and stays so when only some are judged again."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.posture import kept

from ringwall.core.components import Found
from ringwall.core.verdicts import Outcome
from ringwall.posture.check_pages import CheckPages, digest, page_of
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.judging import judge_all
from ringwall.posture.keeping import Accounts
from ringwall.posture.rejudging import Changes, Standing
from ringwall.posture.scanning import BusyError, Pages, judge_anew
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.posture.summaries import Summaries
from ringwall.posture.summing import MOST, Summed, summed

BUCKETS = [one for one in kept.checks() if one.check.judges == "aws-s3-bucket"]


def whole(snapshot: Snapshot) -> Summed:
    return summed(
        snapshot,
        judge_all(snapshot, kept.checks()),
        kept.checks(),
        account=kept.ACCOUNT,
        read=kept.NOON,
        gaps=3,
    )


def test_a_change_sums_up_to_what_judging_all_of_it_does() -> None:
    standing = Standing(kept.snapshot(), kept.checks())
    before = whole(standing.snapshot)
    opened = f"aws-s3-bucket/arn:aws:s3:::{kept.ACCOUNT}-open"
    told = kept.known(dict.fromkeys(kept._PARTS, True), "s3:GetPublicAccessBlock")
    standing.snapshot.note(opened, "public_access_block", told)
    pairs = standing.again(Changes(aspects={(opened, "public_access_block")}))
    gone = f"aws-s3-bucket/arn:aws:s3:::{kept.ACCOUNT}-denied"
    standing.snapshot.remove(gone)
    pairs += standing.again(Changes(removed={gone}))
    after = summed(
        standing.snapshot,
        standing.judged.values(),
        kept.checks(),
        account=kept.ACCOUNT,
        read=kept.NOON,
        gaps=3,
        before=before,
        changed={one.check for pair in pairs for one in pair if one is not None},
    )
    assert after == whole(standing.snapshot)
    assert after.summary.counts[kept.CHECK] == {Outcome.PASS: 2}


def test_regions_that_one_reason_closes_are_one_entry() -> None:
    snapshot = kept.snapshot()
    before = set(whole(snapshot).summary.unlisted)
    for region in ("eu-north-1", "us-east-1", "us-west-2", "ap-south-1"):
        scope = Scope("aws-sqs-queue", kept.ACCOUNT, region)
        snapshot.note_listing(scope, kept.denied("sqs:ListQueues"))
    (one,) = set(whole(snapshot).summary.unlisted) - before
    assert one[0] == "aws-sqs-queue in 4 regions, ap-south-1 to us-west-2"


def test_what_is_kept_is_what_was_summed_up(tmp_path: Path) -> None:
    one, summaries = whole(kept.snapshot()), Summaries(tmp_path)
    assert summaries.get(kept.ACCOUNT) is None
    summaries.keep(one, mark="m", judged=kept.NOON)
    found = summaries.get(kept.ACCOUNT)
    assert found is not None
    assert (found.summary, found.mark, found.judged) == (one.summary, "m", kept.NOON)
    for check in kept.checks():
        assert summaries.said(kept.ACCOUNT, check.id) == list(one.said.get(check.id, ()))
    (path,) = (tmp_path / "posture" / "accounts").iterdir()
    path.rename(path.with_name(f"{kept.OTHER}.summary"))
    assert summaries.get(kept.OTHER) is None, "it is of another account"


def test_code_and_ringwall_are_kept_by_their_scopes_and_nothing_else_is(tmp_path: Path) -> None:
    summaries = Summaries(tmp_path)
    told = whole(kept.snapshot())
    for scope in ("ringwall", "code shop", "code desk"):
        summary = replace(told.summary, account=scope)
        summaries.keep(Summed(summary=summary, said=told.said), judged=kept.NOON)
    assert summaries.others() == ["code desk", "code shop", "ringwall"]
    found = summaries.get("code shop")
    assert found is not None
    assert found.summary.counts == told.summary.counts
    assert summaries.get("code elsewhere") is None
    assert summaries.get("../../secret") is None


def test_of_many_the_worst_are_named_and_all_are_counted() -> None:
    snapshot = kept.snapshot()
    for number in range(MOST + 50):
        name = f"arn:aws:s3:::b{number:04}"
        bucket = Found(kind="aws-s3-bucket", name=name, label=name, account=kept.ACCOUNT)
        snapshot.add(bucket).aspects = {
            LISTED: kept.known({}, "s3:ListBuckets"),
            "public_access_block": kept.known(dict.fromkeys(kept._PARTS, False), "s3:Get"),
        }
    one = whole(snapshot)
    assert one.summary.counts[kept.CHECK][Outcome.FAIL] == MOST + 51
    outcomes = [said.outcome for said in one.said[kept.CHECK]]
    assert outcomes == [Outcome.FAIL] * MOST + [Outcome.UNKNOWN]
    names = [said.component for said in one.said[kept.CHECK]][:MOST]
    assert names == sorted(names)


def test_what_is_read_now_is_judged_by_who_reads_it(tmp_path: Path) -> None:
    accounts, pages = Accounts(tmp_path), Pages(summaries=Summaries(tmp_path), checks=BUCKETS)
    assert judge_anew(kept.ACCOUNT, accounts, pages) is None
    accounts.keep(kept.ACCOUNT, kept.snapshot(), read=kept.NOON, gaps=0)
    with accounts.only_here(kept.ACCOUNT), pytest.raises(BusyError):
        judge_anew(kept.ACCOUNT, accounts, pages)
    assert judge_anew(kept.ACCOUNT, accounts, pages) is not None
    last, found = accounts.last(kept.ACCOUNT), pages.summaries.get(kept.ACCOUNT)
    assert last is not None
    assert found is not None
    assert (found.mark, found.is_stale) == (last.mark, False)


def test_pages_of_checks_are_kept_until_checks_change(tmp_path: Path) -> None:
    pages, several = CheckPages(tmp_path), own_checks(["aws-s3", "ringwall"])
    assert pages.get() is None
    pages.keep(several)
    assert pages.get() == [page_of(one) for one in several]
    (path,) = (tmp_path / "posture").iterdir()
    path.write_bytes(path.read_bytes().replace(digest().encode(), b"0" * 64))
    assert pages.get() is None
    pages.keep(several)
    assert pages.get() is not None
    path.write_bytes(b"[]")
    assert pages.get() is None
