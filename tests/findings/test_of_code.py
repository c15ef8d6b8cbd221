"""A code base that is known by a name: its components, its faults, and what is there otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.checking.check import fails, passes
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
CHECKS = [
    one for one in own_checks() if one.id in {"aws-s3-bucket-versioning", "aws-ec2-serial-console"}
]
BUCKET = 'resource "aws_s3_bucket" "it" {\n  bucket = "exports"\n}\n'
VERSIONED = """\
resource "aws_s3_bucket_versioning" "it" {
  bucket = aws_s3_bucket.it.id
  versioning_configuration { status = "Enabled" }
}
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    config = tmp_path / "ringwall.yaml"
    config.write_text(
        "version: 1\n"
        "inventory:\n  rules:\n    - {name: a, match: {kind: 'aws-*'}, owner: us@example.com}\n"
    )
    return find(all_sections, config=config)


def declare(
    installation: Installation,
    name: str,
    text: str,
    *,
    day: int = 0,
    cloud: Snapshot | None = None,
    doubted: tuple[tuple[str, str], ...] = (),
) -> dict[str, str]:
    """A code base of one file; how each finding stands then, by weakness and component."""
    from ringwall.findings.models import Queued
    from ringwall.posture.declared import declare as take_in

    folder = installation.config.parent / name
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text)
    read = read_code(folder)
    take_in(
        installation,
        name,
        read.snapshot,
        judge_all(read.snapshot, CHECKS),
        CHECKS,
        clouds=[] if cloud is None else [cloud],
        doubted=doubted,
        is_whole=not read.is_broken,
        at=NOW - timedelta(days=9 - day),
    )
    return {
        f"{one.weakness} {one.component} {one.part}".strip(): one.state
        for one in Queued.objects.all()
    }


def cloud(versioning: Observation) -> Snapshot:
    made = Snapshot()
    made.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    found = Found(
        kind="aws-s3-bucket", name="arn:aws:s3:::exports", label="exports", account=ACCOUNT
    )
    made.add(found).aspects.update({"versioning": versioning, LISTED: known({"Name": "exports"})})
    return made


def known(value: Any) -> Observation:
    return Observation(State.KNOWN, value, "s3:GetBucketVersioning", NOW)


ON, OFF = known({"Status": "Enabled"}), known({"Status": "Suspended"})
DENIED = Observation(State.DENIED, None, "s3:GetBucketVersioning", NOW, "AccessDenied")
FAULT = "aws-s3-bucket-versioning aws-s3-bucket/terraform:{}/main.tf:aws_s3_bucket.it"
DRIFT = "code-drift aws-s3-bucket/arn:aws:s3:::exports shop: versioning.Status"


def test_two_code_bases_of_the_same_names_are_not_mixed_up(installation: Installation) -> None:
    declare(installation, "shop", BUCKET)
    found = declare(installation, "desk", BUCKET)
    assert found == {FAULT.format("shop"): "open", FAULT.format("desk"): "open"}
    found = declare(installation, "shop", BUCKET + VERSIONED, day=1)
    assert found == {FAULT.format("shop"): "fixed", FAULT.format("desk"): "open"}


def test_a_setting_of_a_region_that_code_no_longer_writes_is_fixed(
    installation: Installation,
) -> None:
    """Regions of accounts do not go; what code sets of one does."""
    name = "terraform:shop/main.tf:aws_ec2_serial_console_access.on"
    fault = f"aws-ec2-serial-console aws-region/{name}"
    console = 'resource "aws_ec2_serial_console_access" "on" {}'
    assert declare(installation, "shop", console) == {fault: "open"}
    assert declare(installation, "shop", "", day=1) == {fault: "fixed"}


def test_what_cannot_be_read_closes_nothing(installation: Installation) -> None:
    declare(installation, "shop", BUCKET)
    assert declare(installation, "shop", "{{{", day=1) == {FAULT.format("shop"): "open"}
    assert declare(installation, "shop", "", day=2) == {FAULT.format("shop"): "fixed"}


def test_what_is_not_as_it_is_declared_is_a_finding_until_it_is(installation: Installation) -> None:
    text = BUCKET + VERSIONED
    assert declare(installation, "shop", text, cloud=cloud(OFF)) == {DRIFT: "open"}
    assert declare(installation, "shop", text, day=1, cloud=cloud(DENIED)) == {DRIFT: "open"}
    assert declare(installation, "shop", text, day=2) == {DRIFT: "open"}
    assert declare(installation, "shop", text, day=3, cloud=cloud(ON)) == {DRIFT: "fixed"}


def test_what_could_not_be_read_again_mends_no_drift(installation: Installation) -> None:
    text, bucket = BUCKET + VERSIONED, "aws-s3-bucket/arn:aws:s3:::exports"
    doubted = ((bucket, "versioning"),)
    found = declare(installation, "shop", text, cloud=cloud(OFF), doubted=doubted)
    assert found == {DRIFT: "open"}, "by the older reading it differs"
    found = declare(installation, "shop", text, day=1, cloud=cloud(ON), doubted=doubted)
    assert found == {DRIFT: "open"}
    other = ((bucket, "encryption"),)
    assert declare(installation, "shop", text, day=2, cloud=cloud(ON), doubted=other) == {
        DRIFT: "fixed"
    }


GROUP = """resource "aws_security_group" "it" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["NETWORK"]
  }
}
"""


def accept(weakness: str) -> None:
    from ringwall.findings.models import Queued
    from ringwall.findings.moving import move
    from ringwall.findings.states import Move

    uid = Queued.objects.get(weakness=weakness).pk
    until = NOW + timedelta(days=9)
    at = NOW - timedelta(days=8)
    move(uid, Move.ACCEPT, owner="ada", reason="our own, for now", until=until, now=at)


def test_what_is_accepted_of_code_dies_with_its_values_and_not_when_lines_move(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(it: Any, world: Any) -> Any:
        rules = it.read("listed")["IpPermissions"]
        found = [one["CidrIp"] for rule in rules for one in rule["IpRanges"]]
        return fails("it is open to a network") if any(found) else passes("it is not")

    check = replace(CHECKS[0], id="open", judge=judge)
    check = replace(check, check=replace(check.check, judges="aws-ec2-security-group"))
    monkeypatch.setitem(globals(), "CHECKS", [check])
    name = "open aws-ec2-security-group/terraform:shop/main.tf:aws_security_group.it"
    text = GROUP.replace("NETWORK", "10.0.0.0/8")
    assert declare(installation, "shop", text) == {name: "open"}
    accept("open")
    assert declare(installation, "shop", f"# ours\n\n{text}", day=2) == {name: "accepted"}
    text = GROUP.replace("NETWORK", "0.0.0.0/0")
    assert declare(installation, "shop", text, day=3) == {name: "open"}


def test_accepted_drift_is_not_accepted_to_something_else(installation: Installation) -> None:
    text = BUCKET + VERSIONED
    declare(installation, "shop", text, cloud=cloud(OFF))
    accept("code-drift")
    assert declare(installation, "shop", text, day=2, cloud=cloud(OFF)) == {DRIFT: "accepted"}
    other = known({"Status": "Disabled"})
    assert declare(installation, "shop", text, day=3, cloud=cloud(other)) == {DRIFT: "open"}


def test_what_may_differ_still_is_not_as_it_is_declared(installation: Installation) -> None:
    """Nobody could list the buckets, or nobody knows what code will say of this one."""
    text = BUCKET + VERSIONED
    denied, other = Snapshot(), Snapshot()
    denied.note_listing(Scope("aws-s3-bucket", ACCOUNT), DENIED)
    variable = 'variable "it" {}\n' + text.replace('"Enabled"', "var.it")
    assert declare(installation, "shop", text, cloud=cloud(OFF)) == {DRIFT: "open"}
    for day, (said, seen) in enumerate(
        ((text, denied), (text, other), (variable, cloud(OFF))), start=1
    ):
        assert declare(installation, "shop", said, day=day, cloud=seen) == {DRIFT: "open"}
    assert declare(installation, "shop", BUCKET, day=4, cloud=cloud(OFF))[DRIFT] == "fixed"
    declare(installation, "shop", text, day=5, cloud=cloud(OFF))
    other.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    assert declare(installation, "shop", text, day=6, cloud=other)[DRIFT] == "fixed"


def test_its_components_are_in_the_inventory_and_ranked_by_it(installation: Installation) -> None:
    from ringwall.findings.models import Queued
    from ringwall.inventory import service

    declare(installation, "shop", BUCKET, cloud=cloud(OFF))
    declared = "aws-s3-bucket/terraform:shop/main.tf:aws_s3_bucket.it"
    assert service.get(declared) is not None
    found = {(one.kind, one.other, one.is_forward) for one in service.neighbours(declared)}
    assert found == {
        ("declared-by", "code-repository/shop", True),
        ("declared-by", "aws-s3-bucket/arn:aws:s3:::exports", False),
    }
    fault = Queued.objects.get(component=declared)
    assert fault.owner == "us@example.com"
    declare(installation, "shop", "", day=1)
    gone = service.get(declared)
    assert gone is not None
    assert gone.gone is not None


def test_what_is_known_only_once_it_runs_is_told_so(installation: Installation) -> None:
    from ringwall.inventory import service

    tagged = BUCKET.replace('"exports"\n', '"exports"\n  tags = { a = var.v }\n')
    declare(installation, "shop", 'variable "v" {}\n' + tagged)
    declared = "aws-s3-bucket/terraform:shop/main.tf:aws_s3_bucket.it"
    (told,) = service.told_of(declared)
    assert "variable v of main.tf:1 is not set" in str(told.aspects)
