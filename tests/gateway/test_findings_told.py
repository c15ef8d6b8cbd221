"""What pages of findings go by is what is in force, which the web process may read."""

from pathlib import Path

import pytest
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.findings import published
from ringwall.findings.config import Findings
from ringwall.gateway.layout import Layout
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

SECTIONS = all_sections()
CONFIG = """
version: 1
edge: {hosts: {app.localhost: {}}}
services: {one: {addresses: [127.0.0.1:1], owner: t}}
routes: [{name: all, hosts: [app.localhost], path: /**, service: one}]
"""


def test_each_configuration_that_comes_into_force_is_told(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    gateway = Gateway(layout, sections=SECTIONS, clock=HeldClock())
    assert published.read(layout.state) == Findings(), "the usual, before the first"
    for more, days in (("findings: {excused_at_most: 7d}", 7), ("", 365)):
        configuration = load_text(f"{CONFIG}{more}\n", SECTIONS)
        gateway.apply(configuration, author="tests", reason="test", check=False)
        assert published.read(layout.state).excused_at_most == days * 86_400
    (layout.state / published.FILE).write_bytes(b"{")
    with pytest.raises(ValueError, match="ringwall reload"):
        published.read(layout.state)
