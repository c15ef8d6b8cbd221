"""Every command about people and programs, shown to succeed and to fail, as scripts do for others.

They ask the tables, which scripts could only do with a whole Ringwall for each; here they run in
this process, on both databases.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.cli import main
from ringwall.cli.guarding import action_of
from ringwall.identity import facts as facts_file
from ringwall.identity.config import Mail, Smtp, SmtpSecurity
from ringwall.identity.facts import Facts

MAIL, NOBODY = "ada@example.com", "nobody@example.com"


def every_command(above: Any = None, name: str = "") -> Iterator[tuple[str, Any]]:
    """``up``, ``client add``, ``access request make`` and the like, however deep, with each."""
    group: Any = above or get_command(main.build())
    for own, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from every_command(one, f"{name}{own} ")
        else:
            yield f"{name}{own}", one


def commands_of_tables() -> set[str]:
    """Those that ask the tables: of identity, the queue, the inventory, and of code by its name."""
    return {
        name
        for name, one in every_command()
        if one.callback is not None
        and one.callback.__module__.startswith(
            (
                "ringwall.identity.commands",
                "ringwall.findings.commands",
                "ringwall.inventory.commands",
                "ringwall.posture.commands.declaring",
            )
        )
    }


def name_of(words: list[str]) -> str:
    """The command that a line begins with: of as many words as there are to its name."""
    return " ".join(words[: 3 if words[:2] == ["access", "request"] else 2])


DOES = {f"{mark.group} {mark.name}": action_of(mark) for mark, _ in main._found() if mark.group}

TELL_OF_THE_PROGRAM_ALONE = {"version", "completion", "schema", "checks", "code"}


def test_every_command_names_the_action_that_it_is_guarded_by() -> None:
    marks = [mark for mark, _ in main._found() if not mark.hidden]
    assert len(marks) > 60
    nameless = {mark.name for mark in marks if not action_of(mark)}
    assert nameless == TELL_OF_THE_PROGRAM_ALONE
    assert {action_of(mark) for mark in marks} - {""} <= set(Action)


def test_no_command_runs_that_the_policies_deny(
    typed: "Typist", monkeypatch: pytest.MonkeyPatch
) -> None:
    told = guarding.Decision(allowed=False, policies=("x",), asked="asked", reference="12345678")
    monkeypatch.setattr(guarding, "may", lambda *_: told)
    for line in ("org add north", "user list", "status", "mail list"):
        typed.fails(line)
    monkeypatch.undo()


class Typist:
    """Types commands and remembers how each ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.shown: dict[str, set[bool]] = {}
        self.unasked: list[str] = []
        """Commands that ran without asking about what they name, as the machine."""

    def __call__(self, line: str, *more: str) -> Any:
        """Type a command that succeeds; what it printed as JSON."""
        code, told = self._type([*line.split(), *more])
        assert code == 0, told
        return json.loads(told)

    def finds(self, line: str) -> Any:
        """Type a command that finds fault; what it printed as JSON."""
        code, told = self._type(line.split())
        assert code != 0, told
        return json.loads(told)

    def fails(self, line: str, *more: str) -> None:
        """Type a command that says in one sentence why not."""
        code, told = self._type([*line.split(), *more])
        assert code != 0, told
        assert json.loads(told)["error"]["message"]

    def _type(self, words: list[str]) -> tuple[int, str]:
        self._capsys.readouterr()
        asked: set[tuple[Any, Any]] = set()
        decide = guarding.may

        def noting(principal: Any, action: Any, *more: Any) -> guarding.Decision:
            asked.add((principal, action))
            return decide(principal, action, *more)

        with pytest.MonkeyPatch.context() as watched:
            watched.setattr(guarding, "may", noting)
            with pytest.raises(SystemExit) as done:
                main.run([*words, "--json"])
        does = DOES.get(name_of(words))
        if done.value.code == 0 and (guarding.MACHINE, does) not in asked:
            self.unasked.append(" ".join(words))
        said = self._capsys.readouterr()
        code = done.value.code
        assert isinstance(code, int)
        self.shown.setdefault(name_of(words), set()).add(code == 0)
        return code, said.out or said.err


@pytest.fixture
def typed(
    database: str,
    facts: Facts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typist:
    """Somebody at the host's terminal."""
    monkeypatch.setenv("RINGWALL_CONFIG", str(tmp_path / "ringwall.yaml"))
    return Typist(capsys)


def test_every_command_is_shown_to_succeed_and_to_fail(
    typed: Typist,
    facts: Facts,
    state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.identity import tenants

    assert typed("admin link")["link"].startswith(facts.origin)
    _organisations(typed)
    tenants.person(MAIL)
    _members(typed)
    _connections(typed, tmp_path)
    _domains_and_providers(typed, tmp_path, monkeypatch)
    _programs(typed)
    _requests(typed, facts)
    _mail(typed, facts, state)
    _inventory(typed, tmp_path)
    _findings(typed, tmp_path)
    _administrators(typed)
    _ends(typed)
    assert len(typed.shown) > 40
    assert typed.unasked == []
    known = commands_of_tables()
    assert {name for name in known if typed.shown.get(name) != {True, False}} == set()


def _organisations(typed: Typist) -> None:
    typed("org add north", "--name", "North Sea")
    typed.fails("org add north")
    assert len(typed("org list")) == 1
    typed.fails("org list south")
    typed("org show north")
    typed.fails("org show south")
    typed("org rules north --second-factor optional")
    typed.fails("org rules north --network nowhere")
    typed("org suspend north --reason unpaid")
    typed.fails("org suspend south --reason unpaid")
    typed("org restore north")
    typed.fails("org restore south")


SHOP = """\
version: 1
edge: {hosts: {shop.localhost: {}}}
services:
  orders: {addresses: ["127.0.0.1:7401"], owner: us, calls: [billing]}
  billing: {addresses: ["127.0.0.1:7402"], owner: us}
routes: [{name: orders, hosts: [shop.localhost], path: /orders, service: orders}]
inventory:
  rules: [{name: edge, match: {kind: ringwall-*}, owner: platform@example.com}]
"""


def _inventory(typed: Typist, tmp_path: Path) -> None:
    typed.fails("inventory fill")
    (tmp_path / "ringwall.yaml").write_text(SHOP)
    filled = {one["source"]: one for one in typed("inventory fill")}
    assert filled["ringwall/identity"]["told"] > 0
    assert filled["ringwall/log"]["partial"] == "there is no log yet"
    told = filled["ringwall/configuration"]
    assert (told["appeared"], told["failed"]) == (told["told"], None)
    route, *services = typed("inventory list kind:ringwall-route,ringwall-service")
    assert (route["reach"], route["owner"]) == ("internet", "platform@example.com")
    assert [one["reach"] for one in services] == ["behind", "internet"]
    typed.fails("inventory list environment:prod")
    assert typed("inventory list is:unowned --count") == {"count": 0}
    assert len(typed("inventory search BILLING")) == 1
    typed.fails("inventory search billing --limit 0")
    assert typed("inventory show billing")["owner"] == "us"
    typed.fails("inventory show nothing")
    (way,) = typed("inventory path billing")["ways"]
    assert [hop["to"].partition("/")[0] for hop in way][-2:] == ["ringwall-service"] * 2
    assert typed.finds("inventory path edge --from billing")["ways"] == []
    typed.fails("inventory path nothing")
    given = typed("inventory categorise ringwall-service/orders")["categories"]["owner"]
    assert given == {"value": "us", "by": "declared"}
    assert typed("inventory categorise")["unowned"] == {}
    typed.fails("inventory categorise nothing")
    appeared = typed("inventory diff kind:ringwall-service --since 1h")
    assert [one["what"] for one in appeared] == ["appeared", "appeared"]
    typed.fails("inventory diff --since yesterday")


REPORT = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "scanner", "rules": [{"id": "R1"}]}},
            "results": [
                {
                    "ruleId": "R1",
                    "message": {"text": "a secret is in the code"},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}],
                }
            ],
        }
    ],
}


def _findings(typed: Typist, tmp_path: Path) -> None:
    (tmp_path / "ringwall.yaml").write_text("version: 1\nedge: {hosts: {a.localhost: {}}}\n")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text('resource "aws_sqs_queue" "it" {}\n')
    typed(f"posture declare shop {tmp_path / 'infra'}")
    typed.fails(f"posture declare Shop {tmp_path / 'infra'}")
    typed.fails(f"posture declare shop {tmp_path / 'nowhere'}")
    typed.fails(f"posture declare ringwall {tmp_path / 'infra'}")
    typed.fails("posture declare shop")
    report = tmp_path / "report.sarif"
    report.write_text(json.dumps(REPORT))
    typed(f"findings import {report} --component code-repository/shop")
    typed.fails(f"findings import {tmp_path / 'nothing.sarif'}")
    (one,) = typed("findings list --component code-repository/shop")
    typed.fails("findings list --state closed")
    uid = one["uid"]
    typed(f"findings show {uid}")
    typed(f"findings acknowledge {uid}")
    typed(f"findings start {uid}")
    typed(f"findings assign {uid} ada")
    typed(f"findings comment {uid} looking")
    typed(f"findings done {uid}")
    typed(f"findings reopen {uid} --reason it-has-come-back-again")
    typed(
        f"findings accept {uid} --owner ada --reason only-test-data-lies-there --until 2027-02-01"
    )
    typed(f"findings reopen {uid} --reason it-has-come-back-again")
    typed(f"findings reject {uid} --reason it-is-no-secret-at-all --until 2027-02-01")
    typed("findings export --format sarif --all")
    typed.fails("findings export --format nothing")
    for move in ("show", "acknowledge", "start", "done", "reopen"):
        typed.fails(f"findings {move} none")
    typed.fails("findings assign none ada")
    typed.fails("findings comment none looking")
    typed.fails(
        "findings accept none --owner ada --reason it-is-no-secret-at-all --until 2027-02-01"
    )
    typed.fails("findings reject none --reason it-is-no-secret-at-all --until 2027-02-01")


def _members(typed: Typist) -> None:
    typed(f"member add north {MAIL} --role administrator")
    typed.fails(f"member add south {MAIL}")
    typed("member list north")
    typed.fails("member list south")
    typed(f"member roles north {MAIL} --role administrator --role buyer")
    typed.fails(f"member roles north {NOBODY} --role buyer")
    typed("invite add north bob@example.com --role buyer")
    typed.fails("invite add south bob@example.com")
    typed("invite list north")
    typed.fails("invite list south")
    typed("invite withdraw north bob@example.com")
    typed.fails("invite withdraw north bob@example.com")
    typed("user list")
    typed.fails("user list --nobody")
    typed(f"user show {MAIL}")
    typed.fails(f"user show {NOBODY}")
    typed(f"user sessions {MAIL}")
    typed.fails(f"user sessions {NOBODY}")
    typed(f"user end-sessions {MAIL} --reason travel")
    typed.fails(f"user end-sessions {NOBODY} --reason travel")
    typed(f"user disable {MAIL} --reason leave")
    typed.fails(f"user disable {NOBODY} --reason leave")
    typed(f"user enable {MAIL}")
    typed.fails(f"user enable {NOBODY}")


def _connections(typed: Typist, folder: Path) -> None:
    typed("domain add north north.example")
    typed.fails("domain add south north.example")
    typed("domain verify north north.example --trust")
    typed.fails("domain verify north other.example --trust")
    typed("domain list north")
    typed.fails("domain list south")
    secret = folder / "secret"
    secret.write_text("a secret of theirs")
    wanted = "--issuer https://login.north.example --client-id shop"
    typed(f"sso add north north-login {wanted}", "--client-secret-file", str(secret))
    typed.fails(f"sso add south login {wanted}", "--client-secret-file", str(secret))
    typed("sso list north")
    typed.fails("sso list south")
    typed("sso map north buyers buyer")
    typed.fails("sso map south buyers buyer")
    typed.fails("sso test north nothing")
    typed("sso remove north north-login")
    typed.fails("sso remove north north-login")
    token = typed("scim token north")
    typed.fails("scim token south")
    typed("scim list north")
    typed.fails("scim list south")
    typed("scim withdraw north", str(token["id"]))
    typed.fails("scim withdraw north 999999")


def _domains_and_providers(typed: Typist, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a name server and a provider that answer, on loopback."""
    import dns.resolver
    from tests.identity.sso import names, openid

    with names.serving() as server, openid.serving() as provider:
        monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver)
        token = typed("domain add north mail.north.example")["token"]
        typed.fails("domain verify north mail.north.example")
        server.texts["_ringwall-domain.mail.north.example"] = "ringwall-domain=anothers"
        typed.fails("domain verify north mail.north.example")
        server.texts["_ringwall-domain.mail.north.example"] = token
        assert typed("domain verify north mail.north.example")["verified"]
        assert set(server.asked) == {"_ringwall-domain.mail.north.example"}

        secret = folder / "another-secret"
        secret.write_text("a shared secret")
        wanted = f"--issuer {provider.issuer} --client-id us --private-network"
        typed(f"sso add north north-id {wanted}", "--client-secret-file", str(secret))
        found = {one["point"]: one["fine"] for one in typed("sso test north north-id")}
        assert found == {"domains": True, "issuer": True, "sign-on": True, "keys": True}
        provider.discovery["authorization_endpoint"] = "https://idp.example;script-src *"
        found = {one["point"]: one["fine"] for one in typed.finds("sso test north north-id")}
        assert found == {"domains": True, "issuer": True, "sign-on": False, "keys": True}
        provider.down = True
        assert not all(one["fine"] for one in typed.finds("sso test north north-id"))
        typed("sso remove north north-id")


def _programs(typed: Typist) -> None:
    name = typed("client add Billing --grant client_credentials --scope a:b")["client_id"]
    typed.fails("client add Billing --auth nonsense")
    typed("client list")
    typed.fails("client list nonsense")
    for verb in ("show", "rotate-secret", "disable", "enable", "remove"):
        typed(f"client {verb}", name)
        typed.fails(f"client {verb}", "nobody")
    owner = f"--owner {MAIL} --organisation north --role buyer"
    key = typed(f"key add Export --days 30 {owner}")["id"]
    typed.fails(f"key add Export --days 3000 {owner}")
    typed("key list")
    typed.fails("key list nonsense")
    fresh = typed(f"key rotate {key} --days 30")["id"]
    typed.fails("key rotate knothing --days 30")
    typed(f"key withdraw {fresh}")
    typed.fails("key withdraw knothing")


def _requests(typed: Typist, facts: Facts) -> None:
    """Asked for by a command, and by Ada herself: only the latter is approved by a command."""
    from tests.identity import requesting
    from tests.identity.tenants import member

    from ringwall.identity.models import User

    requesting.offer(facts)
    wanted = f"north {MAIL} --role approver --reason month-end"
    made = typed(f"access request make {wanted} --for 1h")
    assert (made["state"], made["by_command"], made["lasts"]) == ("waiting", True, "1h")
    typed.fails(f"access request make {wanted} --for 1h")
    typed.fails(f"access request make {wanted} --for long")
    typed.fails(f"access request approve {made['request']}")
    assert typed("access request list --organisation north --state waiting") == [made]
    assert typed("access request list --state denied") == []
    typed.fails("access request list --state lost")
    denied = typed(f"access request deny {made['request'][:8]} --reason later")
    assert (denied["state"], denied["closed_by"], denied["note"]) == (
        "denied",
        "a command",
        "later",
    )
    typed.fails(f"access request deny {made['request']} --reason later")
    user = User.objects.get(email=MAIL)
    own = str(requesting.ask(user, "north", "approver").pk)
    typed.fails(f"access request approve {own} --for 9h")
    done = typed(f"access request approve {own} --for 30m")
    assert (done["state"], done["approved_by"]) == ("granted", ["a command"])
    assert (done["lasts"], done["given"]) == ("1h", "30m")
    assert requesting.held(user, "north") == {"administrator", "approver", "buyer"}
    ended = typed(f"access request end {own} --reason done")
    assert (ended["state"], member(user, "north").roles) == ("ended", ["administrator", "buyer"])
    assert requesting.held(user, "north") == {"administrator", "buyer"}
    typed.fails(f"access request end {own} --reason done")
    another = str(requesting.ask(user, "north", "approver").pk)
    assert typed(f"access request withdraw {another}")["state"] == "withdrawn"
    typed.fails(f"access request withdraw {another}")
    for nothing in ("00000000", "zz", "00"):
        typed.fails(f"access request approve {nothing}")


def _with_server(facts: Facts, state: Path) -> None:
    smtp = Smtp(host="localhost", port=1, security=SmtpSecurity.NONE)
    settings = facts.settings.model_copy(update={"mail": Mail(smtp=smtp)})
    facts_file.write(state, replace(facts, settings=settings))


def _mail(typed: Typist, facts: Facts, state: Path) -> None:
    from ringwall.identity.models import OutgoingMail

    waiting = typed("mail list")
    typed.fails("mail list --limit some")
    number = str(OutgoingMail.objects.order_by("pk").first().pk)  # type: ignore[union-attr]
    assert waiting
    typed("mail show", number)
    typed.fails("mail show 999999")
    _with_server(facts, state)
    typed("mail resend", number)
    typed.fails("mail resend 999999")


def _administrators(typed: Typist) -> None:
    typed(f"admin recover {MAIL} --reason lost")
    typed.fails(f"admin recover {NOBODY} --reason lost")
    typed.fails("admin link nonsense")


def _ends(typed: Typist) -> None:
    from tests.identity import tenants

    tenants.person("bob@example.com")
    typed("member add north bob@example.com --role buyer")
    typed("member remove north bob@example.com")
    typed.fails(f"member remove north {NOBODY}")
    typed("org remove north --yes")
    typed.fails("org remove north --yes")


def test_tables_that_are_being_made_are_waited_for_and_old_ones_refused(
    database: str, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.runtime import opening
    from ringwall.runtime.refusals import Refused

    whole = opening._ours()
    opening._require_tables(being_made=False)
    steps = [set(), set(list(whole)[:2]), whole]
    monkeypatch.setattr(opening, "_applied", lambda: steps.pop(0))
    opening._require_tables(being_made=True)
    assert steps == []
    without = {one for one in whole if one[0] != "identity"}
    monkeypatch.setattr(opening, "_applied", lambda: without)
    opening._require_tables(being_made=False, absent=lambda: {"identity"})
    with pytest.raises(Refused, match="tables of an older version"):
        opening._require_tables(being_made=False)
    monkeypatch.setattr(opening, "_applied", set)
    with pytest.raises(Refused, match="no tables yet"):
        opening._require_tables(being_made=False, absent=lambda: {app for app, _ in whole})
    older = {("identity", "0001_initial")}
    assert older < whole
    for done, said in ((set(), "no tables yet"), (older, "tables of an older version")):
        monkeypatch.setattr(opening, "_applied", lambda done=done: done)
        with pytest.raises(Refused, match=said):
            opening._require_tables(being_made=False)
