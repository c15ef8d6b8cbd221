"""People for the browser to be, put into the tables that the pages use."""

import base64
import hashlib
import hmac
import itertools
import struct
import time
from typing import Any

PASSWORD = "a fine long harbour wall"
_numbers = itertools.count(1)


def someone(*, name: str = "Ada Marlow", password: str | None = PASSWORD, **more: Any) -> Any:
    """A person with a confirmed mail address of their own."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import User

    email = f"ada{next(_numbers)}@example.com"
    person = User.objects.create_user(email, password, name=name, **more)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def member(person: Any, slug: str, name: str, *, roles: tuple[str, ...] = ()) -> Any:
    """Make somebody a member of an organisation, which is made if need be."""
    from ringwall.identity.models import Membership, Organisation

    organisation, _ = Organisation.objects.get_or_create(slug=slug, defaults={"name": name})
    Membership.objects.create(organisation=organisation, user=person, roles=list(roles))
    return organisation


def totp(secret: str, *, at: float | None = None) -> str:
    """The code of an authenticator app (RFC 6238: SHA-1, 30 s, six digits) for a base32 secret."""
    key = base64.b32decode(secret.strip().upper() + "=" * (-len(secret.strip()) % 8))
    counter = int((time.time() if at is None else at) // 30)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
