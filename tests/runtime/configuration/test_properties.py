"""Whatever is in a file: it loads, or it is refused with places and words; nothing else happens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.configuration.sample import (
    GOOD,
    SECTIONS,
    Account,
    Acme,
    Edge,
    File,
    Local,
    Retries,
    Route,
    Service,
    Settings,
    Tls,
    problems_of,
)

from ringwall.runtime.configuration import (
    Address,
    Configuration,
    ConfigurationError,
    Secret,
    Shape,
    load_sources,
    load_text,
    scalars,
)
from ringwall.runtime.configuration.differences import differences
from ringwall.runtime.configuration.documents import PureParser, parse
from ringwall.runtime.configuration.nodes import MappingNode, Node, SequenceNode, content
from ringwall.runtime.configuration.rendering import plain, to_json

TAGS = {bool: "bool", int: "int", float: "float", type(None): "null", str: "str"}
BREAKS = "\x85\u2028\u2029"  # PyYAML writes them raw, where they are line breaks
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=BREAKS), max_size=20)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
HOSTS = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,10}", fullmatch=True)
SECONDS = st.integers(1, 10**8).map(lambda ms: ms / 1000)
ADDRESSES = st.one_of(
    st.builds(lambda port: Address(host="127.0.0.1", port=port), st.integers(1, 65535)),
    st.builds(lambda port: Address(host="::1", port=port), st.integers(1, 65535)),
    NAMES.map(lambda name: Address(path=f"{name}.sock")),
)


class CoreDumper(yaml.SafeDumper):
    """Writes YAML in which only what YAML 1.2 would misread is quoted."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not yaml.ScalarNode:
            return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        if implicit[0] and value == "<<":
            return "tag:yaml.org,2002:merge"
        meant = scalars.resolve(value) if implicit[0] else ""
        return f"tag:yaml.org,2002:{TAGS[type(meant)]}"


def dump(data: object, **style: Any) -> str:
    return str(yaml.dump(data, Dumper=CoreDumper, allow_unicode=True, sort_keys=False, **style))


def invariant(sources: list[tuple[Path, bytes]]) -> Configuration | None:
    """Load, or be refused with problems that have places and can be shown."""
    try:
        return load_sources(sources, SECTIONS, root=Path("/"))
    except ConfigurationError as error:
        problems = error.problems
    order = [name for name, _ in sources]
    places = []
    for problem in problems:
        assert problem.place is not None
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert problem.message
        assert all(c.isprintable() or c == "\n" for c in plain(problem))
        json.dumps(to_json(problem))
        places.append((order.index(problem.place.file), problem.place.line, problem.place.column))
    assert places
    assert places == sorted(places)
    return None


@given(st.binary(max_size=300))
def test_any_bytes_load_or_are_refused(data: bytes) -> None:
    invariant([(Path("a.yaml"), data)])
    invariant([(Path("a.yaml"), b"version: 1\n" + data), (Path("b.yaml"), data)])


@given(st.text("ab:-[]{}#&*!|>'\"%@`,?\n \t01.~<=\\u", max_size=60))
def test_anything_that_looks_like_yaml_loads_or_is_refused(text: str) -> None:
    for head in ("", "version: 1\nedge: ", "version: 1\nroutes:\n  - name: ", "services:\n a: "):
        invariant([(Path("a.yaml"), (head + text).encode())])
    fast = parse(text.encode(), Path("a"))
    slow = parse(text.encode(), Path("a"), parser=PureParser)
    if fast.root is not None and slow.root is not None:
        assert repr(content(fast.root)) == repr(content(slow.root))


KEYS = st.sampled_from(
    [
        "edge",
        "services",
        "routes",
        "hosts",
        "name",
        "acme",
        "account",
        "hmac_key",
        "certificate",
        "source",
        "addresses",
        "owner",
        "calls",
        "banner",
        "retries",
        "attempts",
        "share",
        "x",
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.sampled_from(["file", "local"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["edge", "services", "routes"]), TREES))
def test_any_tree_in_any_section_loads_or_is_refused(tree: dict[str, Any]) -> None:
    invariant([(Path("a.yaml"), dump({"version": 1, **tree}).encode())])


SERVICES = st.builds(
    Service,
    addresses=st.lists(ADDRESSES, min_size=1, max_size=3).map(tuple),
    owner=TEXT.filter(bool),
    tls=st.sampled_from(Tls),
    calls=st.lists(NAMES, max_size=2).map(tuple),
    environment=st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
)
ROUTES = st.builds(
    Route,
    name=NAMES,
    hosts=st.lists(HOSTS, min_size=1, max_size=2).map(tuple),
    service=st.just("known"),
    methods=st.lists(st.sampled_from(["GET", "POST", "PUT"]), max_size=3).map(tuple),
    timeout=SECONDS,
    streaming=st.booleans(),
    retries=st.none() | st.builds(Retries, attempts=st.integers(0, 5), per_try=SECONDS),
)
CERTIFICATES = st.builds(Local) | st.builds(File, source=st.just("file"), chain=TEXT, key=TEXT)
EDGES = st.builds(
    Edge,
    listen=ADDRESSES,
    hosts=st.dictionaries(
        HOSTS,
        st.builds(
            Settings, certificate=CERTIFICATES, tls_minimum=st.sampled_from(["1.3", "1.2"])
        ),
        min_size=1,
        max_size=3,
    ),
    acme=st.none()
    | st.builds(
        Acme,
        directory=TEXT,
        account=st.builds(
            Account, key_id=TEXT, hmac_key=NAMES.map(lambda n: Secret("file", f"/{n}"))
        ),
    ),
    heap=st.integers(0, 2**40),
    share=st.floats(0, 1),
    workers=st.none() | st.integers(1, 256),
    banner=TEXT | st.integers(-(10**6), 10**6),
)  # fmt: skip


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Configuration, str]:
    """A configuration, and a text that says the same."""
    edge = draw(EDGES)
    services = {"known": draw(SERVICES), **draw(st.dictionaries(NAMES, SERVICES, max_size=2))}
    routes = draw(st.lists(ROUTES, max_size=3))
    items = {"edge": edge, "services": services, "routes": routes}
    data = {
        "version": 1,
        "edge": edge.model_dump(mode="json"),
        "services": {name: item.model_dump(mode="json") for name, item in services.items()},
        "routes": [item.model_dump(mode="json") for item in routes],
    }
    flow = draw(st.sampled_from([True, False, None]))
    return Configuration(root=Path(), items=items), dump(data, default_flow_style=flow)


@given(configurations())
def test_what_is_written_is_what_is_loaded(made: tuple[Configuration, str]) -> None:
    configuration, text = made
    loaded = load_text(text, SECTIONS)
    assert dict(loaded.items) == dict(configuration.items)
    assert loaded.names("services") == tuple(configuration.items["services"])


@given(configurations(), configurations())
def test_differences_tell_exactly_whether_there_are_any(
    one: tuple[Configuration, str], two: tuple[Configuration, str]
) -> None:
    old, new = one[0], two[0]
    assert differences(old, old) == ()
    assert differences(old, load_text(one[1], SECTIONS)) == ()
    assert bool(differences(old, new)) == (dict(old.items) != dict(new.items))
    assert len(differences(old, new)) == len(differences(new, old))
    for change in differences(old, new):
        assert change.words()
        assert "\n" not in change.words()
        assert change.to_json()["words"] == change.words()


def known_keys(node: Node) -> Iterator[tuple[int, int, str]]:
    """Every key of the document that a model names, with its place."""
    named = {f for s in SECTIONS for f in s.model.model_fields} | {s.key for s in SECTIONS}
    named |= {"certificate", "tls_minimum", "source", "chain", "key", "attempts", "per_try"}
    if isinstance(node, SequenceNode):
        for item in node.items:
            yield from known_keys(item)
    elif isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            if key in named:
                yield entry.key.place.line, entry.key.place.column, key
            yield from known_keys(entry.value)


GOOD_ROOT = parse(GOOD.encode(), Path("ringwall.yaml")).root
assert GOOD_ROOT is not None
GOOD_KEYS = sorted(known_keys(GOOD_ROOT))


@given(st.sampled_from(GOOD_KEYS), st.data())
def test_a_misspelt_key_is_told_at_its_line(at: tuple[int, int, str], data: st.DataObject) -> None:
    line, column, key = at
    position = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from("abcxyz_"))
    doubled = key[:position] + letter + key[position:]
    dropped = key[:position] + key[position + 1 :]
    wrong = data.draw(st.sampled_from([doubled, dropped]))
    if any(wrong in s.model.model_fields for s in SECTIONS):
        return
    lines = GOOD.splitlines(keepends=True)
    before, after = lines[line - 1][: column - 1], lines[line - 1][column - 1 + len(key) :]
    lines[line - 1] = before + wrong + after
    problems = problems_of("".join(lines))
    first = problems[0]
    assert first.place is not None
    assert first.place.line == line
    if key != "source":  # without it nothing tells which keys belong to the certificate
        assert (first.place.column, first.value, first.nearest) == (column, wrong, key)
        assert len(problems) == 1 or first.path[0] == wrong


@pytest.mark.parametrize(
    ("right", "wrong", "column"),
    [
        ("tls: none", "tls: nnoe", 10),
        ("methods: [GET, POST]", "methods: [GET, POTS]", 20),
        ("source: local", "source: locl", 44),
        ('tls_minimum: "1.2"', 'tls_minimum: "1.22"', 20),
    ],
)
def test_a_misspelt_value_is_told_at_its_place(right: str, wrong: str, column: int) -> None:
    number = next(i for i, line in enumerate(GOOD.splitlines(), start=1) if right in line)
    (problem,) = problems_of(GOOD.replace(right, wrong))
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (number, column)
    assert problem.nearest is not None
    assert problem.nearest in right


def test_the_sample_has_all_shapes() -> None:
    assert {section.shape for section in SECTIONS} == set(Shape)
