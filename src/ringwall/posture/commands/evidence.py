"""``posture evidence``: what the verdicts on one control stand on, to hand on."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Custom, all_checks
from ringwall.posture.commands.told import (
    Own,
    Scope,
    named_frameworks,
    read_scopes,
)
from ringwall.runtime.commanding import command
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.core.observations import Observation


class Form(StrEnum):
    """In which form evidence is."""

    ZIP = "zip"
    JSON_LINES = "jsonl"


@command(name="evidence", group=GROUP, panel=PANEL, does="posture:see")
def evidence(
    context: typer.Context,
    framework: Annotated[str, typer.Argument(metavar="FRAMEWORK", help="Of which framework.")],
    control: Annotated[str, typer.Argument(metavar="CONTROL", help="Which of its controls.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to.")],
    form: Annotated[Form, typer.Option("--format", help="The form.")] = Form.ZIP,
    answers: Annotated[
        bool,
        typer.Option("--answers", help="With what was answered, which may be confidential."),
    ] = False,
    own: Own = None,
    scope: Scope = None,
    custom: Custom = None,
) -> None:
    """Export what a control's verdicts stand on: each read with its API, time and digest.

    The digest of the file is printed; `SHA256SUMS` in the zip has those of its parts.
    """
    from ringwall.posture.reports.evidence import bundle, lines
    from ringwall.posture.reports.report import report_of
    from ringwall.runtime.private_files import write_private

    (named,) = named_frameworks(context, [framework], own)
    parts = [one.part(all_checks(custom, None)) for one in read_scopes(context, scope)]
    told = report_of(parts, made=datetime.now(UTC))

    def reads(component: str, aspect: str) -> "Observation | None":
        for part in parts:
            if (seen := part.snapshot.get(component)) is not None:
                return seen.aspects.get(aspect)
        return None

    try:
        if form is Form.ZIP:
            content = bundle(told, named, control, reads, answers=answers)
        else:
            content = b"".join(lines(told, named, control, reads, answers=answers))
        write_private(out, content)
    except ValueError as error:
        raise Refused(str(error), hint=f"`ringwall posture frameworks {framework}`") from error
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from error
    say(f"{out}: sha256 {sha256(content).hexdigest()}")
