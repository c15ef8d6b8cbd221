"""Ringwall itself: what Cedar's engine says of its policies, beside what is written of them."""

from itertools import product
from typing import Any, Final

import pytest
from tests.access.company import (
    ASLEEP,
    NORTH,
    PLACES,
    POWERS,
    SHOP,
    SOUTH,
    above,
    actions_of_schema,
    allowed,
    let_in,
    request_of,
    resources_of,
    user,
)

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.built_in import BUILT_IN, PROVIDER_ROLES
from ringwall.access.guarding import COMPANY, MACHINE, Entity, handing

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
    "log": "log:see inventory:see",
    "wrong": "findings:see posture:see",
    "mend": "findings:change posture:scan posture:fix",
    "keep": "log:hold log:erase log:keys",
    "running": "outbox:see configuration:see processes:see certificates:see blocks:see",
    "operate": "configuration:apply processes:operate certificates:renew outbox:resend",
    "block": "blocks:change alarm:change",
    "manage": "organisations:make organisations:suspend organisations:remove people:disable "
    "people:recover people:end-sessions",
    "mail": "mail:read",
}
OF_COMPANY: Final = {
    "owner": "people guards log wrong mend keep running operate block manage mail",
    "security-administrator": "people guards log wrong mend running block manage",
    "operator": "wrong mend running operate block",
    "auditor": "people guards log wrong running",
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


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_whoever_changes_something_of_the_company_sees_it(role: str) -> None:
    asker = user("ada", role, belongs=(SHOP,))
    seen = {one.partition(":")[0]: Action(one) for one in Action if one.endswith(":see")}
    changes = [one for _, one in _of(INSTALLATION) if not one.endswith((":see", ":read"))]
    for action in changes:
        sees = seen.get(action.partition(":")[0])
        if sees is not None and allowed(asker, action, COMPANY):
            assert allowed(asker, sees, COMPANY), action


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
        for resource in resources_of(user("bob")):
            context = {"addressed": False} if action == Action.INVITATIONS_TAKE else None
            assert not allowed(nobody, action, resource, context), (action, resource)


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
        assert allowed(asker, action, resources_of(asker)[which]), action
        manages = role in {"owner", "security-administrator"} and action == Action.KEYS_WITHDRAW
        assert allowed(asker, action, resources_of(other)[which]) == manages, action


@pytest.mark.parametrize("role", [*PROVIDER_ROLES, None])
def test_programs_are_kept_by_who_manages_and_by_the_developer_whose_they_are(
    role: str | None,
) -> None:
    asker = user("ada", *([role] if role else []))
    manages = role in {"owner", "security-administrator"}
    *_, own, companys, _ = resources_of(asker)
    others = resources_of(user("bob"))[-3]
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
    changing = [one for one, said in declared if said.resources and "change" in above(said)]
    assert len(changing) > 25
    for action in map(Action, changing):
        for resource in resources_of(user("bob")):
            assert not allowed(asker, action, resource), (action, resource)
    assert not allowed(asker, Action.MAIL_READ, COMPANY), "links in mail let in as anybody"
    assert allowed(asker, Action.MEMBERS_SEE, SOUTH)
    assert allowed(asker, Action.OUTBOX_SEE, COMPANY)
    assert allowed(asker, Action.ACCOUNT_CHANGE, asker)
    assert not allowed(asker, Action.KEYS_WITHDRAW, resources_of(user("bob"))[8])


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


HANDING: Final = (
    Action.ROLES_GRANT,
    Action.ROLES_TAKE,
    Action.MEMBERS_INVITE,
    Action.MEMBERS_REMOVE,
    Action.INVITATIONS_WITHDRAW,
)


@pytest.mark.parametrize("keeper", ["owner", "security-administrator"])
@pytest.mark.parametrize("wanted", ["security-administrator", "operator", "clerk", None])
def test_what_is_had_for_some_time_makes_nothing_last(keeper: str, wanted: str | None) -> None:
    """Not with the roles of others either: they would hold the company when the time is over."""
    roles = [wanted] if wanted else []
    for held in ([], [one for one in roles if one != "security-administrator"]):
        said: dict[str, Any] = {"roles": roles, "held": held, "fleeting": [keeper]}
        lent = user("ada", keeper, *held, belongs=(SHOP,), passing=(keeper,))
        for action, place, to_self in product(HANDING, (SHOP, NORTH), (True, False)):
            assert not allowed(lent, action, place, **said, to_self=to_self), (action, place)
        assert not allowed(lent, Action.REQUESTS_APPROVE, request_of(user("bob")), **said)
        for action in (Action.CLIENTS_MAKE, Action.CLIENTS_CHANGE, Action.CLIENTS_KEYS):
            assert not allowed(lent, action, Entity("Client", "companys"), **said)
    said = {"roles": roles, "held": ["security-administrator"], "fleeting": ["owner"]}
    both = user("ada", "security-administrator", "owner", belongs=(SHOP,), passing=("owner",))
    assert allowed(both, Action.ROLES_GRANT, SHOP, **said), "what they have lastingly counts"


def test_administrators_for_some_time_make_nothing_last() -> None:
    boss = user("boss", administers=(NORTH, SOUTH), administers_passing=(NORTH,))
    said: dict[str, Any] = {"roles": ["buyer"], "held": ["buyer"], "fleeting": ["administrator"]}
    for action, to_self in product(HANDING, (True, False)):
        assert not allowed(boss, action, NORTH, **said, to_self=to_self), action
    assert not allowed(boss, Action.REQUESTS_APPROVE, request_of(user("bob"), NORTH), **said)
    assert allowed(boss, Action.REQUESTS_DENY, request_of(user("bob"), NORTH))
    assert allowed(boss, Action.REQUESTS_END, request_of(user("bob"), NORTH))
    lasting: dict[str, Any] = {"roles": ["buyer"]}
    for action, to_self in product(HANDING, (True, False)):
        assert allowed(boss, action, SOUTH, **lasting, to_self=to_self), action
    assert allowed(boss, Action.REQUESTS_APPROVE, request_of(user("bob"), SOUTH), **lasting)


@pytest.mark.parametrize("keeper", ["owner", "security-administrator"])
def test_keepers_for_some_time_change_nothing_that_goes_on(keeper: str) -> None:
    program, own = Entity("Client", "companys"), Entity("Client", "own", {"maker": user("ada")})
    for lent in (True, False):
        asker = user("ada", keeper, belongs=(SHOP,), passing=(keeper,) if lent else ())
        assert allowed(asker, Action.RULES_CHANGE, SHOP) != lent
        assert allowed(asker, Action.RULES_CHANGE, NORTH) != lent
        assert allowed(asker, Action.CLIENTS_RENEW, program) != lent
        assert allowed(asker, Action.PEOPLE_RECOVER, COMPANY) != lent
        assert allowed(asker, Action.CLIENTS_RENEW, own)
        assert allowed(asker, Action.PEOPLE_DISABLE, COMPANY), "what ends something can be undone"
    boss = user("boss", administers=(NORTH, SOUTH), administers_passing=(NORTH,))
    assert not allowed(boss, Action.RULES_CHANGE, NORTH)
    assert allowed(boss, Action.RULES_CHANGE, SOUTH)


def test_who_is_keeper_for_some_time_makes_keys_for_themselves() -> None:
    """A key ends before a lent role in it does, which is looked after where keys are made."""
    asker = user("ada", "owner", belongs=(SHOP,), passing=("owner",))
    for action, key in (
        (Action.KEYS_MAKE, asker),
        (Action.KEYS_ROTATE, Entity("Key", "k", {"owner": asker})),
    ):
        assert allowed(asker, action, key, roles=["owner"], held=["owner"], to_self=True)
        assert not allowed(asker, action, key, roles=["clerk"], held=["owner"], to_self=True)


def test_who_is_keeper_for_some_time_opens_no_doors_and_reads_no_mail() -> None:
    doors = [action for group, action in _of(ORGANISATION) if group == "doors"]
    owner = user("ada", "owner", belongs=(SHOP,), passing=("owner",))
    assert not any(allowed(owner, one, place) for one in doors for place in (SHOP, NORTH))
    assert not allowed(owner, Action.MAIL_READ, COMPANY)
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
