"""Judge and compare configurations: ``check``, ``schema``, ``diff``."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.gateway.commands.naming import complete_version
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.service import Gateway
    from ringwall.runtime.configuration import Configuration
    from ringwall.runtime.installation import Installation

PANEL: Final = "Configuration"
_MARKS: Final = {"added": ("+ ", "green"), "removed": ("- ", "red"), "changed": ("~ ", "yellow")}


@command(panel=PANEL, does="configuration:see")
def check(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Judge the configuration and change nothing.

    Every mistake is told with its file, line and column; Envoy itself judges what is built from it.
    """
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.configuration import ConfigurationError
    from ringwall.runtime.configuration.rendering import print_problems, to_json

    installation = installation_of(context)
    try:
        configuration = installation.load()
        open_gateway(installation).require_policies(configuration)
        _judge(installation, configuration)
    except ConfigurationError as error:
        if not as_json:
            raise
        print_json({"valid": False, "problems": [to_json(one) for one in error.problems]})
        raise typer.Exit(ExitCode.CONFIGURATION) from None
    except ValueError as error:
        if as_json:
            print_json({"valid": False, "problems": [{"message": str(error)}]})
            raise typer.Exit(ExitCode.CONFIGURATION) from None
        raise Refused(str(error), code=ExitCode.CONFIGURATION) from error
    wanted = Wanted.of(configuration)
    called_out = () if wanted.compiled is None else wanted.compiled.called_out
    if as_json:
        print_json(
            {
                "valid": True,
                "hash": configuration.hash,
                "problems": [to_json(one) for one in configuration.warnings],
                "callouts": [asdict(one) for one in called_out],
            }
        )
        return
    print_problems(configuration.warnings)
    for one in called_out:
        say(f"{one.route} ({', '.join(one.methods)}) may ask Cedar's engine, by call-out:")
        for policy, reason in one.reasons.items():
            say(f"  for {policy}, since {reason}")
    counts = (
        _counted(len(wanted.edge.hosts), "host"),
        _counted(len(wanted.services), "service"),
        _counted(len(wanted.routes), "route"),
        *(() if wanted.policies is None else (_policies(len(wanted.policies.policies)),)),
    )
    say(f"{installation.config.name} is valid: {', '.join(counts)}", style="green")


def _policies(count: int) -> str:
    return "1 policy" if count == 1 else f"{count} policies"


@command(panel=PANEL)
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from ringwall.runtime.configuration.schema import schema as schema_of

    print_json(schema_of(installation_of(context).sections))


@command(panel=PANEL, does="configuration:see")
def diff(
    context: typer.Context,
    before: Annotated[
        int | None,
        typer.Argument(
            metavar="FROM",
            help="A version to compare from; else what is in force.",
            autocompletion=complete_version,
            show_default=False,
        ),
    ] = None,
    after: Annotated[
        int | None,
        typer.Argument(
            metavar="TO",
            help="A version to compare with; else the files.",
            autocompletion=complete_version,
            show_default=False,
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell in words what the files would change of what is in force.

    With one version, what they would change of that; with two, what the second changed of the
    first. Exit code 6 when there is a difference.
    """
    from ringwall.gateway.opening import open_gateway
    from ringwall.runtime.configuration.differences import differences

    installation = installation_of(context)
    gateway = open_gateway(installation)
    old = _old(installation, gateway, before)
    new = installation.load() if after is None else _version(installation, gateway, after)
    changes = differences(old, new)
    restarted = gateway.restarts(new) if after is None else ()
    if as_json:
        print_json({"changes": [one.to_json() for one in changes], "restarts": list(restarted)})
    else:
        for change in changes:
            say(_MARKS[change.kind], change.words())
        for proxy in restarted:
            say(f"{proxy} will be restarted: what changes is read only at its start")
        if not changes:
            say("no difference" if after is not None else "nothing would change")
    if changes:
        raise typer.Exit(ExitCode.DIFFERENT)


def _old(installation: "Installation", gateway: "Gateway", number: int | None) -> "Configuration":
    if number is not None:
        return _version(installation, gateway, number)
    current = gateway.in_force()
    if current is None:
        msg = "no configuration has been applied yet, so everything would be new"
        raise Refused(msg, hint="`ringwall up` applies it")
    return current


def _version(installation: "Installation", gateway: "Gateway", number: int) -> "Configuration":
    return gateway.versions.load(gateway.versions.get(number), installation.sections)


def _judge(installation: "Installation", configuration: "Configuration") -> None:
    """Build and judge everything in a folder that is thrown away."""
    from ringwall.core.clock import SystemClock
    from ringwall.gateway.layout import Layout
    from ringwall.gateway.service import Gateway

    with tempfile.TemporaryDirectory(prefix="ringwall-check-") as folder:
        state = Path(folder) / "state"
        layout = Layout(installation.config.parent, state, Path(folder))
        Gateway(layout, sections=installation.sections, clock=SystemClock()).judge(configuration)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
