"""``ringwall posture scan`` as people run it: what it prints, how it ends, how it goes on."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import Size
from tests.posture.accounts.reading import Reading
from tests.preloaded import program

from ringwall.runtime.refusals import ExitCode

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROLE = "arn:aws:iam::123456789012:role/ringwall"


@pytest.fixture(scope="module")
def account(reading: Reading) -> Reading:
    generate(reading.client, Size(buckets=1))
    return reading


@pytest.fixture
def run(account: Reading, tmp_path: Path) -> Run:
    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command: list[str] = [
            str(program()),
            "posture",
            "scan",
            "--region",
            "eu-west-1",
            *arguments,
        ]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "RINGWALL_STATE": str(tmp_path / "state"), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


CHECK = ("--check", "aws-s3-bucket-block-public-access")


def test_it_says_what_fails_and_how_much_was_asked(run: Run) -> None:
    done = run(*CHECK)
    assert done.returncode == ExitCode.OK, done.stderr
    assert "bucket-0006" in done.stdout
    assert "24 calls" in done.stderr
    assert "partial" not in done.stderr


def test_a_region_that_is_misspelt_is_refused(run: Run) -> None:
    done = run(*CHECK, "--region", "eu-wst-1")
    assert done.returncode == ExitCode.FAILED
    assert "eu-wst-1 is no region of AWS: is it eu-west-1?" in done.stderr
    assert not done.stdout


def test_json_has_every_verdict_with_its_facts(run: Run) -> None:
    told = json.loads(run(*CHECK, "--json").stdout)
    assert len(told) == 21
    assert {one["outcome"] for one in told} == {"pass", "fail"}
    assert all(one["facts"] for one in told)


def test_json_tells_what_could_not_be_listed(run: Run) -> None:
    done = run(*CHECK, "--check", "aws-ec2-client-vpn-logging", "--json")
    assert done.returncode == ExitCode.PARTIAL
    (one,) = [it for it in json.loads(done.stdout) if it["check"] == "aws-ec2-client-vpn-logging"]
    assert (one["outcome"], one["component"]) == ("unknown", "aws-region/123456789012/eu-west-1")
    assert "aws-ec2-client-vpn-endpoint could not be listed" in one["why"]
    assert [fact["state"] for fact in one["facts"]] == ["error"]


def test_a_check_of_ones_own_that_fails_by_itself_is_no_whole_result(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "us.py").write_text(OWN)
    done = run("--checks", str(folder), "--check", "us")
    assert done.returncode == ExitCode.PARTIAL
    assert "the check failed by itself: ZeroDivisionError" in done.stdout


OWN = '''\
"""Buckets are called after us.

Why: one.
Fix: two.
"""
from ringwall.posture.checking import *

CHECK = Check(judges="aws-s3-bucket", severity=Severity.LOW, reads=("listed",))


def judge(it, world):
    it.read("listed")
    return passes(str(1 / 0))


CASES = ()
'''


def test_the_plan_calls_nothing_and_says_how_often(run: Run) -> None:
    done = run(*CHECK, "--plan", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert done.returncode == ExitCode.OK
    (line,) = [one for one in done.stdout.splitlines() if one.startswith("s3:GetPublicAccessBlock")]
    assert "for each aws-s3-bucket" in line


def test_where_nobody_answers_it_says_so(run: Run) -> None:
    done = run(*CHECK, "--json", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert done.returncode == ExitCode.FAILED
    assert "127.0.0.1:9" in json.loads(done.stderr)["error"]["message"]
    assert done.stdout == ""


def test_without_credentials_it_says_what_to_set(run: Run) -> None:
    done = run(*CHECK, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert done.returncode == ExitCode.FAILED
    assert "AWS_PROFILE" in done.stderr


def test_a_profile_that_is_none_is_named(run: Run) -> None:
    done = run(*CHECK, "--profile", "nobody")
    assert done.returncode == ExitCode.FAILED
    assert "nobody" in done.stderr


def test_accounts_of_the_configuration_are_read_as_their_roles(run: Run, tmp_path: Path) -> None:
    text = f"version: 1\nposture:\n  accounts:\n    main: {{role: '{ROLE}', external_id: 'a-1'}}\n"
    (tmp_path / "ringwall.yaml").write_text(text)
    done = run(*CHECK, "--account", "main")
    assert done.returncode == ExitCode.OK, done.stderr
    assert "account 123456789012" in done.stderr
    done = run(*CHECK, "--account", "other")
    assert done.returncode == ExitCode.FAILED
    assert "there are: main" in done.stderr


def test_an_account_that_cannot_be_reached_holds_up_no_other(run: Run, tmp_path: Path) -> None:
    main = f"    main: {{role: '{ROLE}', external_id: 'a-1'}}\n"
    text = f"version: 1\nposture:\n  accounts:\n    broken: {{profile: nobody}}\n{main}"
    (tmp_path / "ringwall.yaml").write_text(text)
    done = run(*CHECK, "--json")
    assert done.returncode == ExitCode.PARTIAL
    assert len(json.loads(done.stdout)) == 21
    assert "account broken: " in done.stderr
    assert "1 of 2 accounts were not read" in done.stderr
    done = run(*CHECK, "--json", "--account", "broken")
    assert (done.returncode, done.stdout) == (ExitCode.FAILED, "")


WRONG = """\
version: 1
posture:
  accounts:
    a: {role: "arn:aws:iam::12:role/x"}
    b: {regions: [Frankfurt]}
    c: {every: 5m}
    d: {rolle: x}
"""
WRONG_TOGETHER = """\
version: 1
posture:
  accounts:
    a: {external_id: a-1}
    b: {}
"""


def test_each_mistake_in_the_section_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ringwall.yaml").write_text(WRONG)
    done = run("--account", "a")
    assert done.returncode == ExitCode.CONFIGURATION
    for line, said in {4: "the ARN of a role", 5: "eu-west-1", 6: "15m to 30d", 7: "rolle"}.items():
        assert f"ringwall.yaml:{line}:" in done.stderr
        assert said in done.stderr
    (tmp_path / "ringwall.yaml").write_text(WRONG_TOGETHER)
    done = run("--account", "a")
    for line, said in {4: "no role", 5: "named already"}.items():
        assert f"ringwall.yaml:{line}:" in done.stderr
        assert said in done.stderr


def test_what_is_kept_is_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    run(*CHECK)
    folder = tmp_path / "state" / "posture" / "accounts"
    assert (folder / "123456789012.snapshot").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert not (folder / "123456789012.journal").exists()
