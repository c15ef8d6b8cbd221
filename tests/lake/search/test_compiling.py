"""DuckDB finds the rows that the query asks for, and nothing that is written changes what is asked.

Every query is also judged row by row in plain Python, and both agree.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lake.search import made

from ringwall.lake.search.compiling import condition, is_in_columns, is_not_in_columns
from ringwall.lake.search.fields import BY_COLUMN, BY_NAME, FIELDS, Field, Kind, field_named
from ringwall.lake.search.language import parse
from ringwall.lake.search.matching import matches
from ringwall.lake.search.moments import microseconds
from ringwall.lake.search.pruning import reach
from ringwall.lake.search.tree import (
    ANY,
    All,
    Either,
    Exists,
    InNetwork,
    Like,
    Node,
    Not,
    OneOf,
    Said,
    Span,
    Within,
)

AT = Span(0, 1)
HOSTILE = (
    "'",
    '"',
    "%",
    "_",
    "\\",
    "\\%",
    "%%",
    "a%b",
    "a_b",
    "\0",
    "x\0y",
    "' OR 1=1 --",
    "?",
    "$1",
    "*",
    "'; DROP TABLE rows; --",
    "\x1b[2J",
    "\u202e",
    "z" * 5000,
    "",
    " ",
    "\n",
    "{}",
    "ﬀ",
    "İ",
    "ß",
    "K",
    "Σας",
    "\\'",
    "é",
    "e\u0301",
    "\U0001f600",
    "NULL",
    "null",
    "true",
)
TEXTS = st.one_of(
    st.sampled_from(("ada", "Ada", "ADA", "eve", "/a/b", "/api/orders/7", *HOSTILE)),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),
    st.text(alphabet="aA%_\\*'b", max_size=5),
)
ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str).filter(lambda one: "." not in one),
    st.sampled_from(
        (
            "10.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.32.0.1",
            "::",
            "::1",
            "2001:db8::1",
            "1::",
            "10.x",
            "10.0.0.256",
            "010.0.0.1",
            "1:2",
            "::ffff:10.0.0.1",
            "fe80::1%eth0",
            "10.0.0.1.2",
            "g::",
        )
    ),
)
NETWORKS = st.one_of(
    st.sampled_from(
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "0.0.0.0/0",
            "10.0.0.1/32",
            "::/0",
            "::1/128",
            "2001:db8::/32",
            "2000::/3",
            "10.1.2.0/23",
        )
    ).map(ip_network),
    st.tuples(st.ip_addresses(v=4), st.integers(0, 32)).map(
        lambda pair: (
            ip_network((int(pair[0]), pair[1]), strict=False)
            if pair[0].version == 6
            else ip_network(f"{pair[0]}/{pair[1]}", strict=False)
        )
    ),
    st.tuples(st.ip_addresses(v=6), st.integers(0, 128)).map(
        lambda pair: ip_network(f"{pair[0]}/{pair[1]}", strict=False)
    ),
)
TEXT_FIELDS = [one for one in FIELDS if one.kind is Kind.TEXT]
NUMBER_FIELDS = [
    one for one in FIELDS if one.kind not in {Kind.TEXT, Kind.ADDRESS, Kind.TIME, Kind.RAW}
]
RAW_FIELDS = [
    one
    for one in map(field_named, ("a.b", "raw.a", "raw.n", "a.0", "a.c-d", "raw.A"))
    if one is not None
]
NUMBERS = st.one_of(
    st.integers(0, 6), st.integers(0, 1000), st.sampled_from((0, 99, 4002, 2**31 - 1))
)
MOMENTS = st.integers(-3 * 86_400, 3 * 86_400).map(lambda s: made.NOW + timedelta(seconds=s))

JSONS = st.one_of(
    st.none(),
    st.sampled_from(("", "no JSON", "[1]", "7", "{", '{"a":', "null")),
    st.fixed_dictionaries(
        {},
        optional={
            "a": st.one_of(
                TEXTS,
                st.integers(-5, 5),
                st.booleans(),
                st.none(),
                st.lists(TEXTS, max_size=2),
                st.fixed_dictionaries(
                    {}, optional={"b": st.one_of(TEXTS, st.integers(0, 9)), "c-d": TEXTS}
                ),
            ),
            "n": st.one_of(st.integers(-9, 9), st.sampled_from(("1", "x", "4"))),
        },
    ).map(lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)),
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    columns: dict[str, Any] = {"time": draw(MOMENTS)}
    for field in draw(st.lists(st.sampled_from(TEXT_FIELDS), max_size=6)):
        columns[field.column] = draw(TEXTS)
    for field in draw(st.lists(st.sampled_from(NUMBER_FIELDS), max_size=4)):
        columns[field.column] = draw(st.one_of(st.none(), NUMBERS))
    columns["src_ip"] = draw(st.one_of(st.none(), ADDRESSES))
    columns["kind"] = draw(st.sampled_from(("edge/1", "ocsf/1", None)))
    columns["raw"] = draw(JSONS)
    patch = draw(st.one_of(st.none(), JSONS))
    columns["personal"] = None if patch is None else f'{{"ada":{patch}}}'
    return made.row(**{**columns, "index": 0})


PATTERNS = st.lists(st.one_of(st.just(ANY), TEXTS.filter(bool)), min_size=1, max_size=4).map(tuple)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Exists, st.sampled_from([*FIELDS, *RAW_FIELDS]), st.just(AT)),
    st.builds(
        OneOf,
        st.sampled_from([*TEXT_FIELDS, *RAW_FIELDS]),
        st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
        st.just(AT),
    ),
    st.builds(
        OneOf,
        st.sampled_from(NUMBER_FIELDS),
        st.lists(NUMBERS, min_size=1, max_size=3).map(tuple),
        st.just(AT),
    ),
    st.builds(Like, st.sampled_from([*TEXT_FIELDS, *RAW_FIELDS]), PATTERNS, st.just(AT)),
    st.builds(InNetwork, st.just(BY_COLUMN["src_ip"]), NETWORKS, st.just(AT)),
    st.builds(Said, TEXTS.filter(bool).map(lambda one: (one,)), st.just(AT), st.booleans()),
    st.builds(
        Said,
        st.tuples(TEXTS.filter(bool), st.just(ANY), TEXTS.filter(bool)),
        st.just(AT),
    ),
    st.builds(
        lambda field, low, high: Within(field, low, high, AT),
        st.sampled_from(NUMBER_FIELDS),
        NUMBERS,
        st.one_of(st.none(), NUMBERS),
    ),
    st.builds(
        lambda low, high: Within(
            BY_COLUMN["time"], low and microseconds(low), microseconds(high), AT
        ),
        st.one_of(st.none(), MOMENTS),
        MOMENTS,
    ),
    st.builds(
        lambda field, low, high, shut, ends: Within(
            field, low, high, AT, low_open=shut, high_open=ends
        ),
        st.sampled_from(RAW_FIELDS),
        st.floats(-5, 5),
        st.one_of(st.none(), st.floats(-5, 5)),
        st.booleans(),
        st.booleans(),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner, st.just(AT)),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple), st.just(AT)),
        st.builds(Either, st.lists(inner, min_size=1, max_size=3).map(tuple), st.just(AT)),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    found = made.connection()
    yield found
    found.close()


def found(duck: duckdb.DuckDBPyConnection, tree: Node) -> list[int]:
    rows: list[int] = []
    for where, in_columns in ((is_in_columns(), True), (is_not_in_columns(), False)):
        asked = condition(tree, in_columns=in_columns)
        sql = f"SELECT index FROM rows WHERE {where.sql} AND {asked.sql}"
        rows += [one for (one,) in duck.execute(sql, [*where.values, *asked.values]).fetchall()]
    return sorted(rows)


@settings(max_examples=400)
@given(many=st.lists(rows(), min_size=1, max_size=6), trees=st.lists(TREES, min_size=4, max_size=8))
def test_duckdb_finds_what_plain_python_finds(
    duck: duckdb.DuckDBPyConnection, many: list[dict[str, Any]], trees: list[Node]
) -> None:
    many = [{**one, "index": number} for number, one in enumerate(many)]
    made.create(duck, many)
    for tree in trees:
        expected = [one["index"] for one in many if matches(tree, one)]
        assert found(duck, tree) == expected, tree
        within = reach(tree)
        for number in expected:
            at = microseconds(many[number]["time"])
            assert within.low is None or within.low <= at
            assert within.high is None or at <= within.high
            assert within.classes is None or many[number]["class_uid"] in within.classes


@given(tree=TREES, text=TEXTS.filter(bool))
def test_no_text_changes_the_shape_of_what_is_asked(tree: Node, text: str) -> None:
    assert condition(tree).sql == condition(_with(tree, text)).sql


def _with(tree: Node, text: str) -> Node:
    """The same tree with other texts in it."""
    match tree:
        case All(parts=parts) | Either(parts=parts):
            return replace(tree, parts=tuple(_with(one, text) for one in parts))
        case Not(part=part):
            return replace(tree, part=_with(part, text))
        case OneOf(values=values):
            return replace(tree, values=tuple(text if isinstance(v, str) else v for v in values))
        case Like(pattern=pattern) | Said(pattern=pattern):
            return replace(tree, pattern=tuple(p if p is ANY else text for p in pattern))
    return tree


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_written_is_found_and_nothing_else(
    duck: duckdb.DuckDBPyConnection, text: str
) -> None:
    other = "aXb" if text in {"a%b", "a_b"} else "other"
    made.create(duck, [made.row(0, path=text), made.row(1, path=other), made.row(2)])
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert found(duck, parse(f'path:"{quoted}"', now=made.NOW).tree) == [0]
    assert found(duck, parse(f'-path:"{quoted}"', now=made.NOW).tree) == [1, 2]
    if text.strip() and text not in {'"', "{}"}:
        starts = re.sub(r'([\\*"()\s])', r"\\\1", text)
        if not set('"()') & set(text) and not re.search(r"\s", text):
            assert 0 in found(duck, parse(f"path:{starts}*", now=made.NOW).tree)
            assert 1 not in found(duck, parse(f"path:{starts}*", now=made.NOW).tree)


def test_every_name_leads_to_a_column_that_the_table_has() -> None:
    assert {one.column for one in FIELDS} <= set(made.COLUMNS)
    assert set(made.COLUMNS) - {one.column for one in FIELDS} == {"day", "raw", "personal", "seals"}
    names = [name for one in FIELDS for name in one.names]
    assert len(names) == len(set(names))
    assert all(BY_NAME[name].says for name in names)


def test_no_field_of_the_raw_form_is_made_of_anything_but_letters_and_digits() -> None:
    for name in ('a."b', "a.b'", "a.$.b", "a..b", ".a", "a.b[0]", "a.*", "a. b", "a.b\0"):
        assert field_named(name) is None
    assert field_named("actor.user.uid") is BY_NAME["user"]
    assert field_named("http_request.user_agent") == Field(
        ("http_request.user_agent",),
        Kind.RAW,
        "in the raw form",
        path=("http_request", "user_agent"),
    )
