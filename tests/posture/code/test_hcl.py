"""HCL is read as Terraform reads it, and what is broken is told with its line."""

import json
import math
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.posture.code.hcl.parsing import parse, parse_expression
from ringwall.posture.code.hcl.trees import Literal
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.evaluating import evaluate
from ringwall.posture.code.terraform.types import _Nothing

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda one: one not in {"true", "false", "null", "for", "if", "in"}
)
NOT_ITS_OWN = NAMES.filter(lambda one: not one.startswith("__"))
"""Names but those that the other parser puts its own remarks under."""
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def written(value: Any) -> str:
    """A value in HCL."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + "\n".join(f"{key} = {written(one)}" for key, one in value.items()) + "}"
    return str(value).lower()


def value_of(text: str) -> Any:
    """What an expression comes to that names nothing."""
    return evaluate(parse_expression(text, "it.tf"), _Nothing())


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert value_of(written(value)) == value


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(NOT_ITS_OWN, st.integers(0, 99) | st.booleans(), min_size=1, max_size=4), NAMES
)
def test_it_reads_what_python_hcl2_reads(arguments: dict[str, Any], label: str) -> None:
    """The other parser is slow, and right."""
    inner = "\n".join(f"  {key} = {written(one)}" for key, one in arguments.items())
    text = f'resource "a" "{label}" {{\n{inner}\n}}\n'
    ours = parse(text, "it.tf").blocks[0]
    theirs = hcl2.loads(text)["resource"][0]
    body = next(iter(next(iter(theirs.values())).values()))
    told = {key: one for key, one in body.items() if not key.startswith("__")}
    values = {key: getattr(one.value, "value", None) for key, one in ours.body.arguments.items()}
    assert values == told
    assert ours.labels == ["a", label]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("!true || true", True),
        ("1 < 2 && 2 <= 2 ? 5 : 6", 5),
        ("-2 + 3", 1),
        ("7 % 4", 3),
        ("[for x in [1, 2, 3] : x * 2 if x > 1]", [4, 6]),
        ('{for k, v in {a = 1} : upper(k) => v}', {"A": 1}),
        ('{for x in ["a", "ab"] : substr(x, 0, 1) => x...}', {"a": ["a", "ab"]}),
        ("[{a = 1}, {a = 2}][*].a", [1, 2]),
        ("[{a = 1}].*.a", [1]),
        ("[[1, 2]][0][1]", 2),
        ('"a${1 + 1}b$${c}"', "a2b${c}"),
        ('"%{ if true }yes%{ else }no%{ endif }"', "yes"),
        ('"%{ for x in [1, 2] ~} ${x}%{ endfor }"', "12"),
        ("<<-E\n    a\n      b\n    E", "a\n  b\n"),
        ("<<E\na ${1}\nE", "a 1\n"),
        ('merge({a = 1}, {b = 2})', {"a": 1, "b": 2}),
        ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"),
        ('cidrhost("10.0.0.0/24", 5)', "10.0.0.5"),
        ('format("%s-%03d", "a", 7)', "a-007"),
        ('jsonencode({a = [1, "b", true, null]})', '{"a":[1,"b",true,null]}'),
        ('lookup({a = 1}, "b", 2)', 2),
        ('try({}.a, "none")', "none"),
        ('can([][0])', False),
        ('toset(["b", "a", "b"])', ["a", "b"]),
        ('flatten([[1], [[2]]])', [1, 2]),
        ('coalesce(null, "", "x")', "x"),
        ('replace("a.b", "/\\\\./", "-")', "a-b"),
        ('max([1, 5, 2]...)', 5),
        ("1 == \"1\"", False),
        ("null == null", True),
        ("/* a\n b */ 1 # c", 1),
    ],
)  # fmt: skip
def test_expressions(text: str, value: Any) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('a = "x', 1, "closed"),
        ("a = 1\nb = [1, 2\n", 2, "never closed"),
        ("a {\n  b = 1\n", 1, "never closed"),
        ("a = 1\n}\n", 2, "closes nothing"),
        ("a = (1]\n", 1, "closes the"),
        ("a = 1\na = 2\n", 2, "set before, in line 1"),
        ("a = <<E\nb\n", 1, "no line is only E"),
        ("a = 1 b = 2\n", 1, "end of the line"),
        ("\n\na = ?\n", 3, "a value"),
        ('a = "${1"\n', 1, "not closed"),
        ('a = "%{ if true }b"\n', 1, "endif"),
        ('a = "\\x"\n', 1, "escape"),
        ("a = " + "[" * 500, 1, "deep"),
        ("a {\n" * 500, 151, "deep"),
        ("a = `\n", 1, "no meaning"),
    ],
)
def test_what_is_broken_is_told_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(CodeError, match=why) as error:
        parse(text, "it.tf")
    assert error.value.line == line


@given(st.text(st.sampled_from('ab1 \n"${}%[]()=<>.,:?!#/*~-EOT'), max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    told: CodeError | None = None
    try:
        parse(text, "it.tf")
    except CodeError as error:
        told = error
    assert told is None or 1 <= told.line <= text.count("\n") + 2


def test_blocks_and_arguments_know_their_lines() -> None:
    body = parse('\nresource "a" "b" {\n  c = <<E\nx\nE\n  d {\n    e = 1\n  }\n}\n', "it.tf")
    block = body.blocks[0]
    assert (block.line, block.end) == (2, 9)
    assert block.body.arguments["c"].line == 3
    assert block.body.blocks[0].line == 6
    assert block.body.blocks[0].body.arguments["e"].line == 7
    assert isinstance(block.body.blocks[0].body.arguments["e"].value, Literal)
    assert math.isclose(value_of("1.5"), 1.5)
