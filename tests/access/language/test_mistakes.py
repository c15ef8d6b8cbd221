"""What is said of texts that are no policies: each mistake at its place, and how to mend it."""

from pathlib import Path

import pytest
from tests.access.language.marking import marked

from ringwall.access.language.expressions import DEEPEST
from ringwall.access.language.mistakes import PolicySyntaxError
from ringwall.access.language.parser import HIGHEST, MOST_MISTAKES, parse
from ringwall.runtime.configuration.problems import Problem
from ringwall.runtime.configuration.rendering import plain

FILE = Path("policies/orders.cedar")
HEAD = "permit (principal, action, resource)"


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicySyntaxError) as caught:
        parse(text, FILE)
    return caught.value.problems


def _check(text: str, message: str, mend: str | None) -> None:
    text, [(line, column)] = marked(text)
    (problem,) = _problems(text)
    assert problem.message == message
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (line, column)
    assert problem.excerpt is not None
    assert "".join(problem.excerpt) == text.split("\n")[line - 1]
    assert mend in {problem.nearest, problem.allowed}


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        # The frame.
        (f"{HEAD[:-1]}\u00a6;", '";" cannot stand here', "), or one of == in is"),
        (f"{HEAD}\u00a6", "a policy ends with a semicolon: it is missing here", ";"),
        (f"\u00a6premit{HEAD[6:]};", '"premit" cannot stand here', "permit"),
        (f"\u00a6allow{HEAD[6:]};", '"allow" cannot stand here', None),
        (f"{HEAD} \u00a6wen {{ true }};", '"wen" cannot stand here', "when"),
        (f"{HEAD} \u00a6if {{ true }};", '"if" cannot stand here', None),
        (f"{HEAD} when {{ \u00a6}};", "when is empty", "a condition, or no when at all"),
        (f"{HEAD} when \u00a6true;", '"true" cannot stand here', "when { ... }"),
        (f"{HEAD} when {{ true \u00a6;", '";" cannot stand here', "} or an operator"),
        (f"\u00a6# note\n{HEAD};", "a comment begins with //", "//"),
        (f"\u00a6/* note */ {HEAD};", '"/" cannot stand here', None),
        # Annotations.
        (
            f'@id \u00a6"a" {HEAD};',
            "the value of @id stands in parentheses",
            '@id("a")',
        ),
        (f"@id(\u00a6a) {HEAD};", '"a" cannot stand here', None),
        (f"@id(\u00a6'a') {HEAD};", 'strings stand in straight double quotes: "', '"'),
        (f'@id("a") \u00a6@id("b") {HEAD};', "@id stands twice on this policy", None),
        # The head.
        (
            "permit (principal, action\u00a6);",
            "resource is missing: a policy begins with (principal, action, resource)",
            ", resource",
        ),
        (
            "permit (\u00a6resource, action, principal);",
            "a policy begins with (principal, action, resource), in this order",
            "principal",
        ),
        ("permit (\u00a6pricipal, action, resource);", '"pricipal" cannot stand here', "principal"),
        (
            'permit (principal \u00a6= User::"a", action, resource);',
            "a single = compares nothing",
            "==",
        ),
        (
            'permit (principal == \u00a6"ada", action, resource);',
            'the string "ada" names no entity: its type is missing',
            'such as Role::"ada"',
        ),
        (
            "permit (principal == \u00a6User, action, resource);",
            '"User" is a type, not an entity',
            'such as User::"..."',
        ),
        (
            'permit (principal == User\u00a6:"ada", action, resource);',
            "an entity is written with ::, not :",
            'User::"ada"',
        ),
        (
            'permit (principal == User\u00a6."ada", action, resource);',
            "an entity is written with ::, not .",
            'User::"ada"',
        ),
        (
            'permit (principal is \u00a6"User", action, resource);',
            "a type is written without quotes",
            "the name of a type, such as User",
        ),
        (
            'permit (principal is \u00a6User::"a", action, resource);',
            'User::"a" is an entity: "is" asks for a type',
            "is User, or == for an entity",
        ),
        (
            'permit (principal in Role::"a" \u00a6is User, action, resource);',
            "is stands before in",
            'principal is User in Role::"support"',
        ),
        (
            "permit (principal\u00a6: User, action, resource);",
            "a type is asked by is, not by a colon",
            "principal is User",
        ),
        (
            'permit (principal in \u00a6[Role::"a", Role::"b"], action, resource);',
            "principal in takes one entity here, not a list",
            "when { principal in [...] }, or a policy for each",
        ),
        (
            'permit (principal in Role::"a" \u00a6|| principal in Role::"b", action, resource);',
            "|| belongs into the braces of when: a head takes only ==, in and is",
            "when { ... } after the head",
        ),
        (
            "permit (principal == \u00a6?principal, action, resource);",
            "?principal makes this a template: write a policy for each",
            'such as Role::"support"',
        ),
        (
            'permit (principal, action == \u00a6"read", resource);',
            '"read" names no action: its type is missing',
            'Action::"read"',
        ),
        (
            'permit (principal, action == \u00a6Actoin::"read", resource);',
            "Actoin is no type of actions",
            'Action::"read"',
        ),
        (
            'permit (principal, action == \u00a6[Action::"read"], resource);',
            "== takes one action, not a list",
            "action in [...]",
        ),
        (
            "permit (principal, action \u00a6is Action, resource);",
            "actions are all of one type: is asks nothing of them",
            "== or in",
        ),
    ],
)
def test_frames_and_heads(text: str, message: str, mend: str | None) -> None:
    _check(text, message, mend)


@pytest.mark.parametrize(
    ("body", "message", "mend"),
    [
        # Words of other languages.
        ("context.a \u00a6= 1", "a single = compares nothing", "=="),
        ("context.a == 1 \u00a6and true", '"and" is written &&', "&&"),
        ("context.a == 1 \u00a6or true", '"or" is written ||', "||"),
        ("context.a == 1 \u00a6& true", "a single & joins nothing", "&&"),
        ("\u00a6not context.a", '"not" is written !', "!"),
        ("context.a == \u00a6True", '"True" is written in small letters', "true"),
        (
            "context.a == \u00a6null",
            'there is no "null": whether there is a value is asked by "has"',
            "such as principal has tenant",
        ),
        (
            "context.a == \u00a6'x'",
            'strings stand in straight double quotes: "',
            '"',
        ),
        (
            "context.a == \u00a6\u201cx\u201d",
            'strings stand in straight double quotes: "',
            '"',
        ),
        ("context.a \u00a6<> 1", None, None),
        (
            "context.a == 1.\u00a65",
            "numbers are whole",
            'decimal("1.5") for 1.5',
        ),
        (
            "context.a \u00a6/ 2 == 1",
            "there is no /: numbers are only added, subtracted and multiplied",
            None,
        ),
        # Operators.
        (
            "1 < context.a \u00a6< 3",
            "< cannot follow another comparison",
            "parentheses around one of them, or && between two",
        ),
        ("\u00a6!!!!!context.a", "5 ! in a row: at most 4 can be read", None),
        (
            "context.a && \u00a6if true then true else false",
            "an if within a larger expression needs parentheses around it",
            "(if ... then ... else ...)",
        ),
        ("if true \u00a6than true else false", '"than" cannot stand here', "then"),
        ("if true then true\u00a6", '"}" cannot stand here', "else, or an operator"),
        ("principal has \u00a6(tenant)", '"(" cannot stand here', None),
        (
            "principal has \u00a6in",
            '"in" is a word of the language and names nothing',
            'has "in"',
        ),
        (
            "context.\u00a6if",
            '"if" is a word of the language and names nothing',
            '["if"] instead of the dot',
        ),
        ("principal is \u00a6[User]", '"[" cannot stand here', None),
        ("context.a like \u00a6principal", '"principal" cannot stand here', None),
        (
            "context.a == 1 \u00a6context.b == 2",
            '"context" cannot stand here',
            "} or an operator",
        ),
        # Values.
        ("\u00a6pricipal.id == 1", 'there is no value "pricipal"', "principal"),
        ("\u00a6support == 1", 'there is no value "support"', None),
        (
            "context.a == \u00a69223372036854775808",
            "the number 9223372036854775808 is too large",
            "-9223372036854775808 to 9223372036854775807",
        ),
        ("[1, 2\u00a6", '"}" cannot stand here', "], a comma or an operator"),
        ('{a: 1, \u00a6"a": 2} == {}', '"a" stands twice in this record', None),
        ("context[\u00a6a]", '"a" cannot stand here', "the name of an attribute in quotes"),
        # Functions.
        ("\u00a6ipp(1)", 'there is no function "ipp"', "ip"),
        ("\u00a6decmal(1)", 'there is no function "decmal"', "decimal"),
        ("\u00a6unknown(1)", 'there is no function "unknown"', None),
        (
            "\u00a6isInRange(1)",
            "isInRange is a method: it is asked of a value",
            "such as context.address.isInRange(...)",
        ),
        ("context.a.\u00a6isinrange(1)", 'there is no method "isinrange"', "isInRange"),
        (
            "context.a.\u00a6ip(1)",
            "ip is a function: it is not asked of a value",
            "ip(...)",
        ),
        (
            "context.a.\u00a6contains(1, 2)",
            "contains takes one value in its parentheses, not 2",
            None,
        ),
        (
            "context.a.\u00a6isEmpty(1)",
            "isEmpty takes no value in its parentheses, not 1",
            None,
        ),
        (
            "(context.a)\u00a6(1)",
            "only functions can be called, by their names",
            "ip(...), decimal(...), datetime(...) or duration(...)",
        ),
        # Strings.
        (
            r'context.a == "C:\u00a6\Users"'.replace(r"\u00a6", "\u00a6"),
            r"there is no escape \U",
            r"""\n, \r, \t, \0, \\, \', \", \x41 or \u{41}; for a backslash as such: \\""",
        ),
        (
            'context.a == "x\u00a6\\*"',
            r"\* stands for a star in the pattern of a like; elsewhere a star is just *",
            "*",
        ),
        (
            'context.a == "\u00a6\\u0041"',
            r"\u is followed by one to six hexadecimal digits in braces",
            r"such as \u{e9}",
        ),
        (
            'context.a == "\u00a6\\u{d800}"',
            "there is no character with the code d800",
            r"\u{0} to \u{10ffff}",
        ),
        (
            'context.a == "\u00a6\\xff"',
            r"\x is followed by two digits, and not by more than 7f",
            r"\x00 to \x7f, else \u{...}",
        ),
    ],
)
def test_conditions(body: str, message: str | None, mend: str | None) -> None:
    if message is None:
        message, mend = '">" cannot stand here', None
        body = body.replace("\u00a6<>", "<\u00a6>")
    _check(f"{HEAD}\nwhen {{ {body}}};", message, mend)


def _told(text: str) -> list[str]:
    text, places = marked(text)
    problems = _problems(text)
    found = [(one.place.line, one.place.column) for one in problems if one.place]
    assert found == places
    return [problem.message for problem in problems]


def test_all_mistakes_are_told_at_once() -> None:
    text = f"""\
@id("one") {HEAD} when {{ 1 \u00a6= 1 }};
@id("two") {HEAD};
@id("three") {HEAD} when {{ context.a \u00a6and context.b }}
@id("four") {HEAD}\u00a6
@id("five") forbid (principal, \u00a6actoin, resource) unless {{ ) }};
@id("six") {HEAD} when {{ true }};
"""
    assert _told(text) == [
        "a single = compares nothing",
        '"and" is written &&',
        "a policy ends with a semicolon: it is missing here",
        '"actoin" cannot stand here',
    ]


def test_string_that_is_not_closed_spoils_one_policy_only() -> None:
    text = f"""\
@id("one")
permit (principal in Role::\u00a6"support, action, resource);
@id("two") {HEAD};
@id("three") permit (principal in Role::support\u00a6", action, resource);
@id("four") {HEAD};
"""
    assert _told(text) == ["this string is not closed in its line"] * 2


def test_text_of_several_lines_is_no_mistake() -> None:
    (policy,) = parse(f'@description("one\ntwo")\n{HEAD};', FILE)
    assert policy.annotations == {"description": "one\ntwo"}


def test_excerpt_is_shown_with_a_caret() -> None:
    (problem,) = _problems("permit (\n  principal,\n  action = 1,\n  resource\n);")
    assert plain(problem) == (
        "policies/orders.cedar:3:10: error: a single = compares nothing\n"
        "  3 |   action = 1,\n"
        "    |          ^\n"
        '  did you mean "=="?'
    )


@pytest.mark.parametrize("opened", ["(", "[", "{a: ", "!(", "ip(", "if ", "if true then "])
def test_nesting_has_a_bound(opened: str) -> None:
    (problem,) = _problems(f"{HEAD} when {{ {opened * 50_000} }};")
    expected = f"more than {DEEPEST} parentheses, lists and ifs stand in each other here"
    assert problem.message == expected


@pytest.mark.parametrize(("before", "after"), [("1", " + 1"), ("true", " || true"), ("1", ".a")])
def test_height_has_a_bound(before: str, after: str) -> None:
    parse(f"{HEAD} when {{ {before}{after * HIGHEST} }};", FILE)
    (problem,) = _problems(f"{HEAD} when {{ {before}{after * (HIGHEST + 1)} }};")
    expected = f"more than {HIGHEST} operators are applied one after the other here"
    assert problem.message == expected


def test_not_all_of_many_mistakes_are_told() -> None:
    assert len(_problems("permit;" * 1000)) == MOST_MISTAKES


def test_number_of_a_million_digits_is_refused_at_once() -> None:
    (problem,) = _problems(f"{HEAD} when {{ {'9' * 1_000_000} == 1 }};")
    assert problem.message == f"the number {'9' * 32} is too large"
