"""Secrets in texts: what kind stands in which line, never the secret itself."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ringwall.core.observations import UnknownError
from ringwall.posture.snapshot.partial import Torn

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
        "a webhook of Slack",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
    ),
    (
        "a JSON web token",
        r"\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,}",
    ),
    (
        "a password in an address",
        r"\b[a-z][a-z0-9+.-]{0,20}://[^/\s:@'\"$<{]*:(?P<address>[^/\s:@'\"]+)@",
    ),
    (
        "what somebody signs in with",
        r"(?i:\bauthorization[\"':= ]{1,9}(?:bearer|basic)) (?P<header>[\w.~+/-]{16,}=*)",
    ),
    (
        "a password of a database",
        r"(?i:\b(?:identified by|(?:with|encrypted) password)) '(?P<sql>[^'\s]{6,})'",
    ),
)
_INNER: Final = ("address", "header", "sql")
"""Parts of these that are the secret itself, and may only refer to one."""
_ASSIGNED: Final = (
    r"(?i)(?:passw(?:or)?d|passphrase|pwd|(?<![a-z])p(?:ass|w)(?![\w.-])|(?<!existing)(?<!existing[_-])(?<!pull)(?<!pull[_-])secret"
    r"|(?:api|access|account)[_-]?key|auth[_-]?token"
    r"|private[_-]?key|token|credentials?)([\w.-]{0,64})[\"']?\s*(?:=>|:=|=|(?<!\s):|:(?!'[A-Za-z_]+'))\s*[\"']?([^\s\"';,]{6,})"
)
_LINE: Final = re.compile("|".join(f"(?P<t{at}>{one})" for at, (_, one) in enumerate(_TOKENS)))
_ASSIGNMENT: Final = re.compile(_ASSIGNED)
_DIRECTIVE: Final = re.compile(r"\s*(?:requirepass|masterauth)\s+[\"']?([^\s\"']+)")
"""A password as Redis has it in its file."""
_NAMED: Final = re.compile(
    r"(?i)passw(?:or)?d|passphrase|pwd$|(?<!by)(?<!com)(?<!sur)(?<!tres)pass$|(?:^|[_.-])pw$|masterauth$|secret|(?:api|access|account)[_-]?key|auth[_-]?token|private[_-]?key|token$"
)
_ABOUT: Final = re.compile(
    r"(?i)[_.-](?:names?|namespaces?|arn|path|prefix|param(?:eter)?(?:_name)?|file|uri|endpoint|ref|region|table"
    r"|bucket|vpce|header|cookie|type|kind|class|source|provider|process|backend|repository|encryption|encoder|store|manager|hasher|mount|column"
    r"|field|enabled|algorithm|issuer|audiences?|policy|version|labels?|selectors?|env|var|ttl|expir(?:y|ation)|length|min|max"
    r"|size|count|seconds|minutes|hours|days|age|attempts|rounds|iterations|timeout|lifetime|required)$"
)
"""Ends of names of what tells of a secret, such as where it lies, and is none."""
_ABOUT_IN_ONE: Final = re.compile(
    r"(?:Names?|Namespaces?|Arn|Path|Prefix|File|Uri|Endpoint|Ref|Region|Type|Kind|Class|Source|Provider|Store|Version"
    r"|Mount|Length|Enabled|Algorithm|Issuer|Audiences?|TTL|Repository|Encryption|Encoder|Policy|Ttl|Lifetime|Timeout|Expiry|Required)$"
)
"""The same in names whose words begin with capitals, as ``secretName``."""
_ID: Final = re.compile(r"(?i)[_.-]id$")
_PATH: Final = re.compile(r"[a-z][\w.-]*(?:/[a-z][\w.-]*)+", re.IGNORECASE)
_KEY_OF: Final = re.compile(r"(?:[a-z]+-)*(?:password|token|secret|api-key)")
"""What a key in a Secret is called, as ``passwordKey: admin-password`` names it."""
_KEYS_THEMSELVES: Final = re.compile(r"(?i)(?:secret|api|access|private)key$")
_KEY: Final = re.compile(r"(?i)(?:encryption|signing|master)_?key$")
_KEYS: Final = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2}")
"""What a key looks like that is written out; the id of one of KMS is shorter, or has colons."""
_HOLDING: Final = re.compile(r"https?:|\{\s*\"|\[\s*[\"{]")
"""What may hold a secret, and is none as a whole: addresses of the web, and JSON."""
_NONE: Final = re.compile(
    r"(?i)^(?:\$|%|<|\{|\(|\[|`|arn:|/|\./|true$|false$|yes$|no$|on$|off$|[01]$|enabled$|disabled$|null$|none$|file:|https?:|s3:|rds!|ssm:|vault:|env[.:]"
    r"|ENC\[|your[_-]|example|placeholder|redacted|dummy)|\$\(|\$\{|\{\{"
    r"|^\*+$|^x+$|^[a-z_.]+\(|EXAMPLE$|^(?-i:[a-z][a-z0-9_.-]*(?:/[a-z][a-z0-9_.-]*)+)$"
)
_REFERENCE: Final = re.compile(
    r"ENC\[[^\[\]]+\]|\$\{[^{}]*\}|\{\{[^{}]*\}\}|#\{[^{}]*\}#?|\$\([\w.-]+\)|(?<!\w)\$[A-Z_][A-Z0-9_]*(?!\w)"
    r"|(?<!\S)(?:(?:>>)?vault:[\w./-]+#\S+|ref\+[a-z]+://\S+|op://\S+|arn:aws[\w-]*:secretsmanager:\S+)"
)
"""What is put in the place of a secret, or of a part of a text, before anybody uses it."""
_PUT_IN: Final = re.compile(r"(?<!\w)<[A-Za-z][^<>=\"\n]*(?<!/)>(?!\w)")
"""The same in angles, where they are no tags."""
_STAND_IN: Final = re.compile(
    r"(?i)(?:your|replace|insert)[_ -][\w -]*|example|placeholder|redacted|dummy|todo|tbd|\*+|x+"
)
_PUBLIC: Final = re.compile(
    r"(?:\s*-----BEGIN (CERTIFICATE|PUBLIC KEY|X509 CRL|DH PARAMETERS)-----"
    r"[\sA-Za-z0-9+/=]+-----END \1-----)+\s*"
)
_OPTION: Final = re.compile(r"-{0,2}([A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_ASKING: Final = re.compile(
    r"(?i)--?(?=[a-z])(?!no-)(?:[\w.-]*[_.-])?(?:[a-z]*pass|passw(?:or)?d|passphrase|pwd|masterauth|secret"
    r"|token|(?:api|access|secret|private)[_-]?key)"
)
"""An option whose value is a secret, and is the word that follows."""
_OBJECT: Final = re.compile(
    r"(?i)(?:^|[_.-])(?:tls|ssl|ca|cert(?:ificate)?|pull|from|existing)[_-]?secrets?$"
)
_PART: Final = r"(?:[a-z]+|[a-z]{0,3}[0-9]{1,8})"
_LABEL: Final = re.compile(rf"{_PART}(?:[.-]{_PART})*")
"""What people call a Secret: words and numbers, each by itself."""
_PLAINLY: Final = re.compile(
    r"[0-9a-fA-F]{24,}|(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/_-]{40,}={0,2}"
)
"""What is a key whatever it is called."""


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
        value = next((found[one] for one in _INNER if found[one]), "-")
        if not _NONE.search(value) and not found[0].endswith("EXAMPLE"):
            return _TOKENS[at][0]
    directive = _DIRECTIVE.match(line) if begin == 0 else None
    if directive is not None and not _NONE.search(directive[1]):
        return "what is named as a secret"
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
            what = in_cluster(option[1], option[2])
        elif _ASKING.fullmatch(word) and not following.startswith("-"):
            what = in_cluster(word.lstrip("-"), following)
        else:
            what = next((one.what for one in secrets_in(word)), "")
        if what:
            return what
    return ""


def in_cluster(name: str, value: str, *, least: int = 6) -> str:
    """As :func:`is_secret`; there, what is given may be a Secret's name: to pull by, or of TLS."""
    is_object = _OBJECT.search(name) is not None and _LABEL.fullmatch(value) is not None
    return "" if is_object else is_secret(name, value, least=least)


def _tells_of_one(name: str, value: str) -> bool:
    """Whether a variable says where a secret lies, or how long it is good.

    The id of a secret of AWS is its path; that of Vault's is a secret.
    """
    if _PLAINLY.fullmatch(value):
        return False
    if _ABOUT.search(name) or _ABOUT_IN_ONE.search(name):
        return True
    if name.endswith("Key") and not _KEYS_THEMSELVES.search(name) and _KEY_OF.fullmatch(value):
        return True
    return _ID.search(name) is not None and _PATH.fullmatch(value) is not None


def in_user_data(user_data: str) -> list[Secret]:
    """What looks like secrets in user data; of one with gaps only that there are some is known."""
    found = list(secrets_in(decoded(user_data)))
    if not found and isinstance(user_data, Torn):
        raise UnknownError(user_data.why)
    return found


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
