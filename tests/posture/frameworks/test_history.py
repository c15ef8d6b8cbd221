"""How frameworks stood over time, by account and by owner; kept small, and told when damaged."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

import ringwall.posture
from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome, Verdict
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.frameworks.catalogue import Framework, frameworks
from ringwall.posture.frameworks.coverage import Standing, coverage
from ringwall.posture.frameworks.grouping import NOBODY, coverage_by, owner_of
from ringwall.posture.frameworks.history import (
    Point,
    continued,
    continued_daily,
    lines_of,
    point_of,
    points_of,
    read_point,
)
from ringwall.posture.frameworks.looking_back import LookingBack
from ringwall.posture.frameworks.remembering import History
from ringwall.posture.judging import Judged
from ringwall.posture.over_time import courses
from ringwall.posture.reports.report import Part
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OURS = Framework(
    id="ours", title="Ours", version="2", of="all", controls={"R1": "one", "R2": "two", "R3": "x"}
)
MAPPED = [("a", ("ours R1 full",)), ("b", ("ours R2",))]
VERDICTS = [("a", Outcome.PASS), ("a", Outcome.PASS), ("b", Outcome.FAIL), ("b", Outcome.UNKNOWN)]


def point(day: int, account: str = "1") -> Point:
    found = coverage(OURS, MAPPED, VERDICTS)
    return point_of(found, at=BEGIN + timedelta(days=day), account=account, partial=False)


def found(account: str, **tags: str) -> Found:
    return Found(
        kind="k", name=f"{account}{tags}", label="x", account=account, tags=tuple(tags.items())
    )


def whose(one: Found) -> str:
    return one.account


def test_a_point_says_of_how_many_controls_anything_is_known() -> None:
    one = point(0)
    assert (one.controls, one.checked, one.checks) == (3, 2, 2)
    assert (one.failing, one.unknown, one.passing) == (1, 0, 1)
    assert one.score == 0.5


def test_what_is_unknown_counts_as_not_passing() -> None:
    only = coverage(OURS, MAPPED, [("a", Outcome.PASS), ("a", Outcome.UNKNOWN)])
    assert point_of(only, at=BEGIN, account="1", partial=True).score == 0.5


def test_a_point_is_small_and_comes_back_as_it_was() -> None:
    (line,) = lines_of([point(3)])
    assert len(line) < 400
    assert read_point(line) == point(3)


def test_a_point_keeps_how_many_checks_pass_and_an_older_one_does_not_know() -> None:
    one = point(0)
    assert (one.checks_judged, one.checks_passed, one.share_of_checks) == (2, 1, 0.5)
    told = orjson.loads(next(lines_of([one])))
    older = {name: told[name] for name in told if name not in {"checks_judged", "checks_passed"}}
    assert read_point(orjson.dumps(older)).share_of_checks is None
    assert list(orjson.loads(next(lines_of([replace(one, owner="web")]))))[-1] == "owner"


def test_history_goes_on_in_order_and_forgets_the_oldest() -> None:
    many = [point(day) for day in range(2100)]
    kept = continued(many[::-1], [point(0, "2"), point(2099)])
    assert [one for one in kept if one.account == "2"] == [point(0, "2")]
    mine = [one for one in kept if one.account == "1"]
    assert mine == many[100:]


def test_what_is_kept_is_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert history.all() == []
    history.add([point(1)])
    history.add([point(0), point(1)])
    assert history.all() == [point(0), point(1)]
    path = tmp_path / "posture" / "history.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(path.read_bytes() + b'{"at": 1}\n')
    with pytest.raises(ValueError, match=r"history\.jsonl:3: .*delete the line"):
        history.all()


def test_after_a_clock_that_was_ahead_history_goes_on_from_now(tmp_path: Path) -> None:
    now = datetime.now(UTC)

    def scan(hours: float, account: str, failing: int = 0) -> Point:
        at = now + timedelta(hours=hours)
        return replace(point(0, account), at=at, failing=failing)

    history = History(tmp_path)
    yesterday = scan(-24, "1")
    history.add([yesterday])
    for one in (scan(24, "1", 1), scan(25, "1", 2), scan(24, "2", 3)):
        history.add([one])
    told = scan(0, "1", 4)
    history.add([told])
    assert [one.failing for one in history.all() if one.account == "1"] == [0, 1, 2, 4]
    assert (history.all()[0], history.all()[-1]) == (yesterday, told), "it is the newest of all"
    assert len(history.all()) == 5, "what was judged by a wrong clock is kept"
    assert all(now - one.at < timedelta(seconds=1) for one in history.all()[1:])
    back = LookingBack(tmp_path)
    assert [one.failing for one in back.last(1)] == [3, 4]
    (course,) = courses(back.points()).values()
    assert (course.moments[-1].at, course.moments[-1].accounts) == (told.at, 2)
    history.add([scan(0.01, "2", 5)])
    assert history.all()[-2] == told, "what differs by less is of another node's clock"


def test_owners_go_on_from_now_after_a_clock_that_was_ahead(tmp_path: Path) -> None:
    history, now = History(tmp_path), datetime.now(UTC)
    for days in (1, 0):
        at = now + timedelta(days=days)
        history.remember(part(["ada"], well=not days), at=at, partial=False)
    last = {one.owner: one for one in history.by_owner() if one.framework == "nist-800-53r5"}
    assert last["ada"].at == now
    assert last["ada"].failed == 0


def test_coverage_is_told_apart_by_account_and_by_owner() -> None:
    several = [
        ("a", Outcome.PASS, found("1", Owner="ada")),
        ("a", Outcome.FAIL, found("2", team="shop", owner="")),
        ("b", Outcome.PASS, found("2")),
    ]
    by_account = coverage_by(OURS, MAPPED, several, whose)
    assert [one.controls[0].standing for one in by_account.values()] == [
        Standing.PASSING,
        Standing.FAILING,
    ]
    by_owner = coverage_by(OURS, MAPPED, several, owner_of)
    assert list(by_owner) == [NOBODY, "ada", "shop"]
    for one in (*by_account.values(), *by_owner.values()):
        assert len(one.controls) == 3
        assert one.controls[2].standing is Standing.NOT_CHECKED


def test_each_verdict_is_counted_in_one_group() -> None:
    several = [("a", Outcome.PASS, found(str(number % 3))) for number in range(10)]
    groups = coverage_by(OURS, MAPPED, several, whose)
    assert sum(one.controls[0].passed for one in groups.values()) == 10


def test_each_of_ringwalls_frameworks_is_kept_after_a_scan() -> None:
    checks = [one for one in own_checks() if one.id.startswith("aws-s3-")]
    verdict = Verdict(Outcome.FAIL, "it is open")
    judged = [
        Judged(
            check=one.id,
            component="aws-s3-bucket/x",
            verdict=verdict,
            severity=one.check.severity,
            touched=frozenset(),
        )
        for one in checks
    ]
    points = points_of("1", judged, checks, at=BEGIN, partial=True)
    assert [one.framework for one in points] == list(frameworks())
    cis = points[[one.framework for one in points].index("cis-aws-3.0")]
    assert (cis.controls, cis.passing, cis.score, cis.partial) == (62, 0, 0.0, True)
    assert 0 < cis.failing < 62


def part(owners: list[str], *, scope: str = "code shop", well: bool = False) -> Part:
    """A scope with a bucket of each owner, that a check fails unless all is ``well``."""
    check = next(one for one in own_checks() if one.id == "aws-s3-bucket-versioning")
    snapshot = Snapshot()
    snapshot.note_listing(Scope("aws-s3-bucket", scope), Observation(State.KNOWN))
    judged = []
    for number, owner in enumerate(owners):
        one = Found(
            kind="aws-s3-bucket",
            name=str(number),
            label="b",
            tags=(("owner", owner),) if owner else (),
        )
        snapshot.add(one)
        verdict = Verdict(Outcome.PASS if well else Outcome.FAIL, "seen")
        severity = check.check.severity
        judged.append(
            Judged(
                check=check.id,
                component=one.id,
                verdict=verdict,
                severity=severity,
                touched=frozenset(),
            )
        )
    return Part(scope=scope, read=BEGIN, snapshot=snapshot, judged=tuple(judged), checks=(check,))


def test_owners_who_are_named_have_a_history_of_their_own(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.remember(part(["ada", "ada", "bob", ""]), at=BEGIN, partial=False)
    assert {one.owner for one in history.all()} == {""}
    nist = {one.owner: one for one in history.by_owner() if one.framework == "nist-800-53r5"}
    assert set(nist) == {"ada", "bob", NOBODY}
    assert nist["ada"].failed == 2 * nist["bob"].failed > 0
    assert {one.controls for one in nist.values()} == {1014}
    history.remember(part(["", ""], scope="1"), at=BEGIN, partial=False)
    assert {one.account for one in history.by_owner()} == {"code shop"}, "nobody is named in 1"


def test_of_owners_a_day_has_one_point_and_there_are_not_endlessly_many(tmp_path: Path) -> None:
    history = History(tmp_path)
    many = [f"o{number}" for number in range(40) for _ in range(1 + (number > 30))]
    for hour in range(3):
        history.remember(part(many), at=BEGIN + timedelta(hours=hour), partial=False)
    nist = [one for one in history.by_owner() if one.framework == "nist-800-53r5"]
    assert len(nist) == len({one.owner for one in nist}) == 20
    assert {f"o{number}" for number in range(31, 40)} <= {one.owner for one in nist}
    assert {one.at for one in nist} == {BEGIN + timedelta(hours=2)}
    days = [replace(point(day), owner="ada") for day in range(500)]
    assert continued_daily(days[::-1], [days[7]]) == days[100:]


def test_what_is_judged_often_has_a_point_a_day_and_one_for_each_change(tmp_path: Path) -> None:
    history = History(tmp_path)
    well = [False, False, True, True, False]
    for hour, one in enumerate(well):
        at = BEGIN + timedelta(hours=hour)
        history.remember(part(["ada"], well=one), at=at, partial=False, steady=True)
    for hours in (25, 29):
        at = BEGIN + timedelta(hours=hours)
        history.remember(part(["ada"]), at=at, partial=False, steady=True)
    kept = [
        (one.at - BEGIN) // timedelta(hours=1) for one in history.all() if one.framework == "soc2"
    ]
    assert kept == [0, 2, 4, 29]


def test_a_check_that_could_not_look_makes_no_control_pass() -> None:
    seen = part(["ada"], well=True)
    keys = next(one for one in own_checks() if one.id == "aws-kms-key-rotation")
    blind = replace(seen, checks=(*seen.checks, keys))
    assert blind.unread == (keys.id,)
    points = points_of("1", blind.judged, blind.checks, at=BEGIN, partial=True, unread=blind.unread)
    (cis,) = [one for one in points if one.framework == "cis-aws-3.0"]
    assert (cis.unknown, cis.not_judged) == (1, 0)


_OF_OTHERS = re.compile(
    r'"(?:(?:NON_)?COMPLIANT|NonCompliant(?:Summary|Count))"|\bprowler:ssm_managed_compliant_patching\b'
)
"""What Systems Manager answers of patches, and what Prowler calls its check: no words of ours."""


def test_no_word_of_ours_claims_what_nobody_here_can_know() -> None:
    root = Path(ringwall.posture.__file__).parent
    texts = [path for path in root.rglob("*") if path.suffix in {".py", ".yaml", ".md"}]
    assert len(texts) > 300
    for path in texts:
        said = _OF_OTHERS.sub("", path.read_text("utf-8")).lower()
        assert "compliant" not in said, path
        assert "certified" not in said, path
