"""Every command that changes something is recorded with who typed it, however it ends."""

import os
import pwd
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.identity.activity.events import Found, recorded
from typer.main import get_command

from ringwall.access.actions import Action
from ringwall.cli import guarding, main
from ringwall.runtime.commanding import CommandMark, command, concerns, mark_of
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import Refused

CHANGING = [
    mark
    for mark, _ in main._found()
    if (does := guarding.action_of(mark))
    and (does.rpartition(":")[2] not in guarding._READS or does == "mail:read")
]


@pytest.fixture
def context(tmp_path: Path) -> typer.Context:
    state = tmp_path / "state"
    state.mkdir()
    place = Installation(config=tmp_path / "ringwall.yaml", state=state, find_sections=tuple)
    return typer.Context(get_command(main.build()), obj=place)


def events(context: typer.Context) -> list[Found]:
    place = context.find_object(Installation)
    assert place is not None
    return recorded(place.state)


def name_of(mark: CommandMark) -> str:
    return f"{mark.group or ''} {mark.name}".strip()


def test_there_are_many_and_none_that_changes_something_hides_among_those_that_look() -> None:
    assert len(CHANGING) > 45
    names = {name_of(mark) for mark in CHANGING}
    assert {
        "up", "reload", "down", "rollback", "sidecar", "init", "cert issue", "cert rotate",
        "cert export", "access shadow start", "access shadow stop", "block add", "block remove",
        "sources refresh", "attack alarm", "log erase", "log hold", "log release", "log key rotate",
        "user disable", "key add", "admin recover", "client add",
    } <= names  # fmt: skip


@pytest.mark.parametrize("mark", CHANGING, ids=name_of)
@pytest.mark.parametrize("fails", [False, True])
def test_each_is_recorded_with_the_user_of_the_system_and_how_it_ended(
    context: typer.Context, mark: CommandMark, fails: bool
) -> None:
    def does(context: typer.Context) -> str:
        concerns(context, "Thing", "17")
        if fails:
            raise Refused("it cannot be")
        return "done"

    run = guarding.asked_first(mark, does)
    if fails:
        with pytest.raises(Refused):
            run(context)
    else:
        assert run(context) == "done"
    found = events(context)[-1]
    assert found.raw["api"]["operation"] == guarding.action_of(mark)
    assert found.by["invoked_by"] == f"ringwall {name_of(mark)}"
    assert found.whole["actor"]["user"] == {
        "uid": f"host:{os.getuid()}",
        "name": pwd.getpwuid(os.getuid()).pw_name,
        "type_id": 2,
        "type": "Admin",
    }
    assert found.raw["src_endpoint"]["hostname"]
    assert found.raw["status"] == ("Failure" if fails else "Success")
    if fails or not mark.becomes:
        assert found.raw["resources"] == [{"type": "Thing", "uid": "17"}]


def test_one_that_another_program_takes_the_place_of_is_recorded_as_it_begins(
    context: typer.Context,
) -> None:
    seen: list[int] = []

    @command(name="up", does=Action.PROCESSES_OPERATE, becomes=True)
    def up(context: typer.Context) -> None:
        seen.append(len(events(context)))

    mark = mark_of(up)
    assert mark is not None
    guarding.asked_first(mark, up)(context)
    assert seen == [1], "before it ran"
    assert len(events(context)) == 1, "and once"
    assert {name_of(mark) for mark in CHANGING if mark.becomes} == {"up", "sidecar"}


def test_what_cannot_be_recorded_does_not_begin(context: typer.Context) -> None:
    place: Any = context.find_object(Installation)
    (place.state / "spool").write_text("in the way")
    ran: list[int] = []
    mark = CHANGING[0]
    with pytest.raises(OSError, match="cannot be recorded"):
        guarding.asked_first(mark, lambda context: ran.append(1))(context)
    assert not ran
