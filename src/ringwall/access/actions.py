"""What is done in Ringwall itself, by the names that its policies have for it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Action(StrEnum):
    """An action of ``ringwall.cedarschema``, which says on what and in which groups."""

    ACCOUNT_SEE = "account:see"
    ACCOUNT_CHANGE = "account:change"
    SESSIONS_LIST = "sessions:list"
    SESSIONS_END = "sessions:end"
    KEYS_LIST = "keys:list"
    KEYS_MAKE = "keys:make"
    KEYS_ROTATE = "keys:rotate"
    KEYS_WITHDRAW = "keys:withdraw"
    APPLICATIONS_LIST = "applications:list"
    APPLICATIONS_WITHDRAW = "applications:withdraw"
    ORGANISATIONS_LIST = "organisations:list"
    REQUESTS_LIST = "requests:list"
    ORGANISATIONS_ACT_FOR = "organisations:act-for"
    MEMBERS_LEAVE = "members:leave"
    INVITATIONS_TAKE = "invitations:take"

    MEMBERS_SEE = "members:see"
    INVITATIONS_SEE = "invitations:see"
    RULES_SEE = "rules:see"
    CONNECTIONS_SEE = "connections:see"
    DIRECTORIES_SEE = "directories:see"
    REQUESTS_SEE = "requests:see"
    ROLES_GRANT = "roles:grant"
    ROLES_TAKE = "roles:take"
    MEMBERS_REMOVE = "members:remove"
    MEMBERS_INVITE = "members:invite"
    INVITATIONS_WITHDRAW = "invitations:withdraw"
    RULES_CHANGE = "rules:change"
    NETWORKS_CHANGE = "networks:change"
    CONNECTIONS_CHANGE = "connections:change"
    DOMAINS_CHANGE = "domains:change"
    GROUPS_MAP = "groups:map"
    DIRECTORIES_CHANGE = "directories:change"
    MEMBERS_JOIN = "members:join"
    DIRECTORY_READ = "directory:read"
    DIRECTORY_WRITE = "directory:write"

    CLIENTS_MAKE = "clients:make"
    CLIENTS_CHANGE = "clients:change"
    CLIENTS_KEYS = "clients:keys"
    CLIENTS_RENEW = "clients:renew"
    CLIENTS_REMOVE = "clients:remove"

    ORGANISATIONS_SEE = "organisations:see"
    PEOPLE_SEE = "people:see"
    CLIENTS_SEE = "clients:see"
    KEYS_SEE = "keys:see"
    POLICIES_SEE = "policies:see"
    ACCESS_SEE = "access:see"
    OUTBOX_SEE = "outbox:see"
    CONFIGURATION_SEE = "configuration:see"
    PROCESSES_SEE = "processes:see"
    BLOCKS_SEE = "blocks:see"
    LOG_SEE = "log:see"
    INVENTORY_SEE = "inventory:see"
    FINDINGS_SEE = "findings:see"
    FINDINGS_CHANGE = "findings:change"
    POSTURE_SEE = "posture:see"
    POSTURE_SCAN = "posture:scan"
    POSTURE_FIX = "posture:fix"
    LOG_HOLD = "log:hold"
    LOG_ERASE = "log:erase"
    LOG_KEYS = "log:keys"
    CERTIFICATES_SEE = "certificates:see"
    ORGANISATIONS_MAKE = "organisations:make"
    ORGANISATIONS_SUSPEND = "organisations:suspend"
    ORGANISATIONS_REMOVE = "organisations:remove"
    PEOPLE_DISABLE = "people:disable"
    PEOPLE_RECOVER = "people:recover"
    PEOPLE_END_SESSIONS = "people:end-sessions"
    CONFIGURATION_APPLY = "configuration:apply"
    PROCESSES_OPERATE = "processes:operate"
    BLOCKS_CHANGE = "blocks:change"
    ALARM_CHANGE = "alarm:change"
    CERTIFICATES_RENEW = "certificates:renew"
    OUTBOX_RESEND = "outbox:resend"
    MAIL_READ = "mail:read"

    REQUESTS_MAKE = "requests:make"
    REQUESTS_WITHDRAW = "requests:withdraw"
    REQUESTS_APPROVE = "requests:approve"
    REQUESTS_DENY = "requests:deny"
    REQUESTS_END = "requests:end"


HANDS_OUT: Final = frozenset(
    {
        Action.KEYS_MAKE,
        Action.KEYS_ROTATE,
        Action.ROLES_GRANT,
        Action.ROLES_TAKE,
        Action.MEMBERS_REMOVE,
        Action.MEMBERS_INVITE,
        Action.INVITATIONS_WITHDRAW,
        Action.CONNECTIONS_CHANGE,
        Action.GROUPS_MAP,
        Action.CLIENTS_MAKE,
        Action.CLIENTS_CHANGE,
        Action.CLIENTS_KEYS,
        Action.REQUESTS_APPROVE,
    }
)
"""Those of the group ``hand-out``: their context is a ``Handing``."""

_ON_PEOPLE: Final = (
    "account:see account:change sessions:list keys:list keys:make applications:list "
    "organisations:list requests:list"
)
_ON_ORGANISATIONS: Final = (
    "organisations:act-for members:leave invitations:take members:see invitations:see rules:see "
    "connections:see directories:see requests:see roles:grant roles:take members:remove "
    "members:invite invitations:withdraw rules:change networks:change connections:change "
    "domains:change groups:map directories:change members:join directory:read directory:write"
)
_ON_CLIENTS: Final = "clients:make clients:change clients:keys clients:renew clients:remove"

ON: Final[Mapping[Action, str]] = MappingProxyType(
    dict.fromkeys(Action, "Company")
    | dict.fromkeys(map(Action, _ON_PEOPLE.split()), "User")
    | dict.fromkeys(map(Action, _ON_ORGANISATIONS.split()), "Organisation")
    | dict.fromkeys(map(Action, _ON_CLIENTS.split()), "Client")
    | {
        Action.SESSIONS_END: "Session",
        Action.APPLICATIONS_WITHDRAW: "Consent",
        Action.KEYS_ROTATE: "Key",
        Action.KEYS_WITHDRAW: "Key",
        Action.REQUESTS_MAKE: "Request",
        Action.REQUESTS_WITHDRAW: "Request",
        Action.REQUESTS_APPROVE: "Request",
        Action.REQUESTS_DENY: "Request",
        Action.REQUESTS_END: "Request",
    }
)
"""The type of what an action is done to."""
