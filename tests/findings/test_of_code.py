"""A code base that is known by a name: its components, its faults, and what is there otherwise."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
CHECKS = [one for one in own_checks() if one.id == "aws-s3-bucket-versioning"]
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
    installation: Installation, name: str, text: str, *, day: int = 0, cloud: Snapshot | None = None
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
