"""In which form a report is, and where it goes."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.reports.report import Report, Values


class Form(StrEnum):
    """In which form a report is."""

    HTML = "html"
    OCSF = "ocsf"
    SARIF = "sarif"
    ASFF = "asff"
    CSV = "csv"
    OSCAL = "oscal"


Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Where to; else it is printed.")
]
Of = Annotated[
    list[str] | None,
    typer.Option("--of", metavar="NAME", help="Only this framework; repeat. OSCAL needs one."),
]


def require_framework(form: Form | None, several: "Sequence[object]") -> None:
    """Refused where a report is of one framework, and not one is named."""
    if form is Form.OSCAL and len(several) != 1:
        raise Refused("OSCAL is of one framework: name it by --of", hint="such as --of soc2")


def write_report(
    told: "Report",
    form: Form,
    frameworks: "Sequence[Framework]",
    out: Path | None,
    *,
    values: "Values | None" = None,
) -> None:
    """Print a report, or write it and say so; refused where it cannot be written."""
    from ringwall.posture.reports.worded import counted

    others = [scope for scope in told.read if not scope.isdigit()]
    if form is Form.ASFF and others:
        said = f"ASFF is of accounts of AWS, and nothing of {counted(others)} is in it"
        if len(others) == len(told.read):
            raise Refused(said, hint="sarif, ocsf and csv have everything")
        say(said, style="yellow", stderr=True)
    content = _content(told, form, frameworks, values)
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        write_whole(out, content)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from error
    scopes = [one for one in told.read if form is not Form.ASFF or one.isdigit()]
    count = sum(row.found.account in scopes for row in told.rows)
    say(f"{out}: {count:,} {'verdict' if count == 1 else 'verdicts'} of {counted(scopes)}")


def _content(
    told: "Report", form: Form, frameworks: "Sequence[Framework]", values: "Values | None"
) -> bytes:
    from ringwall.posture.reports import asff, comma_separated, html, ocsf, oscal, sarif

    if form is Form.HTML:
        return html.text(told, frameworks, values).encode()
    if form is Form.OCSF:
        return b"".join(ocsf.lines(told))
    if form is Form.SARIF:
        return sarif.text(told).encode()
    if form is Form.ASFF:
        return asff.text(told).encode()
    if form is Form.CSV:
        return b"".join(comma_separated.lines(told))
    return oscal.text(told, frameworks[0]).encode()
