"""Posture as pages: honest about what was not looked at, and kept from whoever may not see it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.conftest import act_as
from tests.posture import kept

from ringwall.findings.config import Findings
from ringwall.identity.facts import Facts
from ringwall.posture.check_pages import digest
from ringwall.posture.judging import judge_all
from ringwall.posture.keeping import Accounts

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
AT = "/company/posture"


@pytest.fixture
def auditor(facts: Facts, people: None, browser: Any, state: Path) -> Iterator[Any]:
    from ringwall.posture.queueing import put

    shutil.rmtree(state / "posture", ignore_errors=True)
    for day, mended in enumerate((False, True)):
        found = kept.keep(state, day=day, mended=mended)
        judged = judge_all(found, kept.checks())
        at = kept.NOON.replace(day=20 + day)
        put(found, judged, kept.checks(), scope=kept.ACCOUNT, at=at, rules=Findings())
    open_one = kept.keep(state, kept.OTHER)
    put(
        open_one,
        judge_all(open_one, kept.checks()),
        kept.checks(),
        scope=kept.OTHER,
        at=kept.NOON,
        rules=Findings(),
    )
    act_as(browser, "auditor@example.com")
    yield browser
    shutil.rmtree(state / "posture")


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_accounts_are_shown_with_all_there_is_to_count(auditor: Any) -> None:
    text = text_of(auditor.get(AT))
    assert f'{kept.ACCOUNT} <span class="badge warn">partial</span>' in text
    assert "could not look</strong>" in text
    assert "Of <strong>3</strong> reads nothing is known." in text
    assert "<li>aws-kms-key in eu-west-1: <bdi>AccessDenied: not for ringwall</bdi></li>" in text
    assert re.findall(r"put (\d+) new findings? into the queue and confirmed (\d+) as", text) == [
        ("0", "1"),
        ("2", "0"),
    ]
    assert "Whether a framework is fulfilled is for its auditors" in text
    assert "ompliant" not in text


def test_what_is_not_the_latest_is_told_where_it_is_shown(auditor: Any, state: Path) -> None:
    path = state / "posture" / "accounts" / f"{kept.ACCOUNT}.summary"
    path.write_bytes(path.read_bytes().replace(digest().encode(), b"0" * 64))
    told = "hecks changed since it was judged"
    assert text_of(auditor.get(AT)).count(told) == 1
    assert told in text_of(auditor.get(f"{AT}/frameworks/soc2"))
    Accounts(state).keep(kept.OTHER, kept.snapshot(), read=kept.NOON.replace(day=28), gaps=0)
    assert "2026-11-28 12:00 UTC is not judged yet" in text_of(
        auditor.get(f"{AT}/checks/{kept.CHECK}")
    )
    path.unlink()
    assert "not judged yet" in text_of(auditor.get(AT))


def test_control_policies_that_do_not_count_are_told_where_it_is_shown(
    auditor: Any, state: Path
) -> None:
    kept.keep(state, day=8, in_unknown=True)
    why = f"hich organisation account {kept.ACCOUNT} is in is not known: AccessDenied"
    for path in ("", "/frameworks/soc2", "/checks/aws-sqs-queue-public"):
        text = text_of(auditor.get(f"{AT}{path}"))
        assert text.count(why) == 1, path
        assert "control policies" in text.lower()
    assert why not in text_of(auditor.get(f"{AT}/checks/{kept.CHECK}")), "they say nothing of it"
    assert why not in text_of(auditor.get(f"{AT}/frameworks/soc2?account={kept.OTHER}"))


def test_what_changed_since_the_scan_before_is_told(auditor: Any) -> None:
    text = text_of(auditor.get(AT))
    changed = text[text.index("What changed") :]
    assert "2026-11-21 12:00" in changed
    assert f"in {kept.ACCOUNT}" in changed
    assert kept.OTHER not in changed, "it was scanned once, so nothing is there to compare"


def test_frameworks_are_shown_over_time_with_how_many_checks_looked(auditor: Any) -> None:
    text = text_of(auditor.get(f"{AT}/history"))
    assert text.count('<svg class="plot"') == 10
    assert "3 scans; what is marked could not all be read" in text
    one = text_of(auditor.get(f"{AT}/history/cis-aws-3.0?account={kept.ACCOUNT}"))
    assert re.findall(r'<td class="when">([0-9-]+)', one) == ["2026-11-21", "2026-11-20"]
    assert kept.OTHER not in one[one.index("<tbody>") :]
    (line,) = re.findall(r'class="line" d="([^"]*)"', one)
    assert re.fullmatch(r"M0\.0 [0-9.]+ L600\.0 [0-9.]+", line)
    for path in ("history/soc3", "history/soc2?account=999999999999", "history?account=1"):
        assert auditor.get(f"{AT}/{path}").status_code == 404


def test_what_changed_between_two_scans_is_told_check_by_check(auditor: Any) -> None:
    text = text_of(auditor.get(f"{AT}/changes"))
    row = text[text.index(f">{kept.CHECK}<") :]
    assert "fail 1 → <strong>0</strong>, pass 1 → <strong>2</strong>" in row[: row.index("</li>")]
    assert 'badge good">better' in row[: row.index("</li>")]
    assert "Not all could be read" in text
    times = re.findall(r'<option value="(2026[^"]+)"', text)
    same = urlencode({"account": kept.ACCOUNT, "from": times[0], "to": times[0]})
    assert "It is the same scan" in text_of(auditor.get(f"{AT}/changes?{same}"))
    odd = urlencode({"account": kept.ACCOUNT, "from": "x", "to": "2020-01-01T00:00:00+00:00"})
    assert f">{kept.CHECK}<" in text_of(auditor.get(f"{AT}/changes?{odd}")), (
        "as if nothing was said"
    )
    other = text_of(auditor.get(f"{AT}/changes?account={kept.OTHER}"))
    assert "There are no two scans yet" in other
    assert auditor.get(f"{AT}/changes?account=999999999999").status_code == 404


def test_a_framework_shows_each_control_with_strength_and_checks(auditor: Any) -> None:
    at = f"{AT}/frameworks/cis-aws-3.0"
    text = text_of(auditor.get(at))
    counts = {
        word: int(n)
        for n, word in re.findall(
            r'badge[a-z ]*">(\d+) (failing|unknown|passing|not [a-z]+)<', text
        )
    }
    assert sum(counts.values()) == 62
    assert f'href="{AT}/checks/{kept.CHECK}"' in text
    assert re.search(rf'{kept.CHECK}</a> <span class="badge danger">failing</span>', text)
    assert re.search(r"\d+ of \d+ checks that judged anything pass, and \d+ of \d+ verdicts", text)
    assert text.count("<li> <p class=") == 62
    only = text_of(auditor.get(f"{at}?standing=not+checked&account={kept.ACCOUNT}"))
    assert only.count("<li> <p class=") == counts["not checked"]
    assert "passing</span> </p> </li>" not in only
    assert "No control stands so" in text_of(auditor.get(f"{at}?standing=odd"))
    assert auditor.get(f"{at}?account=999999999999").status_code == 404
    assert auditor.get(f"{AT}/frameworks/soc3").status_code == 404


def test_a_check_leads_to_components_and_findings(auditor: Any) -> None:
    answer = auditor.get(f"{AT}/checks/{kept.CHECK}")
    text = text_of(answer)
    assert kept.HOSTILE not in text
    for count in ("1 fail", "2 unknown", "3 pass"):
        assert f">{count}</span>" in text
    (finding,) = re.findall(r'href="(/company/findings/[0-9a-f]{20})"', text)
    assert f'href="{AT}/checks/{kept.CHECK}"' in text_of(auditor.get(finding))
    assert "/company/inventory/component?id=aws-s3-bucket" in text
    assert auditor.get(f"{AT}/checks/aws-nothing").status_code == 404


def test_a_check_that_could_not_look_says_so(auditor: Any) -> None:
    text = text_of(auditor.get(f"{AT}/checks/{kept.KEYS}"))
    assert f"It could not look in {kept.ACCOUNT}" in text
    assert "Nothing that it judged fails" not in text
    others = text_of(auditor.get(f"{AT}/checks/k8s-container-privileged"))
    assert "<code>ringwall posture code</code> runs it" in others


def test_what_was_never_read_says_what_to_run(auditor: Any, state: Path) -> None:
    shutil.rmtree(state / "posture")
    (state / "posture").mkdir()
    assert "<code>ringwall posture scan</code> reads and judges an account" in text_of(
        auditor.get(AT)
    )
    over_time = [f"{AT}/{one}" for one in ("history", "history/soc2", "changes")]
    for page in (f"{AT}/frameworks/soc2", f"{AT}/checks/{kept.CHECK}", *over_time):
        text = text_of(auditor.get(page))
        assert "<code>ringwall posture scan</code>" in text
        assert 'class="badge good"' not in text, "nothing that was not judged looks good"


def test_what_cannot_be_read_is_told(auditor: Any, state: Path) -> None:
    auditor.get("/")
    (state / "posture" / "history.jsonl").write_text("{}\n")
    for page in (AT, f"{AT}/history", f"{AT}/history/soc2"):
        answer = auditor.get(page)
        assert answer.status_code == 503
        assert str(state) not in answer.content.decode()


def test_nobody_else_learns_of_it(auditor: Any, browser: Any) -> None:
    for email in ("member@example.com", "boss@example.com"):
        act_as(browser, email)
        over_time = [f"{AT}/{one}" for one in ("history", "history/soc2", "changes")]
        for path in (AT, f"{AT}/frameworks/soc2", f"{AT}/checks/{kept.CHECK}", *over_time):
            answer = browser.get(path)
            assert answer.status_code == 404
            assert kept.ACCOUNT not in answer.content.decode()
