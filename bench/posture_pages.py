"""Pages of posture of an account of 100,000 components: how long they take, and what the web keeps.

The account is made of the checks' own cases, most of which fail or are unknown, which is what pages
have most to tell of. It is judged by a process of its own, as the worker does it; then one process
asks for each page, first of accounts of a few components, then of the large one besides, and says
by how much its memory grew. ``PAGES_COMPONENTS`` is another number of components.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.posture.measuring import measured

COMPONENTS = int(os.environ.get("PAGES_COMPONENTS", "100000"))
KINDS = (
    "aws-s3-bucket",
    "aws-ec2-volume",
    "aws-ec2-instance",
    "aws-sqs-queue",
    "aws-sns-topic",
    "aws-rds-instance",
    "aws-dynamodb-table",
    "aws-lambda-function",
    "aws-logs-group",
    "aws-kms-key",
)
LARGE = "999999999999"


def main() -> None:
    """Measure it in a state folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "RINGWALL_STATE": str(Path(folder) / "state"),
            "RINGWALL_CONFIG": str(Path(folder) / "ringwall.yaml"),
            "DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings",
        }
        for step in ("--few", "--web"):
            command = [sys.executable, "-m", "bench.posture_pages", step, folder]
            subprocess.run(command, env={**os.environ, **environment}, check=True)


def _few(folder: Path) -> None:
    from tests.posture import kept

    for account in (kept.ACCOUNT, kept.OTHER):
        for day in range(3):
            kept.keep(folder / "state", account, day=day, mended=bool(day % 2))


def _large(folder: Path) -> None:
    """An account whose components are those of cases, over and over."""
    from ringwall.core.components import Found
    from ringwall.core.observations import Observation, State
    from ringwall.posture.checking.cases import snapshot_of
    from ringwall.posture.checking.finding import cloud_checks
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.snapshot.snapshot import Scope, Snapshot

    made = Snapshot()
    for kind in (*KINDS, "aws-account", "aws-region"):
        made.note_listing(Scope(kind, LARGE), Observation(State.KNOWN, [], "bench"))
    cases = [
        snapshot_of(one.check, case)[1]
        for one in cloud_checks()
        if one.check.judges in KINDS
        for case in one.cases
    ]
    for number in range(COMPONENTS):
        seen = cases[number % len(cases)]
        kind, name = seen.found.kind, f"arn:aws:x:eu-west-1:{LARGE}:thing/{number:07d}"
        found = Found(kind=kind, name=name, label=f"thing-{number}", account=LARGE)
        made.add(found).aspects.update(seen.aspects)
    Accounts(folder / "state").keep(LARGE, made, read=datetime.now(UTC), gaps=0)


def _judge(folder: Path) -> None:
    _large(folder)
    command = [sys.executable, "-m", "ringwall", "posture", "judge", "--account", LARGE]
    used = measured("judged", command, {}, folder / "judged")
    size = (folder / "state" / "posture" / "accounts" / f"{LARGE}.summary").stat().st_size
    print(
        f"{COMPONENTS:,} components judged by a process of its own: {used.wall_s:.1f} s, "
        f"{used.peak_mb:.0f} MB; {size / 1e6:.1f} MB are kept for pages"
    )


def _web(folder: Path) -> None:
    browser = _signed_in(folder / "state")
    from tests.posture import kept

    pages = {
        "all accounts and frameworks": "/company/posture",
        "one framework": "/company/posture/frameworks/nist-800-53r5",
        "one check": f"/company/posture/checks/{kept.CHECK}",
        "all frameworks over time": "/company/posture/history",
        "between two scans": "/company/posture/changes",
        "API: frameworks": "/api/v1/posture/frameworks",
        "API: one check": f"/api/v1/posture/checks/{kept.CHECK}",
        "API: all checks": "/api/v1/posture/checks",
    }
    before = {name: _timed(browser, path) for name, path in pages.items()}
    small = _memory()
    subprocess.run(
        [sys.executable, "-m", "bench.posture_pages", "--judge", str(folder)], check=True
    )
    after = {name: _timed(browser, path) for name, path in pages.items()}
    for name, took in after.items():
        print(
            f"{name:<30} {before[name] * 1000:>6.0f} ms {took * 1000:>6.0f} ms with the large one"
        )
    print(
        f"the web process keeps {_memory() - small:.1f} MB more than the {small:.0f} MB of before"
    )


def _timed(browser: Any, path: str) -> float:
    """The slowest of five, after one that loads what is not loaded yet."""
    took = []
    for _ in range(6):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append(time.perf_counter() - began)
        if answer.status_code != 200:
            sys.exit(f"{path} answers {answer.status_code}")
    return max(took[1:])


def _signed_in(state: Path) -> Any:
    """A browser of Django's own, in which an auditor of the company is signed in."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from tests.identity import tenants
    from tests.identity.conftest import AUTHORITY, HOSTS
    from tests.identity.test_organisations_pages import act_as

    from ringwall.identity import facts
    from ringwall.identity.config import Identity
    from ringwall.identity.facts import Facts
    from ringwall.identity.keyring import Keyring
    from ringwall.identity.kinds import Purpose

    call_command("migrate", interactive=False, verbosity=0)
    for purpose in Purpose:
        Keyring(state, purpose).turn(datetime.now(UTC))
    settings = Identity(host="id.shop.localhost", name="The Shop", tenant_hosts="*.shop.localhost")
    facts.write(state, Facts(settings=settings, port=8443, hosts=HOSTS))
    tenants.organisation("shop", kind="provider")
    tenants.person("auditor@example.com", shop=["auditor"])
    headers = {"host": AUTHORITY, "x-forwarded-proto": "https", "x-ringwall-address": "127.0.0.7"}
    browser = Client(headers={**headers, "user-agent": "a bench"})
    act_as(browser, "auditor@example.com")
    browser.get("/")
    return browser


def _memory() -> float:
    """What is this process's own, in MB (Pss), without what only waits to be collected."""
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    {"--few": _few, "--judge": _judge, "--web": _web}[sys.argv[1]](Path(sys.argv[2]))
