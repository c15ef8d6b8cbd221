"""What a command does not need it does not wait for."""

import subprocess
import sys
from pathlib import Path

import pytest

import ringwall

CONFIGURATION = "ringwall.runtime.configuration"
HEAVY = {
    "acme",
    "asyncio",
    "cryptography",
    "django",
    "huey",
    "uvicorn",
    "watchfiles",
    "yaml",
    CONFIGURATION,
}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["cert", "issue", "--help"], set()),
        ([], set()),
        (["status"], set()),
        (["reload"], set()),
        (["down"], set()),
        (["completion", "bash"], set()),
        (["complete", "--", "ce"], set()),
        (["routes"], {"yaml", CONFIGURATION}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_nothing_heavy(
    arguments: list[str], allowed: set[str], tmp_path: Path
) -> None:
    program = (
        "import sys\n"
        "from ringwall.cli.main import run\n"
        "try:\n"
        f"    run({arguments!r})\n"
        "finally:\n"
        "    sys.__stderr__.write('\\n' + ' '.join(sys.modules))\n"
    )
    (tmp_path / "ringwall.yaml").write_text("version: 1\n")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(ringwall.__file__).parents[1]), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    imported = set(done.stderr.splitlines()[-1].split())
    assert "typer" in imported
    assert imported & HEAVY <= allowed
