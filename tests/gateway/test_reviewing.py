"""What was used of all that is permitted, and policies that permit no more than that."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.made_records import API, NOW, SHOP, Made, Scene, shop
from tests.gateway.test_replaying import answers_of, era_of, person, rows
from tests.lake.logs import append, edge_line, into_the_log

from ringwall.access.asking.askers import Asking
from ringwall.access.compiler.facts import Several
from ringwall.access.language.syntax import Effect
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.gateway.allowances import Allowances
from ringwall.gateway.commands.access_past import Names
from ringwall.gateway.commands.access_reviewing import (
    _require_room,
    _show,
    _show_written,
    _Span,
    _Written,
    _written_json,
)
from ringwall.gateway.envoy.access_log import LONGEST_PATH
from ringwall.gateway.least_privilege import Kept, LeastPrivilege
from ringwall.gateway.looking_back import with_policies
from ringwall.gateway.past import Reading, first_of
from ringwall.gateway.recorded import NO_TABLES
from ringwall.gateway.rejudging import Rejudging
from ringwall.gateway.replaying import Eras, Replay
from ringwall.gateway.reviewing import Findings, Permitted, Review, findings
from ringwall.gateway.wanted import Wanted
from ringwall.lake.places import Places
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections
from ringwall.runtime.refusals import Refused

ORDERS = f"https://{API}/v1/north/orders"
ADA = Principal(
    kind=PrincipalKind.USER,
    id="ada",
    name="Ada",
    tenant="north",
    roles=("customer", "billing-manager"),
)
EVE = Principal(kind=PrincipalKind.USER, id="eve", name="Eve", tenant="shop", roles=("support",))
PROGRAM = Principal(
    kind=PrincipalKind.CLIENT,
    id="program",
    name="Export",
    tenant="north",
    scopes=("orders:read", "orders:write"),
)


def scene(seed: int = 0) -> Scene:
    return Scene(answers_of(), seed)


def reviewed(made: Iterable[Made], everyone: Iterable[Principal] = ()) -> tuple[Review, Findings]:
    judge = era_of().judge
    review = Review(judge)
    for row in rows(made):
        review.see(row)
    return review, findings(review.used, judge, everyone)


def proposal(made: Iterable[Made], folder: Path) -> tuple[Wanted, str]:
    """What is proposed, judged like every other configuration."""
    judge = era_of().judge
    review, found, kept = Review(judge), LeastPrivilege(judge.wanted), Kept()
    for row in rows(made):
        seen = review.see(row)
        if seen is not None:
            found.see(*seen)
            kept.see(judge.question(*seen[:2]), *seen[:2])
    text = found.text(span="a day", since="then", until="now")
    (folder / "proposed.cedar").write_text(text)
    wanted = with_policies(_configuration(), folder, all_sections())
    again = Rejudging(wanted)
    assert all(again.judge(to, asked).allowed for to, asked in kept.all())
    return wanted, text


def test_what_cannot_be_judged_by_a_proposal_is_counted_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judge = era_of().judge
    kept, missing = Kept(), frozenset({Several.ROLES})
    made = [scene().request(person("support"), "GET", ORDERS)]
    for row in rows(made):
        seen = Review(judge).see(row)
        assert seen is not None
        to, asked = seen[:2]
        request = replace(asked.request, sets={})
        kept.see(1, to, replace(asked, request=request, unknown=asked.unknown | missing))
    told = _Written.of(Path("it"), judge.wanted, judge.wanted, kept)
    assert (told.kinds, told.denied, told.unjudged) == (1, 0, 1)
    assert _written_json(told)["unjudged"] == 1
    _show_written(told)
    said = " ".join(capsys.readouterr().out.split())
    assert "1 could not be judged by them" in said
    assert "would be denied by them" not in said


def test_what_was_cut_uses_nothing_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    judge = era_of().judge
    review = Review(judge)
    (row,) = rows([scene().request(person("support"), "GET", ORDERS)])
    assert review.see(row._replace(path="/" + "x" * (LONGEST_PATH - 1))) is None
    used = review.used
    assert (used.too_long, used.unjudged, len(used.doings)) == (1, 0, 0)
    assert len(used.came) == 1
    _show(findings(used, judge, ()), used, Reading(), _Span(1, 1.0), Names(NO_TABLES))
    assert "1 requests are too long to judge" in " ".join(capsys.readouterr().out.split())


def test_the_record_goes_back_to_where_its_first_request_ended(tmp_path: Path) -> None:
    """One that was open for weeks claims no weeks of which nothing is known."""
    places = Places(tmp_path, tmp_path / "run")
    record = places.edge[1]
    record.parent.mkdir(parents=True)
    line = (
        '{"time":"2026-11-01T00:00:00.000Z","request_id":null,"method":"GET","host":null,'
        '"path":"/","status":101,"details":null,"user":null,"client":null,"ms":%s}\n'
    )
    record.write_text(line % (20 * 86_400_000))
    assert first_of(places) == (None, datetime(2026, 11, 21, tzinfo=UTC))
    record.write_text(line % "null")
    assert first_of(places) == (None, datetime(2026, 11, 1, tzinfo=UTC))
    record.write_text(line % (20 * 86_400_000))
    for flush in (False, True):
        into_the_log(tmp_path, flush=flush)
        assert first_of(places) == (None, datetime(2026, 11, 21, tzinfo=UTC))
    append(places.edge[0], edge_line(time="2026-11-27T04:00:00.000Z", ms=1000))
    ended = datetime(2026, 11, 27, 4, 0, 1, tzinfo=UTC)
    assert first_of(places)[0] == ended
    for flush in (False, True):
        into_the_log(tmp_path, flush=flush)
        assert first_of(places) == (ended, datetime(2026, 11, 21, tzinfo=UTC))


@lru_cache
def _configuration() -> Configuration:
    return load(SHOP / "ringwall.yaml", all_sections())


@given(seed=st.integers(0, 2**32), count=st.integers(1, 40))
@settings(max_examples=12, deadline=None)
def test_what_is_proposed_lets_in_all_that_was_used_and_nothing_that_was_denied(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    made = list(scene(seed).requests(count))
    wanted, _ = proposal(made, tmp_path_factory.mktemp("proposed"))
    then, new = era_of(), Rejudging(wanted)
    replay = Replay(Eras([0.0], lambda _: then), new)
    for row in rows(made):
        replay.judge(row)
    assert not replay.found.changes
    assert not replay.found.unjudged
    # Nobody else may anything that they might not before.
    other = Replay(Eras([0.0], lambda _: then), new)
    for row in rows(scene(seed + 1).requests(40)):
        other.judge(row)
    assert other.found.count(granted=True) == 0


def test_a_proposal_names_roles_routes_and_actions_that_were_used(tmp_path: Path) -> None:
    asked = scene()
    made = [
        asked.request(person("support"), "GET", ORDERS),
        asked.request(_asking(ADA), "GET", f"{ORDERS}/7"),
        asked.request(_asking(ADA), "POST", f"{ORDERS}/7/refund"),
    ]
    wanted, text = proposal(made, tmp_path)
    assert wanted.policies is not None
    permits = {one.id: one.text for one in wanted.policies.policies if one.effect is Effect.PERMIT}
    assert list(permits) == [
        "billing-managers-refund-on-order-refund-as-billing-manager",
        "customers-read-on-order-as-billing-manager",
        "support-reads-after-a-second-factor-on-orders-as-support",
        "services-call-what-they-declare",
    ]
    support = permits["support-reads-after-a-second-factor-on-orders-as-support"]
    assert 'principal is User in Role::"support"' in support
    assert 'action in [Action::"GET", Action::"HEAD"]' in support
    assert 'resource == Route::"orders"' in support
    assert "principal.proven_ago <= 3600 };" in support
    forbids = [one.id for one in wanted.policies.policies if one.effect is Effect.FORBID]
    before = answers_of().policies.policies
    assert forbids == [one.id for one in before if one.effect is Effect.FORBID]
    assert "pages" not in text
    allowances = Allowances(wanted)
    assert Permitted(allowances).doings() == {
        ("orders", "GET"),
        ("order", "GET"),
        ("order-refund", "orders:refund"),
    }


def test_a_mark_for_call_outs_and_words_for_readers_are_kept(tmp_path: Path) -> None:
    judge = Rejudging(
        shop(
            (
                b'@id("stock-is-open")',
                b'@id("stock-is-open")\n@description("for \\"all\\"")\n@advice("come in")',
            )
        )
    )
    found = LeastPrivilege(judge.wanted)
    review = Review(judge)
    for row in rows(scene().requests(60)):
        seen = review.see(row)
        if seen is not None:
            found.see(*seen)
    text = found.text(span="a day", since="then", until="now")
    assert '@description("for \\"all\\"")\n@advice("come in")\npermit' in text


def test_roles_scopes_and_programs_that_did_nothing_are_told() -> None:
    asked = scene()
    made = [
        asked.request(_asking(ADA), "GET", f"{ORDERS}/7"),
        asked.request(_asking(PROGRAM), "GET", ORDERS),
        asked.request(person("support", id_="bob"), "GET", ORDERS),
    ]
    idle = Principal(kind=PrincipalKind.CLIENT, id="idle", name="Idle", scopes=("orders:read",))
    key = Principal(kind=PrincipalKind.USER, id="ada", name="Key", key="k1", roles=("customer",))
    review, found = reviewed(made, [ADA, EVE, PROGRAM, idle, key])
    # Either of Ada's roles would have been enough, so that both were used.
    assert found.grants == ((EVE, "support"),)
    assert found.scopes == ((PROGRAM, "orders:write"),)
    assert found.clients == (idle, key)
    assert ("orders", "GET") not in found.doings
    assert ("order-refund", "orders:refund") in found.doings
    assert "billing-managers-refund" in found.policies
    assert "customers-read" not in found.policies
    assert "services-call-what-they-declare" not in found.policies, "of it nothing is recorded"
    widths = {one.role: one for one in found.widths}
    assert widths["billing-manager"].permits - widths["customer"].permits == {
        ("order-refund", "orders:refund")
    }
    assert widths["customer"].used == {("order", "GET")}
    assert widths["customer"].holders == 2
    assert widths["support"].permits == {
        ("orders", "GET"),
        ("order", "GET"),
        ("order-events", "GET"),
    }
    assert review.used.roles["ada", "north", "customer"].last == NOW + 0.25


def test_roles_that_only_ringwall_itself_asks_for_are_not_called_unused() -> None:
    olga = replace(EVE, id="olga", roles=("owner", "support"))
    _, found = reviewed([], [olga])
    assert found.grants == ((olga, "support"),)


def test_a_scope_that_a_key_of_a_client_needs_is_used_by_the_client_too() -> None:
    key = replace(PROGRAM, key="k1", scopes=("orders:read",))
    (row,) = rows([scene().request(_asking(PROGRAM), "GET", ORDERS)])
    judge = era_of().judge
    review = Review(judge)
    assert review.see(row._replace(session="k1", scopes="orders:read")) is not None
    found = findings(review.used, judge, [PROGRAM, key])
    assert found.clients == ()
    assert found.scopes == ((PROGRAM, "orders:write"),)


def test_what_is_denied_uses_nothing_but_the_policy_that_denies() -> None:
    asked = scene()
    made = [asked.request(_asking(ADA), "GET", f"https://{API}/v1/south/orders") for _ in range(6)]
    review, found = reviewed(made, [ADA])
    assert set(review.used.policies) == {"tenants-stay-apart"}
    assert [role for _, role in found.grants] == ["customer", "billing-manager"]
    assert found.knocking == ((("ada", "north", None, None), 6, 6),)


def test_a_proposal_is_put_below_folders_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        _require_room(tmp_path / "file" / "new" / "drafts")
    assert refused.value.message.endswith(f"cannot be made: {tmp_path / 'file'} is not a folder")
    _require_room(tmp_path / "new" / "drafts")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 minutes"),
        (60, "1 minute"),
        (660, "11 minutes"),
        (7200, "2 hours"),
        (172800, "2 days"),
    ],
)
def test_a_short_record_is_told_as_short_as_it_is(seconds: int, told: str) -> None:
    assert str(_Span(asked=90, covered=seconds / 86_400)) == told


def test_what_nobody_may_any_more_is_no_use() -> None:
    made = [scene().request(person("support", ago=3000), "GET", ORDERS)]
    stricter = (b"principal.proven_ago <= 3600", b"principal.proven_ago <= 600")
    review = Review(era_of(stricter).judge)
    (row,) = rows(made)
    assert review.see(row) is None
    assert not review.used.doings
    # Where it is not known, what was recorded counts, for the proposal too.
    seen = review.see(row._replace(proven=None))
    assert seen is not None
    assert seen[2].by == ("support-reads-after-a-second-factor",)
    assert review.used.unjudged == 1


def _asking(principal: Principal) -> Asking:
    return Asking(principal=principal, strength="mfa", proven_ago=0, now=NOW)
