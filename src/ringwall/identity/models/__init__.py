"""Tables: people, organisations, sessions, machines, connections, mail."""

from ringwall.identity.models.connections import (
    Connection,
    Domain,
    GroupMapping,
    ScimToken,
    SeenAssertion,
)
from ringwall.identity.models.grants import (
    Consent,
    DeviceCode,
    Grant,
    Participation,
    UsedAssertion,
)
from ringwall.identity.models.held import HeldForm
from ringwall.identity.models.machines import ApiClient, ApiKey
from ringwall.identity.models.mail import OutgoingMail
from ringwall.identity.models.organisations import (
    Invitation,
    Kind,
    Membership,
    Organisation,
    SecondFactor,
)
from ringwall.identity.models.people import KnownOwner, People, RecoveryLink, User
from ringwall.identity.models.provisioning import Group, ProvisionedUser
from ringwall.identity.models.requests import AccessRequest, RequestApproval, RequestState
from ringwall.identity.models.sessions import (
    EntryCode,
    Revocation,
    Session,
    Subject,
    Visit,
    VouchedFactor,
)
from ringwall.identity.models.throttles import Throttle

__all__ = [
    "AccessRequest",
    "ApiClient",
    "ApiKey",
    "Connection",
    "Consent",
    "DeviceCode",
    "Domain",
    "EntryCode",
    "Grant",
    "Group",
    "GroupMapping",
    "HeldForm",
    "Invitation",
    "Kind",
    "KnownOwner",
    "Membership",
    "Organisation",
    "OutgoingMail",
    "Participation",
    "People",
    "ProvisionedUser",
    "RecoveryLink",
    "RequestApproval",
    "RequestState",
    "Revocation",
    "ScimToken",
    "SecondFactor",
    "SeenAssertion",
    "Session",
    "Subject",
    "Throttle",
    "UsedAssertion",
    "User",
    "Visit",
    "VouchedFactor",
]
