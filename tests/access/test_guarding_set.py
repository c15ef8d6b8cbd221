"""Ringwall's own policies as a set: Cedar finds nothing wrong with it, and none of them is idle."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import cedarpy
from tests.access.company import (
    NORTH,
    SCHEMA,
    SHOP,
    TEXT,
    above,
    actions_of_schema,
    let_in,
    request_of,
    resources_of,
    user,
)

from ringwall.access import guarding, policies
from ringwall.access.actions import HANDS_OUT, ON, Action
from ringwall.access.built_in import PROVIDER_ROLES
from ringwall.access.guarding import COMPANY, MACHINE, Entity, handing


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
    assert {one for one in set(Action) if "hand-out" in above(found[one])} == HANDS_OUT


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
        resources = [
            COMPANY,
            SHOP,
            NORTH,
            *resources_of(ada)[5:],
            *resources_of(bob)[5:],
            *of_north,
        ]
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
