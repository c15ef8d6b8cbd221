"""The two that are compared, over the same folder, and what each tells in one form."""

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.code.matching import Told, short
from bench.peers import installed
from bench.posture.measuring import Used, measured

VERSION: Final = "3.3.30"
_FRAMEWORKS: Final = ("terraform", "cloudformation", "kubernetes")
_LINE: Final = re.compile(r":\d+(-\d+)?$")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run took, and what it told."""

    used: Used
    told: list[Told]


def ringwall(folder: Path, values: Path | None, work: Path) -> Ran:
    """As people run it in their pipelines."""
    command = [sys.executable, "-m", "ringwall", "posture", "code", str(folder), "--json"]
    command += ["--var-file", str(values)] if values else []
    output = work / "ringwall.json"
    used = measured("Ringwall", command, {"RINGWALL_STATE": str(work / "state")}, output)
    if used.code not in {0, 1}:
        sys.exit(output.with_suffix(".err").read_text())
    told = [
        Told(one["check"], _ours(one["component"], one["place"]), one["outcome"])
        for one in json.loads(output.read_text())
    ]
    failed = sum(one.outcome == "fail" for one in told)
    return Ran(used.found(calls=0, verdicts=len(told), failed=failed), told)


def _ours(component: str, place: str) -> tuple[str, str]:
    name = component.partition("/")[2]
    file = _LINE.sub("", place) if place else ""
    if name.startswith("terraform:"):
        return file, short(name.rpartition(":")[2])
    return file, name.rpartition("/")[2]


def checkov(folder: Path, values: Path | None, work: Path) -> Ran | None:
    """The same folder; ``None`` where it cannot be had."""
    program = installed("checkov", VERSION)
    if program is None:
        return None
    command = [str(program), "-d", str(folder), "--framework", *_FRAMEWORKS, "-o", "json"]
    command += ["--quiet", "--compact", "--soft-fail", "--skip-download"]
    command += ["--var-file", str(values)] if values else []
    output = work / "checkov.json"
    environment = {"HOME": str(work), "PYTHONPATH": "", "PATH": os.environ["PATH"]}
    used = measured("Checkov", command, environment, output)
    text = output.read_text()
    if used.code or not text.strip():
        print(f"Checkov ended with {used.code}: {output.with_suffix('.err').read_text()[-2000:]}")
        return None
    read = json.loads(text)
    told = [
        Told(one["check_id"], _theirs(one, folder), outcome, _type(one["resource"]))
        for each in (read if isinstance(read, list) else [read])
        for key, outcome in (("failed_checks", "fail"), ("passed_checks", "pass"))
        for one in each.get("results", {}).get(key, ())
    ]
    failed = sum(one.outcome == "fail" for one in told)
    return Ran(used.found(calls=0, verdicts=len(told), failed=failed), told)


def _type(resource: str) -> str:
    """``module.a.aws_iam_policy.it`` as ``aws_iam_policy``; those of other languages begin so."""
    parts = resource.split(".")
    return parts[-2] if parts[0] == "module" else parts[0]


def _theirs(one: dict[str, Any], folder: Path) -> tuple[str, str]:
    file = one["file_path"].lstrip("/")
    while "/" in file and not (folder / file).exists():
        file = file.partition("/")[2]
    resource = one["resource"]
    if "::" in resource:
        return file, resource.rpartition(".")[2]
    if file.endswith((".tf", ".tf.json")):
        return file, short(resource)
    parts = resource.split(".")
    return file, parts[2] if len(parts) > 2 else resource
