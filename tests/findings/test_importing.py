"""Reports of other tools: what they call what we know, what passed, what they cannot tell."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.findings.scene import ACCOUNT, BUCKET, at, check_queue, finding, state, take
from tests.identity.commanding import told
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.findings.config import Findings
from ringwall.findings.formats.components import component_of
from ringwall.findings.formats.form import Form
from ringwall.findings.formats.forms import write
from ringwall.findings.formats.reading import KnownRule
from ringwall.findings.ranking import NothingKnown

KNOWN = {
    f"{tool}:{rule}": KnownRule(finding().weakness, "The bucket is open", "close it")
    for tool, rule in (
        ("prowler", "s3_bucket_public_access"),
        ("securityhub", "S3.8"),
        ("checkov", "CKV_AWS_20"),
    )
}


def bring(report: Any, **told: Any) -> Any:
    from ringwall.findings.importing import bring_in

    data = report if isinstance(report, bytes) else json.dumps(report).encode()
    usual = {"known": KNOWN, "categories": NothingKnown(), "rules": Findings(), "now": at(1)}
    done = bring_in(data, **{**usual, **told})
    check_queue()
    return done


def prowler(status: str, *, rule: str = "s3_bucket_public_access", fix: str = "") -> Any:
    """An event as Prowler writes it."""
    return {
        "class_uid": 2004,
        "severity_id": 4,
        "status_code": status,
        "status_detail": "S3 Bucket invoices is public",
        "message": "S3 Bucket invoices is public",
        "metadata": {"event_code": rule, "product": {"name": "Prowler"}, "version": "1.5.0"},
        "finding_info": {"title": "Check S3 public access", "uid": "prowler-x", "types": []},
        "time": int(at(0.5).timestamp()),
        "resources": [{"uid": "arn:aws:s3:::invoices", "type": "AwsS3Bucket", "region": "eu"}],
        **({"remediation": {"desc": fix, "references": []}} if fix else {}),
    }


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("arn:aws:s3:::invoices", BUCKET),
        ("arn:aws:iam::111122223333:user/a/b", "aws-iam-user/arn:aws:iam::111122223333:user/a/b"),
        ("arn:aws:iam::111122223333:root", "aws-account/111122223333"),
        ("AWS::::Account:111122223333", "aws-account/111122223333"),
        ("arn:aws:rds:eu-west-1:1:db:x", "aws-rds-instance/arn:aws:rds:eu-west-1:1:db:x"),
        ("arn:aws:sqs:eu-west-1:1:x", "aws-sqs-queue/arn:aws:sqs:eu-west-1:1:x"),
        (
            "arn:aws:ec2:eu-west-1:1:security-group/sg-1",
            "aws-ec2-security-group/arn:aws:ec2:eu-west-1:1:security-group/sg-1",
        ),
        ("web-1", "resource/web-1"),
        *(
            (f"arn:aws:{rest}", f"aws-{kind}/arn:aws:{rest}")
            for rest, kind in (
                ("ec2:eu-west-1:1:elastic-ip/eipalloc-1", "ec2-address"),
                ("s3:eu-west-1:1:accesspoint/x", "s3-access-point"),
                ("events:eu-west-1:1:event-bus/default", "events-bus"),
                ("wafv2:eu-west-1:1:regional/webacl/x/1", "wafv2-web-acl"),
                ("autoscaling:eu-west-1:1:autoScalingGroup:u:x/y", "autoscaling-group"),
                (
                    "autoscaling:eu-west-1:1:launchConfiguration:u:x/y",
                    "autoscaling-launch-configuration",
                ),
                ("apigateway:eu-west-1::/restapis/x", "apigateway-rest-api"),
                ("apigateway:eu-west-1::/restapis/x/stages/y", "apigateway-rest-stage"),
                ("apigateway:eu-west-1::/apis/x", "apigateway-api"),
                ("apigateway:eu-west-1::/apis/x/stages/y", "apigateway-stage"),
                ("apigateway:eu-west-1::/domainnames/a.example.com", "apigateway-domain"),
                ("elasticloadbalancing:r:1:targetgroup/x/1", "elbv2-target-group"),
                ("elasticloadbalancing:r:1:listener/app/x/1/2", "elbv2-listener"),
                ("elasticloadbalancing:r:1:loadbalancer/x", "elb-load-balancer"),
            )
        ),
    ],
)
def test_what_a_scanner_names_is_a_component(name: str, component: str) -> None:
    assert component_of(name) == component


@pytest.mark.usefixtures("database")
def test_what_prowler_finds_too_is_one_finding_and_its_passes_count() -> None:
    from ringwall.findings import service

    take(finding())
    done = bring([prowler("FAIL"), prowler("FAIL", rule="s3_bucket_other")])
    assert (done.source, done.taken.new, done.taken.still) == ("prowler", 1, 1)
    _, sightings = service.history(finding().uid)
    assert {one.source: one.rule for one in sightings} == {
        "prowler": "s3_bucket_public_access",
        "ringwall": "",
    }
    (other,) = service.standings(service.Wanted(weakness="prowler"))
    assert "look its rule s3_bucket_other up" in other.finding.fix

    take(day=0.6)
    later = [dict(prowler(code), time=int(at(0.8).timestamp())) for code in ("PASS", "MANUAL")]
    later[1]["metadata"] = {**later[1]["metadata"], "event_code": "s3_bucket_other"}
    done = bring(later)
    assert (done.taken.fixed, done.taken.unconfirmed) == (1, 1)
    assert state(finding()) == "fixed"


def by_rules(*rules: Any) -> Any:
    """What an inventory says whose configuration has these rules."""
    from ringwall.inventory.categories import Known
    from ringwall.inventory.categorising import Rules
    from ringwall.inventory.rules import Rule

    return Known(lambda: Rules([Rule.model_validate(one) for one in rules]))


RULES = (
    {"name": "tagged", "match": {"tags": {"team": "pay*"}}, "owner": "payments@example.com"},
    {"name": "sandbox", "match": {"account": "9999*"}, "environment": "development"},
    {"name": "web", "match": {"name": "web-*", "kind": "aws-*"}, "classification": "public"},
    {"name": "code", "match": {"kind": "code-repository"}, "owner": "code@example.com"},
    {"name": "told", "match": {"source": "prowler"}, "criticality": "vital"},
)
WITHIN = Findings.model_validate(
    {"deadlines": [{"severity": "high", "environment": "development", "within": "9d"}]}
)


def security_hub(name: str, **resource: Any) -> Any:
    """A finding as Security Hub writes it of a resource."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "x",
        "ProductName": "Security Hub",
        "GeneratorId": "g",
        "AwsAccountId": "999911112222",
        "Severity": {"Label": "HIGH"},
        "Title": "It is open",
        "Description": "anybody may read it",
        "UpdatedAt": at(0.5).isoformat(),
        "Resources": [{"Id": name, "Type": "AwsS3Bucket", **resource}],
    }


@pytest.mark.usefixtures("database")
def test_rules_put_into_categories_what_no_collector_has_seen() -> None:
    from ringwall.findings import service
    from ringwall.findings.models import Queued

    told: Any = {"categories": by_rules(*RULES), "rules": WITHIN}
    bring([security_hub("arn:aws:s3:::web-shop", Tags={"team": "payments"})], **told)
    row = Queued.objects.get()
    assert row.component == "aws-s3-bucket/arn:aws:s3:::web-shop"
    assert (row.owner, row.environment) == ("payments@example.com", "development")
    assert (row.classification, row.deadline) == ("public", at(9.5))
    assert (row.exposure, row.criticality) == ("", ""), "what no rule says is not known"

    event = prowler("FAIL", rule="another")
    event["cloud"] = {"account": {"uid": "999933334444"}}
    event["resources"][0] |= {"name": "web-invoices", "labels": ["team: payroll", "a:b: c"]}
    bring(event, **told)
    row = Queued.objects.get(component=BUCKET)
    assert (row.owner, row.environment) == ("payments@example.com", "development")
    assert (row.classification, row.criticality) == ("public", "vital")

    queue = "arn:aws:sqs:eu-west-1:999911112222:web-jobs"
    bring(f"weakness,component,title,severity,message\nw,{queue},t,high,m\n".encode(), **told)
    row = Queued.objects.get(source="csv")
    assert (row.owner, row.environment, row.classification) == ("", "development", "public")

    # Ranked anew by other rules, and by none any more.
    assert service.rerank(by_rules({**RULES[0], "owner": "p@example.com"}), WITHIN) == 3
    assert set(Queued.objects.values_list("owner", "environment", "deadline")) == {
        ("p@example.com", "", None),
        ("", "", None),
    }


@pytest.mark.usefixtures("database")
def test_what_is_seen_later_is_the_same_component_that_a_report_named() -> None:
    from ringwall.core.components import Found
    from ringwall.core.observations import Collected
    from ringwall.findings import service
    from ringwall.findings.models import Queued
    from ringwall.inventory import service as inventory
    from ringwall.inventory.query import parse

    known = by_rules(*RULES)
    bring([security_hub("arn:aws:s3:::web-shop", Tags={"team": "payments"})], categories=known)
    found = Found(
        kind="aws-s3-bucket", name="arn:aws:s3:::web-shop", label="web-shop", account="111122223333"
    )
    inventory.take("c", "a", [Collected(found=found, aspects={})], [], complete=True)
    assert service.rerank(known) == 1
    row = Queued.objects.get()
    assert (row.owner, row.environment) == ("", "production"), "who has seen it is believed"
    assert inventory.count(parse("is:named")) + inventory.count() == 1, "there is one of it"
    assert {one.id for one in inventory.find(limit=9)} == {row.component}


@pytest.mark.usefixtures("database")
def test_other_tags_of_a_report_are_other_categories() -> None:
    from ringwall.findings.models import Queued

    told: Any = {"categories": by_rules(*RULES)}
    name = "arn:aws:s3:::web-shop"
    bring([security_hub(name, Tags=["not", "as they are written"])], **told)
    assert Queued.objects.get().owner == ""
    bring([security_hub(name, Tags={"team": "pay"})], now=at(2), **told)
    assert Queued.objects.get().owner == "payments@example.com"
    bring({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [
        {"ruleId": "r", "message": {"text": "m"}}
    ]}]}, form=Form.SARIF, about="orders", **told)  # fmt: skip
    row = Queued.objects.get(component="code-repository/orders")
    assert row.owner == "code@example.com"


@pytest.mark.usefixtures("database")
def test_what_a_report_does_not_tell_of_is_left_unless_it_is_whole() -> None:
    first = prowler("FAIL", rule="a", fix="mend it")
    bring([first, prowler("FAIL", rule="b")])
    assert bring([first], now=at(2)).taken.fixed == 0
    assert bring([first], now=at(2), is_whole=True, scope="elsewhere").taken.fixed == 0
    assert bring([first], now=at(2), is_whole=True).taken.fixed == 1
    odd = bring([first], now=at(3), scope="half \udcff a character")
    assert (odd.scope, odd.taken.refused) == ("half ? a character", ())


def test_the_report_of_a_run_that_failed_is_not_whole() -> None:
    from ringwall.findings.formats.reading import FormatError

    run = {"tool": {"driver": {"name": "x"}}, "invocations": [{"executionSuccessful": False}]}
    with pytest.raises(FormatError, match="executionSuccessful: the scanner's run failed"):
        bring({"version": "2.1.0", "runs": [run]}, is_whole=True)


@pytest.mark.usefixtures("database")
def test_security_hub_and_checkov_are_understood() -> None:
    hub = {
        "SchemaVersion": "2018-10-08",
        "Id": "x",
        "ProductName": "Security Hub",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": "security-control/S3.8",
        "Title": "S3 buckets should block public access",
        "Description": "This control checks the bucket.",
        "Severity": {"Label": "HIGH"},
        "UpdatedAt": "2026-03-02T13:00:00Z",
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"},
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::invoices"}],
    }
    assert bring({"Findings": [hub]}).taken.new == 1
    assert state(finding()) == "open", "it is the weakness that our check finds"
    sarif = {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Checkov", "rules": [{"id": "CKV_AWS_20"}]}},
                "results": [
                    {
                        "ruleId": "CKV_AWS_20",
                        "level": "error",
                        "message": {"text": "the ACL is public"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "a%20b/main.tf"},
                                    "region": {"startLine": line},
                                }
                            }
                        ],
                    }
                    for line in (3, 9)
                ],
            }
        ],
    }
    from ringwall.findings import service

    assert bring(sarif, about="shop").taken.new == 2
    assert bring(sarif, about="code-repository/shop").taken.new == 0, "that is the same"
    wanted = service.Wanted(component="code-repository/shop")
    found = sorted(service.standings(wanted), key=lambda one: one.finding.part)
    assert [one.finding.part for one in found] == ["a b/main.tf", "a b/main.tf #2"]
    assert {one.finding.weakness for one in found} == {finding().weakness}
    assert {one.finding.fix for one in found} == {"close it"}
    assert str(found[0].finding.place) == "a b/main.tf:3"


def vex(state: str, **more: Any) -> Any:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"tools": {"components": [{"type": "application", "name": "grype"}]}},
        "components": [
            {"type": "library", "bom-ref": "r", "name": "log4j", "purl": "pkg:maven/a/log4j@2.14"}
        ],
        "vulnerabilities": [
            {
                "id": "CVE-2021-44228",
                "ratings": [{"severity": "critical"}],
                "description": "it logs too well",
                "affects": [{"ref": "r"}],
                **({"analysis": {"state": state, **more}} if state else {}),
            }
        ],
    }


@pytest.mark.usefixtures("database")
def test_a_vex_closes_nothing_by_itself() -> None:
    from ringwall.findings import service

    assert bring(vex(""), about="shop").taken.new == 1
    (one,) = service.standings(service.Wanted())
    assert (one.finding.weakness, one.finding.part) == ("CVE-2021-44228", "pkg:maven/a/log4j")
    statement = vex("not_affected", justification="code_not_reachable", detail="never called")
    done = bring(statement, about="shop", is_whole=True)
    assert "noted down" in done.said[0]
    assert service.find(one.uid).state == "open"
    steps, _ = service.history(one.uid)
    assert "code_not_reachable: never called" in steps[-1].text
    bring(statement, about="shop", believes=True)
    assert service.find(one.uid).state == "false-positive"
    assert "no such finding" in bring(statement, about="other").said[0]


def hub(**told: Any) -> Any:
    """A finding that Security Hub hands on from Inspector."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "x",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/inspector",
        "GeneratorId": "AWSInspector",
        "Types": ["Software and Configuration Checks/Vulnerabilities/CVE"],
        "Title": "It is old",
        "Description": "It is older than what mends it.",
        "Severity": {"Label": "HIGH"},
        "UpdatedAt": "2026-03-02T13:00:00Z",
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": {"Text": "None Provided"}},
        "Resources": [{"Type": "AwsEc2Instance", "Id": "arn:aws:ec2:eu-west-1:1:instance/i-1"}],
        **told,
    }


@pytest.mark.usefixtures("database")
def test_what_a_service_finds_under_one_name_is_as_many_findings() -> None:
    from ringwall.findings import service

    several = [hub(Vulnerabilities=[{"Id": f"CVE-2026-100{n}"}]) for n in range(3)]
    assert bring(several).taken.new == 3
    duty = {"ProductArn": "x/guardduty", "GeneratorId": "arn:aws:guardduty:eu-west-1:1:detector/d"}
    threats = [hub(**duty, Types=[f"TTPs/{name}"]) for name in ("Recon:EC2", "Backdoor:EC2")]
    assert bring(threats).taken.new == 2
    found = {one.finding.weakness: one for one in service.standings(service.Wanted())}
    assert {"CVE-2026-1001", "guardduty/Recon:EC2"} <= found.keys()
    assert "look its rule CVE-2026-1001 up" in found["CVE-2026-1001"].finding.fix

    later = {"UpdatedAt": "2026-03-02T14:00:00Z", "RecordState": "ARCHIVED"}
    away = [{**one, **later} for one in several]
    away[1]["ProductFields"] = {"aws/inspector/FindingStatus": "CLOSED"}
    away[2] |= {"RecordState": "ACTIVE", "Workflow": {"Status": "SUPPRESSED"}}
    done = bring(away)
    assert (done.taken.fixed, done.taken.unconfirmed) == (1, 2), "to put it away mends nothing"
    assert service.find(found["CVE-2026-1001"].uid).state == "fixed"


@pytest.mark.parametrize(
    ("judges", "uid", "component"),
    [
        ("aws-region", "123456789012", "aws-region/123456789012/eu-west-1"),
        (
            "aws-region",
            "arn:aws:access-analyzer:us-east-1:210987654321:analyzer/unknown",
            "aws-region/210987654321/us-east-1",
        ),
        ("aws-account", "arn:aws:iam::123456789012:password-policy", "aws-account/123456789012"),
        ("aws-s3-bucket", "arn:aws:s3:::invoices", BUCKET),
        ("aws-account", "arn:aws:s3:::invoices", BUCKET),
    ],
)
def test_what_we_judge_of_an_account_or_region_is_theirs_of_it(
    judges: str, uid: str, component: str
) -> None:
    from ringwall.findings.formats.forms import read

    known = {"prowler:s3_bucket_public_access": KnownRule("ours", "t", "f", judges)}
    ocsf = {**prowler("FAIL"), "cloud": {"region": "eu-west-1"}, "resources": [{"uid": uid}]}
    asff = hub(
        ProductArn="x/prowler",
        GeneratorId="prowler-s3_bucket_public_access",
        Resources=[{"Type": "Other", "Id": uid, "Region": "eu-west-1"}],
    )
    for report in ([ocsf], [asff]):
        (one,) = read(json.dumps(report).encode(), known, now=at(1)).findings
        assert (one.weakness, one.component) == ("ours", component)


@pytest.mark.usefixtures("database")
def test_what_passed_long_ago_mends_nothing_that_was_found_since() -> None:
    bring([prowler("FAIL")])
    past = dict(prowler("PASS"), time_dt="2025-02-14T14:27:03", time=None)
    assert bring([past], now=at(9)).taken.fixed == 0
    assert state(finding()) == "open"
    muted = dict(prowler("FAIL"), status="Suppressed", time=int(at(1).timestamp()))
    assert bring([muted]).taken.unconfirmed == 1
    assert bring([dict(prowler("PASS"), time=None, event_time=at(2).isoformat())]).taken.fixed == 1
    assert state(finding()) == "fixed"


@pytest.mark.usefixtures("database")
def test_a_vulnerability_that_is_back_is_open_however_old_its_description_is() -> None:
    from ringwall.findings import service

    report = vex("")
    report["vulnerabilities"][0]["updated"] = "2021-12-10T00:00:00Z"
    bring(report, about="shop", now=at(1))
    (one,) = service.standings(service.Wanted())
    assert one.first_seen == at(1)
    report["metadata"]["timestamp"] = at(2).isoformat()
    assert bring({**report, "vulnerabilities": []}, about="shop", is_whole=True).taken.fixed == 1
    report["metadata"]["timestamp"] = at(3).isoformat()
    assert bring(report, about="shop").taken.reopened == 1


@pytest.mark.parametrize(
    ("purl", "part"),
    [
        ("pkg:npm/%40a/b@1.2?arch=x#lib", "pkg:npm/%40a/b"),
        ("pkg:npm/@a/b", "pkg:npm/@a/b"),
        ("pkg:maven/a/log4j@2.14", "pkg:maven/a/log4j"),
    ],
)
def test_a_package_is_the_same_in_each_bill_whatever_its_version(purl: str, part: str) -> None:
    from ringwall.findings.formats.cyclonedx import read

    def parts(report: Any) -> list[str]:
        brought = read(json.dumps(report).encode(), {}, now=at(1))
        return [*(one.part for one in brought.findings), *(one.part for one in brought.said)]

    within = vex("")
    within["components"] = [{"bom-ref": "i", "name": "image", "components": within["components"]}]
    within["components"][0]["components"][0]["purl"] = purl
    assert parts(within) == [part]
    for state_of in ("", "not_affected"):
        alone = {**vex(state_of), "components": []}
        for reference in (purl, f"urn:cdx:f08a6ccd/1#{quote(purl, safe='')}"):
            alone["vulnerabilities"][0]["affects"] = [{"ref": reference}]
            assert parts(alone) == [part]


@pytest.mark.usefixtures("database")
def test_what_passes_in_one_file_mends_nothing_in_another() -> None:
    from ringwall.findings import service

    def result(path: str, **told: Any) -> Any:
        physical = {"artifactLocation": {"uri": path}, "region": {"snippet": {"text": path}}}
        place = {"physicalLocation": physical}
        return {"ruleId": "r", "message": {"text": path}, "locations": [place], **told}

    def log(*results: Any) -> Any:
        run = {"tool": {"driver": {"name": "x"}}, "results": results}
        return {"version": "2.1.0", "runs": [run]}

    def left() -> set[str]:
        return {str(one.finding.place) for one in service.standings(service.Wanted())}

    bring(log(*map(result, ("a.py", "a.pyi", "b.py", "c.py"))))
    bring(log(result("a.py", kind="pass")), now=at(2))
    assert left() == {"a.pyi:1", "b.py:1", "c.py:1"}
    bring(log(result("b.py", baselineState="absent")), now=at(3))
    assert left() == {"a.pyi:1", "c.py:1"}
    bring(log(*map(result, ("a.pyi", "c.py", "d.py"))), now=at(4))
    hidden = result("c.py", suppressions=[{"kind": "inSource"}])
    assert bring(log(result("a.pyi"), hidden), now=at(5), is_whole=True).taken.fixed == 1
    assert left() == {"a.pyi:1", "c.py:1"}, "what is suppressed is not mended, what is gone is"
    bring(log({"ruleId": "r", "kind": "pass", "message": {"text": "all"}}), now=at(6))
    assert left() == set()


@pytest.mark.usefixtures("database")
def test_what_a_scanner_found_of_a_secret_is_nowhere(state: Path) -> None:
    from ringwall.findings.models import Queued
    from ringwall.runtime.recording import spool_of

    secret = "AKIA" + "Z" * 16
    region = {"startLine": 3, "snippet": {"text": f"key = '{secret}'"}}
    place = {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": region}}
    result = {"ruleId": "aws", "message": {"text": "it is in a.py"}, "locations": [place]}
    run = {"tool": {"driver": {"name": "gitleaks"}}, "results": [result]}
    assert bring({"version": "2.1.0", "runs": [run]}).taken.new == 1
    (row,) = Queued.objects.all()
    assert row.told["evidence"] == ["it is in a.py"]
    assert row.told["place"] == ["a.py", 3, None]
    assert secret not in spool_of(state).read_text()


def test_results_without_a_fingerprint_are_told_apart_by_what_they_show() -> None:
    from ringwall.findings.formats.sarif import read

    def parts(*texts: str) -> list[str]:
        results = [
            {
                "ruleId": "r",
                "message": {"text": "m"},
                "fingerprints": {"matchBasedId/v1": "requires login"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "a.py"},
                            "region": {"snippet": {"text": text}},
                        }
                    }
                ],
            }
            for text in texts
        ]
        run = {"tool": {"driver": {"name": "semgrep"}}, "results": results}
        brought = read(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), {}, now=at(1))
        return [one.part for one in brought.findings]

    assert parts("b()", "c()") == parts("a()", "b()", "c()")[1:], "what is mended is not another"


def test_rules_are_found_where_sarif_may_have_them() -> None:
    from ringwall.findings.formats.sarif import read

    def rule(name: str, severity: str) -> Any:
        return {"id": name, "properties": {"security-severity": severity}}

    run = {
        "tool": {
            "driver": {"name": "x", "rules": [rule("a", "9.1"), rule("b", "CRITICAL")]},
            "extensions": [{"name": "pack", "rules": [rule("c", "2.0")]}],
        },
        "results": [
            {"ruleIndex": 1, "message": {"text": "b"}},
            {"ruleId": "c", "rule": {"index": 0}, "message": {"text": "c"}},
            {"ruleId": "a", "message": {"text": "a"}},
        ],
    }
    brought = read(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), {}, now=at(1))
    assert [(one.rule, str(one.severity)) for one in brought.findings] == [
        ("b", "critical"),
        ("c", "low"),
        ("a", "critical"),
    ]


@pytest.mark.usefixtures("database")
def test_nobodys_file_speaks_for_our_own_checks() -> None:
    from ringwall.findings import service

    take(finding())
    stands = list(service.standings(service.Wanted()))
    text = write(Form.CSV, stands).replace(b"The bucket is open", b"All is well")
    take(finding(component="aws-iam-user/ada"), source="prowler", scope="b")
    for form in Form:
        data = write(form, service.standings(service.Wanted()), account="111122223333")
        assert bring(data, scope=str(form)).source == "import-ringwall", "whoever found it"
    done = bring(text, is_whole=True, scope=ACCOUNT)
    assert done.source == "import-ringwall"
    assert service.find(finding().uid).finding.title == finding().title


@pytest.fixture
def installation(state: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Path:
    """An installation whose tables are those of the test."""
    from ringwall.runtime import opening

    monkeypatch.setattr(opening, "open_tables", lambda _installation: None)
    (state / "ringwall.yaml").write_text("version: 1\nfindings:\n  excused_at_most: 30d\n")
    return state


def test_the_queue_by_commands(installation: Path, capsys: Any, tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    report = tmp_path / "prowler.json"
    report.write_text(json.dumps([prowler("FAIL", fix="mend it")]))

    def run(*arguments: str) -> tuple[int, Any, str]:
        return told(capsys, installation, "findings", *arguments)

    code, done, _ = run("import", str(report))
    assert (code, done["new"], done["source"]) == (0, 1, "prowler")
    code, (one,), _ = run("list")
    uid = one["uid"]
    assert (one["severity"], one["state"], one["fix"]) == ("high", "open", "mend it")
    assert run("acknowledge", uid[:8])[1]["state"] == "acknowledged"
    code, _, error = run("acknowledge", uid)
    assert (code, "it is acknowledged already" in error) == (1, True)
    assert run("assign", uid, "ada@example.com")[1]["owner"] == "ada@example.com"
    assert run("comment", uid, "tomorrow")[0] == 0
    day = datetime.now(UTC) + timedelta(days=20)
    accept = ("accept", uid, "--owner", "ada", "--reason", "nothing is in it")
    code, _, error = run(*accept, "--until", f"{day + timedelta(days=20):%Y-%m-%d}")
    assert (code, "at the latest" in error) == (1, True)
    assert run(*accept, "--until", f"{day:%Y-%m-%d}")[1]["excuse"]["owner"] == "ada"
    assert run("list")[1] == []
    assert len(run("list", "--state", "accepted")[1]) == 1
    shown = run("show", uid)[1]
    assert [step["what"] for step in shown["history"]] == [
        *("found", "state", "assigned", "comment", "state"),
    ]
    assert shown["seen_by"][0]["source"] == "prowler"
    assert run("reopen", uid)[1]["state"] == "open"
    assert run("reject", uid, "--reason", "it misreads the policy")[1]["state"] == "false-positive"
    out = tmp_path / "out.sarif"
    assert run("export", str(out), "--format", "sarif", "--all")[0] == 0
    assert uid in out.read_text()
    assert run("export", "--out", str(out), "--format", "csv", "--all")[0] == 0
    assert uid in out.read_text()
    code, _, error = run("export", str(out), "--out", str(out))
    assert (code, "said twice" in error) == (1, True)
    hub = ("export", "--format", "asff", "--all", "--out", str(out))
    code, _, error = run(*hub)
    assert (code, "1 finding that is in none" in error, "--account" in error) == (1, True, True)
    assert run(*hub, "--account", "12")[0] == 1
    assert run(*hub, "--account", "111122223333")[0] == 0
    take(finding(weakness="seen-by-us"), scope="444455556666")
    code, _, error = run(*hub)
    assert (code, "1 finding that is in none" in error) == (0, True)
    assert [one["AwsAccountId"] for one in json.loads(out.read_text())["Findings"]] == [
        "444455556666"
    ]
    report.write_text("[{")
    code, _, error = run("import", str(report))
    assert (code, "line 1, column" in error, "nothing was taken" in error) == (1, True, True)
    assert run("show", "00000000")[0] == 1


def test_findings_are_found_by_what_people_call_things(installation: Path, capsys: Any) -> None:
    from dataclasses import replace

    from tests.inventory.scene import take as tell
    from tests.inventory.scene import thing

    name = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1"
    group = thing("aws-ec2-security-group", name)
    tell(replace(group, found=replace(group.found, label="halves")), thing("aws-s3-bucket", "x"))
    take(finding(component=f"aws-ec2-security-group/{name}"), finding())
    (one,) = told(capsys, installation, "findings", "list", "HALV")[1]
    assert one["component"] == f"aws-ec2-security-group/{name}"
    assert told(capsys, installation, "findings", "list", "quarters")[1] == []
    shown = CliRunner().invoke(build(), ["findings", "list"], env={"COLUMNS": "300"})
    assert f"aws-ec2-security-group/{name} (halves)" in shown.stdout
    assert f"{BUCKET} (" not in shown.stdout


@pytest.mark.parametrize(
    "told",
    [
        {"status_id": 0, "status": "Unknown"},
        {"status_id": 99, "status": "NOT_AVAILABLE"},
    ],
)
def test_what_a_report_could_not_judge_is_no_finding(told: Any) -> None:
    from ringwall.findings.formats.forms import read

    event = {**prowler(""), "class_uid": 2003, "compliance": {"control": "S3.8", **told}}
    brought = read(json.dumps([event]).encode(), {}, now=at(1))
    assert (brought.findings, len(brought.unknown)) == ((), 1)


def test_a_result_that_is_open_is_no_finding() -> None:
    from ringwall.findings.formats.forms import read

    result = {"ruleId": "r", "kind": "open", "level": "none", "message": {"text": "who knows"}}
    run = {"tool": {"driver": {"name": "x"}}, "results": [result]}
    brought = read(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), {}, now=at(1))
    assert (brought.findings, len(brought.unknown_at)) == ((), 1)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.usefixtures("database")
def test_a_table_of_a_spreadsheet_is_taken_with_no_more_than_a_message(mark: str) -> None:
    lines = (
        ("weakness", "component", "title", "severity", "message"),
        ("idor", "service/shop", "Orders of others", "high", "GET /orders/2 shows them"),
    )
    text = "\ufeff" + "\r\n".join(map(mark.join, lines))
    done = bring(text.encode())
    assert (done.taken.new, done.taken.refused) == (1, ())
