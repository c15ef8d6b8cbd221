"""Each process loads what it uses: what is imported stays in memory for as long as it runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKER = """
import django
django.setup()
from ringwall.runtime import jobs, worker
from ringwall.runtime.discovery import modules
assert list(jobs.discover()) and list(modules("followers"))
"""
WEB = """
from ringwall.gateway import confined, opening
import django
django.setup()
from django.urls import get_resolver
from ringwall.runtime import web
assert all(get_resolver(urls).url_patterns for urls in (None, "ringwall.runtime.private_urls"))
"""
LOG = frozenset({"_duckdb", "deltalake"})
FOR_COMMANDS = frozenset({"typer", "rich", "ringwall.cli.main", "ringwall.gateway.commands"})
FETCHES = frozenset({"requests", "boto3", "botocore"})


@pytest.mark.parametrize(
    ("code", "never"),
    [
        pytest.param(
            WORKER,
            {*LOG, *FOR_COMMANDS, "acme", "botocore", "cedarpy", "psycopg", "uvicorn", "zxcvbn"},
            id="worker",
        ),
        pytest.param(
            WEB,
            {*LOG, *FOR_COMMANDS, "botocore", "cedarpy", "psycopg", "zxcvbn"}
            | {"ringwall.gateway.service", "ringwall.gateway.envoy.edge"},
            id="web",
        ),
        pytest.param(
            "import ringwall.cli.process, ringwall.gateway.running",
            {*LOG, *FOR_COMMANDS, *FETCHES, "cedarpy", "django", "uvicorn"},
            id="supervisor",
        ),
        pytest.param(
            "import ringwall.lake.running",
            {*FOR_COMMANDS, *FETCHES, "django", "pydantic", "yaml"},
            id="collector",
        ),
        pytest.param(
            "import ringwall.lake.intake.process",
            {*LOG, *FOR_COMMANDS, *FETCHES, "cryptography", "django", "pydantic", "yaml"},
            id="intake",
        ),
        pytest.param(
            "import ringwall.gateway.callouts",
            {*LOG, *FOR_COMMANDS, *FETCHES, "django", "ringwall.gateway.service"},
            id="callouts",
        ),
    ],
)
def test_what_others_use_is_not_loaded(code: str, never: set[str], tmp_path: Path) -> None:
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    django = {"DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings"}
    loaded = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, **django, "RINGWALL_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert sorted(never & set(loaded)) == []
