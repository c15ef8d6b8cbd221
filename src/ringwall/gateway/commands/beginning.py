"""``init``: the first configuration, a systemd unit, a container file."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import account
from ringwall.runtime.output import say, write
from ringwall.runtime.refusals import ExitCode, Refused

_QUESTIONS: Final = {
    "host": "Host name that people type",
    "service": "What to call the service behind it",
    "upstream": "Where that service listens now",
    "owner": "Who answers for it",
}
_USUAL: Final = {"host": "app.localhost", "service": "website", "upstream": "127.0.0.1:3000"}


class Printed(StrEnum):
    """What ``init --print`` prints instead of writing a configuration."""

    SYSTEMD = "systemd"
    CONTAINER = "container"


@command(panel="Configuration", does="configuration:apply")
def init(
    context: typer.Context,
    *,
    host: Annotated[
        str | None, typer.Option(help="The name people type, such as app.example.com.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="What to call the service.")] = None,
    upstream: Annotated[
        str | None, typer.Option(help="Where it listens now, such as 127.0.0.1:3000.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    listen: Annotated[str, typer.Option(help="Where the edge listens.")] = "127.0.0.1:8443",
    print_: Annotated[
        Printed | None, typer.Option("--print", help="Print a unit or a container file instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a first ringwall.yaml, asking what it has to know.

    What the flags say is not asked. Nothing is replaced without `--force`.
    """
    from ringwall.gateway import starting, units

    installation = installation_of(context)
    if print_ is Printed.SYSTEMD:
        write(units.systemd_unit(installation, user=account()))
        return
    if print_ is Printed.CONTAINER:
        write(units.container_file())
        return
    path = installation.config
    _require_place(path, force=force)
    given = {"host": host, "service": service, "upstream": upstream, "owner": owner}
    for question, answer in {**given, "listen": listen}.items():
        _judge_flag(question, answer)
    answers = {
        question: _ask(question) if answer is None else answer for question, answer in given.items()
    }
    text = starting.configuration_text(starting.Answers(**answers, listen=listen))
    starting.judge(text, installation.sections)
    path.write_text(text, encoding="utf-8")
    say(f"wrote {path}", style="green")
    say("`ringwall check` judges it, `ringwall up` starts the edge.")


def _require_place(path: Path, *, force: bool) -> None:
    """Refuse before anything is asked."""
    if path.is_dir():
        raise Refused(f"{path} is a folder", hint="`--config` names another place")
    if path.exists() and not force:
        msg = f"{path} exists already"
        raise Refused(msg, hint="`--force` replaces it, `--config` names another place")
    if not path.parent.is_dir():
        msg = f"there is no folder {path.parent}"
        raise Refused(msg, hint=f"`mkdir -p {path.parent}` makes it")


def _judge_flag(question: str, answer: str | None) -> None:
    from ringwall.gateway.starting import objection

    if answer is not None and (reason := objection(question, answer)) is not None:
        msg = f'--{question} "{answer}" cannot be'
        raise Refused(msg, hint=reason, code=ExitCode.USAGE)


def _ask(question: str) -> str:
    """Ask until the answer can be; an empty one takes what is proposed."""
    from ringwall.gateway.starting import objection

    usual = _USUAL.get(question) or account()
    while True:
        try:
            answer = input(f"{_QUESTIONS[question]} [{usual}]: ").strip() or usual
        except EOFError as error:
            sys.stdout.write("\n")
            msg = f"there was no answer to: {_QUESTIONS[question]}"
            hint = "--host, --service, --upstream and --owner answer without being asked"
            raise Refused(msg, hint=hint, code=ExitCode.USAGE) from error
        reason = objection(question, answer)
        if reason is None:
            return answer
        say(f"  {reason}", style="yellow")
