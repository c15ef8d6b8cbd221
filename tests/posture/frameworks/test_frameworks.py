"""Frameworks have all their controls, checks name true ones, and nothing is said of the rest."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.frameworks.catalogue import (
    Framework,
    Strength,
    frameworks,
    parse_mapping,
    read_framework,
    supporters,
)
from ringwall.posture.frameworks.coverage import Standing, coverage
from ringwall.posture.frameworks.known import known_frameworks
from ringwall.runtime.installation import Installation

CHECKS = [(one.id, one.check.controls) for one in own_checks()]
OWN = Framework(
    id="own", title="Own", version="1", of="all", controls={"R1": "one", "R2": "two", "R2.1": "x"}
)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cis-aws-3.0", 62),
        ("cis-aws-5.0", 63),
        ("cis-aws-6.0", 63),
        ("nist-csf-2.0", 106),
        ("soc2", 61),
        ("iso-27001-2022", 93),
        ("pci-dss-4", 63),
        ("ccm-4", 197),
        ("owasp-asvs", 345),
        ("nist-800-53r5", 1014),
    ],
)
def test_a_framework_has_all_its_controls(name: str, count: int) -> None:
    assert len(frameworks()[name].controls) == count


@pytest.mark.parametrize(
    ("name", "control", "title"),
    [
        ("nist-800-53r5", "AC-2(3)", "Disable Accounts"),
        ("nist-800-53r5", "IA-13", "Identity Providers and Authorization Servers"),
        ("nist-800-53r5", "SA-15(13)", "Logging Syntax"),
        ("nist-800-53r5", "SA-24", "Design For Cyber Resiliency"),
        ("nist-800-53r5", "SI-2(7)", "Root Cause Analysis"),
        ("nist-800-53r5", "SR-12", "Component Disposal"),
        ("cis-aws-5.0", "1.3", "The root user has no access key"),
        ("cis-aws-5.0", "5.1.1", "Volumes are encrypted by default"),
        ("cis-aws-6.0", "3.2.4", "Databases are in several zones"),
        ("cis-aws-6.0", "6.7", "Instances ask for IMDSv2"),
        ("iso-27001-2022", "A.5.24", "Being ready for incidents"),
        ("iso-27001-2022", "A.6.3", "Awareness, education, training"),
        ("iso-27001-2022", "A.7.10", "Media from first use to disposal"),
        ("iso-27001-2022", "A.8.5", "Authentication is secure"),
        ("iso-27001-2022", "A.8.24", "Cryptography is used by rules"),
        ("ccm-4", "BCR-08", "Backups"),
        ("ccm-4", "CEK-12", "Keys are rotated"),
        ("ccm-4", "DSP-17", "Sensitive data is protected"),
        ("ccm-4", "IAM-14", "Strong authentication"),
        ("ccm-4", "LOG-06", "Clocks agree"),
        ("ccm-4", "UEM-08", "Storage is encrypted"),
        ("soc2", "CC6.6", "Threats from outside the borders are kept out"),
        ("soc2", "A1.2", "Surroundings, backups, ways of recovery"),
        ("pci-dss-4", "8.4", "More than one factor leads to the card data"),
        ("pci-dss-4", "10.6", "Clocks agree"),
        ("owasp-asvs", "7.3.1", "Sessions end by time"),
    ],
)
def test_a_title_stands_beside_its_own_identifier(name: str, control: str, title: str) -> None:
    assert frameworks()[name].controls[control] == title


@pytest.mark.parametrize("later", ["cis-aws-5.0", "cis-aws-6.0"])
def test_a_later_benchmark_is_looked_at_by_its_own_numbers(later: str) -> None:
    before, now = (frameworks()[name] for name in ("cis-aws-3.0", later))
    checks, lately = supporters(before, CHECKS), supporters(now, CHECKS)
    by_title = {title: control for control, title in now.controls.items()}
    gone = [one for one, title in before.controls.items() if title not in by_title]
    assert gone == ["1.3"], "questions that AWS does not ask any more"
    for control, title in before.controls.items():
        if control not in gone:
            assert lately[by_title[title]] == checks[control]
    more = set(now.controls.values()) - set(before.controls.values())
    assert all(lately[by_title[title]] for title in more)
    people = [title for control, title in now.controls.items() if not lately[control]]
    assert people == ["Contact details are current", before.controls["2.1.3"]]


def test_nothing_is_listed_that_nist_has_withdrawn() -> None:
    controls = frameworks()["nist-800-53r5"].controls
    assert sum("(" not in one for one in controls) == 300
    assert not {"SC-19", "CP-10(3)", "AC-2(10)", "MA-4(2)"} & set(controls)


def test_there_are_no_others() -> None:
    assert len(frameworks()) == 10


@pytest.mark.parametrize(("check", "controls"), CHECKS, ids=lambda one: str(one)[:60])
def test_a_check_names_controls_that_there_are(check: str, controls: tuple[str, ...]) -> None:
    for written in controls:
        framework, control, _ = parse_mapping(written)
        assert frameworks()[framework].control(control) is not None, written


@pytest.mark.parametrize(("check", "controls"), CHECKS, ids=lambda one: str(one)[:60])
def test_only_one_setting_or_requirement_is_seen_in_full(
    check: str, controls: tuple[str, ...]
) -> None:
    """What a standard asks of a whole company no check of one kind of thing sees all of."""
    mapped = [parse_mapping(written) for written in controls]
    full = {framework for framework, _, strength in mapped if strength is Strength.FULL}
    assert {one for one in full if not one.startswith("cis-aws-")} <= {"owasp-asvs"}


@pytest.mark.parametrize("name", sorted(frameworks()))
def test_what_one_check_sees_in_full_others_support_at_most(name: str) -> None:
    for control, several in supporters(frameworks()[name], CHECKS).items():
        strengths = [strength for _, strength in several]
        if Strength.FULL in strengths:
            assert strengths.count(Strength.FULL) == 1, control
            assert Strength.PARTIAL not in strengths, f"what is left of {control} to see?"


def test_a_part_of_a_control_in_full_is_a_part_of_the_one_that_is_listed() -> None:
    found = supporters(OWN, [("a", ("own R2.7 full",)), ("b", ("own R2.7 supporting",))])
    assert found["R2"] == [("a", Strength.PARTIAL), ("b", Strength.SUPPORTING)]


def test_of_every_framework_something_is_looked_at() -> None:
    for one in frameworks().values():
        looked_at = [control for control, several in supporters(one, CHECKS).items() if several]
        assert 0 < len(looked_at) < len(one.controls)


@pytest.mark.parametrize(
    ("name", "control", "check"),
    [
        ("iso-27001-2022", "A.5.7", "aws-guardduty-on"),
        ("iso-27001-2022", "A.5.14", "aws-elbv2-load-balancer-tls"),
        ("iso-27001-2022", "A.5.16", "aws-iam-people-federated"),
        ("iso-27001-2022", "A.5.23", "aws-securityhub-standards"),
        ("iso-27001-2022", "A.5.25", "aws-guardduty-severe-findings"),
        ("iso-27001-2022", "A.8.2", "aws-iam-user-administrator"),
        ("iso-27001-2022", "A.8.7", "aws-guardduty-malware"),
        ("iso-27001-2022", "A.8.21", "aws-ec2-vpn-tunnels"),
        ("iso-27001-2022", "A.8.32", "aws-config-recorder"),
        ("soc2", "C1.1", "aws-s3-bucket-attack-path"),
        ("soc2", "CC4.1", "aws-securityhub-on"),
        ("soc2", "CC4.2", "aws-securityhub-on"),
        ("soc2", "CC7.3", "aws-guardduty-severe-findings"),
        ("soc2", "CC7.5", "aws-rds-instance-backups"),
        ("soc2", "CC8.1", "aws-lambda-code-signing"),
        ("pci-dss-4", "1.4", "aws-rds-instance-public"),
        ("pci-dss-4", "3.6", "aws-kms-key-public"),
        ("pci-dss-4", "5.2", "aws-guardduty-malware"),
        ("pci-dss-4", "5.3", "aws-guardduty-malware"),
        ("pci-dss-4", "10.5", "aws-logs-group-retention"),
        ("pci-dss-4", "11.3", "aws-ecr-repository-scanning"),
        ("pci-dss-4", "11.5", "aws-guardduty-on"),
        ("ccm-4", "DSP-10", "aws-rds-instance-transport"),
        ("ccm-4", "IAM-03", "aws-iam-user-unused"),
        ("ccm-4", "IAM-08", "aws-iam-role-services-unused"),
        ("ccm-4", "IAM-09", "aws-iam-role-administrator"),
        ("ccm-4", "IAM-10", "aws-iam-role-session-length"),
        ("ccm-4", "LOG-05", "aws-alarm-root-used"),
        ("ccm-4", "TVM-02", "aws-guardduty-malware"),
        ("ccm-4", "TVM-07", "aws-ecr-repository-scanning"),
        ("nist-csf-2.0", "DE.AE-06", "aws-alarm-does-something"),
        ("nist-csf-2.0", "ID.AM-02", "aws-config-recorder"),
        ("nist-csf-2.0", "ID.RA-01", "aws-ecr-repository-scanning"),
        ("nist-csf-2.0", "RS.AN-07", "aws-cloudtrail-validation"),
    ],
)
def test_what_a_check_tells_of_a_control_counts_for_it(name: str, control: str, check: str) -> None:
    assert check in dict(supporters(frameworks()[name], CHECKS)[control])


@pytest.mark.parametrize(
    ("name", "control"),
    [("soc2", "A1.3"), ("nist-csf-2.0", "RC.RP-03"), ("ccm-4", "CEK-08"), ("ccm-4", "BCR-06")],
)
def test_that_something_is_there_does_not_tell_that_people_do_something(
    name: str, control: str
) -> None:
    """A backup is no exercise of one; a key of one's own is none that customers manage."""
    assert not supporters(frameworks()[name], CHECKS)[control]


@pytest.mark.parametrize(("check", "controls"), CHECKS, ids=lambda one: str(one)[:60])
def test_a_check_names_a_control_once(check: str, controls: tuple[str, ...]) -> None:
    named = [parse_mapping(written)[:2] for written in controls]
    assert len(named) == len(set(named))


def test_a_part_of_a_control_counts_for_the_one_that_is_listed() -> None:
    pci = frameworks()["pci-dss-4"]
    assert pci.control("8.3.6") == "8.3"
    assert pci.control("99.1") is None
    assert OWN.control("R2.1") == "R2.1"
    assert OWN.control("R2.7") == "R2"


VERDICTS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(Outcome)), max_size=20)
MAPPED = [("a", ("own R1 full",)), ("b", ("own R1 supporting", "own R2")), ("c", ())]


@given(VERDICTS)
def test_every_control_stands_somehow_and_none_better_than_its_verdicts(
    verdicts: list[tuple[str, Outcome]],
) -> None:
    found = coverage(OWN, MAPPED, verdicts)
    assert [one.control for one in found.controls] == list(OWN.controls)
    assert sum(found.counts.values()) == len(OWN.controls)
    assert found.checked == 2
    by = {one.control: one for one in found.controls}
    assert by["R2.1"].standing is Standing.NOT_CHECKED
    of_first = [outcome for name, outcome in verdicts if name in "ab"]
    if Outcome.FAIL in of_first:
        assert by["R1"].standing is Standing.FAILING
    elif Outcome.UNKNOWN in of_first:
        assert by["R1"].standing is Standing.UNKNOWN
    else:
        passing = Standing.PASSING if of_first else Standing.NOT_JUDGED
        assert by["R1"].standing is passing
    assert (by["R1"].strength, by["R2"].strength) == (Strength.FULL, Strength.PARTIAL)
    if found.score is not None:
        assert 0 <= found.score <= 1
        assert (found.score == 1) == (set(of_first) <= {Outcome.PASS})


def test_one_check_of_many_components_is_one_check_of_the_share_that_passes() -> None:
    several = [("a", Outcome.FAIL)] * 38_604 + [("b", Outcome.PASS), ("c", Outcome.FAIL)]
    found = coverage(OWN, MAPPED, several)
    assert found.score is not None
    assert found.score < 0.01
    assert found.share_of_checks == 0.5, "c supports nothing here"
    assert found.of_checks[Standing.PASSING] == 1
    by = {one.control: one for one in found.controls}
    assert by["R1"].of_checks == {"a": Standing.FAILING, "b": Standing.PASSING}
    assert (by["R2"].passing_checks, by["R2.1"].of_checks) == (("b",), {})


@given(VERDICTS)
def test_a_check_passes_where_all_that_it_judged_does_and_counts_once(
    verdicts: list[tuple[str, Outcome]],
) -> None:
    found = coverage(OWN, MAPPED, verdicts)
    assert sum(found.of_checks.values()) == 2
    outcomes = {name: {outcome for one, outcome in verdicts if one == name} for name in "ab"}
    judged = [one for one in outcomes.values() if one]
    passing = [one for one in judged if one == {Outcome.PASS}]
    assert found.share_of_checks == (len(passing) / len(judged) if judged else None)
    assert found.of_checks[Standing.NOT_JUDGED] == 2 - len(judged)


def test_a_framework_of_ones_own_maps_checks_itself(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        'title: "Ours"\nversion: "1"\nof: "all"\ncontrols: {R1: "Root is safe", R2: "x"}\n'
        "checks: {R1: [aws-iam-root-mfa full]}\n"
    )
    found = coverage(read_framework(path), CHECKS, [("aws-iam-root-mfa", Outcome.PASS)])
    assert [one.standing for one in found.controls] == [Standing.PASSING, Standing.NOT_CHECKED]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "ours.yaml"),
        ("[]", "no title, version, of and controls"),
        ('title: "a"\nversion: 1\nof: "a"\n', "version is missing, or no text"),
        ('title: "a"\nversion: "1"\nof: "a"\n', "controls is no list"),
        ('title: "a"\nversion: "1"\nof: "a"\ncontrols: {A: b}\nchecks: {B: [x]}\n', "none of its"),
        (
            'title: "a"\nversion: "1"\nof: "a"\ncontrols: {A: b}\nchecks: {A: [x good]}\n',
            "the strength is one of full, partial, supporting",
        ),
    ],
)
def test_what_is_no_framework_is_told_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="is") as told:
        read_framework(path)
    assert said in str(told.value)


def test_a_framework_that_is_not_there_is_told_by_its_file(tmp_path: Path) -> None:
    missing = tmp_path / "ours.yaml"
    with pytest.raises(ValueError, match="cannot be read: no such file or directory") as told:
        known_frameworks(Installation(missing, tmp_path, tuple), [missing])
    assert str(missing) in str(told.value)
