"""Code is kept as it was read, known by one word, and read by the worker in its time."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.posture.scopes.written import BUCKET

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.following_code import code_of, read_code_that_is_due
from ringwall.posture.judging import judge_all
from ringwall.posture.scans import Scans
from ringwall.posture.schedule import Scanned
from ringwall.posture.scopes import Last, Scopes
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ODD = """\
apiVersion: v1
kind: Pod
metadata: {name: odd, labels: {since: 2026-01-01, 7: seven}}
spec:
  hostNetwork: true
  containers: [{name: a, image: "a:1", args: [123456789012345678901234567890, .inf, "\\ud800"]}]
"""


def test_what_is_kept_of_code_is_judged_as_the_code_is(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BUCKET)
    (tmp_path / "odd.yaml").write_text(ODD)
    read = read_code(tmp_path)
    checks = [one for one in own_checks() if not one.id.startswith("ringwall-")]
    Scopes(tmp_path).keep(Last(scope="code shop", read=NOW, gaps=0, snapshot=read.snapshot))
    kept = Scopes(tmp_path).get("code shop")
    assert kept is not None

    def told(snapshot: Any) -> list[Any]:
        return [
            (one.check, one.component, one.verdict.outcome, one.verdict.why, one.severity)
            for one in judge_all(snapshot, checks)
        ]

    assert told(kept.snapshot) == told(read.snapshot)
    assert {outcome for _, _, outcome, _, _ in told(kept.snapshot)} == {"pass", "fail", "unknown"}
    assert [one.place for one in kept.snapshot] == [one.place for one in read.snapshot]
    assert (tmp_path / "posture" / "code" / "shop.snapshot").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["ringwall", "123456789012", "production"])
def test_what_is_called_by_a_word_is_one_thing(tmp_path: Path, name: str) -> None:
    config = tmp_path / "ringwall.yaml"
    code = f'code: {{"{name}": {{folder: x}}}}'
    config.write_text(f"version: 1\nposture:\n  accounts: {{production: {{}}}}\n  {code}\n")
    with pytest.raises(ConfigurationError, match=f'"{name}" is the name of'):
        find(all_sections, config=config).load()


def test_code_is_not_declared_under_the_name_of_an_account(tmp_path: Path) -> None:
    from ringwall.posture.commands.declaring import _require_name
    from ringwall.runtime.refusals import Refused

    config = tmp_path / "ringwall.yaml"
    config.write_text("version: 1\nposture:\n  accounts: {production: {}}\n")
    installation = find(all_sections, config=config)
    _require_name(installation, "shop")
    with pytest.raises(Refused, match="'production' is the name of an account"):
        _require_name(installation, "production")


def test_a_folder_that_is_empty_for_a_moment_is_not_taken_for_all_that_is_left(
    installation: Installation, tmp_path: Path
) -> None:
    from ringwall.posture.commands.declaring import require_not_emptied
    from ringwall.runtime.refusals import Refused

    folder, nothing = tmp_path / "infra", tmp_path / "nothing"
    nothing.mkdir()
    read, emptied = read_code(folder), read_code(nothing)
    require_not_emptied(installation, "shop", nothing, emptied)
    last = Last(scope="code shop", read=NOW, gaps=0, snapshot=read.snapshot)
    Scopes(installation.state).keep(last)
    require_not_emptied(installation, "shop", folder, read)
    with pytest.raises(Refused, match="declares nothing, where 2 components were before"):
        require_not_emptied(installation, "shop", nothing, emptied)
    require_not_emptied(installation, "other", nothing, emptied)


def test_the_worker_reads_code_in_its_time_and_tells_what_went_wrong(
    installation: Installation,
) -> None:
    several, goes_on = code_of(installation), threading.Event()
    scans = Scans(installation.state)
    began = datetime.now(UTC)
    with Scopes(installation.state).only_here("shop"):  # somebody declares it by hand
        assert read_code_that_is_due(installation, goes_on, several=several) == []
    assert scans.all() == {}
    assert read_code_that_is_due(installation, goes_on, several=several) == ["shop"]
    failed = scans.all()["code shop"]
    assert (failed.failed, failed.why) == (1, "the database has no tables yet")
    assert read_code_that_is_due(installation, goes_on, several=several) == []
    scans.was_read("code shop", account="code shop", at=began, gaps=0)
    hours = [
        after
        for after in range(1, 8)
        if not read_code_that_is_due(
            installation,
            _stopped(),
            several=several,
            now=lambda after=after: began + timedelta(hours=after),  # type: ignore[misc]
        )
    ]
    assert hours == list(range(1, 8)), "nothing is begun where the worker stops"
    assert scans.all()["code shop"] == Scanned(account="code shop", read=began)


def _stopped() -> threading.Event:
    stop = threading.Event()
    stop.set()
    return stop
