"""``ringwall posture code`` from outside: places, exit codes, and what is not understood."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ringwall.cli.main import build

BROKEN = 'resource "aws_s3_bucket" "b" {\n'
POD = """apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostNetwork: true
  containers: [{name: b}]
"""


def ran(*words: str) -> tuple[int, str]:
    """The exit code and what was printed."""

    found = CliRunner().invoke(build(), ["posture", "code", *words])
    return found.exit_code, found.output


def test_what_fails_is_told_with_its_place_and_the_exit_code_tells(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network", "--json")
    (told,) = json.loads(said)
    assert (code, told["outcome"], told["place"]) == (1, "fail", "pod.yaml:1")


def test_code_without_a_fault_is_well(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("true", "false"))
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network")
    assert (code, "1 pass" in said) == (0, True)


def test_a_broken_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BROKEN)
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network")
    assert code == 1
    assert "broken: main.tf:1" in said
