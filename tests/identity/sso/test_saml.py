"""Single sign-on by SAML 2.0: right answers come in, and every wrong one stays outside."""

import logging
import re
import zlib
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.identity import tenants
from tests.identity.sso import assertions
from tests.identity.sso.assertions import Signer, Words, answer, connect, posted, signed

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture(autouse=True)
def connection(north: Any, signer: Signer) -> Any:
    return connect(north, signer)


def begin(browser: Any) -> str:
    """Go off to the provider; the id of our request, read as the provider would."""
    page = browser.get("/sign-on/north-saml")
    assert "https://idp.north.example" in page.headers["Content-Security-Policy"]
    off = browser.post("/sign-on/north-saml")
    asked = parse_qs(urlsplit(off.url).query)["SAMLRequest"][0]
    text = zlib.decompress(b64decode(asked), -15).decode()
    assert f'AssertionConsumerServiceURL="{assertions.ACS}"' in text
    found = re.search(r'\bID="([^"]+)"', text)
    assert found is not None
    return found[1]


def send(browser: Any, text: str) -> Any:
    """Post an answer as the provider's page would, and follow to the end."""
    first = browser.post("/sign-on/north-saml/acs", {"SAMLResponse": text})
    if first.status_code != 303:
        return first
    return browser.get(first.url)


def people() -> set[str]:
    from ringwall.identity.models import User

    return set(User.objects.values_list("email", flat=True))


def test_a_right_answer_lets_in(browser: Any, signer: Signer, connection: Any) -> None:
    from ringwall.identity.models import Session
    from ringwall.identity.sso import connections

    connections.map_group(connection.organisation, "Finance", "approver", by=MACHINE)
    words = Words(begin(browser), groups=["Finance", "Others"])
    assert send(browser, answer(words, signer)).status_code == 302
    session = Session.objects.get(ended=None)
    assert (session.user.email, session.connection) == ("ada@north.example", connection)
    assert tenants.member(session.user, "north").roles == ["approver"]


@pytest.mark.parametrize(
    "changed",
    [
        {"audience": "https://another.example/"},
        {"audience": None},
        {"recipient": "https://another.example/acs"},
        {"recipient": assertions.ACS + "/longer"},
        {"recipient": None},
        {"destination": "https://another.example/acs"},
        {"destination": assertions.ACS + "2"},
        {"issuer": "https://evil.example/saml"},
        {"ends": timedelta(minutes=-10)},
        {"ends": None},
        {"ends": timedelta(days=400)},
        {"begins": timedelta(minutes=10)},
        {"request": "_another"},
        {"request": "_another", "outer_request": "ours"},
        {"outer_request": "_another"},
        {"request": None},
        {"request": None, "outer_request": None},
        {"email": "bob@south.example"},
        {"email": ""},
    ],
    ids=str,
)
def test_what_is_not_exactly_for_us_and_now_is_refused(
    browser: Any, signer: Signer, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    request = begin(browser)
    told = {"request": request, **changed}
    if told.get("outer_request") == "ours":
        told["outer_request"] = request
    with caplog.at_level(logging.WARNING, "ringwall.identity"):
        refused = send(browser, answer(Words(**told), signer))
    assert refused.status_code == 403
    assert "north-saml" in caplog.text
    assert people() == set()


def test_another_browser_cannot_use_an_answer(browser: Any, signer: Signer) -> None:
    """Else somebody could sign a victim in to an account of theirs."""
    text = answer(Words(begin(browser)), signer)
    browser.cookies.clear()
    assert send(browser, text).status_code == 403
    assert people() == set()


def test_an_answer_counts_once(
    browser: Any, signer: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    text = answer(Words(begin(browser)), signer)
    assert send(browser, text).status_code == 302
    with caplog.at_level(logging.ERROR, "ringwall.identity"):
        assert send(browser, text).status_code == 403
    assert "was shown before" in caplog.text


def test_nobody_comes_unasked_unless_that_is_allowed(
    browser: Any, signer: Signer, connection: Any
) -> None:
    text = answer(Words(None, outer_request=None), signer)
    assert send(browser, text).status_code == 403
    connection.settings["idp_initiated"] = True
    connection.save()
    assert send(browser, text).status_code == 302


def test_an_asked_for_answer_does_not_pass_for_an_unasked_one(
    browser: Any, signer: Signer, connection: Any
) -> None:
    """The request's id is taken off the unsigned envelope; the assertion still has it."""
    connection.settings["idp_initiated"] = True
    connection.save()
    text = answer(Words(begin(browser), outer_request=None), signer)
    browser.cookies.clear()
    assert send(browser, text).status_code == 403


class TestSignatures:
    """What is not signed by North's key, all of it, proves nothing."""

    def test_none_at_all(self, browser: Any) -> None:
        words = Words(begin(browser))
        bare = re.sub(r"<ds:Signature.*?/>", "", words.assertion())
        assert send(browser, posted(words.response(bare))).status_code == 403

    def test_of_another_key(self, browser: Any) -> None:
        assert send(browser, answer(Words(begin(browser)), Signer())).status_code == 403

    def test_over_something_changed_since(self, browser: Any, signer: Signer) -> None:
        words = Words(begin(browser))
        text = signed(words, signer).replace("ada@", "ceo@")
        assert send(browser, posted(words.response(text))).status_code == 403

    def test_on_the_envelope_only(self, browser: Any, signer: Signer) -> None:
        from lxml import etree

        words = Words(begin(browser))
        bare = re.sub(r"<ds:Signature.*?/>", "", words.assertion())
        place = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
        whole = words.response(bare).replace("<samlp:Status>", f"{place}<samlp:Status>", 1)
        made = signer.sign(etree.fromstring(whole))
        assert send(browser, posted(etree.tostring(made, encoding="unicode"))).status_code == 403

    @pytest.mark.parametrize("where", ["before", "after", "inside", "around", "same id"])
    def test_wrapped(self, browser: Any, signer: Signer, where: str) -> None:
        """A right assertion is hidden where it is judged but not read."""
        words = Words(begin(browser))
        right = signed(words, signer)
        forged = re.sub(
            r"<ds:Signature.*?/>",
            "",
            Words(words.request, email="ceo@north.example", assertion_id="_evil").assertion(),
        )
        match where:
            case "before":
                text = words.response(forged + right)
            case "after":
                text = words.response(right + forged)
            case "inside":
                inside = f"<samlp:Extensions>{right}</samlp:Extensions><samlp:Status>"
                text = words.response(forged).replace("<samlp:Status>", inside, 1)
            case "around":
                signature = right[right.index("<ds:Signature") : right.index("</ds:Signature>")]
                hidden = f"{signature}<ds:Object>{right}</ds:Object></ds:Signature>"
                text = words.response(forged.replace("</saml:Issuer>", f"</saml:Issuer>{hidden}"))
            case _:
                twin = forged.replace('"_evil"', f'"{words.assertion_id}"')
                signature = right[
                    right.index("<ds:Signature") : right.index("</ds:Signature>") + 15
                ]
                twin = twin.replace("</saml:Issuer>", f"</saml:Issuer>{signature}")
                text = words.response(twin)
        assert send(browser, posted(text)).status_code == 403
        assert people() == set()


class TestXml:
    """XML can do more than it should."""

    def test_a_comment_does_not_cut_a_name_short(self, browser: Any, signer: Signer) -> None:
        """``ceo@north.example<!---->.evil.example`` is not the chief."""
        tenants.person("ceo@north.example")
        words = Words(begin(browser), name_id="ceo@north.example<!---->.evil.example")
        assert send(browser, answer(words, signer)).status_code == 403
        assert people() == {"ceo@north.example"}

    @pytest.mark.parametrize(
        "prefix",
        [
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">',
            "<!DOCTYPE x>",
        ],
    )
    def test_no_document_types(self, browser: Any, signer: Signer, prefix: str) -> None:
        words = Words(begin(browser), prefix=prefix)
        assert send(browser, answer(words, signer)).status_code == 403

    @pytest.mark.parametrize(
        "text", ["", "!", "bm90IHhtbA==", "PHg+", posted("<x/>"), "A" * 600_000, "é"]
    )
    def test_garbage(self, browser: Any, text: str) -> None:
        begin(browser)
        assert send(browser, text).status_code == 403


def test_what_another_connection_is_for_is_not_for_us(
    browser: Any, signer: Signer, facts: Facts
) -> None:
    """South uses the same provider and key; North's answer does not do there."""
    from ringwall.identity.models import Organisation
    from ringwall.identity.sso import connections

    connections.create(
        Organisation.objects.get(slug="south"),
        slug="south-saml",
        name="South",
        provider=connections.Saml(
            entity_id=assertions.ENTITY,
            sso_url="https://idp.north.example/sso",
            certificates=(signer.certificate,),
        ),
        by=MACHINE,
    )
    text = answer(Words(begin(browser)), signer)
    assert browser.post("/sign-on/south-saml/acs", {"SAMLResponse": text}).status_code == 403
    assert send(browser, text).status_code == 302


def test_the_metadata_says_where_we_are(browser: Any) -> None:
    text = browser.get("/sign-on/north-saml/metadata").content.decode()
    assert assertions.ACS in text
    assert f'entityID="{assertions.AUDIENCE}"' in text
    assert 'WantAssertionsSigned="true"' in text


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"sso_url": "http://idp.north.example/sso"}, "begins with https"),
        ({"sso_url": "javascript:alert(1)"}, "begins with https"),
        ({"certificates": ()}, "certificate is needed"),
        ({"certificates": ("not one",)}, "cannot be read"),
        ({"entity_id": " "}, "entity id is needed"),
    ],
)
def test_a_wrong_configuration_is_told_and_makes_nothing(
    north: Any, signer: Signer, wrong: dict[str, Any], reason: str
) -> None:
    from ringwall.identity.models import Connection
    from ringwall.identity.sso import connections

    told = {
        "entity_id": assertions.ENTITY,
        "sso_url": "https://idp.north.example/sso",
        "certificates": (signer.certificate,),
        **wrong,
    }
    with pytest.raises(ValueError, match=reason):
        connections.create(
            north, slug="second", name="Second", provider=connections.Saml(**told), by=MACHINE
        )
    assert Connection.objects.count() == 1
