"""Secrets in texts: what kind stands in which line, never the secret itself."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ringwall.core.observations import UnknownError

_MOST: Final = 4 * 1024 * 1024
_AT_A_TIME: Final = 4096
_OVERLAP: Final = 512
"""Characters of a line that are looked at together, and those that the next ones share."""
_TOKENS: Final[tuple[tuple[str, str], ...]] = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("a Stripe key", r"\b[rs]k_live_[A-Za-z0-9]{20,}"),
    ("a Google key", r"\bAIza[A-Za-z0-9_-]{35}\b"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    (
        "a JSON web token",
        r"\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,}",
    ),
    ("a password in an address", r"\b[a-z][a-z0-9+.-]{0,20}://[^/\s:@'\"$<{]*:([^/\s:@'\"]+)@"),
)
_ASSIGNED: Final = (
    r"(?i)(?:passw(?:or)?d|passphrase|pwd|(?<![a-z])pass(?![\w.-])|secret|api[_-]?key|access[_-]?key|auth[_-]?token"
    r"|private[_-]?key|token|credentials?)([\w.-]{0,64})[\"']?\s*(?:=>|:=|=|:)\s*[\"']?([^\s\"';,]{6,})"
)
_LINE: Final = re.compile("|".join(f"(?P<t{at}>{one})" for at, (_, one) in enumerate(_TOKENS)))
_ASSIGNMENT: Final = re.compile(_ASSIGNED)
_NAMED: Final = re.compile(
    r"(?i)passw(?:or)?d|passphrase|pwd$|(?<!by)(?<!com)(?<!sur)(?<!tres)pass$|masterauth$|secret|api[_-]?key|access[_-]?key|auth[_-]?token|private[_-]?key|token$"
)
_ABOUT: Final = re.compile(
    r"(?i)[_.-](?:names?|namespaces?|audiences|labels?|selectors?|class|version|arn|path|prefix|param(?:eter)?(?:_name)?|file|uri|ref|region|table|bucket|vpce"
    r"|header|cookie|type|source|provider|process|backend|store|manager|hasher|enabled|algorithm|issuer|audience|policy|ttl|expir(?:y|ation)"
    r"|length|min|max|size|count|seconds|minutes|hours|days|age|attempts|rounds|timeout|lifetime|required)$"
)
"""Ends of names of what tells of a secret, such as where it lies, and is none."""
_ID: Final = re.compile(r"(?i)[_.-]id$")
_PATH: Final = re.compile(r"[a-z][\w.-]*(?:/[a-z][\w.-]*)+", re.IGNORECASE)
_KEY: Final = re.compile(r"(?i)(?:encryption|signing|master)_?key$")
_KEYS: Final = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2}")
"""What a key looks like that is written out; the id of one of KMS is shorter, or has colons."""
_HOLDING: Final = re.compile(r"https?:|\{\s*\"|\[\s*[\"{]")
"""What may hold a secret, and is none as a whole: addresses of the web, and JSON."""
_NONE: Final = re.compile(
    r"(?i)^(?:\$|%|<|\{|\(|\[|`|arn:|/|\./|true$|false$|enabled$|disabled$|null$|none$|file:|https?:|s3:|rds!|ssm:|vault:|env[.:]"
    r"|ENC\[|your[_-]|example|placeholder|redacted|dummy)|\$\(|\$\{|\{\{"
    r"|^\*+$|^x+$|^[a-z_.]+\(|EXAMPLE$|^(?-i:[a-z][a-z0-9_.-]*(?:/[a-z][a-z0-9_.-]*)+)$"
)
_REFERENCE: Final = re.compile(
    r"ENC\[[^\[\]]+\]|\$\{[^{}]*\}|\{\{[^{}]*\}\}|#\{[^{}]*\}#?|\$\([\w.-]+\)|(?<!\w)\$[A-Z_][A-Z0-9_]*(?!\w)"
    r"|(?<!\S)(?:(?:>>)?vault:[\w./-]+#\S+|ref\+[a-z]+://\S+|op://\S+|arn:aws[\w-]*:secretsmanager:\S+)"
)
"""What is put in the place of a secret, or of a part of a text, before anybody uses it."""
_PUT_IN: Final = re.compile(r"(?<!\w)<[A-Za-z][^<>\n]*>(?!\w)")
"""The same in angles, where they are no tags."""
_STAND_IN: Final = re.compile(
    r"(?i)(?:your|replace|insert)[_ -][\w -]*|example|placeholder|redacted|dummy|todo|tbd|\*+|x+"
)
_PUBLIC: Final = re.compile(
    r"(?:\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[\sA-Za-z0-9+/=]+-----END \1-----)+\s*"
)
_OPTION: Final = re.compile(r"-{0,2}([A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_ASKING: Final = re.compile(
    r"(?i)--?(?=[a-z])(?!no-)(?:[\w.-]*[_.-])?(?:[a-z]*pass|passw(?:or)?d|passphrase|pwd|masterauth|secret"
    r"|token|(?:api|access|secret|private)[_-]?key)"
)
"""An option whose value is a secret, and is the word that follows."""
_OBJECT: Final = re.compile(r"(?i)(?:^|[_.-])(?:tls|ssl|ca|cert|certificate|pull|from)[_-]secret$")
_LABEL: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


class Secret(NamedTuple):
    """What seems to be one, and its line, from 1 on."""

    what: str
    line: int

    def __str__(self) -> str:
        return f"{self.what} in line {self.line}"


def secrets_in(text: str) -> Iterator[Secret]:
    """What looks like secrets in a text, at most one a line.

    References to where a secret lies (``${...}``, ``$(aws secretsmanager ...)``, ARNs) are none.
    """
    for number, line in enumerate(text.splitlines(), 1):
        parts = range(0, max(len(line) - _OVERLAP, 1), _AT_A_TIME - _OVERLAP)
        what = next((found for at in parts if (found := _within(line, at))), "")
        if what:
            yield Secret(what, number)


def _within(line: str, begin: int) -> str:
    """What kind of secret a part of a line seems to have: however long it is, that takes little."""
    end = begin + _AT_A_TIME
    for found in _LINE.finditer(line, begin, end):
        at = next(at for at in range(len(_TOKENS)) if found[f"t{at}"])
        inner = _TOKENS[at][0] == "a password in an address"
        value = next((one for one in found.groups()[at + 1 :] if one), "") if inner else "0"
        if not _NONE.search(value) and not found[0].endswith("EXAMPLE"):
            return _TOKENS[at][0]
    for assigned in _ASSIGNMENT.finditer(line, begin, end):
        if not _NONE.search(assigned[2]) and not _tells_of_one(assigned[1], assigned[2]):
            return "what is named as a secret"
    return ""


def is_secret(name: str, value: str, *, least: int = 6) -> str:
    """What kind of secret a variable seems to be, ``""`` where it seems to be none.

    ``least`` are the characters that a value has whose name alone says that it is one.
    """
    if not value or (_NONE.search(value) and not _HOLDING.match(value)):
        return ""
    for one in secrets_in(value):
        return one.what
    if _HOLDING.match(value) or _tells_of_one(name, value):
        return ""
    is_key = _KEY.search(name) and _KEYS.fullmatch(value)
    is_named = _NAMED.search(name) and len(value) >= least
    return "what is named as a secret" if is_named or is_key else ""


def is_written(name: str, value: str) -> bool:
    """Whether what has to be a secret is one, and stands there as it is.

    None is nothing at all, a certificate, a word that stands in for one, and a reference to where
    it lies; of a text with such references in it, what is left without them.
    """
    rest = _REFERENCE.sub("", value if "</" in value else _PUT_IN.sub("", value))
    if not rest.strip() or _STAND_IN.fullmatch(value.strip()) or _PUBLIC.fullmatch(value):
        return False
    if rest == value:
        return True
    is_named = bool(is_secret(name, rest, least=1)) and any(map(str.isalnum, rest))
    return is_named or any(secrets_in(rest))


def secret_in_words(words: Sequence[str]) -> str:
    """What kind of secret the words of a command seem to have, ``""`` where they have none."""
    for word, following in pairwise([*words, "-"]):
        option = _OPTION.fullmatch(word)
        if option is not None:
            what = _in_option(option[1], option[2])
        elif _ASKING.fullmatch(word) and not following.startswith("-"):
            what = _in_option(word.lstrip("-"), following)
        else:
            what = next((one.what for one in secrets_in(word)), "")
        if what:
            return what
    return ""


def _in_option(name: str, value: str) -> str:
    """Of a cluster, what is given may be the name of a Secret: of a certificate, or to pull by."""
    is_object = _OBJECT.search(name) is not None and _LABEL.fullmatch(value) is not None
    return "" if is_object else is_secret(name, value)


def _tells_of_one(name: str, value: str) -> bool:
    """Whether a variable says where a secret lies, or how long it is good.

    The id of a secret of AWS is its path; that of Vault's is a secret.
    """
    if _ABOUT.search(name):
        return True
    return _ID.search(name) is not None and _PATH.fullmatch(value) is not None


def decoded(user_data: str) -> str:
    """The text of user data, which AWS gives in Base64, and which may be compressed in it."""
    try:
        content = base64.b64decode(user_data, validate=True)
    except (binascii.Error, ValueError):
        return user_data
    if content[:2] == b"\x1f\x8b":
        try:
            unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
            content = unpacking.decompress(content, _MOST)
        except zlib.error as error:
            raise UnknownError(f"the user data cannot be unpacked: {error}") from error
        if not unpacking.eof:
            raise UnknownError("the user data cannot be unpacked: it is cut off, or too long")
    return content.decode("utf-8", "replace")
