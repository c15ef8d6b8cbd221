"""The Envoy files of a few configurations, to the letter; and that Envoy takes each of them."""

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel
from tests.gateway.envoy.rendered import COMMAND, FOLDER, configuration, gateway, names, rendered

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import EDGE, ROUTES, Edge, HostSettings, Route
from ringwall.gateway.layout import Layout
from ringwall.inventory.config import SERVICES, Service

NAMES = names()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_built_is_what_the_golden_files_say(name: str) -> None:
    for file, text in rendered(name).items():
        path = FOLDER / file
        told = f"{file} differs: if it is meant to, run `{COMMAND}` and read the difference"
        assert path.exists(), told
        assert path.read_text() == text, told


def test_no_golden_file_is_left_over() -> None:
    wanted = {file for name in NAMES for file in rendered(name)}
    assert {path.name for path in FOLDER.glob("*.json")} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_the_inputs_are_good_examples(name: str) -> None:
    assert [str(one) for one in configuration(name).warnings if "TLS 1.2" not in one.message] == []


def test_the_same_configuration_is_always_built_the_same() -> None:
    assert rendered("edge") == rendered("edge")


@pytest.mark.e2e
@pytest.mark.parametrize("name", NAMES)
def test_envoy_accepts_it(name: str, tmp_path: Path) -> None:
    brought = CertificateStore(tmp_path / "brought", clock=SystemClock())
    old = brought.for_host("old.example", HostSettings())
    folder = tmp_path / "tls"
    folder.mkdir()
    (folder / "old.crt").write_bytes(old.chain.read_bytes())
    (folder / "old.key").write_bytes(old.key.read_bytes())
    (folder / "old.key").chmod(0o600)
    for roots in ("acme-roots.pem", "paid-roots.pem"):
        (folder / roots).write_bytes(brought.trust_bundle("edge").read_bytes())
    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    gateway(layout).judge(configuration(name, root=tmp_path))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models a value of this type may be, through unions, lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, types.UnionType, tuple, dict} or get_args(annotation):
        for one in get_args(annotation):
            yield from _models(one)


def _all_fields(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    for name, field in model.model_fields.items():
        yield model, name
        for inner in _models(field.annotation):
            yield from _all_fields(inner)


def _used_fields(value: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """The fields that are written, not those that have their default."""
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value), name
            yield from _used_fields(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _used_fields(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _used_fields(one)


def test_every_setting_is_used_by_some_golden_file() -> None:
    known = {found for model in (Edge, Route, Service) for found in _all_fields(model)}
    assert len(known) > 80
    used = set()
    for name in NAMES:
        loaded = configuration(name)
        used |= set(_used_fields(loaded.one(Edge, EDGE)))
        used |= set(_used_fields(loaded.map(Service, SERVICES)))
        used |= set(_used_fields(loaded.list(Route, ROUTES)))
    missing = {f"{model.__name__}.{name}" for model, name in known - used}
    assert not missing, "write them in a file of tests/gateway/envoy/golden"


def test_the_inputs_are_plain_yaml() -> None:
    for name in NAMES:
        assert yaml.safe_load((FOLDER / f"{name}.yaml").read_text())["version"] == 1


@pytest.mark.e2e
def test_envoy_judges_also_below_a_long_path(tmp_path: Path) -> None:
    """Where sockets lie is short for that reason; what is judged is not to need a place there."""
    long = tmp_path / ("long" * 25)
    long.mkdir()
    short = Path("/tmp/ringwall-short")
    gateway(Layout(long, long / "state", short)).judge(configuration("minimal", root=long))
    assert not short.exists()
