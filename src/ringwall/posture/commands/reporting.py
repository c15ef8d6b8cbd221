"""``posture report``: what was judged, for others to read."""

from typing import Annotated

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.told import (
    Own,
    Scope,
    known_frameworks,
    named_frameworks,
    read_scopes,
    report_on,
    values_of,
)
from ringwall.posture.commands.written import Form, Of, Out, require_framework, write_report
from ringwall.runtime.commanding import command


@command(name="report", group=GROUP, panel=PANEL, does="posture:see")
def report(
    context: typer.Context,
    *,
    form: Annotated[Form, typer.Option("--format", help="The form.")] = Form.HTML,
    out: Out = None,
    framework: Of = None,
    own: Own = None,
    scope: Scope = None,
    chosen: Chosen = None,
    custom: Custom = None,
) -> None:
    """Report what was found last, judged by the checks as they are now.

    Of accounts, of code that was declared, and of Ringwall itself. HTML shows the values that
    decided; what looks like a secret, or may hold one, is not shown.
    """
    checks = all_checks(custom, chosen)
    named = named_frameworks(context, framework, own)
    require_framework(form, named)
    if form is Form.HTML and not named:
        named = list(known_frameworks(context, own).values())
    several = read_scopes(context, scope)
    values = values_of(several) if form is Form.HTML else None
    write_report(report_on(several, checks), form, named, out, values=values)
