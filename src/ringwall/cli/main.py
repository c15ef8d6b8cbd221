"""``ringwall``: the command line."""

import gc
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from ringwall import __version__
from ringwall.cli.failures import Failure, failure_of
from ringwall.cli.greeting import greet
from ringwall.cli.guarding import asked_first
from ringwall.cli.streams import ready_streams
from ringwall.runtime.commanding import CommandMark, mark_of
from ringwall.runtime.current import all_sections
from ringwall.runtime.discovery import bringing, modules
from ringwall.runtime.installation import CONFIG_VARIABLE, STATE_VARIABLE, find
from ringwall.runtime.output import write
from ringwall.runtime.refusals import ExitCode

HELP: Final = "The security layer in front of your services."
PROGRAM: Final = "ringwall"

_GROUPS: Final = {
    "access": "Who may do what, and why; what a change of policies would change.",
    "access request": "Ask for roles for some time, approve and deny what is asked for, end it.",
    "access shadow": "Count at the edge what changed policies would decide otherwise.",
    "admin": "Let the first administrator in, or one who lost all sign-in methods.",
    "client": "Register API clients and applications, list them, change their secrets.",
    "key": "Make API keys, list, rotate and withdraw them.",
    "org": "Customers' organisations: make them, give them rules, suspend them.",
    "member": "Who belongs to an organisation, with which roles.",
    "invite": "Invite people to an organisation by mail.",
    "user": "People, their sessions, and letting them in no more.",
    "sso": "Single sign-on by an organisation's own identity provider.",
    "domain": "Mail domains that an organisation speaks for.",
    "scim": "Tokens for an organisation's directory (SCIM 2.0).",
    "attack": "What comes at the edge now, where it comes from, and what came before.",
    "block": "Networks that are refused at the door, for some time.",
    "sources": "Lists of networks that are refused, where they come from, and who is on them.",
    "limits": "What may be asked for in a time, by whom.",
    "cert": "List, issue, rotate and export certificates.",
    "log": "What happened, and the proof of it; holds, and persons who are erased.",
    "log key": "The public key of the log; a new one that takes the place of the present.",
    "findings": "What is wrong with which component, whose job it is, until when.",
    "inventory": "What there is, in which categories, and what has to do with what.",
    "posture fix": "Plans that mend what was found: read, approved, applied, taken back.",
    "posture": "Judge clouds, code and Ringwall itself; mend what is wrong.",
    "mail": "Read, and send again, what Ringwall has to tell people.",
}
_PANELS: Final = (
    "Configuration",
    "Access",
    "Availability",
    "Running",
    "Log",
    "Certificates",
    "People and organisations",
    "Programs",
    "Ringwall itself",
)


def build(group: str = "") -> typer.Typer:
    """The whole command line, from what the modules bring; or only what is of one group."""
    app = typer.Typer(
        name=PROGRAM,
        help=HELP,
        epilog="Exit codes and the JSON forms are told in docs/cli.md and docs/exit-codes.md.",
        add_completion=False,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings=_settings(),
    )
    app.callback()(_options)
    found = [one for one in _found(group) if not group or _is_of(one[0], group)]
    groups: dict[str, typer.Typer] = {}
    for mark, function in found:
        if mark.name == mark.group:
            _group_in(app, groups, mark.group, mark.panel).callback()(
                _alone(asked_first(mark, function))
            )
    for mark, function in found:
        if mark.name == mark.group:
            continue
        target = app
        if mark.group is not None:
            target = _group_in(app, groups, mark.group, mark.panel)
        target.command(
            name=mark.name,
            help=_unwrapped(function.__doc__),
            hidden=mark.hidden,
            rich_help_panel=None if mark.group else mark.panel,
        )(asked_first(mark, function))
    return app


def _group_in(
    app: typer.Typer, groups: dict[str, typer.Typer], name: str, panel: str
) -> typer.Typer:
    """The group of that name, made when it is first needed; ``access request`` is in ``access``."""
    if name not in groups:
        above, _, own = name.rpartition(" ")
        groups[name] = typer.Typer(help=_GROUPS[name], invoke_without_command=True, callback=_group)
        (_group_in(app, groups, above, panel) if above else app).add_typer(
            groups[name],
            name=own,
            rich_help_panel=None if above else panel,
            context_settings=_settings(),
        )
    return groups[name]


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit with its code; errors are sentences, never stack traces."""
    given = sys.argv[1:] if arguments is None else arguments
    ready_streams()
    as_json = "--json" in given[: given.index("--")] if "--" in given else "--json" in given
    try:
        code = _main(given)
    except BrokenPipeError:
        code = ExitCode.UNREAD
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        failure.tell(as_json=as_json)
        code = failure.code
    if code == ExitCode.INTERRUPTED and sys.stderr.isatty():
        sys.stderr.write("\n")
    _leave(code, as_json=as_json)


def _main(arguments: list[str]) -> int:
    # Completion works by the program's name, also when it was started with `python -m`.
    commands = build(_only(arguments))
    gc.enable()
    result = commands(args=arguments, prog_name=PROGRAM, standalone_mode=False)
    return result if isinstance(result, int) else ExitCode.OK


def _only(arguments: list[str]) -> str:
    """The group that is spoken of, where one module brings all of it: others are not loaded.

    Such a group is called as its module is.
    """
    name = arguments[0] if arguments else ""
    return name if name in _GROUPS and name in bringing("commands") else ""


def _is_of(mark: CommandMark, group: str) -> bool:
    return mark.group is not None and mark.group.split()[0] == group


def _leave(code: int, *, as_json: bool) -> NoReturn:
    """Exit once all that was printed has gone out, or it is known that it cannot."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = ExitCode.UNREAD
    except OSError as error:
        message = f"cannot write the output: {(error.strerror or str(error)).lower()}"
        Failure(ExitCode.FAILED, message).tell(as_json=as_json)
        code = ExitCode.FAILED
    else:
        sys.exit(code)
    # What is still held back would fail again when the interpreter flushes it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _found(only: str = "") -> list[tuple[CommandMark, Any]]:
    """Every command, in the order of the help: by panel, then as they stand in their files."""
    found = [
        (mark, value)
        for module in modules("commands", only=only)
        for value in vars(module).values()
        if (mark := mark_of(value)) is not None
    ]

    def place(item: tuple[CommandMark, Any]) -> tuple[int, str, int]:
        mark, function = item
        panel = _PANELS.index(mark.panel) if mark.panel in _PANELS else len(_PANELS)
        return (panel, function.__module__, function.__code__.co_firstlineno)

    return sorted(found, key=place)


def _unwrapped(docstring: str | None) -> str:
    """The paragraphs without the line ends of the source, which typer would keep."""
    return "\n\n".join(" ".join(part.split()) for part in (docstring or "").split("\n\n"))


def _settings() -> dict[str, Any]:
    return {"help_option_names": ["-h", "--help"]}


def _alone(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a group does by itself: a command that is named as its group is."""

    @wraps(function)
    def callback(context: typer.Context, *given: Any, **named: Any) -> Any:
        return None if context.invoked_subcommand else function(context, *given, **named)

    return callback


def _group(context: typer.Context) -> None:
    """Show the help of a group that was named without one of its commands."""
    if context.invoked_subcommand is None:
        write(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def _version(asked: bool) -> None:
    if asked:
        write(f"{__version__}\n")
        raise typer.Exit


def _options(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            envvar=CONFIG_VARIABLE,
            help="The configuration file; else ringwall.yaml here or in a folder above.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", envvar=STATE_VARIABLE, help="The state folder; else .ringwall beside it."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Print the version."),
    ] = False,
) -> None:
    del version
    context.obj = find(all_sections, config=config, state=state)
    if context.invoked_subcommand is None:
        greet(context.obj)
