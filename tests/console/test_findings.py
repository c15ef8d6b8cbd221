"""Findings as pages: found, shown safely, changed by those who may and as they were seen."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.api.conftest import act_as
from tests.findings.scene import NOON, finding, take
from tests.identity import tenants

from ringwall.core.findings import Severity
from ringwall.core.observations import Fact, State
from ringwall.identity.facts import Facts
from ringwall.runtime.recording import RecordingError

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/company/findings"
NASTY = "<script>alert(1)</script>"
BUCKET = "aws-s3-bucket/arn:aws:s3:::open"
WORST = finding(
    severity=Severity.CRITICAL,
    component=BUCKET,
    message=f"anybody reads {NASTY}",
    references=("https://example.com/why", "javascript:alert(1)"),
    facts=(
        Fact(BUCKET, "policy", State.KNOWN, "s3:GetBucketPolicy", NOON),
        Fact(BUCKET, "block", State.DENIED, "s3:GetPublicAccessBlock", NOON, "AccessDenied"),
    ),
)
MANY = [finding(component=f"aws-s3-bucket/{n:03}", severity=Severity.LOW) for n in range(70)]


@pytest.fixture
def owner(facts: Facts, people: None, browser: Any) -> Any:
    take(WORST, *MANY)
    act_as(browser, "owner@example.com")
    return browser


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def shown(answer: Any) -> list[str]:
    return re.findall(rf'href="{AT}/([0-9a-f]{{20}})"', text_of(answer))


def led(answer: Any, label: str) -> str | None:
    found = re.search(rf'href="([^"]*)"[^>]*>{label}</a>', text_of(answer))
    return None if found is None else unescape(found[1])


def version_of(answer: Any) -> str:
    found = re.search(r'name="version" value="([0-9a-f]+)"', text_of(answer))
    assert found is not None
    return found[1]


def step(browser: Any, uid: str, **told: Any) -> Any:
    told.setdefault("version", version_of(browser.get(f"{AT}/{uid}")))
    return browser.post(f"{AT}/{uid}/step", told)


def test_one_turns_pages_there_and_back_the_worst_first(owner: Any) -> None:
    first = owner.get(AT)
    assert shown(first)[0] == WORST.uid
    more, back = led(first, "More"), None
    assert more is not None
    second = owner.get(more)
    assert sorted(shown(first) + shown(second)) == sorted(one.uid for one in (WORST, *MANY))
    back = led(second, "Back")
    assert back is not None
    assert shown(owner.get(back)) == shown(first)


FILTERS = {
    "severity=critical": 1,
    "q=open": 50,
    "component=aws-s3-bucket/001": 1,
    "check=aws-s3": 50,
    "source=ringwall&severity=high": 1,
    "owner=ada": 0,
    "state=fixed": 0,
    "state=excused": 0,
    "state=all&severity=high": 1,
    "environment=staging": 0,
    "exposure=internet": 0,
    "overdue=yes&severity=high": 1,
}


def test_every_filter_filters(owner: Any) -> None:
    found = {asked: len(shown(owner.get(f"{AT}?{asked}"))) for asked in FILTERS}
    assert found == FILTERS


def test_a_filter_that_is_none_is_told(owner: Any) -> None:
    for asked in ("state=nothing", "severity=bad", "after=x", f"q={'x' * 1200}"):
        answer = owner.get(f"{AT}?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in text_of(answer)


def test_a_finding_is_shown_with_what_it_stands_on_and_how_to_fix_it(owner: Any) -> None:
    text = text_of(owner.get(f"{AT}/{WORST.uid}"))
    for said in (
        "turn on the block of public access".capitalize(),
        "s3:GetPublicAccessBlock",
        "2026-03-02 12:00:00 UTC",
        '<span class="badge warn">denied</span>',
        "AccessDenied",
        "exposure is not known",
        'href="https://example.com/why"',
    ):
        assert said in text
    assert NASTY not in text
    assert 'href="javascript' not in text


def test_steps_lead_on_and_are_in_the_history(owner: Any) -> None:
    for taken, state in (("acknowledge", "acknowledged"), ("start", "in progress")):
        answer = step(owner, WORST.uid, step=taken)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{AT}/{WORST.uid}")
        assert f">{state}</span>" in text_of(owner.get(answer.headers["Location"]))
    answer = owner.post(f"{AT}/{WORST.uid}/comment", {"text": f"I look at it {NASTY}"})
    assert answer.status_code == 302
    text = text_of(owner.get(f"{AT}/{WORST.uid}"))
    assert "I look at it" in text
    assert not re.search(r"<bdi>[0-9a-f]{32}</bdi>", text), "people are told by name"
    assert NASTY not in text


def test_a_risk_is_accepted_with_owner_reason_and_end_and_taken_back(owner: Any) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    good = {"step": "accept", "owner": "ada", "reason": "a public site, on purpose"}
    for wrong in (
        {**good, "until": "soon"},
        {**good, "until": "2020-01-01"},
        {**good, "owner": ""},
    ):
        answer = step(owner, WORST.uid, **{"until": until, **wrong})
        assert answer.status_code == 400
        assert "a public site, on purpose" in text_of(answer), "what was written is not lost"
    assert step(owner, WORST.uid, **good, until=until).status_code == 302
    text = text_of(owner.get(f"{AT}/{WORST.uid}"))
    assert f"Nobody has to do anything until {until}" in text
    assert shown(owner.get(f"{AT}?state=excused")) == [WORST.uid]
    assert step(owner, WORST.uid, step="reopen").status_code == 302
    assert step(owner, WORST.uid, step="reject", reason="it is not so").status_code == 302
    assert ">false positive</span>" in text_of(owner.get(f"{AT}/{WORST.uid}"))


def test_what_changed_since_one_looked_is_not_changed_unseen(owner: Any) -> None:
    seen = version_of(owner.get(f"{AT}/{WORST.uid}"))
    given = owner.post(f"{AT}/{WORST.uid}/owner", {"owner": "ada", "version": seen})
    assert given.status_code == 302
    late = step(owner, WORST.uid, step="reject", reason="it is meant to be so", version=seen)
    assert late.status_code == 409
    assert "It changed since you looked at it" in text_of(late)
    assert "it is meant to be so" in text_of(late)
    assert step(owner, WORST.uid, step="start", version="").status_code == 409


def test_several_are_acknowledged_at_once_as_they_were_seen(owner: Any, browser: Any) -> None:
    chosen = re.findall(r'name="chosen" value="([0-9a-f.]+)"', text_of(owner.get(AT)))[:3]
    owner.post(
        f"{AT}/{chosen[2][:20]}/owner",
        {"owner": "ada", "version": chosen[2].partition(".")[2]},
    )
    answer = owner.post(f"{AT}/bulk", {"step": "acknowledge", "chosen": chosen}, follow=True)
    text = text_of(answer)
    assert "Done with 2 of 3." in text
    assert f"Not done with {chosen[2][:8]}: it changed since you looked at it" in text
    assert len(shown(owner.get(f"{AT}?state=acknowledged"))) == 2
    for odd in (
        {"step": "accept", "chosen": chosen},
        {"step": "start"},
        {"step": "start", "chosen": "."},
    ):
        assert owner.post(f"{AT}/bulk", odd).headers["Location"] == AT
    assert len(shown(owner.get(f"{AT}?state=acknowledged"))) == 2
    act_as(browser, "auditor@example.com")
    assert 'name="chosen"' not in text_of(browser.get(AT))
    assert browser.post(f"{AT}/bulk", {"step": "start", "chosen": chosen}).status_code == 404


def test_several_of_which_not_all_can_be_recorded(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.findings import moving

    some = re.findall(r'name="chosen" value="([^"]+)"', text_of(owner.get(AT)))[:3]
    done, record, fine = list[Any](), vars(moving)["record_all"], 0

    def fails(*told: Any) -> Any:
        if len(done) < fine:
            done.append(told)
            return record(*told)
        raise RecordingError("the disk is full")

    monkeypatch.setattr(moving, "record_all", fails)
    told = {"step": "acknowledge", "chosen": some}
    answer = owner.post(f"{AT}/bulk", told)
    assert answer.status_code == 503
    assert "Nothing was changed" in text_of(answer)
    fine = 1
    text = text_of(owner.post(f"{AT}/bulk", told, follow=True))
    assert "Done with 1 of 3." in text
    assert "the record cannot be written at the moment: the others were not changed" in text
    assert len(shown(owner.get(f"{AT}?state=acknowledged"))) == 1


def test_who_may_only_see_has_no_forms_and_cannot_send_them(owner: Any, browser: Any) -> None:
    act_as(browser, "auditor@example.com")
    page = text_of(browser.get(f"{AT}/{WORST.uid}"))
    assert f"{AT}/{WORST.uid}/" not in page
    for what in ("step", "comment", "owner"):
        told = {"step": "start", "text": "x", "owner": "me"}
        assert browser.post(f"{AT}/{WORST.uid}/{what}", told).status_code == 404
    act_as(browser, "boss@example.com")
    for path in (AT, f"{AT}/{WORST.uid}"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert WORST.title not in text_of(answer)


def test_an_operator_sees_what_they_say_something_about(owner: Any, browser: Any) -> None:
    tenants.person("operator@example.com", shop=["operator"])
    act_as(browser, "operator@example.com")
    assert f'href="{AT}"' in text_of(browser.get("/"))
    (uid,) = shown(browser.get(f"{AT}?severity=critical"))
    assert step(browser, uid, step="acknowledge").status_code == 302
    assert "acknowledged" in text_of(browser.get(f"{AT}/{uid}"))
    assert browser.get("/company/posture").status_code == 200
    assert browser.get("/company/inventory").status_code == 404


def test_who_signs_in_again_on_the_way_comes_back_to_the_form(owner: Any) -> None:
    """The page was open over night: a sign-in leads to the address that the form was sent to."""
    for what in ("step", "comment", "owner"):
        answer = owner.get(f"{AT}/{WORST.uid}/{what}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{AT}/{WORST.uid}")
    assert owner.get(f"{AT}/bulk").headers["Location"] == AT
    assert owner.put(f"{AT}/{WORST.uid}/step").status_code == 405


def test_what_is_not_there(owner: Any) -> None:
    assert owner.get(f"{AT}/00000000000000000000").status_code == 404
    answer = owner.post(f"{AT}/00000000000000000000/step", {"step": "start"})
    assert answer.status_code == 404


def test_an_empty_queue_says_what_to_run(facts: Facts, people: None, browser: Any) -> None:
    act_as(browser, "owner@example.com")
    text = text_of(browser.get(AT))
    for command in ("posture scan", "posture itself", "findings import"):
        assert f"<code>ringwall {command}</code>" in text
    take(WORST)
    take(day=1)
    text = text_of(browser.get(AT))
    assert "Nothing is left to do of what was found" in text
