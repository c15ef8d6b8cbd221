"""Our account with an ACME server: its key, its registration, kept and used again.

``<state>/acme/accounts/<digest of the directory's address>/`` holds ``key.pem`` (0600) and
``account.json``. The key is written before it is registered: a killed registration finds its
account again by the key (RFC 8555 section 7.3.1).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from acme import errors, messages
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC

from ringwall.core.clock import Clock
from ringwall.gateway.certificates.acme_problem import AcmeProblem
from ringwall.gateway.certificates.acme_session import AcmeSession
from ringwall.gateway.certificates.authority import key_pem
from ringwall.gateway.certificates.profiles import new_key
from ringwall.gateway.config import Acme
from ringwall.runtime.private_files import private_folder, write_private


class AccountFolder:
    """The account of one directory. Whoever calls holds the ACME lock."""

    def __init__(self, accounts: Path, settings: Acme) -> None:
        digest = hashlib.sha256(settings.directory.encode()).hexdigest()[:16]
        self._folder, self._settings = accounts / digest, settings

    def session(self, *, clock: Clock) -> AcmeSession:
        """Make a session with the account's key, a new key when there is none yet."""
        return AcmeSession(self._settings, self._key(), clock=clock)

    def sign_in(self, session: AcmeSession) -> None:
        """Use the account in a connected session, registering or updating it where needed."""
        kept = self._kept()
        if kept is None:
            self._keep(self._register(session))
            return
        session.network.account = messages.RegistrationResource(
            uri=kept["uri"], body=messages.Registration()
        )
        if kept["email"] != self._settings.email:
            self._update(session)

    def forget(self) -> None:
        """Drop the registration, not the key: the server says it does not know the account."""
        (self._folder / "account.json").unlink(missing_ok=True)

    def _key(self) -> JWKEC:
        private_folder(self._folder)
        path = self._folder / "key.pem"
        if not path.exists():
            write_private(path, key_pem(new_key()))
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            msg = f"{path} is damaged: restore it from a backup, or delete its folder to begin anew"
            raise AcmeProblem(msg) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            msg = f"{path} is no ECDSA key: delete its folder to register anew"
            raise AcmeProblem(msg)
        return JWKEC(key=key)

    def _register(self, session: AcmeSession) -> str:
        meta = session.directory["meta"]
        if meta.terms_of_service and not self._settings.terms_accepted:
            msg = (
                f"{self._settings.directory} wants its terms accepted: read "
                f"{meta.terms_of_service} and set edge.acme.terms_accepted to true"
            )
            raise AcmeProblem(msg)
        if meta.external_account_required and self._settings.external_account is None:
            msg = (
                f"{self._settings.directory} gives accounts only to its customers: set "
                "edge.acme.external_account to the key id and HMAC key it gave you"
            )
            raise AcmeProblem(msg)
        more: dict[str, Any] = {}
        if self._settings.external_account is not None:
            more["external_account_binding"] = self._binding(session)
        wanted = messages.NewRegistration.from_data(
            email=self._settings.email,
            terms_of_service_agreed=self._settings.terms_accepted,
            **more,
        )
        try:
            return str(session.client.new_account(wanted).uri)
        except errors.ConflictError as existing:
            session.network.account = messages.RegistrationResource(
                uri=existing.location, body=messages.Registration()
            )
            self._update(session)
            return existing.location

    def _binding(self, session: AcmeSession) -> dict[str, Any]:
        account = self._settings.external_account
        if account is None:
            return {}
        try:
            return messages.ExternalAccountBinding.from_data(
                session.key.public_key(),
                account.key_id,
                account.hmac_key.reveal(),
                session.directory,
            )
        except LookupError as error:
            msg = f"edge.acme.external_account.hmac_key: {error.args[0]}"
            raise AcmeProblem(msg) from error
        except (ValueError, TypeError) as error:
            msg = "edge.acme.external_account.hmac_key is not base64url: copy it as it was given"
            raise AcmeProblem(msg) from error

    def _update(self, session: AcmeSession) -> None:
        account = session.network.account
        if account is None:
            return
        contact = (f"mailto:{self._settings.email}",) if self._settings.email else ()
        session.send(account.uri, messages.UpdateRegistration(contact=contact))
        self._keep(account.uri)

    def _kept(self) -> dict[str, Any] | None:
        try:
            kept = json.loads((self._folder / "account.json").read_bytes())
            return {"uri": str(kept["uri"]), "email": kept["email"]}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, uri: str) -> None:
        kept = {"directory": self._settings.directory, "email": self._settings.email, "uri": uri}
        write_private(self._folder / "account.json", json.dumps(kept, indent=1).encode())
