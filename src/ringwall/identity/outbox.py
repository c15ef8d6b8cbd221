"""The outbox as people see it: what became of a mail, and its text without what is its receiver's.

Links and codes in a mail let in whoever uses them. As long as mail goes nowhere, somebody has to
read it here and pass it on; once there is a server, they are nobody's business but the receiver's.
"""

import re
from typing import Final

from ringwall.identity.config import Mail
from ringwall.identity.models import OutgoingMail
from ringwall.identity.sending import MOST_TRIES

HIDDEN: Final = "[not shown]"

_SECRETS: Final = re.compile(
    r"""(?i:[a-z][a-z0-9+.-]*)://\S+       # a link
    |   \b\w*\.\S+/\S+                   # one without a scheme
    |   ^[ \t]*[A-Z0-9-]{4,}[ \t\r]*$     # a code alone in its line
    |   \b[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})+  # one in groups
    |   [A-Za-z0-9_+/=~.:-]{20,}          # whatever else is too long for a word
    """,
    re.VERBOSE | re.MULTILINE,
)


def state_of(mail: OutgoingMail) -> str:
    """What became of a mail, in a word or two."""
    if mail.sent:
        return "sent"
    if mail.tries >= MOST_TRIES:
        return "given up"
    return "failed" if mail.error else "waiting"


def shows_secrets(mail: OutgoingMail, settings: Mail) -> bool:
    """Whether a mail's links and codes have to be read here, since it goes nowhere."""
    return mail.sent is None and settings.smtp is None


def without_secrets(text: str) -> str:
    """A text without links and codes; rather a word too many is left out than one too few. Pure."""
    return _SECRETS.sub(HIDDEN, text)
