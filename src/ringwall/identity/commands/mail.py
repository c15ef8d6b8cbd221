"""``mail``: what Ringwall has to tell people, sent or not."""

from typing import Annotated, Any, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import Refused

PANEL: Final = "People and organisations"

Number = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, help="As `ringwall mail list` shows it.")
]


@command(name="list", group="mail", panel=PANEL, does="outbox:see")
def mail_list(
    context: typer.Context,
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is not sent.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List mail to people, the newest first.

    Without `identity.mail.smtp` nothing is sent: mail stays here for you to read.
    """
    rows = _rows(context)
    if waiting:
        rows = rows.filter(sent=None)
    found = list(rows.order_by("-pk")[:limit])
    if as_json:
        print_json(
            [{name: _told(one)[name] for name in _told(one) if name not in _LONG} for one in found]
        )
        return
    from ringwall.identity.outbox import state_of
    from ringwall.runtime.tables import Column

    print_table(
        (
            Column("number", right=True),
            Column("made (UTC)", rank=2),
            Column("to", rank=1, least=12),
            Column("subject", least=16),
            Column("state"),
        ),
        [
            (one.pk, f"{one.created:%Y-%m-%d %H:%M}", one.to, one.subject, state_of(one))
            for one in found
        ],
        empty="no mail is in the outbox",
    )


@command(name="show", group="mail", panel=PANEL, does="mail:read")
def mail_show(context: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show one mail. Links and codes in it let in whoever uses them."""
    found = _one(context, number)
    from ringwall.identity.outbox import state_of

    if as_json:
        print_json(_told(found))
        return
    for name, value in (
        ("To", found.to),
        ("Subject", found.subject),
        ("Made", f"{found.created:%Y-%m-%d %H:%M:%S} UTC"),
        ("State", state_of(found)),
        ("Error", found.error),
    ):
        if value:
            show(f"{name}: {value}")
    show("")
    show(found.body)


@command(name="resend", group="mail", panel=PANEL, does="outbox:resend")
def mail_resend(context: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Send a mail once more, at once, whether it was sent or not."""
    found = _one(context, number)
    from ringwall.identity import facts as facts_file
    from ringwall.identity import mailing
    from ringwall.identity.models import OutgoingMail

    if facts_file.read(installation_of(context).state).settings.mail.smtp is None:
        hint = "set `identity.mail.smtp` in ringwall.yaml; `ringwall mail show` prints the mail"
        raise Refused("the configuration in force names no mail server", hint=hint)
    from django.utils import timezone

    OutgoingMail.objects.filter(pk=found.pk).update(
        sent=None, tries=0, next_try=timezone.now(), error=""
    )
    mailing.send_soon()
    if as_json:
        print_json({"number": found.pk, "to": found.to, "state": "waiting"})
        return
    say(f"Mail {found.pk} to {found.to} is sent again as soon as the worker comes to it.")


_LONG: Final = ("body", "html")


def _rows(context: typer.Context) -> Any:
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity.models import OutgoingMail

    return OutgoingMail.objects.all()


def _one(context: typer.Context, number: int) -> Any:
    found = _rows(context).filter(pk=number).first()
    if found is None:
        raise Refused(f"there is no mail {number}", hint="`ringwall mail list` shows them")
    return found


def _told(mail: Any) -> dict[str, Any]:
    from ringwall.identity.outbox import state_of

    return {
        "number": mail.pk,
        "to": mail.to,
        "subject": mail.subject,
        "body": mail.body,
        "html": mail.html,
        "created": mail.created.isoformat(),
        "sent": mail.sent.isoformat() if mail.sent else None,
        "tries": mail.tries,
        "next_try": None if mail.sent else mail.next_try.isoformat(),
        "error": mail.error,
        "state": state_of(mail),
    }
