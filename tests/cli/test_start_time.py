"""What a command does not need it does not wait for."""

import subprocess
import sys
from pathlib import Path

import pytest

import ringwall
from ringwall.cli import main
from ringwall.runtime.discovery import bringing

CONFIGURATION = "ringwall.runtime.configuration"
HEAVY = {
    "acme",
    "asyncio",
    "boto3",
    "botocore",
    "cryptography",
    "django",
    "duckdb",
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
        (["posture", "checks"], set()),
        (["posture", "scan", "--plan"], set()),
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


def test_a_group_that_is_called_as_a_module_is_that_module_s_alone() -> None:
    """So what is shown and run of it is the same, whether or not others are loaded."""
    several = [name for name in bringing("commands") if main._only([name])]
    assert {"findings", "inventory", "posture"} <= set(several)
    for name in several:
        every = [(mark, one) for mark, one in main._found() if main._is_of(mark, name)]
        assert every == main._found(name), name
    assert main._only(["--config", "x", "posture"]) == ""
    assert main._only(["log"]) == ""
    assert main._only([]) == ""
