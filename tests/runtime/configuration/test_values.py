"""Durations, sizes and addresses: what is written and what it becomes, exactly both ways."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

import ringwall
from ringwall.runtime.configuration import Address, ByteSize, Duration, nearest
from ringwall.runtime.configuration.quantities import duration_text, size_text
from ringwall.runtime.configuration.spelling import listed

DURATION: TypeAdapter[float] = TypeAdapter(Duration)
SIZE: TypeAdapter[int] = TypeAdapter(ByteSize)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("30s", 30.0), ("1.5m", 90.0), ("24h", 86400.0), ("7d", 604800.0)],
)
def test_a_length_of_time_has_a_unit(text: str, seconds: float) -> None:
    assert DURATION.validate_json(f'"{text}"', strict=True) == seconds


@pytest.mark.parametrize(
    "written",
    ['"5"', "5", "5.0", '"5 s"', '"-5s"', '"٣s"', '"1e3s"', '"9999999999999s"', "null", '""']
)  # fmt: skip
def test_a_bare_number_in_a_file_is_no_length_of_time(written: str) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_json(written, strict=True)


def test_code_gives_seconds() -> None:
    assert DURATION.validate_python(1.5) == 1.5


@given(st.integers(0, 10**11).map(lambda ms: ms / 1000))
def test_a_length_of_time_reads_back_as_it_was_written(seconds: float) -> None:
    assert DURATION.validate_json(f'"{duration_text(seconds)}"', strict=True) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.25, "250ms"), (90.0, "90s"), (120.0, "2m"), (86400.0, "1d"), (1.5, "1500ms")],
)
def test_the_largest_unit_without_a_fraction_is_written(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("written", "size"), [("0", 0), ("65536", 65536), ('"64KiB"', 65536), ('"2 GiB"', None)]
)
def test_sizes(written: str, size: int | None) -> None:
    if size is None:
        with pytest.raises(ValidationError):
            SIZE.validate_json(written, strict=True)
    else:
        assert SIZE.validate_json(written, strict=True) == size


@pytest.mark.parametrize("written", ["-1", "true", "1.0", '"1KB"', '"1kib"', "1" + "0" * 20])
def test_what_is_no_size(written: str) -> None:
    with pytest.raises(ValidationError):
        SIZE.validate_json(written, strict=True)


@given(st.integers(0, 10**15 - 1))
def test_a_size_reads_back_as_it_was_written(size: int) -> None:
    assert SIZE.validate_python(size_text(size)) == size


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:80", "a-b.example:65535", "[::1]:443", "[fe80::1%eth0]:1", "unix:/run/x.sock"]
)  # fmt: skip
def test_an_address_reads_back_as_it_was_written(text: str) -> None:
    assert str(Address.parse(text)) == text
    assert Address.parse(str(Address.parse(text))) == Address.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", ":80", "a:", "a:0", "a:65536", "a:80\n", "a:٨٠", "a b:80", "::1:80", "[::1]"),
        *("[x]:1", "[127.0.0.1]:1", "unix:", "unix:" + "x" * 101, "unix:a\0b", "unix:a\nb"),
        *("http://a:80", "-a:1"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"write host:port|address|IPv6|At least|characters"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("127.0.0.1:1", True),
        ("127.8.9.1:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("unix:x", True),
        ("127.0.0.1.example.com:1", False),
        ("127.example.com:1", False),
        ("0.0.0.0:1", False),
        ("10.0.0.1:1", False),
    ],
)
def test_which_addresses_only_this_machine_reaches(text: str, *, loopback: bool) -> None:
    assert Address.parse(text).is_loopback is loopback


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("biling", "billing"),
        ("ordres", "orders"),
        ("BILLING", "billing"),
        ("bill", None),
        ("shop", None),
        ("", None),
        ("x", None),
    ],
)
def test_only_what_is_really_close_is_suggested(word: str, meant: str | None) -> None:
    assert nearest(word, ["orders", "billing", "storefront"]) == meant


def test_words_are_listed_as_in_a_sentence() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
    assert listed(["a", "b"], last="and") == "a and b"


def models_of_ringwall() -> Iterator[type[BaseModel]]:
    """Every model of every section that a module of Ringwall declares."""
    seen: set[type[BaseModel]] = set()
    root = Path(ringwall.__file__).parent
    for file in sorted((*root.rglob("config.py"), *root.rglob("sections.py"))):
        module = importlib.import_module(
            ".".join(("ringwall", *file.relative_to(root).with_suffix("").parts))
        )
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel) and value not in seen:
                seen.add(value)
                yield value


def test_every_default_of_every_section_would_be_valid_if_written() -> None:
    # Loading does not judge defaults again: they are judged here, once.
    checked = 0
    for model in models_of_ringwall():
        for name, field in model.model_fields.items():
            if field.is_required():
                continue
            default = field.get_default(call_default_factory=True)
            declared: Any = Annotated[field.annotation, field]
            made = TypeAdapter(declared).validate_python(default)
            assert made == default, f"{model.__name__}.{name}"
            checked += 1
    assert checked > 40
