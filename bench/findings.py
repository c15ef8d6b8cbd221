"""The queue of findings: how long a hundred thousand take to come in, again, and to be listed.

``FINDINGS=100000 python -m bench findings``: SQLite and PostgreSQL, a store each, one after the
other; the same is done on both in the same run.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main() -> None:
    count = int(os.environ.get("FINDINGS", "100000"))
    from tests.runtime.postgres import Postgres

    server = Postgres()
    try:
        for name, url in (("SQLite", None), ("PostgreSQL", server.url)):
            print(f"{name}, {count:,} findings")
            with tempfile.TemporaryDirectory() as state:
                environment = {
                    **os.environ,
                    "RINGWALL_STATE": state,
                    "DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings",
                    **({} if url is None else {"RINGWALL_DATABASE_URL": url}),
                }
                command = [sys.executable, "-m", "bench.findings", str(count)]
                subprocess.run(command, env=environment, check=True)
    finally:
        server.close()


def _one(count: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from ringwall.core.findings import Severity
    from ringwall.findings import service
    from ringwall.findings.formats.form import Form
    from ringwall.findings.ranking import NothingKnown

    def take(some: Iterator[Any], day: int) -> Any:
        return service.take(
            some,
            source="ringwall",
            scope="aws:111122223333",
            judged=service.all_judged,
            at=NOON + timedelta(days=day),
        )

    _timed("taken in, all new", lambda: take(_made(count, 0), 0), count)
    _timed("again, nothing new", lambda: take(_made(count, 1), 1), count)
    _timed("again, 1 % fixed", lambda: take(_made(count, 2, fixed=100), 2), count)
    _timed("ranked anew", lambda: service.rerank(NothingKnown()), count)
    _timed("the first 50", lambda: list(service.standings(service.Wanted(), limit=50)))
    high = service.Wanted(least=Severity.HIGH, component="aws-s3-bucket")
    _timed("the first 50, filtered", lambda: list(service.standings(high, limit=50)))
    text = service.Wanted(text="bucket-99999")
    _timed("the first 50 with a word", lambda: list(service.standings(text, limit=50)))
    _timed("counted", lambda: service.count(service.Wanted()))
    for form in Form:
        _timed(f"written as {form}", partial(_written, form))
    print(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


def _written(form: Any) -> None:
    from ringwall.findings import service
    from ringwall.findings.formats.forms import write

    write(form, service.standings(service.Wanted()))


def _made(count: int, day: int, *, fixed: int = 0) -> Iterator[Any]:
    from ringwall.core.findings import Finding, Severity

    severities = list(Severity)
    for number in range(count):
        if fixed and number % fixed == 0:
            continue
        yield Finding(
            source="ringwall",
            weakness=f"aws-s3-bucket-check-{number % 50}",
            component=f"aws-s3-bucket/arn:aws:s3:::bucket-{number // 50}-{number}",
            title="The bucket is open to the world",
            message="anybody may read its objects: the policy allows it",
            severity=severities[number % 5],
            fix="turn on the block of public access",
            seen=NOON + timedelta(days=day, microseconds=number),
            evidence=(f"the policy allows s3:GetObject to * ({number})",),
        )


def _timed(name: str, run: Callable[[], object], each: int = 0) -> None:
    began = time.perf_counter()
    run()
    took = time.perf_counter() - began
    rate = f", {each / took:,.0f} a second" if each else ""
    print(f"  {name}: {took:.2f} s{rate}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _one(int(sys.argv[1]))
    else:
        main()
