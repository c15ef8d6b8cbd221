"""Jobs run whatever happens to the others, to the queue and to the database."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections
from tests.gateway.live.asking import pids
from tests.gateway.live.stage import Stage, plain_config
from tests.runtime.conftest import environment
from tests.runtime.migrated import put_tables
from tests.runtime.postgres import PASSWORD, Postgres

from ringwall.runtime import jobs, worker
from ringwall.runtime.database import DatabaseUrlError, database_settings
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.probes import Accepts, UnixAddress

if TYPE_CHECKING:
    from ringwall.runtime.models import JobRun

CHILD = Path(__file__).with_name("worker_child.py")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "ringwall.yaml", tmp_path / "state", tuple)


def made(run: jobs.JobFunction) -> jobs.Job:
    return jobs.Job("certificates", 1, run, False)


def fails(_: Installation) -> str:
    raise RuntimeError("the authority is away")


def all_runs() -> tuple["JobRun", ...]:
    from ringwall.runtime import job_runs  # noqa: PLC0415 - models, which need django.setup()

    return job_runs.all_runs()


def only_run() -> "JobRun":
    (found,) = all_runs()
    return found


def test_what_a_job_did_is_kept(database: str, installation: Installation) -> None:
    jobs.run(made(lambda _: "nothing was due"), installation)
    found = only_run()
    assert (found.name, found.outcome, found.error, found.failures) == (
        "certificates",
        "nothing was due",
        "",
        0,
    )
    assert found.ended is not None
    assert found.started <= found.ended


def test_failures_are_kept_and_counted_until_it_goes_well(
    database: str, installation: Installation
) -> None:
    for count in (1, 2, 3):
        with pytest.raises(RuntimeError, match="away"):
            jobs.run(made(fails), installation)
        found = only_run()
        assert (found.failures, found.error) == (count, "RuntimeError: the authority is away")
        assert found.ended is not None
    jobs.run(made(lambda _: "done"), installation)
    found = only_run()
    assert (found.failures, found.error, found.outcome) == (0, "", "done")


def test_runs_are_listed_by_name(database: str, installation: Installation) -> None:

    for name in ("b", "c", "a"):
        jobs.run(jobs.Job(name, 1, lambda _: "", False), installation)
    assert [one.name for one in all_runs()] == ["a", "b", "c"]


def test_worker_that_run_at_once_are_all_kept(database: str, installation: Installation) -> None:

    def one(number: int) -> None:
        try:
            jobs.run(jobs.Job(f"job-{number}", 1, lambda _: str(number), False), installation)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    found = {run.name: run.outcome for run in all_runs()}
    assert found == {f"job-{number}": str(number) for number in range(24)}


def test_long_texts_and_odd_ones_are_kept(database: str, installation: Installation) -> None:
    text = "ä" * 10_000 + "\n\t'\"\\ %s"
    jobs.run(made(lambda _: text), installation)
    assert only_run().outcome == text


def test_the_tables_are_as_the_models_say(database: str) -> None:

    told = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=told)
    assert "No changes" in told.getvalue()
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_migrations_go_forward_from_nothing_and_back(database: str) -> None:

    call_command("migrate", "runtime", "zero", verbosity=0)
    assert "runtime_jobrun" not in connection.introspection.table_names()
    call_command("migrate", verbosity=0)
    assert "runtime_jobrun" in connection.introspection.table_names()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_is_gone_stops_no_job(
    database: str,
    installation: Installation,
    postgres: Postgres,
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs.run(made(lambda _: "before"), installation)
    done = []

    def renew(_: Installation) -> str:
        done.append("renewed")
        return "renewed"

    postgres.kill()
    try:
        jobs.run(made(renew), installation)
        assert done == ["renewed"]
        assert "the run of job certificates is not recorded" in caplog.text
        assert PASSWORD not in caplog.text
    finally:
        postgres.start()
    jobs.run(made(renew), installation)
    assert only_run().outcome == "renewed"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_goes_while_a_job_runs_stops_it_not(
    database: str, installation: Installation, postgres: Postgres
) -> None:
    def renew(_: Installation) -> str:
        postgres.kill()
        return "renewed"

    try:
        jobs.run(made(renew), installation)
    finally:
        postgres.start()
    assert only_run().outcome == ""
    jobs.run(made(lambda _: "again"), installation)
    assert only_run().outcome == "again"


@pytest.mark.parametrize("minutes", [0, 61, -1])
def test_a_job_runs_every_minute_to_every_hour(minutes: int) -> None:
    with pytest.raises(ValueError, match="1 to 60"):
        jobs.job(name="odd", minutes=minutes)


def test_every_module_s_jobs_are_found() -> None:
    names = [one.name for one in jobs.discover()]
    assert {"certificates", "access-record"} <= set(names)
    assert len(names) == len(set(names))


@contextmanager
def running(
    folder: Path, names: str, url: str | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker, with these jobs; ended in any case."""
    if url is None and not (folder / "state" / "tables" / "ringwall.sqlite3").exists():
        put_tables(folder / "state", folder.parent)
    (folder / "state").mkdir(exist_ok=True)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(CHILD), str(folder)],
            env={**environment(folder / "state", url), "TEST_JOBS": names},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def told(folder: Path) -> list[str]:
    path = folder / "told"
    return path.read_text().splitlines() if path.exists() else []


def wait_until(folder: Path, lines: dict[str, int], within: float = 20.0) -> None:
    """Wait until each line has been told so often."""
    deadline = time.monotonic() + within
    while any(told(folder).count(line) < count for line, count in lines.items()):
        assert time.monotonic() < deadline, (told(folder), (folder / "log").read_text())
        time.sleep(0.02)


@pytest.mark.e2e
def test_worker_that_hang_or_fail_keep_no_other_from_its_turn(tmp_path: Path) -> None:
    with running(tmp_path, "hang,hang,hang,hang,hang,fail,quick"):
        wait_until(tmp_path, {"hangs": 5, "fails": 1, "quick": 1})
        installation = Installation(tmp_path / "ringwall.yaml", tmp_path / "state", tuple)
        worker.configuration_changed(installation)
        wait_until(tmp_path, {"quick": 2})
        deadline = time.monotonic() + 20
        while not (rows := errors(tmp_path)).get("fail-5") and time.monotonic() < deadline:
            time.sleep(0.05)  # what became of a job is kept after it has ended
    assert rows["fail-5"] == "RuntimeError: could not"
    assert rows["quick-6"] == rows["hang-0"] == ""


def errors(folder: Path) -> dict[str, str]:
    """What is kept of the last run of each job."""
    with closing(sqlite3.connect(folder / "state" / "tables" / "ringwall.sqlite3")) as connection:
        return dict(connection.execute("SELECT name, error FROM runtime_jobrun").fetchall())


@pytest.mark.e2e
def test_a_worker_that_works_tells_so_and_a_killed_one_does_not(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "ringwall.yaml", tmp_path / "state", tuple)
    tells = Accepts(UnixAddress(installation.worker))
    with running(tmp_path, "quick") as process:
        wait_until(tmp_path, {"quick": 1})
        assert asyncio.run(tells())
        process.kill()
        process.wait()
        assert installation.worker.exists()
        assert not asyncio.run(tells())


@pytest.mark.e2e
def test_told_to_stop_the_worker_lets_a_job_end(tmp_path: Path) -> None:
    with running(tmp_path, "slow") as process:
        wait_until(tmp_path, {"slow begins": 1})
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert told(tmp_path).count("slow begins") == told(tmp_path).count("slow ends")


@pytest.mark.e2e
def test_told_to_stop_as_it_starts_the_worker_lets_a_job_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LATE", "1")
    with running(tmp_path, "slow") as process:
        wait_until(tmp_path, {"slow begins": 1})
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert told(tmp_path).count("slow begins") == told(tmp_path).count("slow ends")


@pytest.mark.e2e
def test_an_idle_worker_stops_within_a_moment(tmp_path: Path) -> None:
    with running(tmp_path, "quick") as process:
        wait_until(tmp_path, {"quick": 1})
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 4


@pytest.mark.e2e
def test_killed_at_any_time_the_worker_starts_again(tmp_path: Path) -> None:
    for number in range(1, 4):
        with running(tmp_path, "quick,slow") as process:
            wait_until(tmp_path, {"quick": number})
            process.kill()
            process.wait()


@pytest.mark.e2e
def test_a_damaged_queue_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "jobs.sqlite3").write_bytes(b"not a database" * 1000)
    with running(tmp_path, "quick"):
        wait_until(tmp_path, {"quick": 1})
    assert (tmp_path / "state" / "jobs.sqlite3.damaged").exists()
    assert "put aside" in (tmp_path / "log").read_text()


@pytest.mark.e2e
def test_without_a_database_jobs_run_and_are_recorded_once_it_is_there(
    tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.new_database("late")
    postgres.kill()
    try:
        with running(tmp_path, "quick", url):
            wait_until(tmp_path, {"quick": 1})
            assert "what jobs do is not recorded" in (tmp_path / "log").read_text()
            postgres.start()
            deadline = time.monotonic() + 40
            while "the database can be used" not in (tmp_path / "log").read_text():
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.1)
            installation = Installation(tmp_path / "ringwall.yaml", tmp_path / "state", tuple)
            worker.configuration_changed(installation)
            wait_until(tmp_path, {"quick": 2})
            while not _recorded(url):
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.05)
    finally:
        if postgres._process is None:
            postgres.start()
    assert PASSWORD not in (tmp_path / "log").read_text()


def _recorded(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT outcome FROM runtime_jobrun").fetchall()
    return found == [("was quick",)]


@pytest.mark.e2e
def test_all_processes_that_start_at_once_have_one_signing_key(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from ringwall.runtime import database, installation\n"
        "time.sleep(max(0, float(sys.argv[1]) - time.time()))\n"
        "from ringwall.runtime import settings\n"
        "print(settings.SECRET_KEY)\n"
    )
    state = tmp_path / "state"
    together = str(time.time() + 1.5)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, together],
            env=environment(state, None),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    keys = {process.communicate(timeout=30)[0].strip() for process in processes}
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert sorted(path.name for path in state.iterdir()) == ["secret.key", "tables"]
    assert (state / "secret.key").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_a_damaged_signing_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import ringwall.runtime.settings"],
        env=environment(tmp_path, None),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{tmp_path}/secret.key is damaged" in done.stderr


def test_a_database_url_is_read_whole(tmp_path: Path) -> None:
    found = database_settings(
        "postgresql://us%40er:p%40ss%2Fw%3A@db.example:6543/na%20me?sslmode=verify-full",
        state=tmp_path,
    )
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("us@er", "p@ss/w:", "na me")
    assert (found["HOST"], found["PORT"]) == ("db.example", "6543")
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    socket = database_settings("postgresql:///x?host=/run/postgresql", state=tmp_path)
    assert (socket["HOST"], socket["PORT"]) == ("/run/postgresql", "")
    assert database_settings(None, state=tmp_path)["NAME"] == str(
        tmp_path / "tables" / "ringwall.sqlite3"
    )


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "hunter2:hunter2",
        "mysql://hunter2@hunter2/hunter2",
        "postgresql://user:hunter2/hunter2@host/name",
        "postgresql://user:hunter2]@host:hunter2/name",
        "postgresql://[hunter2/name",
        "postgresql://user:hu@nter2/hunter2@host/name",
        "postgresql://user:hunter2#hunter2@host/name",
        "postgresql://user:1?hunter2@host/name",
    ],
)
def test_a_url_that_cannot_be_read_is_never_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        database_settings(url, state=tmp_path)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.e2e
def test_the_whole_of_ringwall_on_postgresql_keeps_the_password_to_itself(
    tmp_path: Path, postgres: Postgres
) -> None:

    url = postgres.new_database("whole")
    config = plain_config(database={"url": "${env:TEST_DATABASE_URL}"})
    stage = Stage(tmp_path, config)
    stage.environment["TEST_DATABASE_URL"] = url
    odd = re.compile(re.escape(PASSWORD.encode()) + b"|" + re.escape(_quoted(url)))
    with stage:
        stage.up()
        stage.wait(lambda: _jobs_recorded(url) >= {"certificates", "access-record"})
        stage.wait(lambda: _connections(url) > 1)
        assert stage.get("https://app.localhost/").status_code == 200

        found = pids(stage)
        for pid in (*found.values(), stage.status()["supervisor"]["pid"]):
            assert not odd.search(Path(f"/proc/{pid}/cmdline").read_bytes())
        for name, pid in found.items():
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            assert (b"RINGWALL_DATABASE_URL" in environ) == (name in {"web", "worker"})
            assert b"TEST_DATABASE_URL" not in environ
        for command in ("status", "history", "diff", "routes"):
            for flags in ((), ("--json",)):
                told = stage.command(command, *flags)
                assert not odd.search((told.stdout + told.stderr).encode())
        assert not (stage.state / "tables" / "ringwall.sqlite3").exists()

        # A secret that cannot be found or read is refused, and not repeated either.
        stage.write({**config, "database": {"url": "${env:NOT_SET}"}})
        told = stage.command("reload")
        assert told.returncode == 3
        assert "NOT_SET" in told.stderr
        (tmp_path / "url").write_text(f"postgresql://ringwall:{PASSWORD}@/whole")
        stage.write({**config, "database": {"url": f"${{file:{tmp_path}/url}}"}})
        told = stage.command("reload")
        assert told.returncode == 3
        assert "cannot be read" in told.stderr
        assert not odd.search(told.stderr.encode())
        (tmp_path / "url").unlink()
    for path in (tmp_path, *tmp_path.rglob("*")):
        if path.is_file():
            assert not odd.search(path.read_bytes()), path


def _quoted(url: str) -> bytes:
    return url.split("ringwall:")[1].split("@", maxsplit=1)[0].encode()


def _connections(url: str) -> int:
    """How many there are to this database, this one included."""
    with psycopg.connect(url) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchall()
    return int(count[0])


def _jobs_recorded(url: str) -> set[str]:
    try:
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT name FROM runtime_jobrun WHERE ended IS NOT NULL")
            return {name for (name,) in rows.fetchall()}
    except psycopg.errors.UndefinedTable:
        return set()


def test_as_root_postgresql_runs_as_somebody_else(postgres: Postgres) -> None:
    assert postgres._process is not None
    status = Path(f"/proc/{postgres._process.pid}/status").read_text()
    (owner,) = re.findall(r"^Uid:\s+(\d+)", status, re.MULTILINE)
    assert int(owner) != 0
    assert os.geteuid() in {0, int(owner)}
