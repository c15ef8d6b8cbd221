"""The JSON Schema accepts what loads and refuses what does not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from tests.runtime.configuration.sample import GOOD, SECTIONS
from tests.runtime.configuration.test_properties import configurations

from ringwall.runtime.configuration import ConfigurationError, load, load_sources, load_text
from ringwall.runtime.configuration.documents import parse
from ringwall.runtime.configuration.nodes import content
from ringwall.runtime.configuration.schema import schema
from ringwall.runtime.current import all_sections

SCHEMA = schema(SECTIONS)
INCLUDED = schema(SECTIONS, included=True)


def accepts(text: str, described: Mapping[str, Any] = SCHEMA) -> bool:
    root = parse(text.encode(), Path("a.yaml")).root
    assert root is not None
    return bool(Draft202012Validator(described).is_valid(content(root)))


def test_it_is_a_schema_of_draft_2020_12() -> None:
    for described in (SCHEMA, INCLUDED):
        Draft202012Validator.check_schema(described)
        assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_describes_sections_and_defaults_as_they_are_written() -> None:
    assert SCHEMA["required"] == ["version"]
    assert SCHEMA["properties"]["edge"]["description"] == "The edge itself."
    assert SCHEMA["properties"]["services"]["description"] == "By name: One service."
    parts = SCHEMA["$defs"]
    assert parts["Route"]["properties"]["timeout"]["default"] == "15s"
    assert parts["Edge"]["properties"]["heap"]["default"] == "1GiB"
    assert parts["Edge"]["properties"]["listen"]["default"] == "127.0.0.1:8443"
    assert parts["Settings"]["properties"]["certificate"]["default"] == {"source": "local"}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "version: 1\n",
        "version: 1\nedge:\nservices:\nroutes:\ninclude:\n",
        "version: 1\nedge: {heap: 65536, banner: 7, workers: null}\n",
        "version: 1\nedge: {hosts: {'*.a': {}}, banner: {attempts: 2}}\n",
    ],
)
def test_what_loads_is_accepted(text: str) -> None:
    load_text(text, SECTIONS)
    assert accepts(text)


@given(configurations())
def test_whatever_loads_is_accepted(made: tuple[object, str]) -> None:
    assert accepts(made[1])


@pytest.mark.parametrize(
    "text",
    [
        "edge: {}",
        "version: 2",
        "version: '1'",
        "version: 1\nservces: {}",
        "version: 1\ninclude: services",
        "version: 1\nservices: []",
        "version: 1\nroutes: {}",
        "version: 1\nedge: here",
        "version: 1\nedge: {lisen: x}",
        "version: 1\nedge: {listen: }",
        "version: 1\nedge: {listen: 8443}",
        "version: 1\nedge: {heap: much}",
        "version: 1\nedge: {heap: -1}",
        "version: 1\nedge: {heap: 1.5}",
        "version: 1\nedge: {share: 2}",
        "version: 1\nedge: {workers: 0}",
        "version: 1\nedge: {workers: '4'}",
        "version: 1\nedge: {hosts: {'a b': {}}}",
        "version: 1\nedge: {hosts: {a: {certificate: local}}}",
        "version: 1\nedge: {hosts: {a: {certificate: {}}}}",
        "version: 1\nedge: {hosts: {a: {certificate: {source: fil}}}}",
        "version: 1\nedge: {hosts: {a: {certificate: {source: file, chain: x}}}}",
        "version: 1\nedge: {hosts: {a: {tls_minimum: 1.3}}}",
        "version: 1\nedge: {acme: {directory: x, spare_keys: [literal]}}",
        "version: 1\nservices: {A: {addresses: [x:1], owner: me}}",
        "version: 1\nservices: {a: {addresses: [], owner: me}}",
        "version: 1\nservices: {a: {addresses: [x:1]}}",
        "version: 1\nservices: {a: {addresses: [x:1], owner: me, tls: mutal}}",
        "version: 1\nroutes: [{name: a, hosts: [a], service: b, timeout: 5}]",
        "version: 1\nroutes: [{name: a, hosts: [a], service: b, timeout: 1h30m}]",
        "version: 1\nroutes: [{name: a, hosts: [a], service: b, streaming: yes}]",
        "version: 1\nroutes: [{name: a, hosts: [a], service: b, methods: [get]}]",
    ],
)
def test_what_is_wrong_is_refused_by_both(text: str) -> None:
    with pytest.raises(ConfigurationError):
        load_text(text, SECTIONS)
    assert not accepts(text)


EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("ringwall.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_loads_and_is_accepted(path: Path) -> None:
    sections = all_sections()
    described = schema(sections)
    Draft202012Validator.check_schema(described)
    assert load(path, sections).warnings == ()
    assert accepts(path.read_text(), described)


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("services: {a: {addresses: [x:1], owner: me}}", True),
        ("{}", True),
        ("version: 1", False),
        ("edge: {}", False),
        ("foo: {}", False),
        ("services: {a: {}}", False),
    ],
)
def test_included_files_have_a_schema_of_their_own(text: str, *, good: bool) -> None:
    sources = [(Path("a.yaml"), b"version: 1\n"), (Path("b.yaml"), text.encode())]
    assert accepts(text, INCLUDED) is good
    if good:
        load_sources(sources, SECTIONS, root=Path())
    else:
        with pytest.raises(ConfigurationError):
            load_sources(sources, SECTIONS, root=Path())
