"""What the shop decides without processes: payloads, tenants, origins, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop.catalogue import CATALOGUE
from shop.orders.placing import Line, Refusal, Stocked, Wanted, agree
from shop.origin import is_own_request
from shop.past_orders import past_orders
from shop.payload import Fields
from shop.problems import Problem
from shop.settings import Address
from shop.storefront.rendering import money
from starlette.datastructures import Headers

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYS = st.sampled_from(["reference", "note", "lines", "sku", "quantity", "expected_total_cents"])
ALMOST = st.dictionaries(
    KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON | st.integers(1, 3)), max_size=3)
)


def read(body: dict[str, object]) -> Wanted | Problem:
    try:
        return Wanted.read(Fields(body))
    except Problem as problem:
        return problem


@given(ALMOST)
def test_any_object_is_read_or_refused_with_reasons(body: dict[str, object]) -> None:
    found = read(body)
    if isinstance(found, Problem):
        assert (found.status, bool(found.errors)) == (422, True)
        return
    assert 1 <= len(found.reference) <= 80
    assert 1 <= len(found.lines) <= 50
    assert all(1 <= line.quantity <= 99 for line in found.lines)
    assert len({line.sku for line in found.lines}) == len(found.lines)
    (found.reference + found.note).encode()


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 99), min_size=1),
    st.dictionaries(
        st.sampled_from("abc"),
        st.builds(Stocked, st.just("Thing"), st.integers(1, 10**6), st.integers(0, 99)),
    ),
    st.none() | st.integers(0, 10**9),
)
def test_what_is_agreed_is_in_stock_at_the_price_expected(
    lines: dict[str, int], products: dict[str, Stocked], expected: int | None
) -> None:
    body: dict[str, object] = {
        "reference": "r",
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()],
    }
    if expected is not None:
        body["expected_total_cents"] = expected
    agreed = agree(Wanted.read(Fields(body)), products)
    if isinstance(agreed, Refusal):
        missing = any(products.get(s, Stocked("", 1, 0)).stock < q for s, q in lines.items())
        assert missing or agreed.kind == "price-changed"
        return
    assert agreed == tuple(
        Line(sku, "Thing", quantity, products[sku].price_cents) for sku, quantity in lines.items()
    )
    assert all(products[line.sku].stock >= line.quantity for line in agreed)
    assert expected in {None, sum(line.quantity * line.unit_cents for line in agreed)}


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"host": "a.test"}, True),
        ({"host": "a.test", "sec-fetch-site": "same-origin"}, True),
        ({"host": "a.test", "sec-fetch-site": "none"}, True),
        ({"host": "a.test", "sec-fetch-site": "same-site"}, False),
        ({"host": "a.test", "sec-fetch-site": "cross-site", "origin": "https://a.test"}, False),
        ({"host": "a.test", "origin": "https://a.test"}, True),
        ({"host": "a.test:1", "origin": "https://a.test:2"}, False),
        ({"host": "a.test", "origin": "null"}, False),
        ({"host": "a.test", "origin": "https://b.test"}, False),
    ],
)
def test_only_our_own_pages_act_for_a_visitor(headers: dict[str, str], is_own: bool) -> None:
    assert is_own_request(Headers(headers)) is is_own


@given(st.text())
def test_any_address_is_read_or_refused(text: str) -> None:
    try:
        address = Address.parse(text)
    except ValueError:
        return
    assert bool(address.path) != bool(address.host)
    assert address.path or 0 < address.port < 65536


def test_past_orders_only_name_products_of_their_tenant() -> None:
    ids = [past.order_id for past in past_orders()]
    assert len(ids) == len(set(ids))
    for past in past_orders():
        assert {sku for sku, _ in past.lines} <= {p.sku for p in CATALOGUE[past.tenant]}


def test_money_is_written_for_people() -> None:
    assert [money(0), money(5), money(123456)] == ["€0.00", "€0.05", "€1,234.56"]
