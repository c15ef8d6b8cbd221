"""The queue of findings over HTTP: read by those who may, changed by those who have looked."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from tests.api.conftest import act_as, bearing, key_of
from tests.findings.scene import finding, take

from ringwall.core.findings import Severity
from ringwall.findings import published
from ringwall.findings.config import Findings
from ringwall.identity.facts import Facts
from ringwall.runtime.recording import RecordingError, spool_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/api/v1/findings"
WORST = finding(severity=Severity.CRITICAL, component="aws-s3-bucket/worst")
OTHERS = [finding(component=f"aws-s3-bucket/b{n}") for n in range(4)]
LATE = "2099-01-31T00:00:00Z"


@pytest.fixture
def owner(facts: Facts, people: None, browser: Any) -> Any:
    take(WORST, *OTHERS)
    act_as(browser, "owner@example.com")
    browser.get("/")
    return browser


def post(browser: Any, path: str, told: Any, version: str = "*") -> Any:
    headers = {"if-match": version} if version else {}
    return browser.post(f"{AT}/{path}", told, content_type="application/json", headers=headers)


def changes(state: Path) -> list[Any]:
    """What was recorded of changes of findings by people."""
    lines = [json.loads(one)["event"] for one in spool_of(state).read_bytes().splitlines()]
    return [one for one in lines if one.get("entity", {}).get("uid") in {f.uid for f in OTHERS}]


def test_the_queue_comes_page_by_page_the_worst_first(owner: Any) -> None:
    seen: list[str] = []
    path: str | None = f"{AT}/queue?limit=2&state=open&state=fixed&severity=high&check=aws-s3"
    while path is not None:
        answer = owner.get(path)
        assert answer.status_code == 200, answer.content
        seen += [one["uid"] for one in answer.json()["findings"]]
        link = answer.headers.get("Link")
        path = None if link is None else link.partition(">")[0].removeprefix("<")
    assert seen == [WORST.uid, *sorted(one.uid for one in OTHERS)]


FILTERS = {
    "": 5,
    "severity=critical": 1,
    "source=ringwall": 5,
    "source=prowler": 0,
    "owner=nobody@example.com": 0,
    "environment=production": 0,
    "exposure=internet": 0,
    "check=aws-s3-bucket": 5,
    "component=aws-s3-bucket/b1": 1,
    "q=WORST": 1,
    "state=fixed": 0,
    "all=true": 5,
    "overdue=true": 5,
}


def test_findings_are_counted_by_each_filter(owner: Any) -> None:
    found = {asked: owner.get(f"{AT}/count?{asked}").json()["count"] for asked in FILTERS}
    assert found == FILTERS


def test_a_finding_has_all_there_is_of_it(owner: Any) -> None:
    answer = owner.get(f"{AT}/queue/{WORST.uid}")
    told = answer.json()
    assert all(told[name] for name in ("evidence", "fix", "score_by"))
    assert [one["source"] for one in told["seen_by"]] == ["ringwall"]
    assert [one["after"] for one in told["history"]] == ["open"]
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert owner.get(f"{AT}/queue/00000000000000000000").status_code == 404


def test_whoever_decides_has_to_have_seen_how_it_stands(owner: Any) -> None:
    path = f"queue/{WORST.uid}/steps"
    assert post(owner, path, {"step": "start"}, version="").status_code == 428
    seen = owner.get(f"{AT}/queue/{WORST.uid}").headers["ETag"]
    started = post(owner, path, {"step": "start"}, seen)
    assert (started.status_code, started.json()["state"]) == (200, "in-progress")
    assert started.headers["ETag"] != seen
    late = {"step": "reject", "reason": "it is meant to be so"}
    assert post(owner, path, late, seen).status_code == 412
    assert owner.get(f"{AT}/queue/{WORST.uid}").json()["state"] == "in-progress"
    assert post(owner, path, {"step": "done"}, started.headers["ETag"]).status_code == 200


def test_seen_again_as_it_was_is_no_other_version(owner: Any) -> None:
    seen = owner.get(f"{AT}/queue/{WORST.uid}").headers["ETag"]
    take(WORST, *OTHERS, day=1)
    assert owner.get(f"{AT}/queue/{WORST.uid}").headers["ETag"] == seen
    take(finding(severity=Severity.LOW, component=WORST.component), *OTHERS, day=2)
    assert owner.get(f"{AT}/queue/{WORST.uid}").headers["ETag"] != seen


def test_what_is_excused_has_somebody_who_answers_a_reason_and_an_end(owner: Any) -> None:
    path = f"queue/{WORST.uid}/steps"
    good = {"step": "accept", "owner": "ada", "reason": "it is a public site", "until": LATE}
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    for wrong in ({**good, "owner": ""}, {**good, "reason": "no"}, good, {**good, "until": None}):
        answer = post(owner, path, wrong)
        assert (answer.status_code, answer.json()["title"]) == (409, "It is not done"), wrong
    accepted = post(owner, path, {**good, "until": soon}).json()
    assert accepted["state"] == "accepted"
    assert accepted["excuse"]["owner"] == "ada"
    assert post(owner, path, {"step": "reopen"}).json()["excuse"] is None
    rejected = post(owner, path, {"step": "reject", "reason": "it is meant to be so"})
    assert rejected.json()["state"] == "false-positive"


def test_owners_and_comments(owner: Any) -> None:
    given = post(owner, f"queue/{WORST.uid}/owner", {"owner": "ada"})
    assert given.json()["owner"] == "ada"
    assert post(owner, f"queue/{WORST.uid}/owner", {"owner": "x"}, '"other"').status_code == 412
    assert post(owner, f"queue/{WORST.uid}/comments", {"text": " "}).status_code == 409
    assert post(owner, f"queue/{WORST.uid}/comments", {"text": "looked at it"}).status_code == 200
    told = owner.get(f"{AT}/queue/{WORST.uid}").json()["history"][-1]
    assert (told["what"], told["text"]) == ("comment", "looked at it")


def test_many_are_changed_at_once_each_by_itself_and_belong_together_in_the_log(
    owner: Any, state: Path
) -> None:
    before = len(changes(state))
    meant = [{"uid": one.uid, "version": "*"} for one in OTHERS[:2]]
    meant += [{"uid": OTHERS[2].uid, "version": "old"}, {"uid": "0" * 20, "version": "*"}]
    answer = post(owner, "bulk", {"step": "acknowledge", "findings": meant}, version="")
    told = answer.json()
    assert (told["done"], told["refused"]) == (2, 2)
    assert [one["status"] for one in told["findings"]] == [200, 200, 412, 404]
    assert owner.get(f"{AT}/count?state=acknowledged").json() == {"count": 2}
    recorded = changes(state)[before:]
    assert len(recorded) == 2
    assert len({one["metadata"]["correlation_uid"] for one in recorded}) == 1
    assert {one["actor"]["user"]["uid"] for one in recorded} != {""}
    post(owner, f"queue/{OTHERS[3].uid}/steps", {"step": "acknowledge"})
    assert len({one["metadata"]["correlation_uid"] for one in changes(state)[before:]}) == 2


NO_CHANGES: tuple[Any, ...] = (
    {"step": "fix", "findings": [{"uid": "1111", "version": "*"}]},
    {"step": "start", "findings": []},
    {"step": "start", "findings": [{"uid": "1111", "version": "*"}] * 501},
    {"step": "start", "findings": [{"uid": "1111"}]},
    {"step": "start", "until": "soon", "findings": [{"uid": "1111", "version": "*"}]},
    {"step": "start", "reason": ["x"], "findings": [{"uid": "1111", "version": "*"}]},
    [],
    "start",
)


def test_what_is_no_change_is_a_mistake(owner: Any) -> None:
    for told in NO_CHANGES:
        answer = post(owner, "bulk", told)
        assert answer.status_code == 400, told
        assert answer.headers["Content-Type"] == "application/problem+json"
    zero = {"step": "reject", "reason": "meant to be so\0"}
    assert post(owner, f"queue/{WORST.uid}/steps", zero).status_code == 409
    owed = post(owner, f"queue/{WORST.uid}/owner", {"owner": "\0"})
    assert owed.status_code == 409
    for odd in ("\0", "\ud800", "\u202e" * 9):
        assert post(owner, f"queue/{WORST.uid}/comments", {"text": odd}).status_code < 500


def test_mistakes_are_told_as_problems(owner: Any) -> None:
    for path in ("queue?state=bad", "queue?after=x", "queue?limit=0"):
        answer = owner.get(f"{AT}/{path}")
        assert answer.status_code == 400, path
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_in_force_says_for_how_long_something_is_excused(owner: Any, state: Path) -> None:
    path = f"queue/{WORST.uid}/steps"
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    good = {"step": "accept", "owner": "ada", "reason": "it is a public site", "until": until}
    published.write(state, Findings(excused_at_most=86_400.0 * 7))
    try:
        refused = post(owner, path, good)
        assert refused.status_code == 409
        assert "excused_at_most" in refused.json()["detail"]
        (state / published.FILE).write_bytes(b"damaged")
        assert post(owner, path, good).status_code == 503
        assert owner.get(f"{AT}/queue/{WORST.uid}").json()["state"] == "open"
    finally:
        (state / published.FILE).unlink()
    assert post(owner, path, good).status_code == 200


@pytest.mark.parametrize("error", [RecordingError("the disk is full"), OperationalError("locked")])
def test_a_change_that_cannot_be_written_says_that_nothing_was_changed(
    owner: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from ringwall.findings import moving

    some = [WORST, *OTHERS]
    done, record = list[Any](), vars(moving)["record_all"]

    def fails(*told: Any) -> Any:
        if len(done) < fine:
            done.append(told)
            return record(*told)
        raise error

    monkeypatch.setattr(moving, "record_all", fails)
    fine = 0
    for path, told in (
        (f"queue/{WORST.uid}/steps", {"step": "start"}),
        (f"queue/{WORST.uid}/owner", {"owner": "ada"}),
        (f"queue/{WORST.uid}/comments", {"text": "yes"}),
    ):
        answer = post(owner, path, told)
        assert answer.status_code == 503, path
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        said = answer.json()["detail"]
        assert "nothing was changed" in said
        assert "shown" not in said
        assert "ask again" in said
        assert str(error) not in said, "what lies where is for the log of the process"
    assert owner.get(f"{AT}/queue/{WORST.uid}").json()["history"][-1]["what"] == "found"

    fine = 2
    meant = [{"uid": one.uid, "version": "*"} for one in some]
    answer = post(owner, "bulk", {"step": "acknowledge", "findings": meant})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["done"], told["refused"]) == (2, 3), "what was done before is told"
    assert [one["status"] for one in told["findings"]] == [200, 200, 503, 503, 503]
    assert "nothing was changed of it" in told["findings"][2]["detail"]
    states = [owner.get(f"{AT}/queue/{one.uid}").json()["state"] for one in some]
    assert states == ["acknowledged"] * 2 + ["open"] * 3


def test_who_may_see_may_not_change_and_customers_see_nothing(owner: Any, browser: Any) -> None:
    act_as(browser, "auditor@example.com")
    assert browser.get(f"{AT}/queue").status_code == 200
    refused = post(browser, f"queue/{WORST.uid}/steps", {"step": "start"})
    assert refused.status_code == 403
    act_as(browser, "boss@example.com")
    for path in ("queue", "count", f"queue/{WORST.uid}"):
        answer = browser.get(f"{AT}/{path}")
        assert answer.status_code == 403
        assert WORST.title not in answer.content.decode()
    for path in (f"queue/{WORST.uid}/steps", "bulk"):
        assert post(browser, path, {"step": "start", "findings": []}).status_code == 403


def test_a_key_of_the_company_may_what_its_roles_and_scopes_may(owner: Any) -> None:
    sees = bearing(key_of("owner@example.com", "shop", ["owner"], scopes=["findings:see"]))
    assert sees.get(f"{AT}/count").json() == {"count": 5}
    assert post(sees, f"queue/{WORST.uid}/steps", {"step": "start"}).status_code == 403
    changes = bearing(key_of("owner@example.com", "shop", ["owner"], scopes=["findings:change"]))
    assert post(changes, f"queue/{WORST.uid}/steps", {"step": "start"}).status_code == 200
    customers = bearing(key_of("boss@example.com", "north", ["administrator"]))
    assert customers.get(f"{AT}/queue").status_code == 403


def test_another_site_cannot_have_a_browser_change_anything(facts: Facts, people: None) -> None:
    from django.test import Client
    from tests.identity.conftest import AUTHORITY

    take(WORST)
    headers = {"host": AUTHORITY, "x-forwarded-proto": "https"}
    careful = Client(enforce_csrf_checks=True, headers=headers)
    act_as(careful, "owner@example.com")
    assert post(careful, f"queue/{WORST.uid}/steps", {"step": "start"}).status_code == 403
    answer = careful.post(f"/company/findings/{WORST.uid}/step", {"step": "start"})
    assert answer.status_code == 403


def test_a_state_that_there_is_not_is_named(owner: Any) -> None:
    """It may stand there several times: it is the parameter that is wrong, not the first of it."""
    answer = owner.get("/api/v1/findings/queue", {"state": "nope"})
    assert answer.status_code == 400
    (wrong,) = answer.json()["parameters"]
    assert wrong["parameter"] == "state"
