"""The completion scripts in the shells they are for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import ringwall
from ringwall.cli.completing import candidates
from ringwall.cli.main import build

CONFIG = """\
version: 1
edge:
  hosts: {"*.shop.example": {}, shop.example: {}}
services:
  storefront: {addresses: ["127.0.0.1:3000"], owner: web team, tls: none}
  orders:
    addresses: ["127.0.0.1:3001"]
    owner: orders team
    sidecar: {app: "unix:o.sock", managed: false}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ringwall.yaml").write_text(CONFIG)
    (tmp_path / "ringwall").write_text(
        f"#!{sys.executable}\nfrom ringwall.app import main\nmain()\n"
    )
    (tmp_path / "ringwall").chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(Path(ringwall.__file__).parents[1]))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in ("RINGWALL_CONFIG", "RINGWALL_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def values(*words: str) -> list[str]:
    return [one.value for one in candidates(get_command(build()), words)]


def test_commands_come_first(folder: Path) -> None:
    assert {"init", "up", "cert", "status"} <= set(values(""))
    assert not {"process", "complete"} & set(values(""))
    assert values("st") == ["status"]
    assert values("cert", "") == ["list", "issue", "rotate", "export"]
    assert values("nonsense", "") == []


def test_options_are_told_once_and_with_their_values(folder: Path) -> None:
    assert values("up", "--w") == ["--watch"]
    assert values("up", "--watch", "--") == ["--detach", "--last-good", "--help"]
    assert values("init", "--print", "") == ["systemd", "container"]
    assert values("init", "--print", "=", "c") == ["container"]
    assert values("completion", "") == ["bash", "zsh", "fish"]


def test_names_come_from_the_configuration_that_is_meant(folder: Path) -> None:
    assert values("cert", "issue", "service/") == ["service/storefront", "service/orders"]
    assert values("cert", "issue", "host/s") == ["host/shop.example"]
    assert values("sidecar", "") == ["orders"]
    other = folder / "other.yaml"
    other.write_text(CONFIG.replace("storefront", "elsewhere"))
    for words in (("--config", str(other)), (f"--config={other}",), ("-c", str(other))):
        assert values(*words, "cert", "rotate", "service/e") == ["service/elsewhere"]


def test_there_is_nothing_to_complete_where_files_are_meant(folder: Path) -> None:
    assert values("trust", "--out", "") == []
    assert values("--config", "") == []


SHELLS = {
    "bash": """
        source <(ringwall completion bash)
        COMP_WORDS=({words}); COMP_CWORD=$(({count} - 1))
        _ringwall; printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "fish": "ringwall completion fish | source; complete -C '{line}'",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ce"], ["cert"]),
        (["cert", "ro"], ["rotate"]),
        (["cert", "issue", "host/"], ["host/*.shop.example", "host/shop.example"]),
        (["up", "--la"], ["--last-good"]),
    ],
)
@pytest.mark.parametrize("shell", sorted(SHELLS))
def test_the_script_completes(
    shell: str, words: list[str], expected: list[str], folder: Path
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not here")
    line = " ".join(["ringwall", *words])
    quoted = " ".join(f"'{word}'" for word in ("ringwall", *words))
    program = SHELLS[shell].format(words=quoted, count=len(words) + 1, line=line)
    done = subprocess.run(
        [shell, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    found = [one.split("\t")[0].replace("\\", "") for one in done.stdout.splitlines()]
    assert found == expected, done.stderr


ZSH = """
    autoload -Uz compinit; compinit -u -D
    source <(ringwall completion zsh)
    # Stand in for the editor: tell what would be offered.
    _describe() { local -a all; all=("${(@P)2}"); print -rl -- "${all[@]}" }
    words=({words}); CURRENT=${#words}
    _ringwall
"""


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not here")
def test_zsh_gets_values_with_their_meanings(folder: Path) -> None:
    program = ZSH.replace("{words}", "ringwall cert issue service/")
    done = subprocess.run(
        ["zsh", "-f", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == [
        "service/storefront:web team",
        "service/orders:orders team",
    ], done.stderr
