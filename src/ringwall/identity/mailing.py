"""Mail: kept in the outbox first, so that none is lost, and sent from there."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from ringwall.identity.models import OutgoingMail


class Outbox(BaseEmailBackend):
    """Django's way to send mail: put it into the outbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep every mail, one row a recipient; how many mails."""
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                html = next((str(c) for c, kind in message.alternatives if kind == "text/html"), "")
            for recipient in message.recipients():
                OutgoingMail.objects.create(
                    to=recipient,
                    subject=message.subject[:200],
                    body=str(message.body),
                    html=html,
                )
        return len(email_messages)
