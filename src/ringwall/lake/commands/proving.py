"""``log prove``, ``verify``, ``checkpoint``: what can be shown to whoever does not trust us."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say, write
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.lake.whole import Findings
    from ringwall.ledger.keys import VerifierKey

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="VKEY", help="A public key of the log that you trust."),
]


@command(name="checkpoint", group=GROUP, panel=PANEL, does="log:see")
def log_checkpoint(
    context: typer.Context,
    *,
    keys: Annotated[bool, typer.Option("--keys", help="Print the public keys instead.")] = False,
) -> None:
    """Print the newest signed checkpoint: how many events there are, and the hash over all."""
    from ringwall.ledger.published import read_checkpoint

    tree = places(context).tree
    if keys:
        write(_read(tree / "keys"))
        return
    note = read_checkpoint(tree)
    if note is None:
        raise Refused("there is no checkpoint yet", hint="the log makes the first within seconds")
    write(str(note))


@command(name="prove", group=GROUP, panel=PANEL, does="log:see")
def log_prove(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="ID", help="The id of an event: its number.")],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file; else event-ID.proof.json.")
    ] = None,
    without_personal: Annotated[
        bool, typer.Option("--without-personal", help="Leave out what is personal in it.")
    ] = False,
) -> None:
    """Write a proof of an event that stands for itself.

    It holds the event, where it stands in the tree, and the signed checkpoint: `log verify` checks
    it anywhere, offline, and so does tools/verify_log.py, which needs nothing but Python.
    """
    from ringwall.lake.search.connecting import TookTooLongError
    from ringwall.lake.service import Log

    index = _index(event)
    try:
        content = Log(places(context)).proof(index, personal=not without_personal)
    except (LookupError, FileNotFoundError, TookTooLongError, ValueError) as error:
        raise Refused(str(error)) from error
    path = out or Path(f"event-{index}.proof.json")
    path.write_bytes(content)
    say(f"wrote {path}, {len(content):,} bytes")


@command(name="verify", group=GROUP, panel=PANEL, does="log:see")
def log_verify(
    context: typer.Context,
    bundle: Annotated[
        Path | None, typer.Argument(metavar="[BUNDLE]", help="A proof; else the whole log.")
    ] = None,
    *,
    key: Keys = None,
    since: Annotated[int, typer.Option("--from", min=0, help="The first event to look at.")] = 0,
    until: Annotated[
        int | None, typer.Option("--to", min=1, help="The first not to look at.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="A copy of a log folder; else this one's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a proof, a range of events, or everything, with nothing but the public key.

    Without `--key` the keys that lie beside the tree are taken, and this is said: whoever could
    change the log could change them too. The first event that was changed, removed, inserted or
    reordered is named. Ends with 1 where anything is wrong.
    """
    from ringwall.ledger.keys import VerifierKey

    try:
        trusted = [VerifierKey.parse(one) for one in key or ()]
    except ValueError as error:
        raise Refused(f"--key: {error}", code=ExitCode.USAGE) from error
    if bundle is not None:
        _verify_bundle(context, bundle, trusted, as_json=as_json)
        return
    from ringwall.lake.whole import verify_log

    folder = log or places(context).log
    if log is not None:
        from ringwall.lake.finding import find_bucket

        find_bucket(installation_of(context), log)
    told = _Progress()
    findings = verify_log(folder, keys=trusted, first=since, end=until, progress=told)
    _tell(findings, as_json=as_json)
    if not findings.holds:
        raise typer.Exit(ExitCode.FAILED)


def _verify_bundle(
    context: typer.Context, path: Path, trusted: "list[VerifierKey]", *, as_json: bool
) -> None:
    from ringwall.ledger.bundles import verify
    from ringwall.ledger.public_keys import shown_keys

    keys = trusted or shown_keys(places(context).tree)
    verdict = verify(_bytes(path), keys=keys)
    said: dict[str, Any] = {
        "holds": verdict.holds,
        "index": verdict.index,
        "reason": None if verdict.reason is None else str(verdict.reason),
        "detail": verdict.detail,
        "key_was_given": bool(trusted),
        "witnesses": list(verdict.witnesses),
    }
    if as_json:
        print_json(said)
    elif verdict.holds and verdict.checkpoint is not None:
        say(
            (f"event {verdict.index} stands in {verdict.checkpoint.origin}", "green"),
            f", as one of {verdict.checkpoint.size:,}",
        )
        _say_key(given=bool(trusted))
    else:
        say(f"{path} does not hold ({verdict.reason}): {verdict.detail}", style="red")
    if not verdict.holds:
        raise typer.Exit(ExitCode.FAILED)


def _tell(findings: "Findings", *, as_json: bool) -> None:
    if as_json:
        print_json(findings.to_json())
        return
    for line, style in findings.lines():
        say(line, style=style)
    _say_key(given=findings.key_was_given)


def _say_key(*, given: bool) -> None:
    if not given:
        say(
            "the key was taken from beside the log: to trust nobody here, keep it elsewhere and "
            "give it with --key",
            style="yellow",
        )


class _Progress:
    """Says how far it is, on a terminal, once a second."""

    def __call__(self, done: int, of: int) -> None:
        import sys

        if sys.stderr.isatty():
            end = "\n" if done >= of else ""
            sys.stderr.write(f"\r{done:,} of {of:,} events{end}")
            sys.stderr.flush()


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        msg = f"{text!r} is not the id of an event"
        raise Refused(msg, hint="an id is a number; `ringwall log search` tells them")
    return int(text)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        msg = f"{path} is not there yet"
        raise Refused(msg, hint="the notary writes it when it first runs") from error


def _bytes(path: Path) -> bytes:
    from ringwall.ledger.bundles import LARGEST

    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise Refused(msg, code=ExitCode.USAGE) from error
