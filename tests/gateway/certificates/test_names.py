"""Host names, SPIFFE ids, and the folders that stand for them."""

import re
from ipaddress import ip_address
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringwall.gateway.certificates.names import covers, folder_name, read_host, service_id

anything = st.text(st.characters(codec="utf-8"), max_size=400)
tricky = st.text(st.sampled_from("ab*._-/%0A\x00é"), max_size=300)
SPIFFE_ID = re.compile(r"spiffe://[a-z0-9._-]{1,255}/service/[A-Za-z0-9._-]+")


@given(anything | tricky)
@example("..")
@example(".")
@example("")
@example("../../etc/passwd")
@example("*" * 253)
def test_a_folder_name_is_one_safe_segment(name: str) -> None:
    folder = folder_name(name)
    assert re.fullmatch(r"[a-z0-9_-][a-z0-9._-]*", folder)
    assert len(folder.encode()) <= 255
    assert PurePosixPath("/state", folder).parent == PurePosixPath("/state")


@given(anything | tricky, anything | tricky)
@example("*.a", "_wildcard.a")
@example("_2e", ".")
@example("", "_empty")
@example("A", "a")
@example("x" * 256, folder_name("x" * 256))
def test_different_names_have_different_folders(one: str, other: str) -> None:
    assert (folder_name(one) == folder_name(other)) == (one == other)


def test_a_wildcard_host_has_a_readable_folder() -> None:
    assert folder_name("*.shop.localhost") == "_wildcard.shop.localhost"


@given(anything | tricky, anything | tricky)
@example("billing", "ringwall.internal")
def test_a_spiffe_id_is_right_or_refused(name: str, trust_domain: str) -> None:
    try:
        text = service_id(name, trust_domain=trust_domain)
    except ValueError:
        return
    assert SPIFFE_ID.fullmatch(text)
    assert len(text.encode()) <= 2048
    assert text == f"spiffe://{trust_domain}/service/{name}"


@given(
    st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9_-]{1,20}){0,5}", fullmatch=True),
)
def test_every_configurable_service_has_a_spiffe_id(name: str, trust_domain: str) -> None:
    assert service_id(name, trust_domain=trust_domain).endswith(f"/service/{name}")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Shop.Example", "shop.example"),
        ("*.shop.example", "*.shop.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", ip_address("127.0.0.1")),
        ("[::1]", ip_address("::1")),
        ("2001:DB8::1", ip_address("2001:db8::1")),
    ],
)
def test_a_host_is_read(text: str, read: object) -> None:
    assert read_host(text) == read


NO_HOSTS = ["", "*", "a..b", "-a.example", "a_b.example", "*.*.example", "a.*.example", "a/b"]
NO_HOSTS += ["a:443", "a" * 64 + ".example", ".".join(["a" * 50] * 6), "shop.example."]
NO_HOSTS += ["shop example", "\u00e4.de"]


@pytest.mark.parametrize("text", NO_HOSTS)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no host name"):
        read_host(text)


@pytest.mark.parametrize(
    ("pattern", "host", "served"),
    [
        ("shop.example", "SHOP.example", True),
        ("*.shop.example", "a.shop.example", True),
        ("*.shop.example", "*.shop.example", True),
        ("*.shop.example", "a.b.shop.example", False),
        ("*.shop.example", "shop.example", False),
        ("*.example", "*.shop.example", False),
        ("a.shop.example", "*.shop.example", False),
        ("*.shop.example", ".shop.example", False),
    ],
)
def test_which_names_a_certificate_serves(pattern: str, host: str, served: bool) -> None:
    assert covers(pattern, host) is served
