"""A good file gives typed values; references between sections are judged over what is valid."""

from pathlib import Path

import pytest
from tests.runtime.configuration.sample import (
    GOOD,
    SECTIONS,
    Edge,
    File,
    Retries,
    Route,
    Service,
    Tls,
    problems_of,
    told,
)

from ringwall.runtime.configuration import (
    Address,
    ConfigurationError,
    Problem,
    Secret,
    Section,
    Severity,
    Shape,
    StrictModel,
    load_sources,
    load_text,
)

HEAD = "version: 1\n"
EDGE = HEAD + "edge:\n  hosts: {a.localhost: {}}\n"
SERVICE = "services:\n  billing: {addresses: [127.0.0.1:1], owner: me}\n"


def test_a_good_file_becomes_typed_values() -> None:
    configuration = load_text(GOOD, SECTIONS)
    edge = configuration.one(Edge, "edge")
    assert edge.listen == Address(host="127.0.0.1", port=8443)
    assert edge.heap == 512 * 1024**2
    assert edge.hosts["www.localhost"].certificate == File(
        source="file", chain="/etc/chain.pem", key="/etc/key.pem"
    )
    assert edge.acme is not None
    assert edge.acme.account is not None
    assert edge.acme.account.hmac_key == Secret("env", "ACME_KEY")
    services = configuration.map(Service, "services")
    assert list(services) == ["billing", "orders"]
    assert services["orders"].tls is Tls.NONE
    assert services["orders"].environment == {"PORT": "7002", "COUNTRY": "no"}
    checkout, orders = configuration.list(Route, "routes")
    assert checkout.retries == Retries(attempts=2, per_try=0.25)
    assert (checkout.timeout, checkout.streaming) == (30.0, True)
    assert orders.hosts == ("shop.localhost", "www.localhost")
    assert configuration.warnings == ()
    assert configuration.names("services") == ("billing", "orders")


def test_what_is_left_out_has_its_default() -> None:
    configuration = load_text(HEAD, SECTIONS)
    assert configuration.one(Edge, "edge") == Edge()
    assert configuration.map(Service, "services") == {}
    assert configuration.list(Route, "routes") == ()
    empty = load_text(HEAD + "edge:\nservices:\nroutes: ~\ninclude:\n", SECTIONS)
    assert empty.items == configuration.items


def test_checks_see_valid_items_and_all_names() -> None:
    text = EDGE + (
        "services:\n  billing: {owner: ''}\n"
        "routes:\n"
        "  - {name: BAD, hosts: [a], service: billing}\n"
        "  - {name: ok, hosts: [a], service: billing}\n"
        "  - name: wrong\n    hosts: [a]\n    timeout: 2m\n    service: biling\n"
    )
    problems = problems_of(text)
    assert [str(problem) for problem in problems] == [
        'ringwall.yaml:5:3: error: the key "addresses" is missing',
        'ringwall.yaml:5:20: error: "owner" cannot be ""',
        'ringwall.yaml:7:12: error: "name" cannot be "BAD"',
        "ringwall.yaml:11:14: warning: that is long",
        'ringwall.yaml:12:14: error: there is no service "biling"',
    ]
    # As written, not as counted among the valid ones.
    assert problems[-1].path == ("routes", 2, "service")
    assert problems[-1].nearest == "billing"


def test_a_path_that_was_not_written_leads_to_what_encloses_it() -> None:
    route = "routes:\n  - {name: a, hosts: [a], service: billing}\n"
    assert told(HEAD + SERVICE + "edge:\n  workers: 2\n" + route) == [("4:1", "no hosts")]
    assert told(HEAD + SERVICE + route) == [("1:1", "no hosts")]


def test_a_check_that_needs_an_invalid_section_ends_quietly() -> None:
    route = "routes:\n  - {name: a, hosts: [a], service: billing}\n"
    text = HEAD + SERVICE + "edge:\n  workers: 0\n" + route
    assert told(text) == [("5:12", '"workers" cannot be 0')]


def test_warnings_let_the_configuration_pass() -> None:
    text = EDGE + SERVICE + "routes:\n  - {name: a, hosts: [a], service: billing, timeout: 1h}\n"
    configuration = load_text(text, SECTIONS)
    (warning,) = configuration.warnings
    assert warning.severity is Severity.WARNING
    assert str(warning.place) == "ringwall.yaml:7:54"


def test_references_are_not_judged_while_a_section_is_unreadable() -> None:
    route = "routes:\n  - {name: a, hosts: [a], service: billing}\n"
    assert told(EDGE + "servces: {}\n" + route) == [("4:1", 'there is no section "servces"')]


def test_a_missing_section_that_is_needed() -> None:
    class Needed(StrictModel):
        place: str

    with pytest.raises(ConfigurationError) as caught:
        load_text(HEAD, [Section(key="needed", model=Needed)])
    (problem,) = caught.value.problems
    assert problem.message == 'the section "needed" is missing'
    assert problem.allowed == "needed: {place: ...}"


def test_a_section_has_one_owner() -> None:
    with pytest.raises(ValueError, match="two modules own the section edge"):
        load_text(HEAD, [*SECTIONS, Section(key="edge", model=Edge)])
    with pytest.raises(ValueError, match="version"):
        load_text(HEAD, [Section(key="version", model=Edge, shape=Shape.MAP)])


def test_thousands_of_mistakes_are_not_all_printed() -> None:
    text = HEAD + "routes:\n" + "  - x\n" * 5000
    problems = problems_of(text)
    assert len(problems) == 1001
    assert problems[-1] == Problem(path=(), message="there are more problems: mend these first")


def test_included_files_cannot_be_followed_from_a_text() -> None:
    assert told("version: 1\ninclude: [a]\n") == [
        ("2:11", "other files cannot be included here: only this text is judged")
    ]


def test_kept_contents_load_again_without_files() -> None:
    sources = (
        (Path("ringwall.yaml"), b"version: 1\ninclude: [services]\n"),
        (Path("services/a.yaml"), b"services: {a: {addresses: [x:1], owner: me}}\n"),
    )
    configuration = load_sources(sources, SECTIONS, root=Path("/nowhere"))
    assert configuration.names("services") == ("a",)
    assert configuration.root == Path("/nowhere")
    assert configuration.sources == sources
