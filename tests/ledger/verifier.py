"""The independent verifier, run as its users do: one file, no packages, none of our code."""

import importlib.util
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

PROGRAM: Final = Path(__file__).parents[2] / "tools" / "verify_log.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={},
        check=False,
    )


@cache
def module() -> ModuleType:
    """The same file, for tests that need it a thousand times."""
    spec = importlib.util.spec_from_file_location("verify_log", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def code(*arguments: object) -> int:
    found = module().main([str(one) for one in arguments])
    assert isinstance(found, int)
    return found
