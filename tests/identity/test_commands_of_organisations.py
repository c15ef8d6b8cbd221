"""The commands about organisations, as a person at the host types them."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringwall.cli import main
from ringwall.identity.facts import Facts


@pytest.fixture
def ringwall(
    database: str,
    facts: Facts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Run a command against the database of the test; what it printed as JSON."""
    monkeypatch.setenv("RINGWALL_CONFIG", str(tmp_path / "ringwall.yaml"))

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main.run([*words, "--json"])
        said = capsys.readouterr()
        assert done.value.code == code, said
        return json.loads(said.out or said.err)

    return run


def test_an_organisation_from_its_first_day_to_its_last(ringwall: Any) -> None:
    from tests.identity import tenants

    assert ringwall("org", "add", "north", "--name", "North Sea")["name"] == "North Sea"
    assert "already" in ringwall("org", "add", "north", code=1)["error"]["message"]
    tenants.person("ada@example.com")
    made = ringwall("member", "add", "north", "ada@example.com", "--role", "administrator")
    assert made["roles"] == ["administrator"]
    last = ringwall("member", "remove", "north", "ada@example.com", code=1)
    assert "last administrator" in last["error"]["message"]
    link = ringwall("invite", "add", "north", "bob@example.com", "--role", "buyer")["link"]
    assert link.startswith("https://id.shop.localhost:8443/invitations/")
    assert ringwall("invite", "list", "north")[0]["email"] == "bob@example.com"
    ringwall("invite", "withdraw", "north", "bob@example.com")
    assert ringwall("invite", "list", "north") == []
    ruled = ringwall(
        "org", "rules", "north", "--second-factor", "required", "--network", "10.0.0.0/8"
    )
    assert (ruled["second_factor"], ruled["networks"]) == ("required", ["10.0.0.0/8"])
    assert ringwall("domain", "add", "north", "north.example")["verified"] is None
    assert ringwall("domain", "verify", "north", "north.example", "--trust")["verified"]
    token = ringwall("scim", "token", "north")
    assert token["token"].startswith("rws_")
    assert ringwall("scim", "withdraw", "north", str(token["id"]))["withdrawn"] == token["id"]
    assert ringwall("user", "show", "ada@example.com")["roles"] == {"north": ["administrator"]}
    ringwall("user", "disable", "ada@example.com", "--reason", "an incident")
    assert ringwall("user", "list")[0]["active"] is False
    assert ringwall("org", "suspend", "north", "--reason", "unpaid")["suspended"]
    assert ringwall("org", "restore", "north")["suspended"] is None
    assert ringwall("org", "remove", "north", code=2)["error"]["hint"]
    ringwall("org", "remove", "north", "--yes")
    assert ringwall("org", "list") == []
    assert (
        "there is no organisation" in ringwall("org", "show", "north", code=1)["error"]["message"]
    )
