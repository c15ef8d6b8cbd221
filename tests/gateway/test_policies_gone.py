"""Files without the policies that are in force are refused, by whoever judges them."""

import json
from pathlib import Path

import pytest

from ringwall.cli import main
from ringwall.gateway.opening import open_gateway
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import ExitCode

CONFIG = """
version: 1
edge: {redirect: null, hosts: {shop.localhost: {}}}
services: {shop: {addresses: ["127.0.0.1:7401"], owner: tests}}
routes: [{name: shop, hosts: [shop.localhost], path: /, service: shop, sign_in: none}]
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """One that had policies in force, whose folder is gone by now."""
    found = Installation(tmp_path / "ringwall.yaml", tmp_path / ".ringwall", all_sections)
    found.config.write_text(CONFIG)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "all.cedar").write_text(
        '@id("a") permit (principal, action, resource);'
    )
    open_gateway(found).apply(found.load(), author="ada", reason="up", check=False)
    (tmp_path / "policies").rename(tmp_path / "elsewhere")
    return found


def test_check_refuses_them_too(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main.run(["--config", str(installation.config), "check", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert done.value.code == ExitCode.CONFIGURATION
    assert told["valid"] is False
    (problem,) = told["problems"]
    assert "the policies that are in force are gone" in problem["message"]


@pytest.mark.parametrize(
    ("more", "line", "column"),
    [("", 1, 1), ("access:\n  roles: {}\n", 6, 1), ("access:\n  policies: policies\n", 7, 13)],
)
def test_the_place_is_where_policies_are_spoken_of(
    installation: Installation, more: str, line: int, column: int
) -> None:
    installation.config.write_text(CONFIG + more)
    with pytest.raises(ConfigurationError) as refused:
        open_gateway(installation).require_policies(installation.load())
    assert str(refused.value).startswith(f"{installation.config}:{line}:{column}: error: ")
