"""The printed unit and container file mean what they should to who reads them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ringwall.gateway.units import container_file, systemd_unit
from ringwall.runtime.installation import Installation

ODD = Path("/srv/my conf %d $HOME 'it' \"q\" \\ é/ringwall.yaml")


def unit(config: Path) -> str:
    return systemd_unit(Installation(config, config.parent, lambda: ()), user="ringwall")


def settings(text: str) -> dict[str, list[str]]:
    """Read a unit strictly: sections, ``Key=value`` and remarks, nothing else."""
    found: dict[str, list[str]] = {}
    section = None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if match := re.fullmatch(r"\[(Unit|Service|Install)\]", line):
            section = match[1]
            continue
        match = re.fullmatch(r"([A-Z][A-Za-z]+)=(.*)", line)
        assert match, line
        assert section is not None
        found.setdefault(f"{section}.{match[1]}", []).append(match[2])
    return found


def words(value: str, *, command: bool) -> list[str]:
    """Split and unquote a value as systemd.syntax(7) says, specifiers and variables undone."""
    found = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', value):
        text = re.sub(
            r"\\(x[0-9a-f]{2}|.)",
            lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else m[1],
            quoted or plain,
        )
        text = text.replace("%%", "\0")
        assert "%" not in text, value
        text = text.replace("\0", "%")
        if command:
            text = text.replace("$$", "$")
        found.append(text)
    return found


def test_the_unit_starts_reloads_and_stops_this_installation() -> None:
    found = settings(unit(Path("/etc/ringwall/ringwall.yaml")))
    assert found["Service.Environment"] == [
        "RINGWALL_CONFIG=/etc/ringwall/ringwall.yaml",
        "RINGWALL_STATE=/var/lib/ringwall",
    ]
    for key, last in (
        ("ExecStart", ["up", "--no-watch", "--last-good"]),
        ("ExecReload", ["reload"]),
        ("ExecStop", ["down"]),
    ):
        (value,) = found[f"Service.{key}"]
        program, *arguments = words(value, command=True)
        assert Path(program).is_absolute()
        assert arguments == ["-m", "ringwall", *last]


def test_the_state_is_private_and_low_ports_can_be_opened() -> None:
    found = settings(unit(Path("/etc/ringwall/ringwall.yaml")))
    assert found["Service.User"] == ["ringwall"]
    assert found["Service.StateDirectory"] == ["ringwall"]
    assert found["Service.StateDirectoryMode"] == ["0700"]
    assert found["Service.UMask"] == ["0077"]
    assert found["Service.AmbientCapabilities"] == ["CAP_NET_BIND_SERVICE"]
    assert found["Service.CapabilityBoundingSet"] == ["CAP_NET_BIND_SERVICE"]
    assert found["Service.NoNewPrivileges"] == ["yes"]
    assert found["Service.Restart"] == ["always"]


def test_a_path_with_everything_in_it_is_one_word() -> None:
    config, _state = settings(unit(ODD))["Service.Environment"]
    assert words(config, command=False) == [f"RINGWALL_CONFIG={ODD}"]


def test_a_line_end_in_a_path_adds_no_line() -> None:
    odd = settings(unit(Path("/srv/a\nUser=root/ringwall.yaml")))
    assert odd["Service.User"] == ["ringwall"]
    config, _state = odd["Service.Environment"]
    assert words(config, command=False) == ["RINGWALL_CONFIG=/srv/a\nUser=root/ringwall.yaml"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
@pytest.mark.parametrize("config", [Path("/etc/ringwall/ringwall.yaml"), ODD])
def test_systemd_itself_has_nothing_to_say_against_it(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "ringwall.service"
    file.write_text(unit(config), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", "").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in joined if line]  # type: ignore[misc]


def test_the_container_file_has_known_instructions_and_ends_by_starting_the_edge() -> None:
    found = instructions(container_file())
    known = {"FROM", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {name for name, _ in found} <= known | {"ENTRYPOINT", "CMD"}
    assert found[0][0] == "FROM"
    assert found[-2:] == [
        ("ENTRYPOINT", '["ringwall"]'),
        ("CMD", '["up", "--no-watch", "--last-good"]'),
    ]
    order = [name for name, _ in found]
    assert order.index("RUN") < order.index("USER") < order.index("CMD")
    assert "--mode=0700" in dict(found)["RUN"]


def shell_parts() -> list[str]:
    parts = dict(instructions(container_file()))
    return [parts["RUN"], parts["HEALTHCHECK"].partition(" CMD ")[2]]


def test_its_commands_are_commands_of_the_shell() -> None:
    for part in shell_parts():
        assert part
        done = subprocess.run(["sh", "-n", "-c", part], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not here")
def test_shellcheck_has_nothing_to_say_against_them() -> None:
    for part in shell_parts():
        done = subprocess.run(
            ["shellcheck", "--shell=sh", "-"],
            input=part + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
