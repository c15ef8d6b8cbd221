"""Certificates from an ACME authority (RFC 8555): ordered, installed, renewed in time."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from ringwall.core.clock import Clock
from ringwall.gateway.certificates.acme_account import AccountFolder
from ringwall.gateway.certificates.acme_order import Order, Tell, Wish
from ringwall.gateway.certificates.acme_problem import AcmeProblem, translated
from ringwall.gateway.certificates.acme_schedule import AttemptLog, renewal_at
from ringwall.gateway.certificates.acme_session import AcmeSession
from ringwall.gateway.certificates.acme_shown import Shown
from ringwall.gateway.certificates.challenges import ChallengePublisher
from ringwall.gateway.certificates.credential import Credential, CredentialError
from ringwall.gateway.certificates.names import covers, folder_name, read_host
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import Acme
from ringwall.runtime.private_files import locked, private_folder

Challenge = Literal["http-01", "tls-alpn-01"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How a host stands after one look at it.

    ``credential`` is its ACME certificate, old or new; ``changed`` whether it is new; ``again_at``
    when there is something to do next (UTC); ``problem`` why there is no new one though it is due.
    ``tried`` tells a failure of just now from one that is waited after.
    """

    host: str
    credential: Credential | None
    changed: bool
    again_at: datetime | None
    problem: str = ""
    tried: bool = False


class AcmeClient:
    """Keeps the certificates of ``source: acme`` hosts. One process at a time works on a host."""

    def __init__(
        self,
        state: Path,
        settings: Acme,
        *,
        store: CertificateStore,
        publisher: ChallengePublisher,
        clock: Clock,
        tell: Tell = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder, self._settings, self._store = state / "acme", settings, store
        self._publisher, self._clock, self._sleep = publisher, clock, sleep
        self._tell = tell

    def renew(
        self, host: str, challenge: Challenge, *, more: Sequence[str] = (), force: bool = False
    ) -> Renewal:
        """Order a certificate for ``host`` and the names in ``more`` if it is due.

        ``force`` orders one that is not due; after a failure even that waits its turn. Blocks for
        up to five minutes while the server checks. Never raises for what the server or the network
        does: that is in ``problem``. ``ValueError`` when a host is no host name.
        """
        names = tuple(dict.fromkeys(read_host(name) for name in (host, *more)))
        wish = Wish(
            host=str(names[0]),
            names=names,
            challenge=challenge,
            directory=self._settings.directory,
        )
        private_folder(self._folder / "locks")
        try:
            with locked(self._folder / "locks" / folder_name(wish.host), wait=False):
                return self._renew(wish, force=force)
        except BlockingIOError:
            present = self._store.acme_credential(wish.host)
            text = "another process is ordering it now"
            return Renewal(
                host=wish.host, credential=present, changed=False, again_at=None, problem=text
            )

    def _renew(self, wish: Wish, *, force: bool) -> Renewal:
        # A process killed in the middle of an order went on showing its answers.
        Shown(self._order_folder(wish), self._publisher).withdraw()
        now, digest = self._clock.now(), self._digest(wish)
        present = self._store.acme_credential(wish.host)
        if present is not None and not force and not _incomplete(present, wish):
            at = renewal_at(present)
            if now < at:
                return Renewal(host=wish.host, credential=present, changed=False, again_at=at)
        log = AttemptLog(self._folder, wish.host)
        attempts = log.read()
        if attempts.may_start(now, settings=digest):
            attempts = attempts.started(now, settings=digest)
            log.write(attempts)
        if attempts.not_before is not None:
            return self._failed(wish, present, attempts.not_before, attempts.problem)
        try:
            made = self._obtain(wish)
        except AcmeProblem as problem:
            now = self._clock.now()
            if problem.ours:
                attempts = attempts.held_up(now, problem=str(problem))
            else:
                attempts = attempts.failed(now, problem=str(problem), wait=problem.wait)
            log.write(attempts)
            failed = self._failed(wish, present, attempts.not_before or now, attempts.problem)
            return replace(failed, tried=True)
        log.clear()
        return Renewal(
            host=wish.host,
            credential=made,
            changed=True,
            again_at=renewal_at(made),
            tried=True,
        )

    @staticmethod
    def _failed(
        wish: Wish, present: Credential | None, again_at: datetime | None, problem: str
    ) -> Renewal:
        return Renewal(
            host=wish.host, credential=present, changed=False, again_at=again_at, problem=problem
        )

    def _order_folder(self, wish: Wish) -> Path:
        return self._folder / "orders" / folder_name(wish.host)

    def _obtain(self, wish: Wish) -> Credential:
        _check_wish(wish)
        account = AccountFolder(self._folder / "accounts", self._settings)
        try:
            return self._order(wish, account)
        except AcmeProblem as problem:
            if problem.code != "accountDoesNotExist":
                raise
        account.forget()
        return self._order(wish, account)

    def _order(self, wish: Wish, account: AccountFolder) -> Credential:
        with locked(self._folder / "locks" / ".account"):
            session = account.session(clock=self._clock)
        try:
            with translated(wish.directory, wish.host):
                session.connect()
                with locked(self._folder / "locks" / ".account"):
                    account.sign_in(session)
                return self._install(wish, session)
        except AcmeProblem as problem:
            problem.wait = problem.wait or session.last_wait
            raise
        finally:
            session.close()

    def _install(self, wish: Wish, session: AcmeSession) -> Credential:
        order = Order(
            self._order_folder(wish),
            wish,
            session=session,
            publisher=self._publisher,
            clock=self._clock,
            tell=self._tell,
            sleep=self._sleep,
        )
        try:
            chain, key = order.run()
            made = self._store.install_acme(wish.host, chain=chain, key=key)
        except AcmeProblem as problem:
            if problem.fatal:
                order.forget()
            raise
        except CredentialError as error:
            order.forget()
            msg = f"{wish.host}: what the ACME server issued cannot be used: {error}"
            raise AcmeProblem(msg) from error
        order.forget()
        return made

    def _digest(self, wish: Wish) -> str:
        """Stand for everything that, once changed, makes a new attempt worth while."""
        account = self._settings.external_account
        parts = (
            *map(str, wish.names),
            wish.challenge,
            wish.directory,
            str(self._settings.email),
            str(self._settings.terms_accepted),
            str(self._settings.trusted_roots),
            account.key_id if account else "",
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _incomplete(credential: Credential, wish: Wish) -> bool:
    return not all(
        any(covers(pattern, str(name)) for pattern in credential.names) for name in wish.names
    )


def _check_wish(wish: Wish) -> None:
    for name in wish.names:
        if isinstance(name, str) and name.startswith("*."):
            msg = (
                f"{name}: neither http-01 nor tls-alpn-01 can prove a wildcard "
                "(RFC 8555 section 7.1.3): name each host, or bring a certificate in files"
            )
            raise AcmeProblem(msg)
        if not isinstance(name, str) and wish.challenge == "tls-alpn-01":
            msg = f"{name}: an address is proven by http-01 here: choose that challenge"
            raise AcmeProblem(msg)
