"""Every script of this folder, and that together they leave no command out."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.scripts import Names, Script, Step, mismatch, read_script
from tests.identity.test_every_command import commands_of_tables, every_command
from tests.preloaded import program

import ringwall

FOLDER = Path(__file__).parent
SCRIPTS = [read_script(path) for path in sorted(FOLDER.glob("*.txt"))]


def _parameters() -> Iterator[object]:
    for script in SCRIPTS:
        marks = [pytest.mark.e2e] if script.is_e2e else []
        yield pytest.param(script, id=script.path.stem, marks=marks)


@pytest.mark.timeout(400)  # many commands, on a machine that may be busy
@pytest.mark.parametrize("script", list(_parameters()))
def test_script(script: Script, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    names = Names(folder)
    for name, text in script.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(names.fill(text), encoding="utf-8")
    environment = _environment(tmp_path)
    try:
        for step in script.steps:
            _run(script, step, names, folder, environment)
    finally:
        if script.is_e2e:
            _bash("ringwall down", folder, environment)
            left = _left(folder)
            assert not left, f"{script.path.name}: still running: {left}"


def test_every_command_is_shown_to_succeed_and_to_fail() -> None:
    # Those of tables are shown in tests/identity/test_every_command.py.
    commands = set(_commands()) - commands_of_tables()
    assert len(commands) > 15
    shown: dict[str, set[bool]] = {name: set() for name in commands}
    for script in SCRIPTS:
        for step in script.steps:
            for name in _named(step.command, commands):
                shown[name].add(step.code == 0)
    assert {name for name, codes in shown.items() if codes != {True, False}} == set()


def _run(
    script: Script, step: Step, names: Names, folder: Path, environment: dict[str, str]
) -> None:
    done = _bash(names.fill(step.command), folder, environment)
    where = f"{script.path.name}:{step.line}: $ {step.command}"
    told = f"{where}\n{done.stdout}{done.stderr}"
    if done.returncode != step.code:
        pytest.fail(f"ended with {done.returncode}: {told}", pytrace=False)
    for expected, printed in ((step.stdout, done.stdout), (step.stderr, done.stderr)):
        found = mismatch(expected, printed, names)
        if found is not None:
            pytest.fail(f"{where}\n{found}", pytrace=False)


def _bash(
    command: str, folder: Path, environment: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def _environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of the caller's but the tools; ``ringwall`` is this one."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "ringwall").symlink_to(program())
    (tools / "moto_server").symlink_to(Path(sys.executable).with_name("moto_server"))
    found = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    found |= {"USER": "ada", "LOGNAME": "ada"}
    return {**found, "PYTHONPATH": str(Path(ringwall.__file__).parents[1])}


def _left(folder: Path) -> list[int]:
    """Processes of the script's installation, by the folder in their environment."""
    mark = f"RINGWALL_STATE={folder}/".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                environment = (entry / "environ").read_bytes()
                ended = b") Z " in (entry / "stat").read_bytes()
                if mark in environment and not ended:
                    found.append(int(entry.name))
        except OSError:
            continue
    return found


def _commands() -> Iterator[str]:
    """Every command that people see, such as ``up`` and ``cert list``."""
    return (name for name, command in every_command() if not command.hidden)


def _named(command: str, commands: set[str]) -> Iterator[str]:
    """The commands of ringwall that stand in a command line."""
    for words in re.findall(
        r"\bringwall ((?:-\S+ [^-]\S* )*[a-z]+(?: [a-z][a-z-]*){0,2})", command
    ):
        plain = re.sub(r"(?:-\S+ \S+ )*", "", words, count=1).split()
        for name in (" ".join(plain[:count]) for count in (3, 2, 1)):
            if name in commands:
                yield name
                break
