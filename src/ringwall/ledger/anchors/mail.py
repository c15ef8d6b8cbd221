"""A mailbox: of an auditor, of a lawyer, of all who should be able to bear witness."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from ringwall.ledger.anchors.anchor import AnchorError, Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAnchor:
    """Mails each checkpoint from ``sender`` to all ``recipients``.

    ``security`` is what the connection has: TLS from its first byte, STARTTLS, or none.
    """

    name: str
    host: str
    port: int
    sender: str
    recipients: Sequence[str]
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 10.0

    def put(self, sealed: Sealed) -> None:
        """See :class:`ringwall.ledger.anchors.anchor.Anchor`."""
        try:
            self._send(self._message(sealed))
        except (OSError, ValueError, smtplib.SMTPException) as error:
            told = error.__class__.__name__  # what the server said may hold what it was told
            msg = f"the mail of the anchor {self.name!r} was not taken ({told})"
            raise AnchorError(msg) from None

    def _message(self, sealed: Sealed) -> EmailMessage:
        checkpoint = sealed.checkpoint
        message = EmailMessage()
        message["Subject"] = f"Checkpoint of {checkpoint.origin}: {checkpoint.size} entries"
        message["From"], message["To"] = self.sender, ", ".join(self.recipients)
        message["Message-ID"] = f"<{sealed.name}@{self.sender.rpartition('@')[2]}>"
        message.set_content(
            "Please keep this. It proves later that the log was not rewritten before it.\n"
        )
        content = sealed.note.to_bytes()
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=f"{sealed.name}.note"
        )
        return message

    def _send(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        with server:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.username:
                server.login(self.username, self.password)
            refused = server.send_message(message)
        if refused:
            msg = f"the mail of the anchor {self.name!r} was refused for {len(refused)} recipients"
            raise AnchorError(msg)
