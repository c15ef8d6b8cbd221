"""Write and judge configurations: ``init``, ``check``, ``schema``, ``diff``."""

import getpass
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ringwall.core.clock import SystemClock
from ringwall.gateway import starting
from ringwall.gateway.binary import EnvoyRefusedError
from ringwall.gateway.layout import Layout
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Gateway, Wanted
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.configuration import Configuration, ConfigurationError
from ringwall.runtime.configuration.differences import differences
from ringwall.runtime.configuration.rendering import print_problems, to_json
from ringwall.runtime.configuration.schema import schema as schema_of
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused


class Printed(StrEnum):
    """What ``init --print`` prints instead of writing a configuration."""

    SYSTEMD = "systemd"
    CONTAINER = "container"


@command()
def init(
    context: typer.Context,
    *,
    host: Annotated[
        str | None, typer.Option(help="The name people type, such as app.example.")
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
    """Write a commented ringwall.yaml, asking for what the flags do not say."""
    installation = installation_of(context)
    if print_ is Printed.SYSTEMD:
        say(starting.systemd_unit(installation, user=getpass.getuser()))
        return
    if print_ is Printed.CONTAINER:
        say(starting.container_file())
        return
    path = installation.config
    if path.exists() and not force:
        msg = f"{path} exists already"
        raise Refused(msg, hint="`--force` replaces it, `--config` names another place")
    answers = starting.Answers(
        host=host or typer.prompt("Host name that people type", default="app.localhost"),
        service=service or typer.prompt("Name of the service", default="app"),
        upstream=upstream or typer.prompt("Where it listens now", default="127.0.0.1:3000"),
        owner=owner or typer.prompt("Who answers for it", default=getpass.getuser()),
        listen=listen,
    )
    text = starting.configuration_text(answers)
    starting.judge(text, installation.sections)
    path.write_text(text, encoding="utf-8")
    say(f"wrote {path}", style="green")
    say("`ringwall check` judges it, `ringwall up` starts the edge")


@command()
def check(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Judge the configuration, and have Envoy judge what is built from it. Changes nothing."""
    installation = installation_of(context)
    try:
        configuration = installation.load()
        _judge(installation, configuration)
    except ConfigurationError as error:
        if not as_json:
            raise
        print_json({"valid": False, "problems": [to_json(one) for one in error.problems]})
        raise typer.Exit(ExitCode.CONFIGURATION) from None
    except (EnvoyRefusedError, ValueError) as error:
        if as_json:
            print_json({"valid": False, "problems": [{"message": str(error)}]})
            raise typer.Exit(ExitCode.CONFIGURATION) from None
        raise Refused(str(error), code=ExitCode.CONFIGURATION) from error
    if as_json:
        warnings = [to_json(one) for one in configuration.warnings]
        print_json({"valid": True, "hash": configuration.hash, "problems": warnings})
        return
    print_problems(configuration.warnings)
    wanted = Wanted.of(configuration)
    say(
        f"{installation.config.name} is valid: {len(wanted.edge.hosts)} hosts, "
        f"{len(wanted.services)} services, {len(wanted.routes)} routes",
        style="green",
    )


@command()
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the configuration, for editors."""
    print_json(schema_of(installation_of(context).sections))


@command()
def diff(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Tell in words what the files would change of what is in force. Exit code 6 if anything."""
    installation = installation_of(context)
    wanted = installation.load()
    gateway = open_gateway(installation)
    current = gateway.in_force()
    if current is None:
        msg = "no configuration has been applied yet, so everything would be new"
        raise Refused(msg, hint="`ringwall up` applies it")
    changes = differences(current, wanted)
    restarted = gateway.restarts(wanted)
    if as_json:
        print_json({"changes": [one.to_json() for one in changes], "restarts": list(restarted)})
    else:
        for change in changes:
            say(change.words())
        for proxy in restarted:
            say(f"{proxy} will be restarted: these limits are read only at its start")
        if not changes:
            say("nothing would change")
    if changes:
        raise typer.Exit(ExitCode.DIFFERENT)


def _judge(installation: Installation, configuration: Configuration) -> None:
    """Build and judge everything in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="ringwall-check-") as folder:
        state = Path(folder) / "state"
        layout = Layout(installation.config.parent, state, Path(folder))
        Gateway(layout, sections=installation.sections, clock=SystemClock()).judge(configuration)
