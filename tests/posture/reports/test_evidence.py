"""Evidence for one control stands for itself, and is the same bytes whenever it is made."""

import io
import json
import zipfile
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from tests.posture.reports.test_reports import part

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.reports.evidence import bundle, lines
from ringwall.posture.reports.report import Report, report_of
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
CHECK = next(one for one in own_checks() if one.id == "aws-s3-bucket-block-public-access")
OURS = Framework(
    id="ours",
    title="Ours",
    version="1",
    of="all",
    controls={"R1": "Nothing is public", "R2": "People are trained"},
    checks={"R1": (f"{CHECK.id} partial", "aws-nothing-of-the-kind")},
)
SECRET = "not to be handed on"


@pytest.fixture
def snapshot() -> Snapshot:
    """A bucket that fails, and one that denies to tell."""
    found = Snapshot()
    listed = Observation(State.KNOWN, {}, "s3:ListBuckets", NOW)
    found.note_listing(Scope("aws-s3-bucket", ACCOUNT), listed)
    account = Found(kind="aws-account", name=ACCOUNT, label=ACCOUNT, account=ACCOUNT)
    none = Observation(State.ABSENT, None, "s3control:GetPublicAccessBlock", NOW)
    found.add(account).aspects["s3_public_access_block"] = none
    off = Observation(State.KNOWN, {"note": SECRET}, "s3:GetPublicAccessBlock", NOW)
    denied = Observation(State.DENIED, None, "s3:GetPublicAccessBlock", NOW, "AccessDenied")
    for name, told in (("open", off), ("closed", denied)):
        seen = found.add(Found(kind="aws-s3-bucket", name=name, label=name, account=ACCOUNT))
        seen.aspects.update({LISTED: listed, "public_access_block": told})
    return found


@pytest.fixture
def report(snapshot: Snapshot) -> Report:
    return report_of([part(snapshot, [CHECK])], made=NOW)


def reads(snapshot: Snapshot, component: str, aspect: str) -> Observation | None:
    seen = snapshot.get(component)
    return None if seen is None else seen.aspects.get(aspect)


def files_in(whole: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_bundle_says_what_was_read_by_which_call_and_when(
    report: Report, snapshot: Snapshot
) -> None:
    made = bundle(report, OURS, "R1", lambda *which: reads(snapshot, *which))
    files = files_in(made)
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert sha256(files[name]).hexdigest() == digest
    control = json.loads(files["control.json"])
    assert (control["standing"], control["strength"]) == ("failing", "partial")
    assert control["verdicts"] == {"fail": 1, "unknown": 1, "pass": 0}
    assert control["checks_that_are_not_here"] == ["aws-nothing-of-the-kind"]
    verdicts = [json.loads(line) for line in files["verdicts.jsonl"].splitlines()]
    assert [one["outcome"] for one in verdicts] == ["fail", "unknown"]
    for one in verdicts:
        for fact in one["facts"]:
            assert fact["api"]
            assert fact["at"] == NOW.isoformat()
            assert fact["state"] in {"known", "absent", "denied"}
    states = {fact["state"]: fact for fact in verdicts[1]["facts"]}
    assert states["denied"]["why"] == "AccessDenied"


def test_answers_are_digests_unless_they_are_asked_for(report: Report, snapshot: Snapshot) -> None:
    def made(*, answers: bool) -> bytes:
        told = bundle(report, OURS, "R1", lambda *which: reads(snapshot, *which), answers=answers)
        return files_in(told)["verdicts.jsonl"]

    assert SECRET.encode() not in made(answers=False)
    assert b"answer_sha256" in made(answers=False)
    assert SECRET.encode() in made(answers=True)


def test_the_same_evidence_is_the_same_bytes(report: Report, snapshot: Snapshot) -> None:
    def made() -> bytes:
        return bundle(report, OURS, "R1", lambda *which: reads(snapshot, *which))

    assert made() == made()


def test_lines_end_with_the_digest_of_all_before(report: Report, snapshot: Snapshot) -> None:
    several = list(lines(report, OURS, "R1", lambda *which: reads(snapshot, *which)))
    assert json.loads(several[0])["control"] == "R1"
    assert json.loads(several[-1]) == {"sha256": sha256(b"".join(several[:-1])).hexdigest()}


def test_of_a_control_that_nothing_looks_at_nothing_is_claimed(report: Report) -> None:
    files = files_in(bundle(report, OURS, "R2", lambda *_: None))
    control = json.loads(files["control.json"])
    assert control["standing"] == "not checked"
    assert "nothing is known" in control["means"]
    assert files["verdicts.jsonl"] == b""


def test_a_control_that_there_is_none_of_is_refused(report: Report) -> None:
    with pytest.raises(ValueError, match="ours has no control R9"):
        bundle(report, OURS, "R9", lambda *_: None)
