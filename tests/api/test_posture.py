"""Posture over HTTP: what could not be read is unknown, and never counts as passing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.conftest import act_as, bearing, key_of
from tests.posture import kept

from ringwall.identity.facts import Facts
from ringwall.posture import judging
from ringwall.posture.check_pages import digest
from ringwall.posture.keeping import Accounts

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/api/v1/posture"


@pytest.fixture
def auditor(facts: Facts, people: None, browser: Any, state: Path) -> Iterator[Any]:
    shutil.rmtree(state / "posture", ignore_errors=True)
    kept.keep(state)
    kept.keep(state, day=1, mended=True)
    kept.keep(state, kept.OTHER)
    act_as(browser, "auditor@example.com")
    browser.get("/")
    yield browser
    shutil.rmtree(state / "posture")


def get(browser: Any, path: str) -> Any:
    answer = browser.get(f"{AT}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_accounts_say_whether_all_of_them_could_be_read(auditor: Any) -> None:
    one, other = get(auditor, "accounts")["accounts"]
    assert (one["account"], other["account"]) == (kept.ACCOUNT, kept.OTHER)
    assert (one["judged"], one["whole"], one["gaps"]) == (True, False, 3)
    assert one["not_listed"] == [
        {"what": "aws-kms-key in eu-west-1", "why": "AccessDenied: not for ringwall"}
    ]
    assert one["verdicts"]["fail"] < other["verdicts"]["fail"], "the bucket is shut in the meantime"
    for checks in (one["checks"], other["checks"]):
        assert checks["could_not_look"] > checks["nothing_to_judge"] > 0


def test_frameworks_have_all_their_controls_below_the_line(auditor: Any) -> None:
    told = get(auditor, "frameworks")
    assert told["not_judged"] == []
    for one in told["frameworks"]:
        assert sum(one["counts"].values()) == one["controls"]
        assert one["counts"]["not checked"] == one["controls"] - one["looked_at"]
        verdicts = one["verdicts"]
        if one["score"] is not None:
            assert one["score"] == verdicts["pass"] / sum(verdicts.values())
            checks = one["checks"]
            judged = sum(checks.values()) - checks["not judged"]
            assert one["share_of_checks"] == checks["passing"] / judged
    assert {one["framework"] for one in told["frameworks"]} >= {"cis-aws-3.0", "soc2"}


def test_no_control_passes_that_a_check_could_not_look_at(auditor: Any) -> None:
    told = get(auditor, "frameworks/cis-aws-3.0")
    for control in told["controls"]:
        if kept.KEYS in control["checks"]:
            assert control["standing"] in {"unknown", "failing"}
            assert control["unknown"] > 0
        if control["standing"] == "passing":
            assert control["fail"] == control["unknown"] == 0 < control["pass"]
        assert (control["strength"] is None) == (control["standing"] == "not checked")
    assert any(kept.KEYS in control["checks"] for control in told["controls"])
    assert auditor.get(f"{AT}/frameworks/soc3").status_code == 404


def test_a_check_names_what_it_does_not_pass(auditor: Any) -> None:
    told = get(auditor, f"checks/{kept.CHECK}")
    assert told["verdicts"] == {"pass": 3, "fail": 1, "unknown": 2}
    assert [one["outcome"] for one in told["components"]] == ["fail", "unknown", "unknown"]
    assert told["components"][0]["account"] == kept.OTHER
    assert told["components"][0]["finding"]
    assert told["components"][1]["finding"] is None
    assert (told["severity"], told["judges"]) == ("medium", "aws-s3-bucket")
    one = get(auditor, f"checks/{kept.CHECK}?account={kept.ACCOUNT}")
    assert one["verdicts"] == {"pass": 2, "fail": 0, "unknown": 1}
    keys = get(auditor, f"checks/{kept.KEYS}")
    assert keys["could_not_look"] == [kept.ACCOUNT, kept.OTHER]
    assert auditor.get(f"{AT}/checks/aws-nothing").status_code == 404
    listed = get(auditor, "checks")["checks"]
    assert next(o for o in listed if o["check"] == kept.CHECK)["verdicts"] == told["verdicts"]


def test_what_changed_stands_beside_what_was_before(auditor: Any) -> None:
    told = get(auditor, f"changes?account={kept.ACCOUNT}&framework=cis-aws-3.0")
    (one,) = told["changes"]
    assert one["now"]["failed"] < one["before"]["failed"]
    (first,) = get(auditor, f"changes?account={kept.OTHER}&framework=cis-aws-3.0")["changes"]
    assert first["before"] is None
    history = get(auditor, f"history?account={kept.ACCOUNT}&framework=soc2")["history"]
    assert [point["at"][:10] for point in history] == ["2026-11-20", "2026-11-21"]


def test_two_scans_are_held_side_by_side_check_by_check(auditor: Any) -> None:
    told = get(auditor, f"scans?account={kept.ACCOUNT}")["scans"]
    first, last = (one["at"] for one in told)
    assert (first[:10], last[:10]) == ("2026-11-20", "2026-11-21")
    found = get(auditor, f"differences?account={kept.ACCOUNT}")
    assert (found["before"]["at"], found["now"]["at"]) == (first, last)
    (block,) = (one for one in found["differences"] if one["check"] == kept.CHECK)
    assert (block["before"]["fail"], block["now"]["fail"]) == (1, 0)
    assert block["could_look"] == {"before": True, "now": True}
    asked = urlencode({"account": kept.ACCOUNT, "before": last, "now": first})
    back = get(auditor, f"differences?{asked}")["differences"]
    assert next(one for one in back if one["check"] == kept.CHECK)["now"]["fail"] == 1
    asked = urlencode({"account": kept.ACCOUNT, "now": "2020-01-01T00:00:00Z"})
    for asking in (asked, f"account={kept.OTHER}", "account=999999999999"):
        assert auditor.get(f"{AT}/differences?{asking}").status_code == 404
    assert auditor.get(f"{AT}/differences").status_code == 400


def test_an_account_that_was_not_judged_is_said_to_be_none(auditor: Any, state: Path) -> None:
    folder = state / "posture" / "accounts"
    (folder / f"{kept.OTHER}.snapshot").write_bytes(b"damaged")
    (folder / f"{kept.ACCOUNT}.summary").unlink()
    one, other = get(auditor, "accounts")["accounts"]
    assert (one["judged"], other["judged"]) == (False, False)
    assert "not judged yet" in one["why"]
    assert "damaged" in other["why"]
    assert get(auditor, "frameworks")["not_judged"] == [kept.ACCOUNT, kept.OTHER]
    assert {each["score"] for each in get(auditor, "frameworks")["frameworks"]} == {None}
    (folder / f"{kept.ACCOUNT}.summary").write_bytes(b"{}\n")
    assert get(auditor, f"checks/{kept.CHECK}")["not_judged"] == [kept.ACCOUNT, kept.OTHER]


def test_what_checks_of_before_said_is_shown_as_theirs(auditor: Any, state: Path) -> None:
    assert get(auditor, "frameworks")["stale"] == []
    path = state / "posture" / "accounts" / f"{kept.ACCOUNT}.summary"
    path.write_bytes(path.read_bytes().replace(digest().encode(), b"0" * 64))
    one, other = get(auditor, "accounts")["accounts"]
    assert (one["stale"], other["stale"]) == (True, False)
    assert one["verdicts"]["fail"] > 0, "it is told all the same"
    assert get(auditor, "frameworks/soc2")["stale"] == [kept.ACCOUNT]


def test_a_reading_that_is_not_judged_yet_is_told_beside_the_one_before(
    auditor: Any, state: Path
) -> None:
    at = kept.NOON.replace(day=28)
    Accounts(state).keep(kept.ACCOUNT, kept.snapshot(), read=at, gaps=0)
    one, other = get(auditor, "accounts")["accounts"]
    assert (one["read"][:10], one["read_since"][:10]) == ("2026-11-21", "2026-11-28")
    assert other["read_since"] is None


def test_nothing_is_judged_for_a_page(
    auditor: Any, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the web process judges")

    for name in ("judge_one", "judge_all"):
        monkeypatch.setattr(judging, name, never)
    monkeypatch.setattr(Accounts, "get", never)
    for path in ("accounts", "frameworks", "frameworks/soc2", f"checks/{kept.CHECK}", "checks"):
        get(auditor, path)
    assert auditor.get("/company/posture").status_code == 200


def test_what_is_not_there_and_nothing_yet(auditor: Any, state: Path) -> None:
    assert auditor.get(f"{AT}/frameworks?account=999999999999").status_code == 404
    shutil.rmtree(state / "posture" / "accounts")
    assert get(auditor, "accounts") == {"accounts": []}
    assert {one["score"] for one in get(auditor, "frameworks")["frameworks"]} == {None}
    (state / "posture" / "history.jsonl").write_text("{}\n")
    assert auditor.get(f"{AT}/history").status_code == 503


def test_only_who_may_sees_it(auditor: Any, browser: Any) -> None:
    sees = bearing(key_of("auditor@example.com", "shop", ["auditor"], scopes=["posture:see"]))
    assert sees.get(f"{AT}/accounts").status_code == 200
    other = bearing(key_of("auditor@example.com", "shop", ["auditor"], scopes=["log:see"]))
    assert other.get(f"{AT}/accounts").status_code == 403
    for email in ("member@example.com", "boss@example.com"):
        act_as(browser, email)
        paths = ("accounts", "frameworks", f"checks/{kept.CHECK}", "history", "scans")
        for path in (*paths, f"differences?account={kept.ACCOUNT}"):
            answer = browser.get(f"{AT}/{path}")
            assert answer.status_code == 403
            assert kept.ACCOUNT not in answer.content.decode()
