"""What a request shows of its client, read once and judged elsewhere."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from ringwall.identity.provider import certificates
from ringwall.identity.provider.certificates import Certificate

SINGLE = frozenset(
    {
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "code",
        "code_verifier",
        "device_code",
        "grant_type",
        "redirect_uri",
        "refresh_token",
        "scope",
        "token",
        "token_type_hint",
    }
)
"""Parameters that may be given once only (RFC 6749 section 3.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """Credentials of a client as they came; empty where there were none.

    ``is_basic`` says that there was an ``Authorization: Basic``, readable or not.
    """

    client_id: str = ""
    secret: str = ""
    is_basic: bool = False
    basic_id: str = ""
    assertion: str = ""
    assertion_type: str = ""
    certificate: Certificate | None = None

    @property
    def names(self) -> str:
        """The id that the form or the header gives."""
        return self.basic_id or self.client_id


def read(form: Mapping[str, str], *, authorization: str, certificate: str) -> Presented:
    """Read credentials from the form, the Authorization header and the edge's certificate."""
    scheme, _, encoded = authorization.partition(" ")
    is_basic = scheme.lower() == "basic"
    basic_id, basic_secret = _basic(encoded) if is_basic else ("", "")
    return Presented(
        client_id=form.get("client_id", ""),
        secret=basic_secret if is_basic else form.get("client_secret", ""),
        is_basic=is_basic,
        basic_id=basic_id,
        assertion=form.get("client_assertion", ""),
        assertion_type=form.get("client_assertion_type", ""),
        certificate=certificates.read(certificate),
    )


def _basic(encoded: str) -> tuple[str, str]:
    """Id and secret, each form-encoded within (RFC 6749 section 2.3.1)."""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
