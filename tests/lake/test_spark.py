"""Spark reads the same tables and counts the same."""

import json
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line, own_line

from ringwall.lake.columns import TYPES
from ringwall.lake.upkeep import clean, compact

pytestmark = pytest.mark.e2e

_TOOLS = Path(os.environ.get("RINGWALL_TOOLS", str(Path(__file__).parents[2] / ".venv-tools")))


def test_spark_counts_what_the_log_counts(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    for first in range(0, 3000, 500):
        append(scene.places.edge[0], *map(edge_line, range(first, first + 500)))
        append(scene.places.activity, own_line(f"uid-{first}"))
        scene.collect(flush=True)
    compact(scene.events, today=date(2026, 11, 27))
    clean(scene.events, hours=0)
    append(scene.places.edge[0], *map(edge_line, range(3000, 3100)))
    scene.collect(flush=True)
    told = subprocess.run(
        [
            str(_TOOLS / "bin" / "python"),
            str(Path(__file__).with_name("spark_reading.py")),
            str(scene.places.events),
        ],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    found = json.loads(told.stdout.splitlines()[-1])
    rows = scene.rows("index, path")
    assert found["count"] == len(rows) == 3106
    assert found["sum"] == sum(index for index, _ in rows)
    assert found["paths"] == len({path for _, path in rows if path is not None})
    assert found["by_class"] == {"4002": 3100, "3004": 6}
    assert set(found["columns"]) == set(TYPES)
    assert found["first"].startswith("2026-11-27 04:")
