"""An account that was read: buckets that are open, closed and not known; keys that were denied."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.check_pages import CheckPages, digest
from ringwall.posture.checking.finding import KnownCheck, cloud_checks, own_checks
from ringwall.posture.frameworks.history import Point, continued, lines_of, points_of
from ringwall.posture.frameworks.remembering import History
from ringwall.posture.judging import judge_all
from ringwall.posture.keeping import Accounts
from ringwall.posture.past import Past
from ringwall.posture.scanning import Pages, judge_anew
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.posture.summaries import Summaries
from ringwall.posture.summing import summed

NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT: Final = "111122223333"
OTHER: Final = "444455556666"
CHECK: Final = "aws-s3-bucket-block-public-access"
"""Fails of `open`, passes of `shut`, and is unknown of `denied`."""
KEYS: Final = "aws-kms-key-rotation"
"""Could not look: keys could not be listed."""
QUEUES: Final = "aws-sqs-queue"
"""What begins so had nothing to judge."""
HOSTILE: Final = "<script>alert(1)</script>"
_PARTS: Final = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)


@cache
def checks() -> tuple[KnownCheck, ...]:
    """All of Ringwall's own that judge what an account has."""
    return tuple(cloud_checks())


def known(value: object, api: str) -> Observation:
    """That a call told this at noon."""
    return Observation(State.KNOWN, value, api, NOON)


def denied(api: str) -> Observation:
    """That a call was denied at noon."""
    return Observation(State.DENIED, None, api, NOON, "AccessDenied: not for ringwall")


def snapshot(account: str = ACCOUNT, *, mended: bool = False, in_unknown: bool = False) -> Snapshot:
    """The account; where it is ``mended``, the open bucket is shut, too.

    Where it is ``in_unknown``, it was denied to tell which organisation it is in.
    """
    found = Snapshot()
    for kind in ("aws-s3-bucket", "aws-account", "aws-sqs-queue"):
        found.note_listing(Scope(kind, account), known([], "x:List"))
    found.note_listing(Scope("aws-kms-key", account, "eu-west-1"), denied("kms:ListKeys"))
    whole = Found(kind="aws-account", name=account, label=account, account=account)
    found.add(whole).aspects = {
        LISTED: known({}, "sts:GetCallerIdentity"),
        "s3_public_access_block": Observation(State.ABSENT, None, "s3:GetBlock", NOON),
    }
    if in_unknown:
        found.note(whole.id, "organization", denied("organizations:DescribeOrganization"))
    blocks = {
        "open": known(dict.fromkeys(_PARTS, mended), "s3:GetPublicAccessBlock"),
        "shut": known(dict.fromkeys(_PARTS, True), "s3:GetPublicAccessBlock"),
        "denied": denied("s3:GetPublicAccessBlock"),
    }
    for name, block in blocks.items():
        label = f"{name}-{HOSTILE}"
        arn = f"arn:aws:s3:::{account}-{name}"
        bucket = Found(kind="aws-s3-bucket", name=arn, label=label, account=account)
        found.add(bucket).aspects = {
            LISTED: known({}, "s3:ListBuckets"),
            "public_access_block": block,
        }
    return found


def keep(
    state: Path,
    account: str = ACCOUNT,
    *,
    day: int = 0,
    mended: bool = False,
    in_unknown: bool = False,
    gaps: int = 3,
) -> Snapshot:
    """Have an account read and judged on a day, and how frameworks stood then."""
    found, at = snapshot(account, mended=mended, in_unknown=in_unknown), NOON + timedelta(days=day)
    Accounts(state).keep(account, found, read=at, gaps=gaps)
    CheckPages(state).keep(own_checks())
    pages = Pages(summaries=Summaries(state), checks=checks())
    done = judge_anew(account, Accounts(state), pages)
    judged = [] if done is None else done[1]
    one = pages.summaries.get(account)
    if one is not None:
        Past(state).add(one.summary, checks=digest())
    History(state).add(points_of(account, judged, checks(), at=at, partial=bool(gaps)))
    return found


def keep_scope(state: Path, scope: str) -> None:
    """Have what is of the account shown as if it were code, or Ringwall itself."""
    found = snapshot()
    one = summed(found, judge_all(found, checks()), checks(), account=scope, read=NOON, gaps=0)
    Summaries(state).keep(one, judged=NOON)


def remember(
    state: Path,
    account: str = ACCOUNT,
    *,
    day: int,
    passed: float,
    checks: int,
    partial: bool = False,
    owner: str = "",
) -> None:
    """Have it in the history that so much of a thousand verdicts passed on a day."""
    good = round(1000 * passed)
    at = NOON + timedelta(days=day)
    point = Point(
        at=at,
        account=account,
        framework="",
        version="3",
        checks=checks,
        partial=partial,
        controls=62,
        failing=12,
        unknown=6,
        passing=30,
        not_judged=4,
        failed=900 - min(900, good),
        unsure=100,
        passed=good,
        owner=owner,
    )
    points = [replace(point, framework=one) for one in ("cis-aws-3.0", "soc2")]
    if not owner:
        # Not told now: what was told before stays later than these.
        path = state / "posture" / "history.jsonl"
        path.write_bytes(b"".join(lines_of(continued(History(state).all(), points))))
        return
    path = state / "posture" / "history" / f"{account.replace(' ', '.')}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.writelines(lines_of(points))
