"""The Cedar schema of a world: what policies may name, and of which type it is.

https://docs.cedarpolicy.com/schema/human-readable-schema.html
"""

from typing import Final

from ringwall.access.language.syntax import EntityUid
from ringwall.access.model import METHODS, READING, World

READ: Final = "read"
WRITE: Final = "write"
"""The groups that all actions are in."""

_CATEGORIES: Final = (
    "layer: String, classification: String, environment: String, exposure: String, owner: String"
)
_ASKING: Final = "[User, ApiClient, Service, Anonymous]"

_ENTITIES: Final = f"""\
entity Tenant;
entity Role in [Role];
entity Group;
entity User in [Role, Group, Tenant] = {{
  id: String, tenant?: Tenant, email?: String,
  strength: String, proven_ago: Long, scopes?: Set<String>
}};
entity ApiClient in [Role, Tenant] = {{
  id: String, tenant?: Tenant, scopes: Set<String>, for_person: Bool
}};
entity Anonymous;
entity Service = {{ {_CATEGORIES}, calls: Set<Service> }};
entity Route in [Service] = {{ {_CATEGORIES}, tenant?: Tenant }};
"""


def schema(world: World) -> str:
    """The schema as text, the same for the same world."""
    path = ", ".join(f"{_quoted(name)}?: String" for name in world.parameters)
    lines = [
        _ENTITIES,
        f"type Request = {{ address: ipaddr, now: datetime, weekday: Long, path: {{ {path} }} }};",
        f'action "{READ}", "{WRITE}";',
        *(_action(method, group_of(method), "[Route, Service]") for method in METHODS),
    ]
    for name, methods in world.named_actions.items():
        groups = sorted({group_of(method) for method in methods})
        lines.append(_action(name, ", ".join(groups), "[Route]"))
    return "\n".join(lines) + "\n"


def group_of(method: str) -> str:
    """The group that a method, and whatever it is called, is in."""
    return READ if method in READING else WRITE


def _action(name: str, groups: str, resources: str) -> str:
    applies = f"principal: {_ASKING}, resource: {resources}, context: Request"
    return f"action {_quoted(name)} in [{groups}] appliesTo {{ {applies} }};"


def _quoted(text: str) -> str:
    return str(EntityUid("", text)).removeprefix("::")
