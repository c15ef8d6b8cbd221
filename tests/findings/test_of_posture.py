"""What posture judges goes into the queue, and only what is known to be well comes out of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.inventory.listing import Listing
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.judging import judge_all
from ringwall.posture.keeping import Kept
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.recording import spool_of

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
CHECKS = [one for one in own_checks() if one.id == "aws-s3-bucket-versioning"]
ON, OFF = {"Status": "Enabled"}, {"Status": "Suspended"}


def known(value: object) -> Observation:
    return Observation(State.KNOWN, value, "s3:GetBucketVersioning", NOW)


ABSENT = Observation(State.ABSENT, None, "s3:GetBucketPolicy", NOW)
DENIED = Observation(State.DENIED, None, "s3:GetBucketVersioning", NOW, "AccessDenied")


def run(
    buckets: dict[str, Observation], *, days: int, listed: Observation | None = None
) -> dict[str, str]:
    """A scan that found these buckets; how each finding stands after it, by the bucket."""
    from ringwall.findings.config import Findings
    from ringwall.findings.models import Queued
    from ringwall.posture.queueing import put

    snapshot = Snapshot()
    snapshot.note_listing(Scope("aws-s3-bucket", ACCOUNT), listed or known(None))
    for label, told in buckets.items():
        found = Found(
            kind="aws-s3-bucket", name=f"arn:aws:s3:::{label}", label=label, account=ACCOUNT
        )
        snapshot.add(found).aspects.update({"versioning": told, LISTED: known({})})
    judged = list(judge_all(snapshot, CHECKS))
    at = NOW - timedelta(days=30 - days)
    put(snapshot, judged, CHECKS, scope=ACCOUNT, at=at, rules=Findings())
    return {
        one.component.rpartition(":")[2]: one.state for one in Queued.objects.order_by("component")
    }


def test_what_fails_is_open_and_what_passes_again_is_fixed() -> None:
    assert run({"a": known(OFF), "b": known(ON)}, days=1) == {"a": "open"}
    assert run({"a": known(ON), "b": known(ON)}, days=2) == {"a": "fixed"}
    assert run({"a": known(OFF), "b": known(ON)}, days=3) == {"a": "open"}


def test_what_is_accepted_stays_so_whenever_it_is_read_again() -> None:
    from ringwall.findings.models import Queued
    from ringwall.findings.moving import move
    from ringwall.findings.states import Move

    def read_on(day: int, status: str) -> dict[str, str]:
        at = NOW - timedelta(days=30 - day)
        told = Observation(State.KNOWN, {"Status": status}, "s3:GetBucketVersioning", at)
        return run({"a": told}, days=day)

    read_on(1, "Suspended")
    until, why = NOW + timedelta(days=9), "it is made anew every night"
    at = NOW - timedelta(days=28)
    move(Queued.objects.get().pk, Move.ACCEPT, owner="a", reason=why, until=until, now=at)
    assert read_on(3, "Suspended") == {"a": "accepted"}, "it was read at another time, no more"


def test_what_is_accepted_is_not_so_for_another_value_under_the_same_words() -> None:
    from ringwall.findings.models import Queued
    from ringwall.findings.moving import move
    from ringwall.findings.states import Move

    def read_on(day: int, *networks: str, tag: str = "") -> dict[str, str]:
        told = {
            "IpPermissions": [
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": one, "Description": tag}]}
                for one in networks
            ]
        }
        return run_group(told, days=day)

    assert read_on(1, "10.0.0.0/8") == {"g": "open"}
    words = Queued.objects.get().told["message"]
    until, why = NOW + timedelta(days=9), "our own networks, for now"
    at = NOW - timedelta(days=28)
    move(Queued.objects.get().pk, Move.ACCEPT, owner="a", reason=why, until=until, now=at)
    assert read_on(3, "10.0.0.0/8", tag="ours") == {"g": "accepted"}, "nobody judges by that"
    assert read_on(4, "0.0.0.0/0") == {"g": "open"}
    row = Queued.objects.get()
    assert row.told["message"] == words, "it says the same"
    assert row.steps.latest("id").text == "what it was excused for has changed"


def run_group(told: object, *, days: int) -> dict[str, str]:
    """A scan that found this security group, by a check that does not name networks."""
    from ringwall.findings.config import Findings
    from ringwall.findings.models import Queued
    from ringwall.posture.checking.check import Judgment, fails, passes
    from ringwall.posture.queueing import put

    def judge(it: Subject, world: World) -> Judgment:
        rules = it.read("listed")["IpPermissions"]
        is_open = any(one.get("CidrIp") for rule in rules for one in rule["IpRanges"])
        return fails("it is open to a network") if is_open else passes("it is not")

    check = replace(CHECKS[0], id="open", judge=judge)
    check = replace(check, check=replace(check.check, judges="aws-ec2-security-group"))
    snapshot, at = Snapshot(), NOW - timedelta(days=30 - days)
    found = Found(kind="aws-ec2-security-group", name="arn:g", label="g", account=ACCOUNT)
    snapshot.add(found).aspects[LISTED] = Observation(State.KNOWN, told, "ec2:Describe", at)
    put(snapshot, judge_all(snapshot, [check]), [check], scope=ACCOUNT, at=at, rules=Findings())
    return {one.component.rpartition(":")[2]: one.state for one in Queued.objects.all()}


def test_what_is_read_again_as_it_was_is_told_anew_and_no_event(state: Path) -> None:
    from ringwall.findings.models import Queued

    def events_of(day: int, status: str) -> int:
        spool = spool_of(state)
        before = len(spool.read_bytes()) if spool.exists() else 0
        at = NOW - timedelta(days=30 - day)
        run({"a": Observation(State.KNOWN, {"Status": status}, "s3:Get", at)}, days=day)
        return len(spool.read_bytes()[before:].splitlines())

    assert events_of(1, "Suspended") == 1
    assert events_of(2, "Suspended") == 0
    row = Queued.objects.get()
    assert "2026-10-30" in json.dumps(row.told), "when it was read last"
    assert row.last_seen == NOW - timedelta(days=28)


def test_of_other_accounts_and_regions_a_scan_fixes_nothing() -> None:
    from ringwall.findings.config import Findings
    from ringwall.findings.models import Queued
    from ringwall.findings.moving import move
    from ringwall.findings.states import Move
    from ringwall.posture.queueing import Heard, put

    run({"a": known(OFF)}, days=1)
    move(Queued.objects.get().pk, Move.DONE, now=NOW - timedelta(days=28))
    other = Snapshot()
    other.note_listing(Scope("aws-s3-bucket", "999999999999"), known(None))
    put(other, [], CHECKS, scope="999999999999", at=NOW, rules=Findings())
    assert Queued.objects.get().state == "to-be-confirmed", "it never looked at that one"

    there = "aws-s3-bucket/arn:aws:x:eu-west-1:1:a"
    narrow = Snapshot()
    narrow.note_listing(Scope("aws-s3-bucket", ACCOUNT, "us-east-1"), known(None))
    assert Heard(narrow, [], {one.id: one for one in CHECKS})(CHECKS[0].id, there) is None
    narrow.note_listing(Scope("aws-s3-bucket", ACCOUNT, "eu-west-1"), known(None))
    assert Heard(narrow, [], {one.id: one for one in CHECKS})(CHECKS[0].id, there) == "pass"


def test_a_denied_read_fixes_nothing() -> None:
    run({"a": known(OFF)}, days=1)
    assert run({"a": DENIED}, days=2) == {"a": "open"}


def test_what_is_gone_is_fixed_only_where_all_could_be_listed() -> None:
    run({"a": known(OFF)}, days=1)
    denied = Observation(State.DENIED, None, "s3:ListBuckets", NOW, "AccessDenied")
    assert run({}, days=2, listed=denied) == {"a": "open"}
    assert run({}, days=3) == {"a": "fixed"}


def test_a_scan_by_other_checks_says_nothing_of_it() -> None:
    from ringwall.posture.queueing import Heard

    heard = Heard(Snapshot(), [], {})
    assert heard("aws-s3-bucket-versioning", "aws-s3-bucket/arn:aws:s3:::a") is None


def test_the_rank_knows_at_once_whose_it_is_and_that_the_internet_gets_at_it(
    tmp_path: Path,
) -> None:
    """By the rules of the configuration, and by what the scan itself has read."""
    from ringwall.findings.config import Findings
    from ringwall.findings.known import known_categories
    from ringwall.findings.models import Queued
    from ringwall.posture.queueing import put, stock

    config = tmp_path / "ringwall.yaml"
    config.write_text(
        "version: 1\nposture: {}\n"
        "inventory:\n"
        "  rules:\n"
        "    - {name: files, match: {tags: {team: files}}, owner: files@example.com}\n"
    )
    installation = find(all_sections, config=config)
    everybody = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                                "Resource": "*"}], "Version": "2012-10-17"}  # fmt: skip
    account = Found(kind="aws-account", name=ACCOUNT, label=ACCOUNT, account=ACCOUNT)
    snapshot = Snapshot()
    snapshot.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    snapshot.note_listing(Scope("aws-account", ACCOUNT), known(None))
    snapshot.add(account).aspects["s3_public_access_block"] = ABSENT
    for label, policy in (("open", json.dumps(everybody)), ("shut", None)):
        found = Found(
            kind="aws-s3-bucket", name=f"arn:aws:s3:::{label}", label=label, account=ACCOUNT,
            tags=(("team", "files"),),
        )  # fmt: skip
        snapshot.add(found).aspects.update(
            {
                LISTED: known({}),
                "versioning": known(OFF),
                "policy": ABSENT if policy is None else known(policy),
                "public_access_block": ABSENT,
                "acl": known({"Grants": []}),
                "ownership": ABSENT,
            }
        )
    stock(installation, ACCOUNT, snapshot, at=NOW)
    judged = list(judge_all(snapshot, CHECKS))
    put(snapshot, judged, CHECKS, scope=ACCOUNT, at=NOW, rules=Findings(),
        categories=known_categories(installation))  # fmt: skip
    rows = {one.component.rpartition(":")[2]: one for one in Queued.objects.all()}
    assert {one.owner for one in rows.values()} == {"files@example.com"}
    assert (rows["open"].exposure, rows["shut"].exposure) == ("internet", "internal")
    assert rows["open"].score > rows["shut"].score


def test_what_is_read_after_the_whole_account_changed_then_and_not_before(tmp_path: Path) -> None:
    """A narrow scan, or an event: the account as a whole is still as it was read before."""
    from ringwall.inventory import service
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.listings import SOURCE
    from ringwall.posture.queueing import stock

    config = tmp_path / "ringwall.yaml"
    config.write_text("version: 1\nposture: {}\n")
    installation = find(all_sections, config=config)
    bucket = Found(kind="aws-s3-bucket", name="arn:aws:s3:::a", label="a", account=ACCOUNT)
    began, later = NOW - timedelta(hours=5), NOW

    def read(versioning: Observation) -> Snapshot:
        made = Snapshot()
        made.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
        made.add(bucket).aspects.update({LISTED: known({}), "versioning": versioning})
        return made

    Accounts(installation.state).keep(ACCOUNT, read(known(OFF)), read=began, gaps=0)
    stock(installation, ACCOUNT, read(known(OFF)), at=began)
    stock(installation, ACCOUNT, read(known({"Status": "Enabled"})), at=later)
    assert {one.at for one in service.history(bucket.id)} == {later}
    (one,) = service.drift(began + timedelta(minutes=1), later)
    assert one.component == bucket.id
    assert list(service.drift(began + timedelta(minutes=1), later - timedelta(minutes=1))) == []
    assert service.taken_at(SOURCE, ACCOUNT) == began, "what is kept was taken in as a whole"


def test_who_scans_and_who_listens_may_tell_the_inventory_at_once(tmp_path: Path) -> None:
    """The one that began first leaves the other the word, and goes on with its findings."""
    from ringwall.inventory import filling, service, taking
    from ringwall.inventory.filling import rules_of
    from ringwall.posture import listings
    from ringwall.posture.queueing import stock

    config = tmp_path / "ringwall.yaml"
    config.write_text("version: 1\nposture: {}\n")
    installation = find(all_sections, config=config)
    read = Snapshot()
    read.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    bucket = Found(kind="aws-s3-bucket", name="arn:aws:s3:::a", label="a", account=ACCOUNT)
    read.add(bucket).aspects.update({LISTED: known({})})
    real = listings.of_account
    begun: list[str] = []

    def overtaken(listing: Listing, kept: Kept) -> Iterator[Collected]:
        if not begun:
            begun.append(listing.scope)
            taking.take(next(iter(real(kept))), rules_of(installation))
        yield from listing.components

    def of_account(kept: Kept, *, at: datetime | None = None) -> Iterator[Listing]:
        for listing in real(kept, at=at):
            yield replace(listing, components=overtaken(listing, kept))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ringwall.posture.queueing.of_account", of_account)
        stock(installation, ACCOUNT, read, at=NOW)
    assert begun
    assert service.get(bucket.id) is not None
    assert service.taken_at(listings.SOURCE, ACCOUNT) is None, "the other says when it has told all"

    module = ModuleType("listings")
    begun.clear()
    kept = Kept(account=ACCOUNT, read=NOW, gaps=0, snapshot=read)
    vars(module)["listings"] = lambda _: of_account(kept)
    several = list(filling.fill(installation, [module]))
    assert [one.partial for one in several if "another listing" in one.partial]
    assert all(one.taken is not None for one in several)


def test_the_worker_judges_ringwall_itself_and_what_is_mended_is_closed(tmp_path: Path) -> None:
    from ringwall.findings.models import Queued
    from ringwall.posture.jobs import judge_itself

    config = tmp_path / "ringwall.yaml"

    def judged(listen: str) -> dict[str, str]:
        config.write_text(
            f"version: 1\nedge: {{listen: 127.0.0.1:8443, hosts: {{app.localhost: {listen}}}}}\n"
        )
        said = judge_itself(find(all_sections, config=config))
        assert "are unknown" in said
        rows = Queued.objects.filter(weakness="ringwall-host-tls-version")
        return {one.component: one.state for one in rows}

    assert judged('{tls_minimum: "1.2"}') == {"ringwall-host/app.localhost": "open"}
    assert judged("{}") == {"ringwall-host/app.localhost": "fixed"}
