"""Mail: kept in the outbox first, so that none is lost, and sent from there."""

import logging
import sqlite3
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from ringwall.identity.installed import current_facts
from ringwall.identity.models import OutgoingMail
from ringwall.runtime.current import current_installation

log = logging.getLogger("ringwall.identity")

JOB = "mail"


class Outbox(BaseEmailBackend):
    """Django's way to send mail: put it into the outbox, and have it sent soon."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep every mail, one row a recipient; how many mails."""
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                html = next((str(c) for c, kind in message.alternatives if kind == "text/html"), "")
            for recipient in message.recipients():
                OutgoingMail.objects.create(
                    to=recipient,
                    subject=_kept(" ".join(message.subject.split()))[:200],
                    body=_kept(str(message.body)),
                    html=_kept(html),
                )
        if email_messages:
            transaction.on_commit(send_soon)
        return len(email_messages)


def _kept(text: str) -> str:
    """A text without NUL, which PostgreSQL does not keep: no mail is lost for it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def send_soon() -> None:
    """Wake the sender, if there is a server to send to; else the mail waits for who looks."""
    if current_facts().settings.mail.smtp is None:
        return
    from ringwall.runtime.worker import run_soon  # noqa: PLC0415 - huey is needed only here

    try:
        run_soon(current_installation(), JOB)
    except sqlite3.Error as error:
        log.warning("mail is sent at the next minute, since the queue cannot be written: %s", error)
