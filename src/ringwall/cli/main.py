"""``ringwall``: the command line."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from ringwall import __version__
from ringwall.cli.failures import explain
from ringwall.runtime.commanding import mark_of
from ringwall.runtime.current import all_sections
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import CONFIG_VARIABLE, STATE_VARIABLE, find
from ringwall.runtime.output import console
from ringwall.runtime.refusals import Refused

HELP = """The security layer in front of your services.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 configuration refused, 4 not running,
5 running already, 6 `diff` found differences.
"""

_GROUPS = {"cert": "List, issue, rotate and export certificates."}


def build() -> typer.Typer:
    """The whole command line, from what the modules bring."""
    app = typer.Typer(
        name="ringwall",
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    groups: dict[str, typer.Typer] = {}
    for module in modules("commands"):
        for value in vars(module).values():
            mark = mark_of(value)
            if mark is None:
                continue
            target = app
            if mark.group is not None:
                if mark.group not in groups:
                    groups[mark.group] = typer.Typer(help=_GROUPS[mark.group], no_args_is_help=True)
                    app.add_typer(groups[mark.group], name=mark.group)
                target = groups[mark.group]
            target.command(name=mark.name, hidden=mark.hidden)(value)
    return app


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit with its code; errors are sentences, never stack traces."""
    try:
        build()(args=arguments, standalone_mode=True)
    except Refused as refused:
        shown = console(stderr=True)
        shown.print(Text.assemble(("error: ", "bold red"), refused.message))
        if refused.hint:
            shown.print(Text.assemble(("hint: ", "bold"), refused.hint))
        sys.exit(refused.code)
    except Exception as error:
        code = explain(error)
        if code is None:
            raise
        sys.exit(code)
    sys.exit(0)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"{__version__}\n")
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
        typer.Option("--version", is_eager=True, callback=_version, help="Print it."),
    ] = False,
) -> None:
    del version
    context.obj = find(all_sections(), config=config, state=state)
