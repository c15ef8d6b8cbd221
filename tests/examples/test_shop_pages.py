"""The storefront's pages, as a browser without scripts sees them."""

import re
import signal
from html.parser import HTMLParser

import httpx
import pytest

from .conftest import Shop

pytestmark = pytest.mark.e2e

OWN = {"sec-fetch-site": "same-origin"}


class Reading(HTMLParser):
    """What a page consists of: every tag with its attributes, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)

    def value(self, name: str) -> str:
        """Return the value of the first field of this name."""
        return next(a["value"] or "" for _, a in self.tags if a.get("name") == name)


def check_page(response: httpx.Response, status: int = 200) -> Reading:
    """Check what every page promises, and return it read."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = Reading(response.text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert "style" not in tags
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {a["for"] for tag, a in page.tags if tag == "label"}
    for tag, attributes in page.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag != "script" or attributes.get("src", "")
        if tag in {"input", "textarea"} and attributes.get("type") != "hidden":
            assert attributes["id"] in labelled
    return page


def add(client: httpx.Client, sku: str, quantity: int) -> None:
    """Put something into the basket and keep its cookie, which asks for HTTPS as a browser's."""
    form = {"sku": sku, "quantity": str(quantity)}
    response = client.post("/basket/add", data=form, headers=OWN)
    assert response.status_code == 303, response.text
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-basket=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "samesite=lax" in cookie.lower()
    client.headers["cookie"] = cookie.partition(";")[0]


def test_each_tenant_has_its_own_catalogue(shop: Shop) -> None:
    with shop.pages("north") as north, shop.pages("south") as south:
        ours, theirs = check_page(north.get("/")), check_page(south.get("/"))
        assert "Oak table" in ours.text
        assert "Clay pot" in theirs.text
        assert "Clay pot" not in ours.text
        assert "Oak table" not in theirs.text
        assert ("html", {"lang": "en", "data-tenant": "north"}) in ours.tags
        assert ("html", {"lang": "en", "data-tenant": "south"}) in theirs.tags
        check_page(north.get("/products/oak-table"))
        check_page(north.get("/products/clay-pot"), 404)
        check_page(north.get("/nothing/here"), 404)


def test_the_verified_header_chooses_the_shop(shop: Shop) -> None:
    with shop.pages("south", {"x-ringwall-tenant": "north"}) as client:
        assert "Oak table" in check_page(client.get("/")).text
    with shop.pages("south", {"x-ringwall-tenant": "nobody"}) as client:
        assert "Clay pot" not in check_page(client.get("/"), 404).text


def test_the_bare_host_offers_the_choice_and_other_hosts_nothing(shop: Shop) -> None:
    with shop.new_client("storefront", host="shop.localhost:8443") as client:
        page = check_page(client.get("/"))
        links = {a.get("href") for tag, a in page.tags if tag == "a"}
        assert {"//north.shop.localhost:8443/", "//south.shop.localhost:8443/"} <= links
        check_page(client.get("/orders"), 404)
    with shop.new_client("storefront", host="elsewhere.localhost") as client:
        check_page(client.get("/"), 404)


def test_from_the_catalogue_to_an_order_and_back(shop: Shop) -> None:
    with shop.pages("north") as client:
        assert "Nothing in it yet" in check_page(client.get("/basket")).text
        assert client.get("/checkout").headers["location"] == "/basket"
        add(client, "pine-shelf", 2)
        add(client, "pine-shelf", 1)
        add(client, "reading-lamp", 1)
        assert "€816.00" in check_page(client.get("/basket")).text
        client.post("/basket/set", data={"sku": "reading-lamp", "quantity": "0"}, headers=OWN)
        assert "€687.00" in check_page(client.get("/basket")).text

        form = check_page(client.get("/checkout"))
        sent = {
            "key": form.value("key"),
            "shown_total_cents": form.value("shown_total_cents"),
            "reference": "<script>alert(1)</script>\"'&",
            "note": "First line\nSecond </textarea><b>line</b>",
        }
        answer = client.post("/checkout", data=sent, headers=OWN)
        assert answer.status_code == 303
        pressed_twice = client.post("/checkout", data=sent, headers=OWN)
        assert pressed_twice.headers["location"] == answer.headers["location"]

        page = check_page(client.get(answer.headers["location"]))
        assert "Your order is placed" in page.text
        assert "€687.00" in page.text
        assert sent["reference"] in page.text
        assert "Second </textarea><b>line</b>" in page.text
        assert [tag for tag, _ in page.tags if tag in {"script", "b"}] == []
        number = re.search(r"Order (\d+)", page.text)
        assert number is not None
        listed = check_page(client.get("/orders"))
        assert number[1] in listed.text
        assert sent["reference"] in listed.text

        path = answer.headers["location"].partition("?")[0]
        cancelled = client.post(f"{path}/cancel", headers=OWN)
        assert cancelled.headers["location"] == path
        assert "Cancelled" in check_page(client.get(path)).text
    with shop.pages("south") as other:
        check_page(other.get(path), 404)
        assert sent["reference"] not in check_page(other.get("/orders")).text
        check_page(other.post(f"{path}/cancel", headers=OWN), 404)


def test_a_checkout_that_cannot_be_is_explained_and_nothing_is_lost(shop: Shop) -> None:
    with shop.pages("south") as client:
        add(client, "garden-bench", 1)
        form = check_page(client.get("/checkout"))
        sent = {"key": form.value("key"), "shown_total_cents": form.value("shown_total_cents")}
        empty = client.post("/checkout", data=sent | {"reference": "  "}, headers=OWN)
        assert "Give a reference" in check_page(empty, 422).text
        sold_out = client.post(
            "/checkout", data=sent | {"reference": "Yard", "note": "kept"}, headers=OWN
        )
        page = check_page(sold_out, 409)
        assert "Garden bench: 0 left" in page.text
        assert page.value("reference") == "Yard"
        assert "kept" in page.text
        assert "Garden bench" in check_page(client.get("/basket")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://south.shop.localhost"},
        {"origin": "null"},
    ],
)
def test_forms_of_other_pages_are_refused(shop: Shop, headers: dict[str, str]) -> None:
    with shop.pages("north") as client:
        for path in ("/basket/add", "/basket/set", "/checkout", "/orders/ord-0/cancel"):
            form = {"sku": "oak-table", "quantity": "1"}
            check_page(client.post(path, data=form, headers=headers), 403)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"sku=oak-table&quantity=-1", 400),
        (b"sku=oak-table&quantity=1e3", 400),
        (b"sku=oak-table", 400),
        (b"sku=no-such-thing&quantity=1", 404),
        (b"sku=clay-pot&quantity=1", 404),
        (b"quantity=%ff", 400),
        (b"&".join(b"a=1" for _ in range(100)), 400),
        (b"x" * 70_000, 413),
    ],
)
def test_bad_forms_are_refused(shop: Shop, content: bytes, status: int) -> None:
    with shop.pages("north") as client:
        check_page(client.post("/basket/add", content=content, headers=OWN), status)


def test_one_tenants_basket_is_not_anothers(shop: Shop) -> None:
    with shop.pages("north") as north, shop.pages("south") as south:
        add(north, "wool-rug", 1)
        south.headers["cookie"] = north.headers["cookie"]
        assert "Nothing in it yet" in check_page(south.get("/basket")).text


def test_files_are_kept_by_the_browser_and_nothing_else_is_served(shop: Shop) -> None:
    with shop.pages("north") as client:
        page = check_page(client.get("/"))
        addresses = {
            (a.get("href") or a.get("src") or "").partition("#")[0]
            for tag, a in page.tags
            if tag in {"link", "script", "use"}
        }
        assert len(addresses) == 4
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200
            assert "immutable" in response.headers["cache-control"]
        assert "no-cache" in client.get("/static/shop.css").headers["cache-control"]
        drawn = set(re.findall(r'id="([a-z-]+)"', client.get("/static/drawings.svg").text))
        used = {(a.get("href") or "").partition("#")[2] for tag, a in page.tags if tag == "use"}
        assert used <= drawn
        for path in ("/static/app.py", "/static/..%2fapp.py", "/static/"):
            assert client.get(path).status_code == 404


def test_pages_without_orders_say_so_and_the_catalogue_stays(own_shop: Shop) -> None:
    own_shop.start_all()
    with own_shop.pages("north") as client:
        add(client, "oak-table", 1)
        form = check_page(client.get("/checkout"))
        own_shop.stop("orders", signal.SIGKILL)
        assert "Oak table" in check_page(client.get("/")).text
        assert "in stock" not in client.get("/").text
        assert "Orders cannot be reached" in check_page(client.get("/orders"), 503).text
        sent = {
            "key": form.value("key"),
            "shown_total_cents": form.value("shown_total_cents"),
            "reference": "Later",
        }
        away = check_page(client.post("/checkout", data=sent, headers=OWN), 503)
        assert away.value("key") == sent["key"]
        own_shop.start("orders")
        assert client.post("/checkout", data=sent, headers=OWN).status_code == 303
