"""YAML mistakes in words: what the parser stumbled over, and how to write it instead."""

import re
from typing import Final

_SENTENCES: Final = (
    (
        r"mapping values are not allowed",
        "a colon stands where no key can be: check the indentation, or put the text in quotes",
    ),
    (
        r"sequence entries are not allowed",
        "a list cannot begin here: start it on its own line, each item with a dash",
    ),
    (r"expected '-' indicator", "this is not in line with the list above it"),
    (r"block collection.*expected <block end>", "this is not in line with the list above it"),
    (
        r"did not find expected key|expected <block end>",
        "this fits neither the key above it nor its value: check the indentation and the quotes",
    ),
    (r"could not find expected ':'", "a key is followed by a colon and a space, as in key: value"),
    (r"expected ',' or ']'", "a list that begins with [ wants a comma or a closing ]"),
    (r"expected ',' or '}'", "a mapping that begins with { wants a comma or a closing }"),
    (r"quoted scalar.*(end of stream|document)", "a quotation mark is opened and never closed"),
    (r"expected (the )?node content", "a value is missing here"),
    (
        r"unknown escape character|escape sequence|Unicode character escape",
        'this is not an escape YAML knows: in double quotes write a backslash as "\\\\"',
    ),
    (
        r"undefined tag handle|scanning a tag",
        "tags (words that begin with !) are not used here: remove it, or use quotes",
    ),
    (
        r"expected '?<document start>",
        "nothing may follow the end of the document: remove the line with ... or ---",
    ),
    (r"incompatible YAML document", "remove the %YAML line: the file is read as YAML 1.2"),
    (r"directive", "lines that begin with % are not used here: remove it, or use quotes"),
    (
        r"scanning a block scalar",
        "after | or > the line ends: the text begins on the next line, indented",
    ),
)


def points_back(context: str, problem: str, rest: str) -> bool:
    """Whether the mistake is where the construct began, not where the parser gave up."""
    if re.search(r"scanning an? (alias|anchor)", context):
        return True
    is_open = bool(re.search("flow (sequence|mapping)", context)) and not rest.strip()
    return is_open or bool(re.search(r"quoted scalar.*(end of stream|document)", context + problem))


def sentence(*, context: str, problem: str, rest: str) -> str:
    """Return what is wrong and how to mend it.

    ``context`` and ``problem`` are the parser's own words, ``rest`` the text from the mistake on.
    """
    if "flow" in context and not rest.strip():
        return "a bracket is opened and never closed"
    if "tab character" in problem or rest.startswith("\t"):
        return "a tab cannot indent YAML: use spaces"
    word = re.split(r"[\s,\]}]", rest, maxsplit=1)[0][:40] if rest else ""
    if re.search(r"scanning an? (alias|anchor)", context):
        mark = "*" if "alias" in context else "&"
        return f"text that begins with {mark} needs quotes"
    if "cannot start any token" in problem:
        return (
            f"text that begins with {word[:1]} needs quotes" if word else "text needs quotes here"
        )
    for pattern, words in _SENTENCES:
        if words and re.search(pattern, f"{context} {problem}"):
            return words
    return f"this is not YAML: {problem}"
