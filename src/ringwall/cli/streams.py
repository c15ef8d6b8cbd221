"""The standard streams, made safe to print to."""

import os
import sys


def ready_streams() -> None:
    """Make printing safe: closed streams lead nowhere, unknown characters are written out."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        getattr(sys, name).reconfigure(errors="backslashreplace")
