"""Characters that show something else than they are, which a policy may not hold.

Two policies that look the same must be the same: what is invisible, turns the direction of text,
or looks like another character is refused where it could mislead who reads it. Somebody who means
such a character in a string writes its code, which can be seen.
"""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import category, is_normalized, name, normalize

from ringwall.access.language.mistakes import QUOTES, MistakeError
from ringwall.access.language.tokens import tokens

PROSE: Final = frozenset({"description", "advice"})
"""Annotations that people write sentences in: there only words may not mix scripts."""
_SUSPECT: Final = re.compile(r"[^\t\n\r -~]")
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_HIDDEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_COMMENT: Final = re.compile(r"//[^\n\r]*")
_WORD: Final = re.compile(r"\w+")
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Scripts that are written together (Unicode Technical Standard 39, section 5.2)."""


def _table() -> dict[str, str]:
    alike = {
        "a": "\u0430\u03b1\u0251",
        "c": "\u0441\u03f2",
        "d": "\u0501",
        "e": "\u0435\u04bd",
        "g": "\u0261\u0581",
        "h": "\u04bb\u0570",
        "i": "\u0456\u03b9\u0131\u0269",
        "j": "\u0458\u03f3",
        "k": "\u03ba\u043a",
        "l": "\u04cf\u2113\ua781\u01c0",
        "m": "\u043c",
        "n": "\u0578\u03b7",
        "o": "\u043e\u03bf\u0585\u0ed0\u0c66",
        "p": "\u0440\u03c1",
        "q": "\u051b\u0566",
        "r": "\u0433",
        "s": "\u0455\ua731",
        "t": "\u0442\u03c4",
        "u": "\u03c5\u057d\u028b",
        "v": "\u0475\u03bd",
        "w": "\u051d\u0461",
        "x": "\u0445\u03c7",
        "y": "\u0443\u03b3\u04af",
        "A": "\u0410\u0391\u13aa",
        "B": "\u0412\u0392\u13f4",
        "C": "\u0421\u13df",
        "E": "\u0415\u0395\u13ac",
        "G": "\u050c\u13c0",
        "H": "\u041d\u0397\u13bb",
        "I": "\u0406\u0399\u04c0",
        "J": "\u0408\u13ab",
        "K": "\u041a\u039a\u13e6",
        "L": "\u13de",
        "M": "\u041c\u039c\u13b7",
        "N": "\u039d",
        "O": "\u041e\u039f\u0555",
        "P": "\u0420\u03a1\u13e2",
        "Q": "\u051a",
        "R": "\u13a1",
        "S": "\u0405\u13da\u054f",
        "T": "\u0422\u03a4\u13a2",
        "U": "\u054d",
        "V": "\u0474\u13d9",
        "W": "\u051c\u13b3",
        "X": "\u0425\u03a7",
        "Y": "\u0423\u03a5\u04ae",
        "Z": "\u0396\u13c3",
        "3": "\u0437\u0417",
        "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\ufe63",
        "/": "\u2044\u2215\u29f8",
        ":": "\u2236\ua789\u02d0\u0589\u05c3",
        ".": "\u2024\u0701\u06d4",
        "*": "\u2217\u204e\u066d",
        "'": "\u2018\u2019\u02bc\u02b9\u2032",
        '"': "\u201c\u201d\u2033",
        "!": "\u01c3",
        "|": "\u2223\u05c0",
        "~": "\u223c\u02dc",
        "<": "\u2039",
        ">": "\u203a",
        "@": "\ufe6b",
    }
    return {character: ascii_ for ascii_, found in alike.items() for character in found}


_ALIKE: Final = _table()


def misleading(text: str) -> Iterator[MistakeError]:
    """Say of each word, comment and blank of a file what misleads in it, one thing for each."""
    if not _SUSPECT.search(text):
        return
    found, at = tokens(text), 0
    said = ""
    for index, word in enumerate(found.words):
        start, end = found.starts[index], found.ends[index]
        yield from _in_blank(text, at, start)
        if word[:1] == '"' and len(word) > 1:
            before = found.words[index - 2 : index] if index > 1 else []
            is_prose = before == [said, "("] and said in PROSE
            yield from _in_string(word, start, is_prose=is_prose)
        elif not word.isascii() and word not in QUOTES:
            yield _outside(word, start)
        said = word if index and found.words[index - 1] == "@" else said
        at = end


def look_alike(character: str) -> str | None:
    """The ASCII character that one looks like, if one."""
    if character.isascii():
        return None
    plain = normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii():
        return plain
    return _ALIKE.get(character)


def _is_hidden(character: str) -> bool:
    is_control = category(character) in _HIDDEN_CATEGORIES and character not in "\t\n\r"
    return is_control or _HIDDEN.match(character) is not None


def _in_blank(text: str, start: int, end: int) -> Iterator[MistakeError]:
    if not _SUSPECT.search(text, start, end):
        return
    comments = [match.span() for match in _COMMENT.finditer(text, start, end)]
    for match in _SUSPECT.finditer(text, start, end):
        at = match.start()
        if _is_hidden(match[0]):
            yield _hidden(match[0], at)
            return
        if not any(first <= at < last for first, last in comments):
            yield _outside(match[0], at)
            return


def _in_string(word: str, start: int, *, is_prose: bool) -> Iterator[MistakeError]:
    if not _SUSPECT.search(word):
        return
    for match in _SUSPECT.finditer(word):
        if _is_hidden(match[0]):
            yield _hidden(match[0], start + match.start())
            return
    if not is_normalized("NFC", word):
        at = next(i for i in range(1, len(word) + 1) if not is_normalized("NFC", word[:i])) - 1
        message = f"{_named(word[at])} is not in Unicode's usual form, NFC: others look the same"
        meant = normalize("NFC", word)
        # A mark is shown on what it follows.
        at -= category(word[at]) == "Mn"
        yield MistakeError(message, start + at, value=word[at : at + 1], nearest=meant[1:-1])
        return
    pieces = [match.span() for match in _WORD.finditer(word)] if is_prose else [(0, len(word))]
    for first, last in pieces:
        wrong = _mixed(word[first:last]) if is_prose else _alike(word) or _mixed(word)
        if wrong is not None:
            yield _looks_alike(word, first + wrong, start)
            return


def _mixed(word: str) -> int | None:
    """Where a character of another script stands than the others, if one does."""
    scripts = [_script(character) for character in word]
    present = frozenset(script for script in scripts if script)
    if len(present) < 2 or any(present <= together for together in _TOGETHER):
        return None
    usual = "LATIN" if "LATIN" in present else next(script for script in scripts if script)
    return next(at for at, script in enumerate(scripts) if script and script != usual)


def _alike(word: str) -> int | None:
    """Where a character stands that looks like ASCII, in a word that looks like ASCII whole."""
    alike = [at for at, character in enumerate(word) if look_alike(character)]
    if not alike:
        return None
    marks = [at for at in alike if not word[at].isalpha()]
    if marks:
        return marks[0]
    is_all = all(c.isascii() or look_alike(c) for c in word)
    return alike[0] if is_all else None


def _script(character: str) -> str | None:
    if character.isascii():
        return "LATIN" if character.isalpha() else None
    if category(character)[0] != "L" and category(character) != "Nd":
        return None
    return name(character, "").replace("-", " ").partition(" ")[0] or None


def _named(character: str) -> str:
    shown = (
        character if character.isprintable() and category(character) != "Mn" else "this character"
    )
    return f"{shown} (U+{ord(character):04X}, {name(character, 'unnamed').lower()})"


def _outside(character: str, at: int) -> MistakeError:
    if _is_hidden(character):
        return _hidden(character, at)
    message = f"{_named(character)} can stand only in strings and comments"
    return MistakeError(message, at, value=character, nearest=look_alike(character))


def _hidden(character: str, at: int) -> MistakeError:
    code = f"U+{ord(character):04X}"
    known = name(character, "a control character").lower()
    message = f"{code} ({known}) cannot be seen here, and could hide what a policy says"
    hint = f"nothing, or \\u{{{ord(character):x}}} in a string"
    return MistakeError(message, at, allowed=hint)


def _looks_alike(word: str, at: int, start: int) -> MistakeError:
    character = word[at]
    seen = look_alike(character)
    looks = f"looks like {seen} and is another character" if seen else "is of another script"
    hint = f"\\u{{{ord(character):x}}} where it is meant"
    if seen:
        hint = f"{seen}, or {hint}"
    return MistakeError(f"{_named(character)} {looks}", start + at, value=character, allowed=hint)
