"""Sending: what waits in the outbox goes to the mail server (RFC 5321), each mail by itself.

A mail is taken by one sender at a time, for a while: a sender that dies gives it back by the clock.
It is sent at least once, with a Message-ID that stays the same, so that a mailbox can drop a
second copy. What the server refuses is tried again later and later, and stays with its error.
"""

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Final

from django.db.models import F, Q

from ringwall.identity.config import Mail, Smtp, SmtpSecurity
from ringwall.identity.models import OutgoingMail

log = logging.getLogger("ringwall.identity")

MOST_TRIES: Final = 30
"""About four days; then a mail stays in the outbox until somebody resends it."""

_PATIENCE: Final = 20.0
"""Seconds for each answer of the server."""
_LEASE: Final = timedelta(minutes=5)
_AT_ONCE: Final = 100
_KEPT: Final = timedelta(days=30)
_FIRST: Final = 30.0
_LONGEST: Final = 4 * 3600.0
_NOT_WRITTEN: Final = (ValueError, LookupError, AttributeError, MessageError)
"""What Python's own writer of headers raises at addresses that are none."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the mails that were due."""

    sent: int = 0
    failed: int = 0
    error: str = ""


class UnsafeServerError(Exception):
    """The server may not be spoken to this way."""


def pause_after(tries: int) -> timedelta:
    """How long a mail waits after its try of that number: from 30 seconds to 4 hours. Pure."""
    return timedelta(seconds=min(_LONGEST, _FIRST * 2 ** max(0, min(tries, 20) - 1)))


def deliver(mail: Mail, now: datetime) -> Delivered:
    """Send what is due. Without a server nothing is: it stays in the outbox for who looks there."""
    if mail.smtp is None:
        return Delivered()
    due = list(
        OutgoingMail.objects.filter(_is_due(now), sent=None, tries__lt=MOST_TRIES)
        .order_by("next_try")
        .values_list("pk", "next_try")[:_AT_ONCE]
    )
    if not due:
        return Delivered()
    try:
        with connected(mail.smtp) as server:
            return _send_all(server, due, mail, now)
    except (OSError, smtplib.SMTPException, UnsafeServerError, LookupError) as error:
        told = _told(error)
        taken = [pk for pk, seen in due if _take(pk, seen, now)]
        for pk in taken:
            _failed(pk, told, now)
        log.warning("mail cannot be sent by %s: %s", mail.smtp.host, told)
        return Delivered(failed=len(taken), error=told)


def _is_due(now: datetime) -> Q:
    """Its time has come, or is later than any can be: then it is of a clock that was ahead."""
    return Q(next_try__lte=now) | Q(next_try__gt=now + timedelta(seconds=2 * _LONGEST))


def forget_sent(now: datetime) -> int:
    """Delete mails that were sent a month ago, with the names and links in them. How many."""
    return OutgoingMail.objects.filter(sent__lt=now - _KEPT).delete()[0]


@contextmanager
def connected(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    """A connection to the server, protected and logged in as configured.

    TLS names and chains are verified; a password goes over nothing else. Without protection only
    this machine is spoken to: :class:`UnsafeServerError`.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if smtp.security is SmtpSecurity.NONE and not _is_here(smtp.host):
        msg = f"{smtp.host} is another machine: set identity.mail.smtp.security to starttls or tls"
        raise UnsafeServerError(msg)
    password = smtp.password.reveal() if smtp.password is not None else ""
    server: smtplib.SMTP
    if smtp.security is SmtpSecurity.TLS:
        server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_PATIENCE, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=_PATIENCE)
    try:
        if smtp.security is SmtpSecurity.STARTTLS:
            server.starttls(context=context)
        if smtp.username is not None:
            server.login(smtp.username, password)
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def written(row: OutgoingMail, sender: str) -> EmailMessage:
    """The mail as it goes out (RFC 5322), marked as sent by a program (RFC 3834)."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = sender
    made["To"] = row.to
    made["Subject"] = " ".join(row.subject.split())
    made["Date"] = format_datetime(row.created)
    domain = sender.rpartition("@")[2] or "localhost"
    made["Message-ID"] = f"<{row.pk}.{int(row.created.timestamp())}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(row.body)
    if row.html:
        made.add_alternative(row.html, subtype="html")
    return made


def _send_all(
    server: smtplib.SMTP, due: list[tuple[int, datetime]], mail: Mail, now: datetime
) -> Delivered:
    sent = failed = 0
    last = ""
    for pk, seen in due:
        if not _take(pk, seen, now):
            continue
        try:
            message = written(OutgoingMail.objects.get(pk=pk), mail.sender)
            server.send_message(message, from_addr=mail.sender)
        except (OSError, smtplib.SMTPException, *_NOT_WRITTEN) as error:
            last = _told(error)
            _failed(pk, last, now)
            failed += 1
            log.warning("mail %s is not taken: %s", pk, last)
            if not _still_there(server):
                break  # what was not taken yet is due at the next turn
            continue
        OutgoingMail.objects.filter(pk=pk).update(sent=now, error="")
        sent += 1
    return Delivered(sent=sent, failed=failed, error=last)


def _take(pk: int, seen: datetime, now: datetime) -> bool:
    """Take a mail for a while; false if another sender was faster."""
    rows = OutgoingMail.objects.filter(pk=pk, sent=None, next_try=seen)
    return bool(rows.update(next_try=now + _LEASE, tries=F("tries") + 1))


def _failed(pk: int, error: str, now: datetime) -> None:
    row = OutgoingMail.objects.get(pk=pk)
    rows = OutgoingMail.objects.filter(pk=pk, sent=None)
    rows.update(error=error, next_try=now + pause_after(row.tries))


def _still_there(server: smtplib.SMTP) -> bool:
    try:
        return server.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _told(error: Exception) -> str:
    """An error in one line, without what a server may have sent to hide in it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = "; ".join(_answer(code, text) for code, text in error.recipients.values())
        return f"the server refuses the recipient: {answers}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the server refuses our name or password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answers {_answer(error.smtp_code, error.smtp_error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"the server does not answer within {_PATIENCE:.0f} seconds"
    return _clean(str(error) or type(error).__name__)


def _answer(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {_clean(plain)}"


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:300].strip()
