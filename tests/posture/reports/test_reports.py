"""Reports in each form: as its published form says, and harmless whatever is in an account."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.lake.test_ocsf import require_valid

from ringwall.core.components import Found
from ringwall.core.observations import Observation, Place, State
from ringwall.core.verdicts import Outcome
from ringwall.findings.formats.form import Form
from ringwall.findings.formats.forms import read
from ringwall.findings.formats.reading import NOBODY_KNOWN
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.code.reading import Remark
from ringwall.posture.frameworks.catalogue import frameworks
from ringwall.posture.judging import judge_all
from ringwall.posture.naming import in_scope
from ringwall.posture.reports import asff, comma_separated, html, ocsf, oscal, sarif
from ringwall.posture.reports.report import Part, Report, report_of
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
HOSTILE = "=cmd|'/C calc'!A0<script>alert(1)</script>\u202e\x1b[2J"
CHECKS = [one for one in own_checks() if one.id.startswith(("aws-s3-", "aws-iam-root"))]


def known(value: Any) -> Observation:
    return Observation(State.KNOWN, value, "s3:GetBucketPolicy", NOW)


def part(snapshot: Snapshot, checks: list[KnownCheck], scope: str = ACCOUNT) -> Part:
    """A scope, judged by these checks."""
    judged = tuple(judge_all(snapshot, checks))
    return Part(scope=scope, read=NOW, snapshot=snapshot, judged=judged, checks=tuple(checks))


@pytest.fixture
def report() -> Report:
    """One bucket that is well in a way, one that is not and has a hostile name, one denied."""
    snapshot = Snapshot()
    account = Found(kind="aws-account", name=ACCOUNT, label=ACCOUNT, account=ACCOUNT)
    snapshot.add(account).aspects["summary"] = known({"AccountMFAEnabled": 1})
    snapshot.note_listing(Scope("aws-account", ACCOUNT), known(None))
    snapshot.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    denied = Observation(State.DENIED, None, "cloudtrail:DescribeTrails", NOW, "AccessDenied")
    snapshot.note_listing(Scope("aws-cloudtrail-trail", ACCOUNT, "eu-west-1"), denied)
    for label, told in (
        ("good", known({"Status": "Enabled"})),
        (HOSTILE, known({})),
        ("denied", replace(denied, api="s3:GetBucketVersioning")),
    ):
        found = Found(
            kind="aws-s3-bucket",
            name=f"arn:aws:s3:::{label}",
            label=label,
            account=ACCOUNT,
            region="eu-west-1",
        )
        seen = snapshot.add(found, place=Place("infra/buckets.tf", 12))
        seen.aspects.update({"versioning": told, LISTED: known({})})
    return report_of([part(snapshot, CHECKS)], made=NOW)


def test_what_fails_comes_first_and_nothing_is_left_out(report: Report) -> None:
    outcomes = [row.outcome for row in report.rows]
    assert set(outcomes) == set(Outcome)
    assert outcomes == sorted(outcomes, key=["fail", "unknown", "pass"].index)
    assert [scope.kind for scope, _ in report.unlisted] == ["aws-cloudtrail-trail"]
    judged = {row.check.id for row in report.rows} | {one.id for one in report.silent}
    assert judged == {one.id for one in CHECKS}


def test_a_finding_has_evidence_and_a_fix_and_stays_the_same(report: Report) -> None:
    for row in report.of(Outcome.FAIL):
        finding = row.finding(NOW)
        assert finding.evidence
        assert finding.fix
        assert finding.uid == row.finding(datetime(2027, 1, 1, tzinfo=UTC)).uid
    assert len({row.finding(NOW).uid for row in report.rows}) == len(report.rows)


def test_ocsf_is_as_the_published_schema_says(report: Report) -> None:
    events = [json.loads(line) for line in ocsf.lines(report)]
    assert len(events) == len(report.rows)
    assert {event["compliance"]["status"] for event in events} == {"Pass", "Fail", "Unknown"}
    for event in events:
        require_valid(event)
        assert len(json.dumps(event)) < 4000


def test_sarif_has_each_rule_once_and_what_its_readers_need(report: Report) -> None:
    log = json.loads(sarif.text(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert len(run["results"]) == len(report.rows) - len(report.of(Outcome.PASS))
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert (one["kind"], one["level"] == "none") in {("fail", False), ("open", True)}
        assert one["partialFingerprints"]["ringwall/v1"]
        (location,) = one["locations"]
        if "aws-s3-bucket/" in location["logicalLocations"][0]["fullyQualifiedName"]:
            assert location["physicalLocation"]["region"]["startLine"] == 12
    (told,) = run["invocations"]
    assert "aws-cloudtrail-trail" in told["toolExecutionNotifications"][0]["message"]["text"]


def test_asff_has_what_security_hub_asks_for(report: Report) -> None:
    findings = json.loads(asff.text(report))
    needed = {"SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt"}
    needed |= {"UpdatedAt", "Severity", "Title", "Description", "Resources"}
    for one in findings:
        assert needed <= set(one)
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", one["UpdatedAt"])
        assert one["Severity"]["Label"] in {"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
    statuses = {one["Compliance"]["Status"] for one in findings}
    assert statuses == {"PASSED", "FAILED", "NOT_AVAILABLE"}
    types = {resource["Type"]: resource["Id"] for one in findings for resource in one["Resources"]}
    assert {"AwsS3Bucket", "AwsAccount"} <= set(types)
    assert re.fullmatch(r"AWS::::Account:\d{12}", types["AwsAccount"])


def test_each_form_tells_where_to_read_more(report: Report) -> None:
    wrong = report.of(Outcome.FAIL)[0]
    address = wrong.check.references[0]
    assert address.startswith("https://docs.aws.amazon.com/")
    rules = json.loads(sarif.text(report))["runs"][0]["tool"]["driver"]["rules"]
    by_id = {one["id"]: one for one in rules}
    assert by_id[wrong.check.id]["helpUri"] == address
    assert ocsf.event(wrong, report)["remediation"]["references"] == [*wrong.check.references]
    told = {one["GeneratorId"]: one["Remediation"] for one in json.loads(asff.text(report))}
    assert told[wrong.check.id]["Recommendation"]["Url"] == address
    assert address in html.text(report)


def test_csv_has_no_formula(report: Report) -> None:
    text = b"".join(comma_separated.lines(report)).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == comma_separated.COLUMNS
    assert len(rows) == len(report.rows) + 1
    for row in rows[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert "\x1b" not in text


class Page(HTMLParser):
    """What a browser would take of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_stands_for_itself_and_runs_nothing(report: Report) -> None:
    text = html.text(report, [frameworks()["cis-aws-3.0"]])
    page = Page()
    page.feed(text)
    assert re.search(r"\d+% of checks pass, \d+% of verdicts\.", text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "form"}
    ids = {attributes.get("id") for _, attributes in page.tags}
    for tag, attributes in page.tags:
        if tag == "a":
            assert str(attributes["href"]).removeprefix("#") in ids
        assert not any(name.startswith("on") or name in {"style", "src"} for name in attributes)
    policies = [
        str(one.get("content"))
        for tag, one in page.tags
        if tag == "meta" and one.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert "&lt;script&gt;" in text
    assert "What could not be known" in text


def test_a_page_of_several_scopes_has_each_beside_the_others(report: Report) -> None:
    buckets = [one for one in CHECKS if one.id == "aws-s3-bucket-versioning"]
    code = in_scope(bucket(), "code shop", folder="infra")
    broken = Remark(Place("infra/more.tf", 7), "the { of this line is never closed", True)
    both = report_of(
        [
            part(bucket(), buckets),
            replace(part(code, buckets, "code shop"), remarks=(broken,)),
            part(in_scope(bucket(), "ringwall"), [], "ringwall"),
        ],
        made=NOW,
    )
    text = html.text(both, [frameworks()["soc2"]])
    assert "of 1 account, code shop and Ringwall itself" in text
    heads = [f'<th class="num">{name}</th>' for name in (ACCOUNT, "code shop", "Ringwall itself")]
    assert "".join(heads) in text
    assert "<code>infra/more.tf:7</code> could not be read" in text
    assert "infra/infra.tf:3" in text
    (log,) = json.loads(sarif.text(both))["runs"]
    assert "automationDetails" not in log, "several scopes are no one analysis"
    assert not log["invocations"][0]["executionSuccessful"]
    with_one = html.text(report, [frameworks()["soc2"]])
    assert "Verdicts that pass" not in with_one


def bucket() -> Snapshot:
    """A bucket that was never versioned."""
    snapshot = Snapshot()
    snapshot.note_listing(Scope("aws-s3-bucket", ACCOUNT), known(None))
    found = Found(kind="aws-s3-bucket", name="b", label="b", account=ACCOUNT)
    seen = snapshot.add(found, place=Place("infra.tf", 3))
    seen.aspects.update({"versioning": known({}), LISTED: known({})})
    return snapshot


def test_kinds_that_could_not_be_listed_for_one_reason_are_told_together() -> None:
    snapshot = Snapshot()
    for kind in ("aws-a", "aws-b", "aws-c", "aws-d", "aws-e"):
        denied = Observation(State.DENIED, None, "x:List", NOW, "AccessDenied: no")
        snapshot.note_listing(Scope(kind, ACCOUNT, "eu-west-1"), denied)
    text = html.text(report_of([part(snapshot, CHECKS)], made=NOW))
    assert f"aws-a, aws-b, aws-c and 2 more kinds</b> of {ACCOUNT} in eu-west-1 could not" in text


def test_oscal_refers_to_what_is_there(report: Report) -> None:
    told = json.loads(oscal.text(report, frameworks()["nist-800-53r5"]))
    results = told["assessment-results"]
    (result,) = results["results"]
    known_ids = {one["uuid"] for one in result["observations"]}
    assert len(known_ids) == len(result["observations"])
    ids = [one["control-id"] for one in _included(result)]
    assert "ia-2.1" in ids
    for one in result["findings"]:
        assert one["target"]["target-id"] in ids
        assert {each["observation-uuid"] for each in one["related-observations"]} <= known_ids
    token = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
    for framework in frameworks().values():
        made = json.loads(oscal.text(report, framework))["assessment-results"]["results"][0]
        assert all(token.fullmatch(one["control-id"]) for one in _included(made))


def _included(result: dict[str, Any]) -> Iterator[dict[str, str]]:
    (selection,) = result["reviewed-controls"]["control-selections"]
    yield from selection.get("include-controls", ())


def test_every_form_says_that_control_policies_do_not_count() -> None:
    snapshot = Snapshot()
    refused = Observation(State.DENIED, None, "o:Describe", NOW, "AccessDenied: no o:Describe")
    account = Found(kind="aws-account", name=ACCOUNT, label=ACCOUNT, account=ACCOUNT)
    snapshot.add(account).aspects["organization"] = refused
    snapshot.note_listing(Scope("aws-sqs-queue", ACCOUNT), known(None))
    name = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
    queue = Found(kind="aws-sqs-queue", name=name, label="jobs", account=ACCOUNT)
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    ]}  # fmt: skip
    told = known({"Policy": json.dumps(policy), "QueueArn": name})
    snapshot.add(queue).aspects.update({"attributes": told, LISTED: known({})})
    checks = [one for one in own_checks() if one.id == "aws-sqs-queue-public"]
    made = report_of([part(snapshot, checks)], made=NOW)
    assert [row.outcome for row in made.rows] == [Outcome.FAIL]
    texts = [
        html.text(made),
        b"".join(ocsf.lines(made)).decode(),
        sarif.text(made),
        asff.text(made),
        b"".join(comma_separated.lines(made)).decode(),
        *(oscal.text(made, one) for one in frameworks().values()),
    ]
    for text in texts:
        assert f"organisation account {ACCOUNT} is in is not known: AccessDenied" in text
    for line in ocsf.lines(made):
        require_valid(json.loads(line))
    silent = html.text(replace(made, left_out=()))
    assert "is not known: AccessDenied" not in silent


@pytest.mark.parametrize("word", ["compliant", "certified"])
def test_no_report_says_what_nobody_here_can_know(report: Report, word: str) -> None:
    several = list(frameworks().values())
    texts = [
        html.text(report, several),
        sarif.text(report),
        asff.text(report),
        b"".join(ocsf.lines(report)).decode(),
        b"".join(comma_separated.lines(report)).decode(),
        *(oscal.text(report, one) for one in several),
    ]
    assert not any(word in text.lower() for text in texts)


def test_a_report_of_nothing_is_one() -> None:
    empty = report_of([], made=NOW)
    assert "Nothing that was judged fails" in html.text(empty)
    assert json.loads(asff.text(empty)) == []
    assert json.loads(sarif.text(empty))["runs"][0]["results"] == []
    assert "findings" not in oscal.text(empty, frameworks()["soc2"])


@pytest.mark.parametrize("form", [Form.OCSF, Form.SARIF, Form.ASFF])
def test_the_queue_reads_a_report_as_what_our_checks_say(report: Report, form: Form) -> None:
    texts = {
        Form.OCSF: b"".join(ocsf.lines(report)),
        Form.SARIF: sarif.text(report).encode(),
        Form.ASFF: asff.text(report).encode(),
    }
    brought = read(texts[form], NOBODY_KNOWN, now=NOW)
    assert brought.source == "ringwall"
    fails = {row.finding(NOW).uid: row.judged.verdict.why for row in report.of(Outcome.FAIL)}
    assert {one.uid: one.message for one in brought.findings} == fails, "what is not known is none"
    open_ = {(row.check.id, row.judged.component) for row in report.of(Outcome.UNKNOWN)}
    assert open_ == brought.unknown | {one[:2] for one in brought.unknown_at}
