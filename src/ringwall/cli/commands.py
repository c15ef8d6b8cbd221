"""Commands about the command itself."""

import platform
from enum import StrEnum
from typing import Annotated

import typer

from ringwall import __version__
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say, show, write


class Shell(StrEnum):
    """A shell that can complete commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@command(panel="Ringwall itself")
def version(*, as_json: AsJson = False) -> None:
    """Print the versions of Ringwall, Envoy and Python."""
    from ringwall.gateway.binary import envoy_version

    found = {
        "ringwall": __version__,
        "envoy": envoy_version(),
        "python": platform.python_version(),
    }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        say(f"{name} {value}")


@command(panel="Ringwall itself")
def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="The shell to complete in.")],
) -> None:
    """Print the completion script of a shell.

    bash: put `source <(ringwall completion bash)` in ~/.bashrc.

    zsh: write it to a file named `_ringwall` in a folder of $fpath.

    fish: write it to ~/.config/fish/completions/ringwall.fish.
    """
    from ringwall.cli.completing import script

    show(script(shell))


@command(hidden=True)
def complete(
    context: typer.Context, words: Annotated[list[str] | None, typer.Argument()] = None
) -> None:
    """Print what may come next; the completion scripts call this."""
    from ringwall.cli.completing import candidates

    for one in candidates(context.find_root().command, words or [""]):
        write(f"{one.value}\t{one.meaning}\n")


@command(hidden=True)
def process(
    name: Annotated[str, typer.Argument()],
    *,
    watch: bool = True,
    last_good: Annotated[bool, typer.Option("--last-good")] = False,
    hangup_ends: Annotated[bool, typer.Option("--hangup-ends")] = False,
) -> None:
    """Be one of Ringwall's own processes, as earlier versions that still run start them."""
    from ringwall.cli.process import be

    said = {"--no-watch": not watch, "--last-good": last_good, "--hangup-ends": hangup_ends}
    be(name, *[flag for flag, given in said.items() if given])
