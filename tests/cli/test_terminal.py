"""The command line in terminals of all widths."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.cli.terminal import Terminal

from ringwall.runtime.installation import account

CONFIG = """\
version: 1
edge:
  hosts: {shop.example: {}, customers.portal.example.com: {}, "*.tenants.example.com": {}}
services:
  storefront: {addresses: ["127.0.0.1:3000"], owner: the web team of the shop, tls: none}
  notification-dispatcher: {addresses: ["127.0.0.1:3001"], owner: platform, tls: none}
routes:
  - {name: pages, hosts: [shop.example], path: /**, methods: [GET, POST], service: storefront}
  - name: notifications-of-a-tenant
    hosts: ["*.tenants.example.com", customers.portal.example.com]
    path: /v1/{tenant}/notifications/{id}
    methods: [GET, POST, DELETE]
    service: notification-dispatcher
"""
HOSTS = ("shop.example", "customers.portal.example.com")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ringwall.yaml").write_text(CONFIG)
    return tmp_path


def shown(folder: Path, *arguments: str, columns: int, **environment: str) -> Terminal:
    with Terminal(*arguments, folder=folder, columns=columns, environment=environment) as terminal:
        code = terminal.end()
    assert code == 0, terminal.text
    return terminal


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_host_is_cut(folder: Path, columns: int) -> None:
    text = shown(folder, "routes", columns=columns).text
    assert all(cell_len(line) <= columns for line in text.splitlines()), text
    assert "*.tenants.example.com" in text
    assert "shop.example " in text
    assert ("owner" in text.splitlines()[0]) is (columns == 200)
    assert ("not shown, for lack of room" in text) is (columns < 200)


def test_a_narrow_terminal_gets_blocks(folder: Path) -> None:
    text = shown(folder, "routes", columns=36).text
    assert "hosts           shop.example\n" in text
    assert "service         storefront\n" in text


@pytest.mark.parametrize("columns", [10, 36, 80])
def test_sentences_are_wrapped_between_words(folder: Path, columns: int) -> None:
    text = shown(folder, columns=columns).text
    assert "lists all" in " ".join(text.split())
    for line in text.splitlines():
        assert cell_len(line) <= columns or len(line.split()) == 1, text


def test_colours_are_for_terminals_that_want_them(folder: Path) -> None:
    assert "\x1b[1m" in shown(folder, "routes", columns=80).raw
    for wish in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        raw = shown(folder, "check", columns=80, **wish).raw
        assert "\x1b[3" not in raw, wish


def test_ctrl_c_at_a_question_ends_quietly_and_writes_nothing(tmp_path: Path) -> None:
    with Terminal("init", folder=tmp_path) as terminal:
        terminal.until("Host name")
        assert terminal.interrupt() == 130
    assert "Traceback" not in terminal.text
    assert list(tmp_path.iterdir()) == []


def test_ctrl_d_at_a_question_says_how_to_answer_without_it(tmp_path: Path) -> None:
    with Terminal("init", folder=tmp_path) as terminal:
        terminal.until("Host name")
        terminal.type("\x04")
        assert terminal.end() == 2
    assert "hint: --host" in terminal.text
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    with Terminal("init", folder=tmp_path) as terminal:
        terminal.until("Host name")
        terminal.type("https://shop.example/\n")
        terminal.until("without https://")
        terminal.type("shop.example\n")
        terminal.until("What to call")
        terminal.type("\n")
        terminal.until("listens now")
        terminal.type("[::1]:3000\n")
        terminal.until("Who answers")
        terminal.type("\n")
        assert terminal.end() == 0
    written = (tmp_path / "ringwall.yaml").read_text()
    assert "shop.example:" in written
    assert 'addresses: ["[::1]:3000"]' in written
    assert f"owner: {account()}" in written
