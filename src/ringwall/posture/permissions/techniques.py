"""Published ways from some permissions to more of them, as data. One entry is one technique.

Told by Rhino Security Labs ("AWS IAM Privilege Escalation"), Bishop Fox (IAM Vulnerable), PMapper's
edges, pathfinding.cloud (its ids stand in ``known_as``), Hacking the Cloud and others.
"""

from dataclasses import dataclass
from enum import StrEnum

from ringwall.posture.permissions.techniques_resources import ASKED_OF


class On(StrEnum):
    """What an action has to be allowed on."""

    SELF = "self"
    OWN_GROUP = "a group it is in"
    OWN_POLICY = "a policy it has"
    OWN_BOUNDARY = "the policy that bounds it"
    TARGET = "the target"
    TARGET_POLICY = "a policy the target has"
    TARGET_GROUP = "a group the target is in"
    ANY = "anything of the kind"


class Target(StrEnum):
    """Whom a technique makes somebody to."""

    SELF = "itself, with more"
    USER = "another user"
    ROLE = "a role"
    GROUP = "a member of a group"
    MEMBER = "somebody new who is a member of a group"
    NEW = "somebody new"
    PASSED = "a role it passes to a service"
    WORKLOAD = "the role of something that runs"
    EVERYBODY = "whoever a provider vouches for"


class Gain(StrEnum):
    """What comes of it."""

    EVERYTHING = "all that boundaries and control policies leave"
    AS_TARGET = "what the target may"
    OTHER_VERSION = "what another version of a policy allows"
    UNBOUNDED = "what it has, without its boundary"
    WITHOUT_DENY = "what it has, without a policy that denies"


@dataclass(frozen=True, slots=True)
class Need:
    """An action, and what it has to be allowed on.

    ``ANY`` takes what is like ``template``, of several between bars what is like one of them; all
    actions of one template are about the same.
    """

    action: str
    on: On = On.TARGET
    template: str = "*"


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique. ``service`` takes the role that is passed, or runs what is there already.

    ``workload`` is the kind of component that is there; ``does`` continues "It ...", with
    ``{target}``. ``to_others`` says the same of what is done to whom it then becomes, of techniques
    that give somebody more. ``needs_trust`` is whether the target's trust policy has to let it in,
    ``needs_center`` whether the account has to administer the identity center.
    """

    id: str
    does: str
    target: Target
    needs: tuple[Need, ...]
    gain: Gain = Gain.AS_TARGET
    service: str = ""
    workload: str = ""
    users: bool = True
    roles: bool = True
    needs_trust: bool = False
    needs_profile: bool = False
    needs_center: bool = False
    known_as: tuple[str, ...] = ()
    to_others: str = ""

    @property
    def attaches(self) -> bool:
        """Whether a managed policy is chosen for it."""
        return any(need.action.startswith("iam:Attach") for need in self.needs)


def needs(on: On, *actions: str) -> tuple[Need, ...]:
    """Several actions on the same."""
    return tuple(Need(action, on) for action in actions)


def making(template: str, *actions: str) -> tuple[Need, ...]:
    """Several actions on anything like a template, or on what each of them is about."""
    return tuple(
        Need(action, On.ANY, each)
        for action in actions
        for each in ASKED_OF.get(action, (template,))
    )
