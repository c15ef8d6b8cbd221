"""SQL over HTTP: the fences of the command, for whom the right allows, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import EVENTS, Scene, act_as, bearing, key_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables

AT = "/api/v1/log/sql"


def ask(client: Any, statement: str, **more: Any) -> Any:
    told = {"statement": statement, **more}
    return client.post(AT, told, content_type="application/json")


@pytest.fixture
def auditor(log: Scene, people: None, browser: Any) -> Any:
    return bearing(key_of("auditor@example.com", "shop", ["auditor"]))


def test_a_statement_is_answered_and_told(log: Scene, auditor: Any) -> None:
    statement = "SELECT status_code, count(*) AS n FROM events WHERE status_code > 0 GROUP BY 1"
    answer = ask(auditor, f"{statement} ORDER BY 1")
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "columns": ["status_code", "n"],
        "rows": [[200, EVENTS + 1 - 6], [403, 6]],
        "is_cut": False,
    }
    (told,) = log.reads()
    assert told["unmapped"]["ringwall"]["statement"] == f"{statement} ORDER BY 1"
    assert told["actor"]["user"]["credential_uid"].startswith("k")
    cut = ask(auditor, "SELECT index, time FROM events ORDER BY index", limit=3).json()
    assert (len(cut["rows"]), cut["is_cut"]) == (3, True)
    assert cut["rows"][0][0] == 0
    assert cut["rows"][0][1].startswith("20")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM events", "only SELECT"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT * FROM read_text('/etc/passwd')", "read_text"),
        ("SELECT * FROM '/etc/passwd'", "no table"),
        ("SELECT getenv('HOME')", "getenv"),
        ("COPY (SELECT 1) TO '/tmp/x'", "only SELECT"),
        ("SELECT nothing FROM events", "nothing"),
        ("SELEC", "SELEC"),
        ("", "statement"),
        ("SELECT repeat('x', 4000000000)", "ask for less"),
        ("SELECT '" + "x" * 40_000 + "'", "32768 bytes"),
        ("SELECT repeat('x', 60000) FROM range(1000)", "8 MiB"),
    ],
)
def test_what_reaches_further_is_refused(
    log: Scene, auditor: Any, statement: str, said: str
) -> None:
    answer = ask(auditor, statement)
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    "seconds", [0.5, 4.0], ids=["soon", "after DuckDB would draw its progress"]
)
def test_what_takes_too_long_is_ended(
    log: Scene, auditor: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.lake import asking_sql
    from ringwall.lake.service import Bounds

    defaults = {"bounds": Bounds(seconds=seconds)}
    monkeypatch.setattr(asking_sql.ask, "__kwdefaults__", defaults)
    endless = "SELECT max(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b"
    assert ask(auditor, endless).status_code == 422
    assert ask(auditor, "SELECT 1").status_code in {200, 422}


def test_limits_are_those_of_the_command(log: Scene, auditor: Any) -> None:
    for limit in (0, 10_001, "many"):
        answer = ask(auditor, "SELECT 1", limit=limit)
        assert answer.status_code == 400
        assert "limit" in answer.json()["detail"]
    assert log.reads() == []
    assert auditor.get(AT).status_code == 405


def test_the_secrets_of_the_process_are_none_of_its_process(
    log: Scene, auditor: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ringwall.lake import asking_sql

    monkeypatch.setenv("RINGWALL_SECRET", "not to be handed on")
    seen = tmp_path / "environment"
    script = tmp_path / "child.py"
    script.write_text(
        "import os, sys, json\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(dict(os.environ)))\n"
        "from ringwall.lake.sql_process import main\nmain()\n"
    )
    monkeypatch.setattr(asking_sql, "_PROCESS", (asking_sql._PROCESS[0], str(script)))
    assert ask(auditor, "SELECT 1").status_code == 200
    assert "RINGWALL_SECRET" not in seen.read_text()
    assert "RINGWALL_SECRET" in os.environ


def test_others_may_not_and_that_is_told(log: Scene, people: None, browser: Any) -> None:
    boss = bearing(key_of("boss@example.com", "north", ["administrator"]))
    member = bearing(key_of("member@example.com", "shop", ["member"]))
    for one in (boss, member):
        assert ask(one, "SELECT count(*) FROM events").status_code == 403
        assert one.get("/api/v1/log/fields").status_code == 403
        assert one.get("/api/v1/log/tail?wait=0").status_code == 403
    assert {one["status_id"] for one in log.reads()} == {2}
    assert ask(browser, "SELECT 1").status_code == 401


def test_another_site_cannot_have_a_session_ask(log: Scene, people: None, browser: Any) -> None:
    act_as(browser, "auditor@example.com")
    browser.handler.enforce_csrf_checks = True
    answer = ask(browser, "SELECT 1")
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["detail"]
    assert log.reads() == []
    browser.handler.enforce_csrf_checks = False
    assert ask(browser, "SELECT 1").status_code == 200


def test_the_fields_are_those_of_the_command(log: Scene, auditor: Any) -> None:
    from ringwall.lake.search.fields import FIELDS

    told = auditor.get("/api/v1/log/fields").json()
    assert [one["names"] for one in told] == [list(one.names) for one in FIELDS]
    assert told[0]["column"] == "index"
    assert log.reads() == []


_CONFINED = """
import sys
from pathlib import Path
from ringwall.runtime.confined_python import DEVICES, usual_reads
from ringwall.runtime.confining import confine, mark
state, run = Path(sys.argv[1]), Path(sys.argv[2])
mark()
confine(reads=[*usual_reads(), state, run], fills=[*DEVICES])  # before there are threads
from ringwall.lake.asking_sql import ask
from ringwall.lake.places import Places
print(ask(Places(state, run), "SELECT count(*) FROM events", limit=1).rows[0][0])
"""


def test_a_confined_process_can_have_one_answered(log: Scene) -> None:
    from ringwall.runtime.confining import version

    if version() == 0:  # a kernel without Landlock confines nothing
        return
    places = log.places
    places.run.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run(
        [sys.executable, "-c", _CONFINED, places.state, places.run],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout.strip() == str(EVENTS + 2), ended.stderr
