"""Commands as somebody on the host gives them."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringwall.cli.main import run


def told(capsys: pytest.CaptureFixture[str], state: Path, *arguments: str) -> tuple[int, Any, str]:
    """The exit code of a command, its JSON (or ``None``), and what it said of errors."""
    given = ["--config", str(state / "ringwall.yaml"), "--state", str(state), *arguments]
    with pytest.raises(SystemExit) as ended:
        run([*given, "--json"])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), json.loads(out) if out.strip() else None, err
