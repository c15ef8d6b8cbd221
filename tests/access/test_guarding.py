"""Ringwall itself: what Cedar's engine says of its policies, beside what is written of them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.access import guarding, policies
from ringwall.access.actions import HANDS_OUT, ON, Action
from ringwall.access.built_in import BUILT_IN, PROVIDER_ROLES
from ringwall.access.guarding import COMPANY, DEFAULT, MACHINE, UNDECIDED, Entity, handing

TEXT: Final = guarding.POLICIES.read_text(encoding="utf-8")
SCHEMA: Final = guarding.SCHEMA.read_text(encoding="utf-8")

SHOP: Final = Entity("Organisation", "shop", {"company": True, "suspended": False})
NORTH: Final = Entity("Organisation", "north", {"company": False, "suspended": False})
SOUTH: Final = Entity("Organisation", "south", {"company": False, "suspended": False})
ASLEEP: Final = Entity("Organisation", "asleep", {"company": False, "suspended": True})
PLACES: Final = (SHOP, NORTH, SOUTH, ASLEEP)
POWERS: Final = {"owner", "security-administrator", "operator", "auditor", "developer"}


def user(
    name: str,
    *roles: str,
    administers: tuple[Entity, ...] = (),
    belongs: tuple[Entity, ...] = (),
    passing: tuple[str, ...] = (),
    administers_passing: tuple[Entity, ...] = (),
) -> Entity:
    attributes = {
        "administers": frozenset(administers),
        "administers_passing": frozenset(administers_passing),
        "belongs": frozenset(belongs),
        "passing": frozenset(passing),
    }
    return Entity("User", name, attributes, tuple(guarding.role(one) for one in roles))


def let_in(who: Entity, *by: Entity) -> Entity:
    """Somebody whom others have let in."""
    return replace(who, attributes={**who.attributes, "let_in_by": frozenset(by)})


def allowed(
    principal: Entity, action: Action, resource: Entity, context: Any = None, **more: Any
) -> bool:
    if context is None:
        context = handing(**more) if action in HANDS_OUT else {}
    return guarding.may(principal, action, resource, context).allowed


@dataclass(frozen=True)
class Declared:
    """An action, or a group of them, as the schema declares it."""

    groups: tuple[str, ...]
    principals: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


_ACTION: Final = re.compile(
    r"action (?P<names>[^;{]*?)(?:\s+in \[(?P<groups>[^]]*)\])?"
    r"(?:\s+appliesTo \{ principal: \[(?P<who>[^]]*)\], resource: \[(?P<what>[^]]*)\],[^;]*)?;"
)


def actions_of_schema() -> dict[str, Declared]:
    text = re.sub(r"//.*", "", SCHEMA)
    return {
        name: Declared(
            tuple(re.findall(r'"([^"]+)"', one["groups"] or "")),
            tuple(re.findall(r"\w+", one["who"] or "")),
            tuple(re.findall(r"\w+", one["what"] or "")),
        )
        for one in _ACTION.finditer(text)
        for name in re.findall(r'"([^"]+)"', one["names"])
    }


# What is written of them, in other words than the policies': who sees and changes what

ORGANISATION: Final = {
    "see": "members:see invitations:see rules:see connections:see directories:see requests:see",
    "manage": "roles:grant roles:take members:remove members:invite invitations:withdraw "
    "rules:change",
    "doors": "networks:change connections:change domains:change groups:map directories:change",
}
INSTALLATION: Final = {
    "people": "organisations:see people:see keys:see",
    "guards": "policies:see access:see clients:see",
    "running": "outbox:see configuration:see processes:see certificates:see",
    "operate": "configuration:apply processes:operate certificates:renew outbox:resend",
    "manage": "organisations:make organisations:suspend organisations:remove people:disable "
    "people:recover people:end-sessions",
    "mail": "mail:read",
}
OF_COMPANY: Final = {
    "owner": "people guards running operate manage mail",
    "security-administrator": "people guards running manage",
    "operator": "running operate",
    "auditor": "people guards running",
    "developer": "guards",
    "member": "",
    "guest": "",
}
IN_ORGANISATIONS: Final = {
    "owner": "see manage doors",
    "security-administrator": "see manage",
    "auditor": "see",
}
"""Whichever organisation it is."""


def _of(groups: dict[str, str]) -> list[tuple[str, Action]]:
    return [(group, Action(one)) for group, some in groups.items() for one in some.split()]


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_every_role_of_the_company_does_what_is_written_of_it_and_nothing_else(role: str) -> None:
    asker = user("ada", role, belongs=(SHOP,))
    for group, action in _of(INSTALLATION):
        expected = group in OF_COMPANY[role].split()
        assert allowed(asker, action, COMPANY) == expected, action
    for place, (group, action) in product(PLACES, _of(ORGANISATION)):
        expected = group in IN_ORGANISATIONS.get(role, "").split()
        assert allowed(asker, action, place) == expected, (action, place)


def test_administrators_keep_their_own_organisation_and_no_other() -> None:
    asker = user("ada", administers=(NORTH, ASLEEP), belongs=(NORTH, ASLEEP))
    for place, (_, action) in product(PLACES, _of(ORGANISATION)):
        assert allowed(asker, action, place) == (place == NORTH), (action, place)
    assert not any(allowed(asker, action, COMPANY) for _, action in _of(INSTALLATION))
    usurper = user("eve", administers=(SHOP,), belongs=(SHOP,))
    assert not any(allowed(usurper, action, SHOP) for _, action in _of(ORGANISATION))


def test_who_has_no_role_does_nothing_but_for_themselves() -> None:
    nobody = user("ada")
    for action in Action:
        for resource in _resources(user("bob")):
            context = {"addressed": False} if action == Action.INVITATIONS_TAKE else None
            assert not allowed(nobody, action, resource, context), (action, resource)


def request_of(asker: Entity, of: Entity = SHOP, *, by_machine: bool = False) -> Entity:
    attributes = {"asker": asker, "of": of, "by_machine": by_machine}
    return Entity("Request", f"{asker.id} in {of.id}", attributes, (of,))


def _resources(owner: Entity) -> list[Entity]:
    return [
        COMPANY,
        *PLACES,
        owner,
        Entity("Session", "s", {"owner": owner}),
        Entity("Consent", "c", {"owner": owner}),
        Entity("Key", "k", {"owner": owner}),
        Entity("Key", "of-program", {"client": Entity("Client", "c")}),
        Entity("Client", "c", {"maker": owner}),
        Entity("Client", "companys"),
        request_of(owner),
    ]


OWN: Final = [
    (Action.ACCOUNT_SEE, 5),
    (Action.ACCOUNT_CHANGE, 5),
    (Action.SESSIONS_LIST, 5),
    (Action.KEYS_LIST, 5),
    (Action.KEYS_MAKE, 5),
    (Action.APPLICATIONS_LIST, 5),
    (Action.ORGANISATIONS_LIST, 5),
    (Action.REQUESTS_LIST, 5),
    (Action.SESSIONS_END, 6),
    (Action.APPLICATIONS_WITHDRAW, 7),
    (Action.KEYS_ROTATE, 8),
    (Action.KEYS_WITHDRAW, 8),
]


@pytest.mark.parametrize("role", [*PROVIDER_ROLES, None])
def test_everybody_keeps_what_is_theirs_and_nobody_acts_as_another(role: str | None) -> None:
    asker, other = user("ada", *([role] if role else [])), user("bob")
    for action, which in OWN:
        assert allowed(asker, action, _resources(asker)[which]), action
        manages = role in {"owner", "security-administrator"} and action == Action.KEYS_WITHDRAW
        assert allowed(asker, action, _resources(other)[which]) == manages, action


@pytest.mark.parametrize("role", [*PROVIDER_ROLES, None])
def test_programs_are_kept_by_who_manages_and_by_the_developer_whose_they_are(
    role: str | None,
) -> None:
    asker = user("ada", *([role] if role else []))
    manages = role in {"owner", "security-administrator"}
    *_, own, companys, _ = _resources(asker)
    others = _resources(user("bob"))[-3]
    for action in (one for one in Action if one.startswith("clients:") and one != "clients:see"):
        assert allowed(asker, action, own) == (manages or role == "developer"), action
        assert allowed(asker, action, others) == manages, action
        assert allowed(asker, action, companys) == manages, action


def test_developers_give_programs_no_more_than_they_have() -> None:
    asker = user("ada", "developer")
    own = Entity("Client", "c", {"maker": asker})
    for action in (Action.CLIENTS_MAKE, Action.CLIENTS_CHANGE, Action.CLIENTS_KEYS):
        assert allowed(asker, action, own, roles=["clerk"], held=["clerk", "developer"])
        assert not allowed(asker, action, own, roles=["clerk"], held=["developer"])
        assert allowed(asker, action, own, scopes=["openid"], held_scopes=["openid"])
        assert not allowed(asker, action, own, scopes=["orders:refund"], held_scopes=["openid"])


@pytest.mark.parametrize("role", PROVIDER_ROLES)
@pytest.mark.parametrize("given_role", [*PROVIDER_ROLES, "clerk"])
def test_who_hands_out_which_role_of_the_company(role: str, given_role: str) -> None:
    asker = user("ada", role, belongs=(SHOP,))
    to_others = role == "owner" or (role == "security-administrator" and given_role != "owner")
    to_self = to_others and (role == "owner" or role == given_role)
    for action in (Action.ROLES_GRANT, Action.MEMBERS_INVITE, Action.ROLES_TAKE):
        said: dict[str, Any] = {"roles": [given_role], "held": [role]}
        assert allowed(asker, action, SHOP, **said) == to_others, action
        assert allowed(asker, action, SHOP, **said, to_self=True) == to_self, action


@pytest.mark.parametrize("given_role", [*BUILT_IN, "buyer"])
def test_customers_have_no_role_that_means_power_over_the_company(given_role: str) -> None:
    boss = user("boss", administers=(NORTH,), belongs=(NORTH,))
    for asker in (boss, user("ada", "owner", belongs=(SHOP,))):
        for action in (
            Action.ROLES_GRANT,
            Action.MEMBERS_INVITE,
            Action.CONNECTIONS_CHANGE,
            Action.GROUPS_MAP,
        ):
            told = {"roles": [given_role], "held": ["administrator"]}
            assert allowed(asker, action, NORTH, **told) == (given_role not in POWERS), action


def test_security_administrators_do_not_let_themselves_in_at_customers() -> None:
    """Not by inviting themselves, and not by a provider or directory that says who they are."""
    asker = user("ada", "security-administrator", belongs=(SHOP, NORTH))
    doors = [action for group, action in _of(ORGANISATION) if group == "doors"]
    assert not any(allowed(asker, action, NORTH) for action in doors)
    both = user("ada", "security-administrator", administers=(NORTH,), belongs=(SHOP, NORTH))
    assert all(allowed(both, action, NORTH) for action in doors)
    assert not any(allowed(both, action, SOUTH) for action in doors)
    assert allowed(asker, Action.MEMBERS_INVITE, NORTH, roles=["buyer"])
    assert not allowed(asker, Action.MEMBERS_INVITE, NORTH, roles=["buyer"], to_self=True)


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_keys_have_no_role_that_their_owner_lacks(role: str) -> None:
    asker = user("ada", role, belongs=(SHOP,))
    key = Entity("Key", "k", {"owner": asker})
    for action, resource in ((Action.KEYS_MAKE, asker), (Action.KEYS_ROTATE, key)):
        assert allowed(asker, action, resource, roles=[role], held=[role], to_self=True)
        assert not allowed(asker, action, resource, roles=["clerk"], held=[role], to_self=True)


@pytest.mark.parametrize("other", PROVIDER_ROLES)
def test_auditors_change_nothing_whatever_else_they_are(other: str) -> None:
    asker = user("ada", "auditor", other, administers=(NORTH,), belongs=(SHOP, NORTH))
    declared = actions_of_schema().items()
    changing = [one for one, said in declared if said.resources and "change" in _above(said)]
    assert len(changing) > 25
    for action in map(Action, changing):
        for resource in _resources(user("bob")):
            assert not allowed(asker, action, resource), (action, resource)
    assert not allowed(asker, Action.MAIL_READ, COMPANY), "links in mail let in as anybody"
    assert allowed(asker, Action.MEMBERS_SEE, SOUTH)
    assert allowed(asker, Action.OUTBOX_SEE, COMPANY)
    assert allowed(asker, Action.ACCOUNT_CHANGE, asker)
    assert not allowed(asker, Action.KEYS_WITHDRAW, _resources(user("bob"))[8])


def _above(action: Declared) -> set[str]:
    groups = actions_of_schema()
    found: set[str] = set()
    waiting = [*action.groups]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += groups[one].groups
    return found


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_who_asks_is_not_who_approves(role: str) -> None:
    asker, other = user("ada", role, belongs=(SHOP,)), user("bob", "member")
    assert allowed(asker, Action.REQUESTS_MAKE, request_of(asker)) == (role != "guest")
    for more, may in (("clerk", role != "guest"), ("member", True)):
        both = user("ada", role, more, belongs=(SHOP,))
        assert allowed(both, Action.REQUESTS_MAKE, request_of(asker)) == may
    assert not allowed(asker, Action.REQUESTS_MAKE, request_of(asker, NORTH))
    assert not allowed(asker, Action.REQUESTS_MAKE, request_of(other))
    manages = role in {"owner", "security-administrator"}
    for wanted in ("clerk", "owner"):
        may = manages and (role == "owner" or wanted != "owner")
        told = handing(roles=[wanted], held=[role])
        others, own = request_of(other), request_of(asker)
        assert guarding.may(asker, Action.REQUESTS_APPROVE, others, told).allowed == may
        assert not guarding.may(asker, Action.REQUESTS_APPROVE, own, told).allowed
        fleeting = handing(roles=[wanted], fleeting=[wanted])
        assert not guarding.may(asker, Action.REQUESTS_APPROVE, others, fleeting).allowed
    for action in (Action.REQUESTS_DENY, Action.REQUESTS_END):
        assert allowed(asker, action, request_of(other)) == manages
    assert not allowed(asker, Action.REQUESTS_DENY, request_of(asker))
    assert allowed(asker, Action.REQUESTS_WITHDRAW, request_of(asker))
    assert not allowed(asker, Action.REQUESTS_WITHDRAW, request_of(other))


def test_customers_ask_and_answer_in_their_own_organisation() -> None:
    boss, ada = user("boss", administers=(NORTH, ASLEEP), belongs=(NORTH, ASLEEP)), user("ada")
    buyer = user("ada", belongs=(NORTH, ASLEEP))
    for place in PLACES:
        made = request_of(ada, place)
        assert allowed(buyer, Action.REQUESTS_MAKE, made) == (place == NORTH)
        for action in (Action.REQUESTS_APPROVE, Action.REQUESTS_DENY, Action.REQUESTS_END):
            assert allowed(boss, action, made) == (place == NORTH), (action, place)
            assert not allowed(buyer, action, made)
    assert not allowed(boss, Action.REQUESTS_APPROVE, request_of(boss, NORTH))
    for one in POWERS:
        for asker in (boss, user("olga", "owner", belongs=(SHOP,))):
            assert not allowed(asker, Action.REQUESTS_APPROVE, request_of(ada, NORTH), roles=[one])


def test_commands_do_not_approve_what_commands_asked_for() -> None:
    for by_machine in (True, False):
        made = request_of(user("ada"), NORTH, by_machine=by_machine)
        assert allowed(MACHINE, Action.REQUESTS_APPROVE, made, roles=["buyer"]) != by_machine
        assert allowed(MACHINE, Action.REQUESTS_DENY, made)


def test_nobody_approves_for_whom_has_let_them_in_but_those_who_could_have_it_anyway() -> None:
    asked = request_of(user("bob"))
    for role, may in (("security-administrator", False), ("owner", True)):
        asker = user("ada", role, belongs=(SHOP,))
        assert allowed(asker, Action.REQUESTS_APPROVE, asked, roles=["operator"])
        known = let_in(asker, user("bob"), user("eve"))
        assert allowed(known, Action.REQUESTS_APPROVE, asked, roles=["operator"]) == may
    boss = let_in(user("ada", administers=(NORTH,), belongs=(NORTH,)), user("bob"))
    of_north = request_of(user("bob"), NORTH)
    assert allowed(boss, Action.REQUESTS_APPROVE, of_north, roles=["buyer"])


@pytest.mark.parametrize("wanted", ["owner", "operator"])
def test_what_is_had_for_some_time_makes_nothing_last(wanted: str) -> None:
    asker = user("ada", "owner", belongs=(SHOP,))
    for action in (Action.ROLES_GRANT, Action.ROLES_TAKE, Action.MEMBERS_INVITE):
        said: dict[str, Any] = {"roles": [wanted], "fleeting": ["owner"]}
        assert allowed(asker, action, SHOP, **said) == (wanted != "owner")
        assert not allowed(asker, action, SHOP, **said, to_self=True)
    boss = user("boss", administers=(NORTH,), belongs=(NORTH,))
    said = {"roles": ["buyer"], "to_self": True}
    assert allowed(boss, Action.ROLES_GRANT, NORTH, **said)
    assert not allowed(boss, Action.ROLES_GRANT, NORTH, **said, fleeting=["administrator"])


def test_who_is_keeper_for_some_time_opens_no_doors_and_reads_no_mail() -> None:
    doors = [action for group, action in _of(ORGANISATION) if group == "doors"]
    owner = user("ada", "owner", belongs=(SHOP,), passing=("owner",))
    assert not any(allowed(owner, one, place) for one in doors for place in (SHOP, NORTH))
    assert not allowed(owner, Action.MAIL_READ, COMPANY)
    told = handing(roles=["buyer"])
    assert guarding.may(owner, Action.ROLES_GRANT, NORTH, told).allowed
    lasting = user("ada", "owner", "operator", belongs=(SHOP,), passing=("operator",))
    assert all(allowed(lasting, one, place) for one in doors for place in (SHOP, NORTH))
    assert allowed(lasting, Action.MAIL_READ, COMPANY)
    boss = user("ada", administers=(NORTH, SOUTH), administers_passing=(NORTH,))
    assert not any(allowed(boss, one, NORTH) for one in doors)
    assert all(allowed(boss, one, SOUTH) for one in doors)


def test_people_act_for_organisations_they_belong_to_and_take_invitations_of_theirs() -> None:
    asker = user("ada", belongs=(NORTH,))
    for action in (Action.ORGANISATIONS_ACT_FOR, Action.MEMBERS_LEAVE):
        assert [one for one in PLACES if allowed(asker, action, one)] == [NORTH]
    for place, addressed in product(PLACES, (True, False)):
        may = allowed(asker, Action.INVITATIONS_TAKE, place, {"addressed": addressed})
        assert may == (addressed and place != ASLEEP)


def test_directories_keep_the_organisation_of_their_token() -> None:
    for own, place in product(PLACES, PLACES):
        directory = Entity("Directory", "1", {"of": own})
        for action in (Action.DIRECTORY_READ, Action.DIRECTORY_WRITE):
            assert allowed(directory, action, place) == (own == place and place != ASLEEP)


def test_providers_let_people_into_their_own_organisation_where_it_wants_that() -> None:
    for own, place, in_time in product(PLACES, PLACES, (True, False)):
        connection = Entity("Connection", "id", {"of": own, "just_in_time": in_time})
        may = allowed(connection, Action.MEMBERS_JOIN, place)
        assert may == (own == place and in_time and place != ASLEEP)


@pytest.mark.parametrize("action", Action)
def test_the_machine_may_whatever_is_asked_of_it(action: Action) -> None:
    asks = "Machine" in actions_of_schema()[action].principals
    assert guarding.may_machine(action).allowed == asks


def test_the_machine_may_by_the_policy_that_says_so() -> None:
    found = guarding.may(MACHINE, Action.PEOPLE_DISABLE, COMPANY)
    assert found.allowed
    assert found.policies == ("machine-may-everything",)
    assert found.asked.startswith('Ringwall::Machine::"host" people:disable')


# The set itself


def test_cedar_finds_nothing_wrong_with_the_set() -> None:
    found = cedarpy.validate_policies(TEXT, SCHEMA)
    assert found.validation_passed, found.errors
    read = policies.read([(guarding.POLICIES, TEXT.encode())])
    assert all(one.annotations["description"].endswith(".") for one in read.policies)
    assert len(read.policies) > 20


def test_the_names_of_actions_are_those_of_the_schema() -> None:
    found = actions_of_schema()
    groups = {one for one, said in found.items() if not said.resources}
    assert found.keys() - groups == set(Action)
    assert {name: (ON[Action(name)],) for name in found.keys() - groups} == {
        name: one.resources for name, one in found.items() if one.resources
    }
    assert {one for one in set(Action) if "hand-out" in _above(found[one])} == HANDS_OUT


def test_no_policy_is_idle() -> None:
    """Without any one of them something would be decided otherwise than it is."""
    schema = cedarpy.Schema.from_str(SCHEMA)

    def answer(question: tuple[dict[str, Any], str], read: cedarpy.PolicySet) -> Any:
        found = cedarpy.is_authorized(question[0], read, question[1], schema)
        assert not found.diagnostics.errors
        return found

    parts = re.split(r"(?=@id\()", TEXT)[1:]
    read, alone = cedarpy.PolicySet.from_str(TEXT), defaultdict(list)
    for question in _questions():
        reasons = answer(question, read).diagnostics.reasons
        if len(reasons) == 1:
            alone[int(reasons[0].removeprefix("policy"))].append(question)
    for number, part in enumerate(parts):
        rest = cedarpy.PolicySet.from_str("".join(parts[:number] + parts[number + 1 :]))
        permits = "\npermit (" in part
        changed = (answer(one, rest).allowed != permits for one in alone[number])
        assert any(changed), part


def _questions() -> Iterator[tuple[dict[str, Any], str]]:
    ada, bob = user("ada"), user("bob")
    askers = [user("ada", one, belongs=(SHOP, NORTH)) for one in PROVIDER_ROLES]
    askers += [user("ada", administers=(NORTH,)), user("ada", "auditor", "owner")]
    askers += [user("ada", belongs=(NORTH,)), user("ada", "owner", passing=("owner",))]
    askers += [let_in(user("ada", "security-administrator", belongs=(SHOP,)), bob)]
    askers += [MACHINE, Entity("Directory", "1", {"of": NORTH})]
    askers += [Entity("Connection", "id", {"of": NORTH, "just_in_time": True})]
    handed = [
        handing(roles=roles, held=["buyer"], to_self=to_self)
        for roles, to_self in ((["owner"], False), (["clerk"], False), (["clerk"], True))
    ]
    handed += [handing(roles=["owner"], fleeting=["owner"])]
    of_north = [request_of(one, NORTH, by_machine=True) for one in (ada, bob)]
    for name, said in actions_of_schema().items():
        told = handed if name in HANDS_OUT else [{}]
        told = [{"addressed": True}] if name == Action.INVITATIONS_TAKE else told
        resources = [COMPANY, SHOP, NORTH, *_resources(ada)[5:], *_resources(bob)[5:], *of_north]
        for asker, resource, context in product(askers, resources, told):
            if asker.type not in said.principals or resource.type not in said.resources:
                continue
            request = {
                "principal": str(asker.uid),
                "action": f'Ringwall::Action::"{name}"',
                "resource": str(resource.uid),
                "context": {key: guarding._value(value) for key, value in context.items()},
            }
            yield request, json.dumps(list(guarding._told((resource, asker)).values()))


# Failing


def forget() -> None:
    """Let the engine be read anew, and every question asked anew."""
    guarding._engine.cache_clear()
    guarding._decided.cache_clear()


@pytest.mark.parametrize(
    ("principal", "resource", "context"),
    [
        (Entity("Nobody", "n"), COMPANY, {}),
        (MACHINE, Entity("Nothing", "n"), {}),
        (Entity("User", "u"), COMPANY, {}),
        (user("u", "owner"), SHOP, {}),
        (user("u", "owner"), COMPANY, {"roles": frozenset({"x"})}),
        (user("u", "owner"), COMPANY, {"odd": object()}),
    ],
    ids=["who", "what", "bare", "elsewhere", "context", "value"],
)
def test_what_cannot_be_decided_is_denied(
    principal: Entity, resource: Entity, context: dict[str, Any]
) -> None:
    found = guarding.may(principal, Action.OUTBOX_SEE, resource, context)
    assert not found.allowed
    assert found.policies == (UNDECIDED,)


def test_an_engine_that_is_broken_allows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "ringwall.cedar"
    broken.write_text("permit (principal, action, resource")
    forget()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(guarding, "POLICIES", broken)
            found = guarding.may(MACHINE, Action.OUTBOX_SEE, COMPANY)
            assert not found.allowed
            assert found.policies == (UNDECIDED,)
    finally:
        forget()
    assert allowed(MACHINE, Action.OUTBOX_SEE, COMPANY)


@pytest.mark.parametrize("decision", [cedarpy.Decision.Allow, cedarpy.Decision.NoDecision])
def test_a_policy_that_errs_denies(
    decision: cedarpy.Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cedar leaves out a policy that errs; a forbid left out would be a permission."""
    errors = ["overflow"] if decision is cedarpy.Decision.Allow else []
    said = SimpleNamespace(reasons=[], errors=errors)
    answer = SimpleNamespace(decision=decision, allowed=True, diagnostics=said)
    guarding._decided.cache_clear()
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    found = guarding.may(MACHINE, Action.OUTBOX_SEE, COMPANY)
    assert not found.allowed
    assert found.policies == (UNDECIDED,)


def test_a_denial_names_policies_for_the_log_and_a_reference_for_people() -> None:
    found = guarding.may(user("u", "auditor"), Action.RULES_CHANGE, SHOP)
    assert found.policies == ("auditors-change-nothing",)
    assert re.fullmatch(r"[0-9a-f]{8}", found.reference)
    assert found.reference in str(found)
    assert "auditors-change-nothing" in str(found)
    by_default = guarding.may(user("u"), Action.RULES_CHANGE, SHOP)
    assert by_default.policies == (DEFAULT,)
    assert guarding.may(MACHINE, Action.RULES_CHANGE, SHOP).reference == ""


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_name_is_taken_for_another(name: str) -> None:
    asker = user(name)
    assert allowed(asker, Action.ACCOUNT_SEE, asker)
    assert not allowed(asker, Action.ACCOUNT_SEE, user(name + "x"))
    assert not allowed(asker, Action.ACCOUNT_SEE, user(name[1:] + "%"))
    assert not allowed(asker, Action.OUTBOX_SEE, COMPANY)


def test_who_asks_about_themselves_keeps_their_roles() -> None:
    """The same name stands for the resource too, and brings no roles there."""
    told = guarding._told((user("ada"), user("ada", "owner")))
    (asker,) = (one for uid, one in told.items() if uid.id == "ada")
    assert asker["parents"] == [{"type": "Ringwall::Role", "id": "owner"}]


# Sequences of grants


STARTS: Final = ("operator", "auditor", "developer", "member", "guest", "clerk")


def _spread(people: dict[str, set[str]], place: Entity, wanted: tuple[str, ...]) -> None:
    """Let everybody give everybody whatever they may, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for giver, taker, one in product(people, people, wanted):
            if one in people[taker]:
                continue
            held = people[giver]
            asker = user(
                giver,
                *(held if place == SHOP else ()),
                administers=(place,) if "administrator" in held and place != SHOP else (),
                belongs=(place,),
            )
            told = handing(roles=[one], held=held, to_self=giver == taker)
            if guarding.may(asker, Action.ROLES_GRANT, place, told).allowed:
                people[taker].add(one)
                changed = True


ROLES: Final = (*PROVIDER_ROLES, "clerk")


@given(st.lists(st.sets(st.sampled_from(STARTS)), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_who_hands_out_nothing_gets_nobody_anything(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    _spread(people, SHOP, ROLES)
    assert list(people.values()) == had


@given(st.lists(st.sets(st.sampled_from([*STARTS, "security-administrator"])), max_size=2))
@settings(max_examples=10, deadline=None)
def test_nobody_becomes_owner_without_one(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    people["boss"] = {"security-administrator"}
    _spread(people, SHOP, ROLES)
    assert not any("owner" in one for one in people.values())


def test_a_security_administrator_alone_gets_nothing_more() -> None:
    people = {"ada": {"security-administrator"}}
    _spread(people, SHOP, ROLES)
    assert people == {"ada": {"security-administrator"}}


@given(st.lists(st.sets(st.sampled_from(["administrator", "buyer"])), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_customers_never_get_a_power_of_the_company(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    _spread(people, NORTH, (*ROLES, "buyer", "administrator"))
    assert not any(one & POWERS for one in people.values())
    if not any("administrator" in one for one in had):
        assert list(people.values()) == had
