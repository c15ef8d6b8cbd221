"""Resources as they would be made, and what is found by them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.reading import Remark
from ringwall.posture.code.terraform.typed import typed
from ringwall.posture.code.terraform.values import Given, Outside, PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

_NAMED: Final = frozenset(
    [
        "allow_credentials",
        "allow_version_upgrade",
        "anonymous_auth_enabled",
        "api_key_required",
        "assign_public_ip",
        "associate_public_ip_address",
        "at_rest_encryption_enabled",
        "auto_minor_version_upgrade",
        "automatic_failover_enabled",
        "block_public_acls",
        "block_public_policy",
        "bucket_key_enabled",
        "cache_cluster_enabled",
        "cache_data_encrypted",
        "caching_enabled",
        "data_trace_enabled",
        "cloudfront_default_certificate",
        "connection_draining",
        "copy_tags_to_snapshot",
        "cross_zone_load_balancing",
        "dedicated_master_enabled",
        "deletion_protection",
        "deletion_protection_enabled",
        "disable_execute_api_endpoint",
        "drop_invalid_header_fields",
        "enable",
        "enable_cross_zone_load_balancing",
        "enable_deletion_protection",
        "enable_execute_command",
        "enable_key_rotation",
        "enable_log_file_validation",
        "enable_logging",
        "enabled",
        "encrypted",
        "endpoint_private_access",
        "endpoint_public_access",
        "enforce_https",
        "enhanced_vpc_routing",
        "iam_database_authentication_enabled",
        "ignore_public_acls",
        "include_global_service_events",
        "include_management_events",
        "internal",
        "internal_user_database_enabled",
        "is_enabled",
        "is_multi_region_trail",
        "is_organization_trail",
        "manage_master_user_password",
        "map_public_ip_on_launch",
        "mfa_delete",
        "monitoring",
        "multi_az",
        "multi_az_enabled",
        "multi_region",
        "object_lock_enabled",
        "publicly_accessible",
        "restrict_public_buckets",
        "scan_on_push",
        "self",
        "source_dest_check",
        "sqs_managed_sse_enabled",
        "storage_encrypted",
        "transit_encryption_enabled",
        "xray_tracing_enabled",
        "zone_awareness_enabled",
    ]
)
"""Arguments that are truth values. What else is converted, and how, is in ``typed``."""

_CALLED: Final = ("name", "function_name", "bucket", "cluster_identifier")
"""Arguments that are what others call a thing."""
_AT_THE_END: Final = "^"
_AWS: Final = re.compile(r"(?:.*\.)?provider\.aws")


@dataclass(slots=True)
class Instance:
    """One resource. ``values`` are its arguments; blocks are lists of mappings below their kind."""

    type: str
    address: str
    values: dict[str, Any]
    place: Place
    lines: dict[str, int] = field(default_factory=dict)
    """Where each argument and block stands, within the file of ``place``."""
    elsewhere: dict[str, Place] = field(default_factory=dict)
    """Where arguments and blocks stand that another file overrides."""
    called: str = ""
    """The file of the root module that calls the module this is in; ``""`` within the root."""
    root: str = ""
    """What stands before the address where several roots are read."""
    doubt: str = ""
    """Why it may not be there at all; ``""`` where it is."""

    @property
    def written(self) -> str:
        """The address as it is within its root."""
        return self.address.removeprefix(f"{self.root}:") if self.root else self.address

    @property
    def name(self) -> str:
        """What it is called for good: a module that two roots call is something else in each."""
        path = self.called if self.root and self.called else self.place.path
        return f"{path}:{self.written}"

    def get(self, name: str, default: Any = None) -> Any:
        """An argument; ``default`` where it is not set, or null."""
        value = self.values.get(name)
        return default if value is None else value

    def block(self, name: str) -> Any:
        """The first block of a kind, ``None`` where there is none, or what is not known of them."""
        several = self.blocks(name)
        if isinstance(several, Unknown):
            return several
        return several[0] if several else None

    def blocks(self, name: str) -> Any:
        """All blocks of a kind."""
        value = self.values.get(name)
        if value is None:
            return []
        several = [value] if isinstance(value, dict) else value
        if isinstance(several, list) and all(isinstance(one, dict | Unknown) for one in several):
            return several
        return value if isinstance(value, Unknown) else misformed(name)


def misformed(name: str) -> Unknown:
    """What has another form than its kind has: nothing is known of it."""
    return Unknown(f"{name} is not of the form that it has to have")


class Resources:
    """All resources of one code base, by address and by type.

    ``is_told`` says that Terraform wrote them down, in a plan or a state.
    """

    def __init__(self, instances: Iterable[Instance], *, is_told: bool = False) -> None:
        self.is_told = is_told
        self.asked: set[str] = set()
        """The types that somebody asked for: what is not in it means nothing to Ringwall."""
        self.broken: list[Remark] = []
        """What is not of the form that it has to have, as somebody found."""
        self._names: dict[str, set[str]] = {}
        self._types: dict[str, list[Instance]] = {}
        self._called: dict[str, dict[str, Instance]] = {}
        self._pointing: dict[tuple[str, str], dict[str, list[Instance]]] = {}
        self._pointed: dict[tuple[tuple[str, ...], str], dict[str, Instance]] = {}
        self._unplaced: dict[tuple[str, str], list[Instance]] = {}
        self._addresses: dict[str, Instance] = {}
        for one in instances:
            one.values = typed(one.values, _NAMED)
            self._types.setdefault(one.type, []).append(one)

    def without(self, odd: Instance) -> "Resources":
        """The same, but for one."""
        found = Resources((one for one in self.all() if one is not odd), is_told=self.is_told)
        found.asked = self.asked
        return found

    def of(self, *types: str) -> Iterator[Instance]:
        """Those of these types."""
        self.asked.update(types)
        for one in types:
            yield from self._types.get(one, ())

    def all(self) -> Iterator[Instance]:
        """Every one, which asks for no type."""
        for several in self._types.values():
            yield from several

    def called(self, type_: str) -> dict[str, Instance]:
        """Those of a type by their names, as far as these are known, and by their addresses."""
        found = self._called.get(type_)
        if found is None:
            several = list(self.of(type_))
            found = {one.address: one for one in several}
            found |= {name: one for one in several if isinstance(name := one.get("name"), str)}
            self._called[type_] = found
        return found

    @cached_property
    def is_alone(self) -> bool:
        """Whether all of AWS is in one account and one region, since there is one provider."""
        several = [one for one in self._types.get("provider", ()) if _AWS.match(one.written)]
        others = [one for one in self.all() if one.type.startswith("aws_")]
        regions = {str(one.get("region")) for one in others if one.get("region") is not None}
        if len(regions) > self.is_told:  # a plan tells each resource's, code that of a few
            return False
        if not several:
            return not self.is_told  # a state does not tell with which providers it was made
        (first, *more) = several
        return not more and first.get("alias") is None and first.written.startswith("provider.")

    def at(self, address: str) -> Instance | None:
        """The one with this address, which asks for no type."""
        if not self._addresses:
            self._addresses = {one.address: one for one in self.all()}
        return self._addresses.get(address)

    @property
    def types(self) -> dict[str, int]:
        """How many there are of each type."""
        return {kind: len(some) for kind, some in self._types.items()}

    def pointing(
        self, type_: str, argument: str, to: Instance, *names: Any, or_maybe: bool = True
    ) -> list[Instance]:
        """Resources of a type whose argument names this one: by reference, or by its name.

        What is there already has an id and an ARN, which a plan or a state tells. One that may
        speak of this, since it is not known of what it does, comes last (``or_maybe``), and says
        nothing known.
        """
        names = (*names, to.values.get("id"), to.values.get("arn"))
        index = self._pointing.get((type_, argument))
        if index is None:
            index = self._pointing[type_, argument] = {}
            for one in self.of(type_):
                for key in _keys(one.values.get(argument)):
                    index.setdefault(key, []).append(one)
        found: dict[str, Instance] = {}
        called = (to.values.get(one) for one in ("name", "function_name", "bucket"))
        wanted = [f"@{to.address}", *(key for one in names for key in _names(one))]
        wanted += [f"{_AT_THE_END}{one}" for one in called if isinstance(one, str)]
        for key in wanted:
            found |= {one.address: one for one in index.get(key, ())}
        unplaced = [
            _doubted(replace(one, doubt=f"{one.written} speaks of what is not known"), argument)
            for one in (self.unplaced(type_, argument) if or_maybe else ())
            if isinstance(one.values.get(argument), Unknown)
        ]
        unplaced += [
            _doubted(replace(one, doubt=f"{one.written} speaks of what may be this"), argument)
            for one in (self.strays(type_, argument, to, *names) if or_maybe else ())
        ]
        return [*(_doubted(one, argument) for one in found.values()), *unplaced]

    def strays(self, type_: str, argument: str, to: Instance, *names: Any) -> list[Instance]:
        """Those that name what is not here, where it is not known what this one is called."""
        own = [*names, *(to.values.get(one) for one in _CALLED)]
        if not any(type(one) in {Unknown, Given, Outside} for one in own):
            return []
        called = self._names.get(to.type)
        if called is None:
            called = self._names[to.type] = {
                value
                for one in self._types.get(to.type, ())
                for key in (*_CALLED, "id", "arn")
                if isinstance(value := one.values.get(key), str)
            }
        return [
            one
            for one in self.of(type_)
            if isinstance(name := one.values.get(argument), str)
            and called.isdisjoint({name, re.split("[:/]", name)[-1]})
        ]

    def pointed(self, value: Any, *types: str, by: str = "name") -> Instance | None:
        """The resource of these types that a value names: by reference, by name, id or ARN.

        ``by`` is the argument that has its name. ``None`` where none that is here is named.
        """
        if isinstance(value, Reference):
            self.asked.update(types)
            it = self.at(value.address)
            return it if it is not None and it.type in types else None
        if not isinstance(value, str):
            return None
        index = self._pointed.get((types, by))
        if index is None:
            index = self._pointed[types, by] = {
                name: one
                for one in self.of(*types)
                for key in (by, "id", "arn")
                if isinstance(name := one.values.get(key), str)
            }
        return index.get(value)

    def unplaced(self, type_: str, argument: str) -> list[Instance]:
        """Those of which it is not known to what they belong."""
        found = self._unplaced.get((type_, argument))
        if found is None:
            found = [one for one in self.of(type_) if not list(_keys(one.values.get(argument)))]
            self._unplaced[type_, argument] = found
        return found


def _doubted(one: Instance, argument: str) -> Instance:
    """What speaks of something else, and may not be there: nothing that it says is known."""
    if not one.doubt:
        return one
    values = {
        key: value if key == argument or value is None else Unknown(one.doubt)
        for key, value in one.values.items()
    }
    return replace(one, values=values)


def _names(value: Any) -> Iterator[str]:
    """A name as it is; one of which a part is not known, by what is known and why the rest is not.

    Two that are made of the same parts are the same name, whatever it will be.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, PartialText):
        yield "~" + "".join(one if isinstance(one, str) else f"~{one.why}~" for one in value.parts)


def _keys(value: Any) -> Iterator[str]:
    """Addresses with ``@``, names as they are, and what ARNs and addresses of queues end with."""
    yield from _names(value)
    text = value.parts[-1] if isinstance(value, PartialText) and value.parts else value
    if isinstance(text, str) and (text is not value or text.startswith(("arn:", "https://"))):
        *before, name = re.split("[:/]", text)
        if before and name:
            yield f"{_AT_THE_END}{name}"
    if isinstance(value, Reference):
        yield f"@{value.address}"
    elif isinstance(value, PartialText):
        for one in value.parts:
            if isinstance(one, Reference):
                yield f"@{one.address}"
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one)
