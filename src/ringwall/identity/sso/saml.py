"""SAML 2.0: what a provider's answer has to prove before a word of it is believed.

The library judges form, signature, times and issuer. It lets pass what is missing; here every part
has to be there and be exactly right: the signature on the assertion itself, the audience, the
recipient, the end, the request it answers, and that nobody has shown it before.
"""

import logging
from base64 import b64decode
from binascii import Error as NotBase64Error
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.socialaccount.adapter import get_adapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from ringwall.identity.installed import current_facts
from ringwall.identity.models import Connection, SeenAssertion
from ringwall.identity.secrets import hash_of
from ringwall.identity.sso import forcing
from ringwall.identity.sso.arriving import Asserted, text_list

log = logging.getLogger("ringwall.identity")

_SKEW: Final = timedelta(minutes=5)
_LONGEST: Final = 512 * 1024
"""Characters of an answer."""
_MAIL: Final = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
_NAME: Final = (
    "name",
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
)


class SamlError(ValueError):
    """An answer that proves nothing; the text is for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a valid answer says. ``answers`` is the id of our request, ``None`` if unasked for."""

    asserted: Asserted
    answers: str | None

    def to_json(self) -> dict[str, Any]:
        """A form that a session can keep."""
        return {"asserted": asdict(self.asserted), "answers": self.answers}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Answer":
        """The same again."""
        said = told["asserted"]
        return cls(
            asserted=Asserted(**{**said, "groups": tuple(said["groups"])}), answers=told["answers"]
        )


def begin(
    request: HttpRequest, connection: Connection, *, then: str | None, forced: bool = False
) -> str:
    """The URL that asks the provider; this browser remembers that it did.

    ``forced`` lets it ask the person again (``ForceAuthn``, SAML Core section 3.4.1).
    """
    auth = OneLogin_Saml2_Auth(_here(connection), old_settings=_settings(connection))
    url: str = auth.login(return_to="", force_authn=forced)
    provider = get_adapter().get_provider(request, provider=connection.slug)
    kept = forcing.kept(timezone.now()) if forced else {}
    provider.stash_redirect_state(
        request, "login", then, state_id=auth.get_last_request_id(), **kept
    )
    return url


def read(connection: Connection, text: str) -> Answer:
    """Judge an answer and take it, once. :class:`SamlError` says what is wrong with it."""
    if not text or len(text) > _LONGEST:
        msg = f"the answer has {len(text)} characters"
        raise SamlError(msg)
    try:
        b64decode("".join(text.split()), validate=True)
        response = OneLogin_Saml2_Response(_settings(connection), text)
        response.is_valid(_here(connection), raise_exceptions=True)
        said = response.get_attributes()
        name_id, name_form = response.get_nameid(), response.get_nameid_format()
        assertion_id = response.get_assertion_id()
    except NotBase64Error as error:
        msg = "the answer is not base64"
        raise SamlError(msg) from error
    except Exception as error:
        msg = f"the answer is not valid: {type(error).__name__}: {error}"
        raise SamlError(msg) from error
    answers, until = _require_exact(connection, response)
    if not assertion_id or not name_id:
        msg = "the assertion has no id, or names nobody"
        raise SamlError(msg)
    if answers is None and connection.settings.get("idp_initiated") is not True:
        msg = "nobody asked for the answer, and that is not allowed for this connection"
        raise SamlError(msg)
    _take_once(connection, assertion_id, until)
    mail = _first(said, _MAIL)
    if not mail and name_form == OneLogin_Saml2_Constants.NAMEID_EMAIL_ADDRESS:
        mail = name_id
    asserted = Asserted(
        uid=name_id,
        email=mail,
        name=_first(said, _NAME),
        groups=text_list(said.get(connection.groups_claim, [])),
        proven=forcing.moment(_proven(response)),
    )
    return Answer(asserted=asserted, answers=answers)


def metadata(connection: Connection) -> bytes:
    """What the provider's administrator needs of us (SAML metadata)."""
    found: bytes | str = OneLogin_Saml2_Settings(
        _settings_of(connection), sp_validation_only=True
    ).get_sp_metadata()
    return found if isinstance(found, bytes) else found.encode()


def _require_exact(
    connection: Connection, response: OneLogin_Saml2_Response
) -> tuple[str | None, datetime]:
    """Require what the library lets be missing; the request that is answered, and the end."""
    here = _url(connection, "sign_on_acs")
    destination = response.document.get("Destination")
    if destination is not None and destination != here:
        msg = f"the answer is for {destination}"
        raise SamlError(msg)
    if response.get_audiences() != [_url(connection, "sign_on_metadata")]:
        msg = f"the assertion is for {response.get_audiences()}"
        raise SamlError(msg)
    found = response._query_assertion(  # noqa: SLF001 - only this asks the signed part alone
        "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
    )
    if len(found) != 1 or found[0].get("Recipient") != here:
        msg = "the assertion is not confirmed for us"
        raise SamlError(msg)
    end = found[0].get("NotOnOrAfter")
    if end is None:
        msg = "the assertion has no end"
        raise SamlError(msg)
    until = datetime.fromtimestamp(OneLogin_Saml2_Utils.parse_SAML_to_time(end), UTC)
    answers = found[0].get("InResponseTo")
    outside = response.get_in_response_to()
    if outside is not None and outside != answers:
        msg = "the answer and its assertion name different requests"
        raise SamlError(msg)
    return answers, until


def _proven(response: OneLogin_Saml2_Response) -> int | None:
    """``AuthnInstant`` of the signed assertion, the earliest if it has several."""
    found = response._query_assertion("/saml:AuthnStatement")  # noqa: SLF001 - as above
    times = [one.get("AuthnInstant") for one in found]
    if not times or None in times:
        return None
    try:
        return min(int(OneLogin_Saml2_Utils.parse_SAML_to_time(one)) for one in times)
    except ValueError:
        return None


def _take_once(connection: Connection, assertion_id: str, until: datetime) -> None:
    now = timezone.now()
    SeenAssertion.objects.filter(until__lt=now).delete()
    if until > now + timedelta(days=1):
        msg = f"the assertion ends at {until}, which is too far away"
        raise SamlError(msg)
    try:
        with transaction.atomic():
            SeenAssertion.objects.create(
                connection=connection, assertion_hash=hash_of(assertion_id), until=until + _SKEW
            )
    except IntegrityError as error:
        msg = f"the assertion {assertion_id} was shown before"
        raise SamlError(msg) from error


def _here(connection: Connection) -> dict[str, Any]:
    """The request as the library wants it: from what is configured, not from what was sent."""
    return {
        "https": "on",
        "http_host": current_facts().authority,
        "script_name": reverse("sign_on_acs", args=[connection.slug]),
        "get_data": {},
        "post_data": {},
    }


def _settings(connection: Connection) -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(_settings_of(connection))


def _settings_of(connection: Connection) -> dict[str, Any]:
    said = connection.settings
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": _url(connection, "sign_on_metadata"),
            "assertionConsumerService": {"url": _url(connection, "sign_on_acs")},
            "NameIDFormat": OneLogin_Saml2_Constants.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": said["entity_id"],
            "singleSignOnService": {"url": said["sso_url"]},
            "x509certMulti": {"signing": said["certificates"], "encryption": []},
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantAttributeStatement": False,
            "wantNameId": True,
            "allowRepeatAttributeName": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,
        },
    }


def _url(connection: Connection, name: str) -> str:
    return current_facts().origin + reverse(name, args=[connection.slug])


def _first(said: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        for value in said.get(name) or []:
            if isinstance(value, str) and value:
                return value
    return ""
