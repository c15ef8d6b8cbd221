"""Where addresses are, told by a database that the operator brought."""

import os
from pathlib import Path
from typing import Any

import maxminddb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from tests.identity import tenants
from tests.identity.test_organisations_pages import act_as

from ringwall.access.sections import SECTIONS as ACCESS
from ringwall.gateway.sections import SECTIONS as EDGE
from ringwall.gateway.wanted import Wanted
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.identity.installed import where_is
from ringwall.identity.places import in_words, objection_to
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.runtime.configuration import ConfigurationError, load

GRAZ = {"city": {"names": {"en": "Graz", "de": "Graz"}}, "country": {"names": {"en": "Austria"}}}
SOMEWHERE = {"country": {"names": {"en": "Japan", "de": "Japan"}}}
PLAIN = {"city": "Turku", "country": "FI", "country_name": "Finland"}
NETWORKS: tuple[tuple[str, Any], ...] = (
    ("8.8.8.0/24", GRAZ),
    ("2a00::/16", SOMEWHERE),
    ("9.9.0.0/16", PLAIN),
)


def database(file: Path, networks: Any = NETWORKS, kind: str = "GeoLite2-City") -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind)
    for network, record in networks:
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(file))
    return file


@pytest.fixture
def places(state: Path, facts: Facts) -> Path:
    """The installation with a database of places."""
    file = database(state / "places.mmdb")
    settings = facts.settings.model_copy(update={"places": str(file)})
    facts_file.write(state, Facts(settings=settings, port=facts.port, hosts=facts.hosts))
    return file


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", "Graz, Austria"),
        ("2a00::1", "Japan"),
        ("9.9.1.1", "Turku, Finland"),
        ("1.1.1.1", ""),
        ("10.0.0.1", ""),
        ("::1", ""),
        (None, ""),
    ],
)
def test_it_tells_where_an_address_is(places: Path, address: str | None, place: str) -> None:
    assert where_is(address) == place


def test_without_a_database_nobody_knows(facts: Facts) -> None:
    assert where_is("8.8.8.8") == ""


def test_a_new_file_is_used_at_once_and_a_missing_one_hides_nothing(
    places: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert where_is("8.8.8.8") == "Graz, Austria"
    fresh = database(places.with_suffix(".new"), [("8.8.8.0/24", SOMEWHERE)])
    os.utime(fresh, ns=(1, 1))
    fresh.replace(places)
    assert where_is("8.8.8.8") == "Japan"
    # In the middle of being copied over: what stands there is no database, or half of one.
    whole = places.read_bytes()
    for number, part in enumerate((b"", whole[:10], whole[: len(whole) // 2], whole[40:])):
        places.write_bytes(part)
        os.utime(places, ns=(number + 2, number + 2))
        assert where_is("8.8.8.8") == ""
    assert where_is("no address") == ""
    places.unlink()
    assert where_is("8.8.8.8") == ""
    assert "identity.places does not tell where addresses are" in caplog.text


def test_people_read_it_beside_their_sessions_and_in_alerts(
    places: Path, database: str, browser: Any
) -> None:
    from django.test import RequestFactory

    from ringwall.identity.alerts import PASSWORD_CHANGED, tell
    from ringwall.identity.models import OutgoingMail

    tenants.organisation("north")
    ada = tenants.person("ada@example.com", north=["member"])
    browser.defaults["HTTP_X_RINGWALL_ADDRESS"] = "8.8.8.8"
    act_as(browser, "ada@example.com")
    ada.sessions.update(address="8.8.8.8")
    assert "From Graz, Austria (8.8.8.8)" in browser.get("/sessions").content.decode()
    tell(
        ada, PASSWORD_CHANGED, request=RequestFactory().get("/", HTTP_X_RINGWALL_ADDRESS="9.9.0.1")
    )
    body = OutgoingMail.objects.latest("pk").body
    assert "9.9.0.1" in body
    assert "Turku, Finland" in body


def test_what_is_no_database_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert objection_to(database(tmp_path / "good.mmdb")) is None
    missing = tmp_path / "missing.mmdb"
    assert objection_to(missing) == f"there is no file {missing}"
    wrong = tmp_path / "wrong.mmdb"
    wrong.write_bytes(b"not a database at all")
    assert "cannot be read" in str(objection_to(wrong))
    other = database(tmp_path / "other.mmdb", kind="GeoLite2-ASN")
    assert "is a database of another kind (GeoLite2-ASN)" in str(objection_to(other))
    truncated = tmp_path / "truncated.mmdb"
    truncated.write_bytes((tmp_path / "good.mmdb").read_bytes()[:200])
    assert "cannot be read" in str(objection_to(truncated))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["city", "country", "country_name", "names", "en"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_whatever_a_record_holds_the_words_are_one_short_line(record: Any) -> None:
    words = in_words(record)
    assert words.isprintable()
    assert len(words) <= 202


def test_the_reader_reads_what_the_writer_wrote(tmp_path: Path) -> None:
    with maxminddb.open_database(database(tmp_path / "one.mmdb")) as reader:
        assert reader.get("8.8.8.8") == GRAZ


def test_the_configuration_is_refused_with_the_place_and_the_reason(tmp_path: Path) -> None:
    base = {"version": 1, "edge": {"hosts": {"id.example": {}}}}
    database(tmp_path / "places.mmdb")
    file = tmp_path / "ringwall.yaml"
    sections = (*ACCESS, *EDGE, *IDENTITY, *INVENTORY)

    def written(name: str) -> Path:
        identity = {"host": "id.example", "places": name}
        file.write_text(yaml.safe_dump({**base, "identity": identity}))
        return file

    found = Wanted.of(load(written("places.mmdb"), sections)).facts.settings.places
    assert found == str(tmp_path / "places.mmdb")
    with pytest.raises(ConfigurationError) as refused:
        load(written("gone.mmdb"), sections)
    (problem,) = refused.value.problems
    assert problem.path == ("identity", "places")
    assert problem.message == f"there is no file {tmp_path / 'gone.mmdb'}"
