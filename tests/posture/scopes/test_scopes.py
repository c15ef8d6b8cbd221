"""Accounts, code that was declared and Ringwall itself: each is judged, kept and reported."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.posture.kept import ACCOUNT, keep
from tests.posture.scopes.written import BUCKET
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.posture import service
from ringwall.posture.jobs import judge_itself
from ringwall.posture.scans import Scans
from ringwall.posture.scopes import Scopes
from ringwall.posture.summing import stands
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
CHECK = "aws-s3-bucket-versioning"


def ran(*words: str, code: int = 0) -> str:
    """What a command printed that ended so."""
    found = CliRunner().invoke(build(), ["posture", *words])
    assert found.exit_code == code, found.output
    return found.stdout


@pytest.fixture
def three(installation: Installation, database: str) -> Installation:
    """An account that was read, code that was declared, and Ringwall, which was judged."""
    del database
    keep(installation.state)
    ran("declare", "shop")
    ran("itself")
    return installation


def verdicts(told: str) -> dict[str, set[str]]:
    """By scope: the components that a report of lines of OCSF speaks of."""
    found: dict[str, set[str]] = {}
    for line in told.splitlines():
        ours = json.loads(line)["unmapped"]["ringwall"]
        found.setdefault(ours["scope"], set()).add(ours["component"])
    return found


def test_a_report_is_of_everything_unless_less_is_asked_for(three: Installation) -> None:
    found = verdicts(ran("report", "--format", "ocsf"))
    assert set(found) == {ACCOUNT, "code shop", "ringwall"}
    assert "ringwall-route/hello" in found["ringwall"]
    assert "aws-s3-bucket/terraform:shop/main.tf:aws_s3_bucket.it" in found["code shop"]
    for word, scope in (("shop", "code shop"), ("ringwall", "ringwall"), (ACCOUNT, ACCOUNT)):
        only = verdicts(ran("report", "--format", "ocsf", "--scope", word))
        assert only == {scope: found[scope]}
    Scans(three.state).was_read("production", account=ACCOUNT, at=NOW, gaps=0)
    assert set(verdicts(ran("report", "--format", "ocsf", "--scope", "production"))) == {ACCOUNT}
    ran("report", "--scope", "nowhere", code=1)


def test_a_fault_of_code_has_the_place_in_its_tree_and_is_the_one_in_the_queue(
    three: Installation,
) -> None:
    """It is one only by the variables of the configuration: without them it would be unknown."""
    from ringwall.findings.models import Queued

    log = json.loads(ran("report", "--format", "sarif", "--scope", "shop", "--check", CHECK))
    (result,) = log["runs"][0]["results"]
    (location,) = result["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "infra/prod/main.tf"
    assert place["region"]["startLine"] == 3
    whole = json.loads(ran("report", "--format", "sarif", "--scope", "ringwall"))
    uris = {
        one["locations"][0].get("physicalLocation", {}).get("artifactLocation", {}).get("uri")
        for one in whole["runs"][0]["results"]
    }
    assert uris <= {"ringwall.yaml", None}
    uid = result["partialFingerprints"]["ringwall/v1"]
    assert Queued.objects.get(uid=uid).weakness == CHECK
    assert "versioning" in ran("explain", uid)
    assert "s3-controls.html#s3-14" in ran("explain", "aws-s3-bucket-versioning")
    assert ran("explain", uid[:8]) == ran("explain", uid), "lists show no more of it"
    assert '"Status": "' in ran("explain", uid), "the value that decides"
    assert "&quot;Status&quot;: &quot;" in ran("report", "--scope", "shop", "--check", CHECK)
    shown = CliRunner().invoke(build(), ["findings", "show", uid])
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("versioning of aws-s3-bucket/") == 1, "each read once"
    assert '"Status": "' in shown.stdout
    (three.state / "posture" / "code" / "shop.snapshot").unlink()
    shown = CliRunner().invoke(build(), ["findings", "show", uid])
    assert "no values: what it was found in" in shown.stdout
    ran("explain", "0" * 8, code=1)


def test_of_each_scope_count_the_checks_that_can_look_at_it_and_those_that_could_not(
    three: Installation,
) -> None:
    del three
    asvs = json.loads(ran("frameworks", "owasp-asvs", "--by", "scope", "--json"))
    figures = {one["scope"]: one for one in asvs}
    assert set(figures) == {ACCOUNT, "code shop", "ringwall"}
    for one in figures.values():
        assert sum(one["counts"].values()) == 345
    checks = {
        scope: {check for control in one["controls"] for check in control["checks"]}
        for scope, one in figures.items()
    }
    assert all(check.startswith("ringwall-") for check in checks["ringwall"])
    assert checks["ringwall"]
    assert not any(check.startswith("ringwall-") for check in checks["code shop"])
    cis = json.loads(ran("frameworks", "cis-aws-3.0", "--scope", "shop", "--json"))[0]
    looked = {one["control"] for one in cis["controls"] if one["standing"] != "not checked"}
    assert "2.1.4" in looked, "buckets can be declared"
    assert "1.5" not in looked, "the root user cannot"
    # Keys of the account could not be listed: no control passes by what else supports it.
    (told,) = json.loads(ran("frameworks", "cis-aws-3.0", "--scope", ACCOUNT, "--json"))
    stands = {one["control"]: (one["standing"], one["unknown"]) for one in told["controls"]}
    assert stands["3.6"] == ("unknown", 1)
    (owners,) = json.loads(ran("frameworks", "cis-aws-3.0", "--by", "owner", "--json"))[:1]
    assert {one["control"]: one["standing"] for one in owners["controls"]}["3.6"] == "unknown"


def test_evidence_of_code_tells_what_was_read_and_where(
    three: Installation, tmp_path: Path
) -> None:
    del three
    out = tmp_path / "evidence.jsonl"
    ran(
        "evidence",
        "nist-800-53r5",
        "CP-9",
        "--scope",
        "shop",
        "--format",
        "jsonl",
        "--out",
        str(out),
    )
    control, *rows, _ = map(json.loads, out.read_text().splitlines())
    assert list(control["scopes"]) == ["code shop"]
    (one,) = [row for row in rows if row["check"] == CHECK]
    assert one["scope"] == "code shop"
    assert all(fact["answer_sha256"] for fact in one["facts"] if fact["state"] == "known")
    assert any("main.tf:7" in fact["api"] for fact in one["facts"])


def test_a_history_of_nothing_that_there_is_names_what_there_is(three: Installation) -> None:
    del three
    for words, hint in (
        (("--scope", "nope"), f"there are: {ACCOUNT}, shop, ringwall"),
        (("--scope", "shop", "--scope", "nope"), "shop"),
        (("--by", "owner", "--scope", "nope"), "shop"),
        (("soc3",), "soc2"),
    ):
        found = CliRunner().invoke(build(), ["posture", "history", *words])
        assert isinstance(found.exception, Refused), words
        assert ("nope" in str(found.exception)) is ("nope" in words)
        assert hint in (found.exception.hint or "")
    assert json.loads(ran("history", "soc2", "--scope", "shop", "--scope", ACCOUNT, "--json"))


def test_history_tells_each_scope_and_owner(three: Installation) -> None:
    (three.config.parent / "infra" / "prod" / "main.tf").write_text(BUCKET)
    ran("declare", "shop")
    points = json.loads(ran("history", "cis-aws-3.0", "--json"))
    assert [one["account"] for one in points] == [ACCOUNT, "code shop", "ringwall"], "none twice"
    (mine,) = json.loads(ran("history", "soc2", "--scope", "shop", "--json"))
    (hers,) = json.loads(ran("history", "soc2", "--by", "owner", "--scope", "shop", "--json"))[-1:]
    assert hers["owner"] == "ada"
    assert 0 < hers["failed"] <= mine["failed"]
    # A change of code is a point of its own; rules of the inventory say more than tags.
    rule = "inventory: {rules: [{name: a, match: {account: code shop}, owner: payments}]}\n"
    three.config.write_text(three.config.read_text() + rule)
    told = json.loads(ran("frameworks", "soc2", "--by", "owner", "--json"))
    assert {one["owner"] for one in told} == {"ada", "payments", "(nobody is named)"}
    (three.config.parent / "infra" / "prod" / "main.tf").write_text(BUCKET.replace("_sqs_", "_no_"))
    ran("declare", "shop")
    assert len(json.loads(ran("history", "soc2", "--scope", "shop", "--json"))) == 2
    (theirs,) = json.loads(ran("history", "soc2", "--by", "owner", "--scope", "shop", "--json"))[
        -1:
    ]
    assert theirs["owner"] == "payments"


def test_asff_has_accounts_alone_and_a_damaged_file_is_named(three: Installation) -> None:
    ran("report", "--format", "asff", "--scope", "shop", code=1)
    told = json.loads(ran("report", "--format", "asff"))
    assert {one["AwsAccountId"] for one in told} == {ACCOUNT}
    (three.state / "posture" / "code" / "shop.snapshot").write_bytes(b"nonsense")
    found = CliRunner().invoke(build(), ["posture", "report"])
    assert found.exit_code == 1
    assert "shop.snapshot" in str(found.exception)
    assert "`ringwall posture declare` makes it anew" in str(found.exception)


def test_status_tells_of_code_that_is_configured(three: Installation) -> None:
    told = {one["name"]: one for one in json.loads(ran("status", "--json"))}
    assert told["shop"]["scope"] == "code shop"
    assert not told["shop"]["overdue"]
    assert Scans(three.state).all()["code shop"].read is not None
    ran("declare", "desk", code=1)


def test_what_the_worker_judges_of_ringwall_each_hour_is_reported(three: Installation) -> None:
    before = Scopes(three.state).get("ringwall")
    assert before is not None
    assert "unknown" in judge_itself(three)
    now = Scopes(three.state).get("ringwall")
    assert now is not None
    assert now.read > before.read
    assert len(now.snapshot) == len(before.snapshot)
    owners = json.loads(
        ran("frameworks", "owasp-asvs", "--by", "owner", "--scope", "ringwall", "--json")
    )
    assert "ada" in {one["owner"] for one in owners}, "whose the service is"


def test_pages_show_code_and_ringwall_beside_accounts(three: Installation) -> None:
    found = {one.account: one for one in service.accounts(three)}
    assert [*found] == [ACCOUNT, "code shop", "ringwall"]
    told = json.loads(ran("report", "--format", "sarif", "--scope", "shop", "--check", CHECK))
    (result,) = told["runs"][0]["results"]
    (said,) = service.said(three, CHECK, [found["code shop"]])
    assert said.component == "aws-s3-bucket/terraform:shop/main.tf:aws_s3_bucket.it"
    assert said.uid == result["partialFingerprints"]["ringwall/v1"]
    (asvs,) = json.loads(ran("frameworks", "owasp-asvs", "--scope", "ringwall", "--json"))
    summary = found["ringwall"].summary
    assert summary is not None
    stood = stands(service.frameworks()["owasp-asvs"], service.mapped(three), [summary])
    counts = {standing.value: count for standing, count in stood.counts.items()}
    assert {one: n for one, n in counts.items() if one[:3] != "not"} == {
        one: n for one, n in asvs["counts"].items() if one[:3] != "not"
    }
    over_time = service.over_time(three, account="code shop", owner="ada")
    assert over_time["soc2"].moments[-1].failed > 0
    scopes, owners = service.remembered(three)
    assert ("code shop" in scopes, "ada" in owners) == (True, True)
