"""Mail is kept, goes out over verified TLS, and what is not taken is tried again."""

import dataclasses
import datetime as dt
import email
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from tests.identity.commanding import told
from tests.identity.signing_in import another, html, person, sign_in

from ringwall.identity import facts as facts_file
from ringwall.identity.config import Mail, Smtp, SmtpSecurity
from ringwall.identity.facts import Facts
from ringwall.runtime.configuration import Secret

pytestmark = pytest.mark.usefixtures("facts")


class Mailbox:
    """A server's mails; it refuses ``refused@`` and breaks off at ``broken@``."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.protected: list[bool] = []
        self.names: list[str] = []

    async def handle_RCPT(  # noqa: N802 - so the server calls it
        self, server: Any, session: Any, envelope: Any, to: str, options: Any
    ) -> str:
        if to.startswith("refused@"):
            return "550 5.1.1 no such mailbox\x1b[2J"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        if envelope.rcpt_tos[0].startswith("broken@"):
            server.transport.close()
            return "451 later"
        self.got.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.protected.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    def allows(self, server: Any, session: Any, envelope: Any, how: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword)
        self.names.append(told.login.decode())
        return AuthResult(success=told.password == b"s3cret-of-mail", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("smtp")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, private


class Server:
    """A real SMTP server on a free port."""

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        self.mailbox, self._certificate = Mailbox(), certificate
        self._running: list[Controller] = []

    def start(self, security: SmtpSecurity, **more: Any) -> Smtp:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._certificate)
        options: dict[str, Any] = {"authenticator": self.mailbox.allows}
        if security is SmtpSecurity.STARTTLS:
            options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
        if security is SmtpSecurity.TLS:
            options |= {"ssl_context": context, "auth_require_tls": False}
        made = Controller(self.mailbox, hostname="127.0.0.1", port=_free(), **options)
        made.start()
        self._running.append(made)
        found = {"host": "localhost", "port": made.port, "security": security, **more}
        return Smtp(**found)

    def stop(self) -> None:
        for one in self._running:
            one.stop()


def _free() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@pytest.fixture
def server(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret-of-mail")
    made = Server(certificate)
    yield made
    made.stop()


LOGIN = {"username": "ringwall", "password": Secret("env", "MAIL_PASSWORD")}


def put(to: str = "ada@example.com", subject: str = "Hello", body: str = "Grüße\n") -> Any:
    from ringwall.identity.models import OutgoingMail

    return OutgoingMail.objects.create(to=to, subject=subject, body=body, html="<p>Hi</p>")


def deliver(smtp: Smtp | None, *, later: float = 0) -> Any:
    from ringwall.identity import sending

    mail = Mail(sender="security@example.com", smtp=smtp)
    return sending.deliver(mail, timezone.now() + timedelta(seconds=later))


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def test_it_goes_out_over_tls_with_text_and_html(
    database: str, server: Server, security: SmtpSecurity
) -> None:
    smtp = server.start(security, **LOGIN)
    row = put(subject="A new device signed in")
    done = deliver(smtp)
    assert (done.sent, done.failed, done.error) == (1, 0, "")
    (got,) = server.mailbox.got
    assert server.mailbox.protected == [True]
    assert server.mailbox.names == ["ringwall"]
    assert got["To"] == "ada@example.com"
    assert got["From"] == "security@example.com"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@example.com>")
    assert got.get_body(("plain",)).get_content().strip() == "Grüße"
    assert got.get_body(("html",)).get_content().strip() == "<p>Hi</p>"
    row.refresh_from_db()
    assert row.sent is not None
    assert deliver(smtp, later=1000).sent == 0


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def test_a_server_that_cannot_be_verified_gets_nothing(
    database: str, server: Server, security: SmtpSecurity, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp = server.start(security, **LOGIN)
    monkeypatch.delenv("SSL_CERT_FILE")
    row = put()
    done = deliver(smtp)
    assert (done.sent, done.failed) == (0, 1)
    row.refresh_from_db()
    assert "certificate is not trusted" in row.error
    assert (server.mailbox.got, server.mailbox.names) == ([], [])


def test_another_name_in_the_certificate_is_not_taken(database: str, server: Server) -> None:
    smtp = server.start(SmtpSecurity.TLS, **LOGIN).model_copy(update={"host": "127.0.0.1"})
    row = put()
    assert deliver(smtp).failed == 1
    row.refresh_from_db()
    assert "certificate" in row.error
    assert server.mailbox.names == []


def test_without_protection_only_this_machine_is_spoken_to(database: str, server: Server) -> None:
    row = put()
    smtp = Smtp(host="mail.example.com", port=25, security=SmtpSecurity.NONE)
    assert "starttls" in deliver(smtp).error
    row.refresh_from_db()
    assert row.sent is None
    own = server.start(SmtpSecurity.NONE)
    assert deliver(own, later=60).sent == 1
    assert server.mailbox.protected == [False]


def test_without_a_server_mail_stays_for_who_looks(database: str) -> None:
    row = put()
    assert deliver(None).sent == 0
    row.refresh_from_db()
    assert (row.sent, row.tries, row.error) == (None, 0, "")


def test_a_wrong_password_is_told_without_repeating_it(
    database: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp = server.start(SmtpSecurity.STARTTLS, **LOGIN)
    monkeypatch.setenv("MAIL_PASSWORD", "not-it-at-all")
    row = put()
    deliver(smtp)
    row.refresh_from_db()
    assert "refuses our name or password" in row.error
    assert "not-it-at-all" not in row.error


def test_a_password_that_is_nowhere_is_told(
    database: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp = server.start(SmtpSecurity.STARTTLS, **LOGIN)
    monkeypatch.delenv("MAIL_PASSWORD")
    row = put()
    deliver(smtp)
    row.refresh_from_db()
    assert "no variable MAIL_PASSWORD" in row.error


def test_one_refused_mail_holds_up_no_other(database: str, server: Server) -> None:
    smtp = server.start(SmtpSecurity.NONE)
    rows = [put(f"{name}@example.com") for name in ("ada", "refused", "bob")]
    done = deliver(smtp)
    assert (done.sent, done.failed) == (2, 1)
    rows[1].refresh_from_db()
    assert rows[1].error == "the server refuses the recipient: 550 5.1.1 no such mailbox [2J"
    assert [one["To"] for one in server.mailbox.got] == ["ada@example.com", "bob@example.com"]


def test_an_address_that_is_none_holds_up_no_other(database: str, server: Server) -> None:
    smtp = server.start(SmtpSecurity.STARTTLS, **LOGIN)
    bad = [put(to=one) for one in ("ada@", "ada@[", "ada@b\x0bc")]
    put(to="grace@example.com")
    done = deliver(smtp)
    assert (done.sent, done.failed) == (1, 3)
    for one in bad:
        one.refresh_from_db()
        assert one.error


def test_what_a_clock_that_was_ahead_put_off_is_sent(database: str, server: Server) -> None:
    from ringwall.identity.models import OutgoingMail

    put()
    OutgoingMail.objects.update(next_try=dt.datetime.now(dt.UTC) + timedelta(days=900))
    assert deliver(server.start(SmtpSecurity.STARTTLS, **LOGIN)).sent == 1


def test_a_broken_connection_loses_nothing(database: str, server: Server) -> None:
    smtp = server.start(SmtpSecurity.NONE)
    rows = [put(f"{name}@example.com") for name in ("broken", "ada")]
    deliver(smtp)
    deliver(smtp, later=1)
    for row in rows:
        row.refresh_from_db()
    assert rows[0].sent is None
    assert rows[0].error
    assert rows[1].sent is not None
    assert rows[0].next_try > timezone.now() + timedelta(seconds=20)


def test_a_server_that_is_down_is_tried_later_and_later(database: str) -> None:
    row = put()
    smtp = Smtp(host="localhost", port=_free(), security=SmtpSecurity.NONE)
    waits = []
    later = 0.0
    for _ in range(12):
        assert deliver(smtp, later=later).failed == 1
        row.refresh_from_db()
        waits.append((row.next_try - timezone.now()).total_seconds() - later)
        assert deliver(smtp, later=later + waits[-1] - 2).failed == 0
        later += waits[-1] + 0.5
    assert waits[0] == pytest.approx(30, abs=3)
    assert waits[1] == pytest.approx(60, abs=3)
    assert max(waits) == pytest.approx(4 * 3600, abs=5)
    assert row.tries == 12


def test_after_days_it_waits_for_a_person(database: str) -> None:
    from ringwall.identity import sending

    row = put()
    row.tries = sending.MOST_TRIES
    row.save()
    assert deliver(Smtp(host="localhost", port=1, security=SmtpSecurity.NONE)).failed == 0
    total = sum(sending.pause_after(n).total_seconds() for n in range(1, sending.MOST_TRIES))
    assert 3 < total / 86400 < 5


def test_two_senders_at_once_send_each_mail_once(database: str, server: Server) -> None:
    from django.db import connections

    smtp = server.start(SmtpSecurity.NONE)
    for n in range(20):
        put(f"p{n}@example.com")
    barrier = threading.Barrier(3)

    def send() -> None:
        barrier.wait()
        deliver(smtp)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["To"] for one in server.mailbox.got) == sorted(
        f"p{n}@example.com" for n in range(20)
    )


def test_a_sender_that_died_gives_its_mail_back(database: str, server: Server) -> None:
    from ringwall.identity import sending

    row, now = put(), timezone.now()
    assert sending._take(row.pk, row.next_try, now)
    smtp = server.start(SmtpSecurity.NONE)
    assert deliver(smtp).sent == 0
    assert deliver(smtp, later=301).sent == 1


def test_only_what_was_sent_long_ago_is_forgotten(database: str) -> None:
    from ringwall.identity import sending
    from ringwall.identity.models import OutgoingMail

    now = timezone.now()
    for sent, made in ((None, 90), (20, 90), (31, 90)):
        row = put()
        row.created = now - timedelta(days=made)
        row.sent = None if sent is None else now - timedelta(days=sent)
        row.save()
    assert sending.forget_sent(now) == 1
    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: eve@example.com", "Hi\nX: y", "Hi\x0b\x1b"])
def test_a_subject_adds_no_header(database: str, server: Server, subject: str) -> None:
    smtp = server.start(SmtpSecurity.NONE)
    put(subject=subject)
    deliver(smtp)
    (got,) = server.mailbox.got
    assert got["Bcc"] is None
    assert got["X"] is None
    assert got["Subject"].startswith("Hi")


def test_what_django_sends_waits_in_the_outbox(database: str) -> None:
    from django.core.mail import send_mail

    from ringwall.identity.models import OutgoingMail

    send_mail("Su\nbject", "text", None, ["a@example.com", "b@example.com"], html_message="<p>h")
    found = OutgoingMail.objects.order_by("pk").values_list("to", "subject", "body", "html")
    assert list(found) == [
        ("a@example.com", "Su bject", "text", "<p>h"),
        ("b@example.com", "Su bject", "text", "<p>h"),
    ]


def test_a_sign_in_from_a_new_device_is_told(browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail

    person(name="Ada")
    browser.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0"
    html(browser)
    sign_in(browser)
    assert not OutgoingMail.objects.exists()
    browser.post("/accounts/logout/")
    sign_in(browser)
    assert not OutgoingMail.objects.exists()
    sign_in(another(browser))
    mail = OutgoingMail.objects.get()
    assert mail.subject == "A new device signed in to your account (The Shop)"
    assert "Device: Firefox on Linux" in mail.body
    assert "Address: 127.0.9.9" in mail.body
    assert "127.0.9.9" in mail.html
    assert "Hello Ada" in mail.body


def test_a_changed_password_is_told_and_ends_other_sessions(browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail, Session

    person()
    other = another(browser)
    sign_in(other)
    html(browser)
    sign_in(browser)
    new = "seven-quiet-otters-on-ice"
    page = "/accounts/password/change/"
    sent = {"oldpassword": "mountain-lamp-river-eleven", "password1": new, "password2": new}
    assert browser.post(page, sent).status_code == 302
    subjects = list(OutgoingMail.objects.values_list("subject", flat=True))
    assert subjects.count("Your password was changed (The Shop)") == 1
    assert Session.objects.filter(ended=None).count() == 1
    assert browser.get("/sessions").status_code == 200


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Ada\nBcc: eve@example.com"])
def test_what_people_call_themselves_changes_no_mail(browser: Any, name: str) -> None:
    from ringwall.identity import alerts
    from ringwall.identity.models import OutgoingMail

    alerts.tell(person(name=name), alerts.NEW_DEVICE)
    mail = OutgoingMail.objects.get()
    assert "<script>" not in mail.html
    assert "\n" not in mail.subject


def test_ip_addresses_of_this_machine() -> None:
    from ringwall.identity.sending import _is_here

    here = ["localhost", "mail.localhost", "127.0.0.1", "127.9.9.9"]
    assert [_is_here(one) for one in here] == [True] * 4
    assert not any(map(_is_here, ["example.com", "10.0.0.1", "localhost.example.com"]))
    assert ipaddress.ip_address("127.9.9.9").is_loopback


def test_the_host_reads_the_outbox(
    database: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, state, "mail", "list")[1] == []
    row = put(subject="Hello", body="A code: 1234\x1b[2J\n")
    other = put("bob@example.com")
    other.sent = timezone.now()
    other.save()
    code, found, _ = told(capsys, state, "mail", "list")
    assert code == 0
    assert [(one["to"], one["state"]) for one in found] == [
        ("bob@example.com", "sent"),
        ("ada@example.com", "waiting"),
    ]
    assert "body" not in found[0]
    found = told(capsys, state, "mail", "list", "--waiting")[1]
    assert [one["to"] for one in found] == ["ada@example.com"]
    assert told(capsys, state, "mail", "show", str(row.pk))[1]["body"].startswith("A code: 1234")
    code, _, error = told(capsys, state, "mail", "show", "999999")
    assert (code, "there is no mail 999999" in error) == (1, True)
    code, _, error = told(capsys, state, "mail", "resend", str(row.pk))
    assert (code, "names no mail server" in error) == (1, True)


def test_the_host_sends_again_what_was_given_up(
    database: str, state: Path, facts: Facts, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    from ringwall.identity import jobs
    from ringwall.identity.models import OutgoingMail
    from ringwall.runtime.current import current_installation

    smtp = server.start(SmtpSecurity.NONE)
    mail = facts.settings.mail.model_copy(update={"smtp": smtp})
    settings = facts.settings.model_copy(update={"mail": mail})
    facts_file.write(state, dataclasses.replace(facts, settings=settings))
    row = put()
    OutgoingMail.objects.update(tries=30, error="550 no")
    assert told(capsys, state, "mail", "list")[1][0]["state"] == "given up"
    assert "0 mails were sent" in jobs.send_mail(current_installation())
    assert told(capsys, state, "mail", "resend", str(row.pk))[0] == 0
    assert jobs.send_mail(current_installation()) == "1 mails were sent, 0 were not"
    assert len(server.mailbox.got) == 1


def test_a_changed_mail_address_is_told_to_both(browser: Any) -> None:
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import OutgoingMail

    ada = person()
    EmailAddress.objects.create(user=ada, email="new@example.com", verified=True)
    html(browser)
    sign_in(browser)
    sent = {"email": "new@example.com", "action_primary": ""}
    assert browser.post("/accounts/email/", sent).status_code == 302
    told_to = OutgoingMail.objects.filter(subject__startswith="The mail address of your account")
    assert set(told_to.values_list("to", flat=True)) == {"ada@example.com", "new@example.com"}
