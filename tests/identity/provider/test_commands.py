"""``ringwall client`` and ``ringwall key``, as somebody types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.identity.provider.party import TOKEN, Party, decoded
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.identity.facts import Facts
from ringwall.identity.key_format import is_whole
from ringwall.runtime.refusals import Refused


@pytest.fixture
def run(facts: Facts, state: Path, database: str) -> Any:
    """Type a command; what it prints, as JSON if it is."""
    app, runner = build(), CliRunner()

    def typed(*words: str) -> Any:
        done = runner.invoke(app, ["--state", str(state), *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if "--json" in words else done.stdout

    return typed


def test_a_client_from_its_beginning_to_its_end(run: Any, ada: Any) -> None:
    told = run("client", "add", "Billing", "--scope", "orders:read", "--role", "clerk", "--json")
    name = told["client_id"]
    from ringwall.identity import clients

    party = Party(clients.get(name), told["client_secret"])
    form = {"grant_type": "client_credentials"}
    assert decoded(party.post(TOKEN, form).json()["access_token"])["roles"] == ["clerk"]
    assert "Billing" in run("client", "list")
    shown = run("client", "show", name, "--json")
    assert told["client_secret"] not in json.dumps(shown)
    assert shown["grant_types"] == ["client_credentials"]
    fresh = run("client", "rotate-secret", name, "--overlap-days", "0", "--json")
    assert party.post(TOKEN, form).status_code == 401
    party.secret = fresh["client_secret"]
    assert party.post(TOKEN, form).status_code == 200
    run("client", "disable", name, "--reason", "it leaks")
    assert party.post(TOKEN, form).status_code == 401
    run("client", "enable", name)
    assert party.post(TOKEN, form).status_code == 200
    assert run("client", "remove", name, "--json")["removed"]
    assert run("client", "list", "--json") == []


def test_a_key_from_its_beginning_to_its_end(run: Any, ada: Any) -> None:
    words = ("--owner", "ada@example.com", "--organisation", "north", "--role", "buyer")
    made = run("key", "add", "Export", "--days", "30", *words, "--json")
    assert is_whole(made["key"])
    assert "Export" in run("key", "list")
    successor = run("key", "rotate", made["id"], "--days", "30", "--json")
    states = {one["id"]: one["state"] for one in run("key", "list", "--json")}
    assert states == {made["id"]: "ending", successor["id"]: "active"}
    run("key", "withdraw", made["id"])
    assert [one["id"] for one in run("key", "list", "--json")] == [successor["id"]]
    assert len(run("key", "list", "--all", "--json")) == 2


def test_what_cannot_be_is_told_in_a_sentence(run: Any, ada: Any, tmp_path: Path) -> None:
    key = tmp_path / "keys.json"
    key.write_text('{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}]}')
    wrong: list[tuple[str, tuple[str, ...]]] = [
        ("private", ("client", "add", "A", "--auth", "private_key_jwt", "--jwks", str(key))),
        ("public keys", ("client", "add", "A", "--auth", "private_key_jwt")),
        ("no way to authenticate", ("client", "add", "A", "--auth", "password")),
        ("http is only", ("client", "add", "A", "--redirect", "http://app.example/back")),
        ("wildcards", ("client", "add", "A", "--redirect", "https://*.example/back")),
        ("fragment", ("client", "add", "A", "--redirect", "https://app.example/#back")),
        ("needs a redirect URI", ("client", "add", "A", "--grant", "authorization_code")),
        ("cannot prove", ("client", "add", "A", "--auth", "none")),
        ("no audience", ("client", "add", "A", "--audience", "https://evil.example")),
        ("no organisation", ("client", "add", "A", "--organisation", "nowhere")),
        ("no client", ("client", "show", "nobody")),
        ("no API key", ("key", "withdraw", "rwk_eyJ")),
        ("366 days", ("key", "add", "A", "--days", "400", "--owner", "ada@example.com")),
        ("in the future", ("key", "add", "A", "--days", "-1", "--owner", "ada@example.com")),
        ("person or of a client", ("key", "add", "A", "--days", "1")),
        ("nobody", ("key", "add", "A", "--days", "1", "--owner", "eve@example.com")),
    ]
    for text, words in wrong:
        with pytest.raises(Refused) as told:
            run(*words)
        assert text in told.value.message, words
    from ringwall.identity.models import ApiClient, ApiKey

    assert ApiClient.objects.count() == ApiKey.objects.count() == 0
