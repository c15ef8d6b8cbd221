"""What docs/posture.md shows works as it stands there."""

import re
from pathlib import Path

from ringwall.posture.checking.finding import checks_in
from ringwall.posture.checking.verifying import mistakes
from ringwall.posture.frameworks.catalogue import read_framework

PAGE = (Path(__file__).parents[2] / "docs" / "posture.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL))


def test_the_checks_that_are_shown_hold(tmp_path: Path) -> None:
    (tmp_path / "us_names.py").write_text(BLOCKS["python"])
    (tmp_path / "us_owner_tag.sql").write_text(BLOCKS["sql"])
    (tmp_path / "us_owner_tag.cases.yaml").write_text(BLOCKS["yaml"])
    found = checks_in(tmp_path)
    assert len(found) == 2
    assert [said for one in found for said in mistakes(one)] == []


def test_the_framework_that_is_shown_is_one(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(title:.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ours.yaml").write_text(text)
    assert read_framework(tmp_path / "ours.yaml").controls == {"R1": "Nobody uses the root user"}
