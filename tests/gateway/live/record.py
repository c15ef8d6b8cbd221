"""What an edge has recorded of requests: of those whom it knows, and of strangers."""

import json
from pathlib import Path
from typing import Any


def text_of(state: Path) -> str:
    """Both records of a state folder as they are written, up to their last whole lines."""
    files = [state / "spool" / "edge" / name for name in ("access.jsonl", "strangers.jsonl")]
    found = [path.read_text() for path in files if path.exists()]
    return "".join(one[: one.rfind("\n") + 1] for one in found)


def lines_of(state: Path) -> list[dict[str, Any]]:
    """Their lines."""
    return [json.loads(line) for line in text_of(state).splitlines()]
