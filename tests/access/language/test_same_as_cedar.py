"""Our parser reads what Cedar reads, as Cedar reads it, and refuses what Cedar refuses."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.access.language import cedar, writing

from ringwall.access.language.mistakes import PolicySyntaxError
from ringwall.access.language.parser import parse
from ringwall.access.language.syntax import Binary, Expression, Has, Policy, RecordOf
from ringwall.access.language.tokens import tokens
from ringwall.access.language.walking import walk

HEAD = "permit (principal, action, resource)"
_WORDS = [
    *("permit", "forbid", "when", "unless", "principal", "action", "resource", "context"),
    *("if", "then", "else", "true", "false", "has", "like", "is", "in", "ip", "contains"),
    *("==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "-", "+", "*", "/", "%", "=", "&", "|"),
    *(".", ",", ";", ":", "::", "(", ")", "[", "]", "{", "}", "@", "@id", "?principal", "?x"),
    *('"', '"a"', '"\\*"', '"\\x2a"', '"\\u{2a}"', '"\\u{1__0_}"', '"\\q"', '"\\x80"', "'"),
    *("0", "007", "9223372036854775808", "99999999999999999999999", "a", "__cedar", "User"),
    *('Action::"a"', 'Role::"b"', "\u00e9", "\ufeff", "//", "// x\n", "\x1c", "\x0b", "\u2028"),
    *("\r", "\n", "\0", "\\", "\u0663", "isInRange", "isEmpty", "User::{a:1}", "{a:1,a:2}"),
]


def _verdicts(text: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What our parser and Cedar make of a text; ``None`` where refused."""
    try:
        ours: dict[str, Any] | None = cedar.ours(text)
    except PolicySyntaxError as error:
        ours = None if all(problem.place for problem in error.problems) else {}
    try:
        theirs: dict[str, Any] | None = cedar.theirs(text)
    except ValueError:
        theirs = None
    return ours, theirs


@given(st.lists(st.tuples(writing.policies, writing.layouts), max_size=3))
def test_generated_policies_are_read_as_cedar_reads_them(
    made: list[tuple[Policy, list[str]]],
) -> None:
    text = "\n".join(writing.written(policy, layout) for policy, layout in made)
    read = cedar.ours(text)
    assert read == cedar.theirs(text)
    meant = cedar.as_json(policy for policy, _ in made)
    for name in read:
        # What a bare annotation says is not told apart in a made-up policy.
        assert read[name] | {"annotations": {}} == meant[name] | {"annotations": {}}


@given(writing.expressions, writing.layouts)
def test_every_part_stands_where_it_says(made: Expression, layout: list[str]) -> None:
    blanks = " ".join(layout)
    words = " ".join(writing.tokens(made, 0))
    text = f"{blanks}\n{HEAD} when {{ {words} }};"
    (policy,) = parse(text, cedar.FILE)
    assert text[policy.at.start : policy.at.end] == policy.text
    in_paths: set[int] = set()
    for part in walk(policy.conditions[0].body):
        if isinstance(part, Binary) and isinstance(part.right, Has) and part.right.at == part.at:
            in_paths |= {id(part.right), id(part.right.of)}
        if id(part) in in_paths:
            continue  # The text of "a has b.c" holds neither "a.b has c" nor "a.b".
        written = text[part.at.start : part.at.end]
        (alone,) = parse(f"{HEAD} when {{ {written} }};", cedar.FILE)
        assert _shape(alone.conditions[0].body) == _shape(part)


def _shape(of: Expression) -> list[str]:
    """The nodes of an expression in order, without their places."""
    found = []
    for part in walk(of):
        facts = [
            value
            for name in part.__dataclass_fields__
            if isinstance(value := getattr(part, name), str | int | bool)
        ]
        names = [name for name, _ in part.entries] if isinstance(part, RecordOf) else []
        found.append(f"{type(part).__name__} {facts} {names}")
    return found


@given(st.lists(st.sampled_from(_WORDS), max_size=12), st.booleans())
def test_words_at_random_are_judged_as_cedar_judges_them(words: list[str], within: bool) -> None:
    text = " ".join(words)
    ours, theirs = _verdicts(f"{HEAD} when {{ {text} }};" if within else text)
    assert ours == theirs


@given(writing.policies, writing.layouts, st.data())
def test_changed_policies_are_judged_as_cedar_judges_them(
    made: Policy, layout: list[str], data: st.DataObject
) -> None:
    words = list(writing.words(made))
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(words) - 1))
        put = data.draw(st.lists(st.sampled_from([*_WORDS, *words[:5]]), max_size=2))
        words[at : at + data.draw(st.integers(0, 2))] = put
        words = words or [";"]
    blank = next((one for one in layout if one.strip(" ") == ""), " ") or " "
    ours, theirs = _verdicts(blank.join(words))
    assert ours == theirs


@given(writing.policies, st.data())
def test_changed_characters_are_judged_as_cedar_judges_them(
    made: Policy, data: st.DataObject
) -> None:
    text = writing.written(made, [" "])
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.text(st.sampled_from('"\\ \n/*.:;(){}[]@a1=&|!-\u00e9'), max_size=2))
    changed = text[:at] + put + text[at + data.draw(st.integers(0, 2)) :]
    ours, theirs = _verdicts(changed)
    assert ours == theirs


@given(st.text(max_size=30))
def test_any_text_is_split_into_words_without_a_gap(text: str) -> None:
    found = tokens(text)
    at = 0
    for word, start, end in zip(found.words, found.starts, found.ends, strict=True):
        skipped = text[at:start]
        assert text[start:end] == word
        assert not skipped.strip() or "//" in skipped
        at = end
    assert found.words[-1] == ""
    assert at == len(text)
