"""What an instance takes from its launch template, where it does not say it itself."""

from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.aws.declaring import first, part
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

_TEMPLATE: Final = "aws_launch_template"
_OTHERS: Final = Unknown("its launch template gives it interfaces that are not known")
_MAY_SAY: Final = Unknown("its launch template may say it beside what the instance says")
_OPTIONS: Final = ("http_tokens", "http_endpoint", "http_put_response_hop_limit")
_ATTACHED: Final = ("network_interface", "primary_network_interface")
_OF_INTERFACE: Final = (
    "associate_public_ip_address",
    "ipv6_address_count",
    "ipv6_addresses",
    "subnet_id",
)
_GROUPS: Final = ("vpc_security_group_ids", "security_groups")
_TEXTS: Final = ("user_data", "user_data_base64")


def launched(code: Resources, one: Instance) -> Instance:
    """An instance with what its launch template says beside what it says itself, which wins.

    It is as it was where its template is not in this code, or that version of it is not.
    """
    template = template_of(code, one)
    if template is None:
        return one
    own = {
        key: value
        for key, value in one.values.items()
        if key != "launch_template" and value is not None and value != []
    }
    taken = _taken(template)
    for several in (_GROUPS, _TEXTS):
        if not own.keys().isdisjoint(several):
            taken = {key: value for key, value in taken.items() if key not in several}
    if not own.keys().isdisjoint(_ATTACHED):
        taken = {
            key: value for key, value in taken.items() if key not in (*_GROUPS, *_OF_INTERFACE)
        }
    made = {key: value for key, value in taken.items() if value is not None} | own
    if "metadata_options" in own:
        made["metadata_options"] = _options(one.block("metadata_options"), template)
    line = template.lines.get("user_data", template.place.line)
    beside = (
        {"user_data": Place(template.place.path, line)} if own.keys().isdisjoint(_TEXTS) else {}
    )
    return replace(one, values=made, elsewhere=one.elsewhere | beside)


def template_of(code: Resources, one: Instance) -> Instance | None:
    """The launch template of an instance, if it is here in the version that the instance names."""
    named = first(one.blocks("launch_template"))
    if not isinstance(named, dict):
        return None
    told = {str(key).removeprefix("LaunchTemplate").lower(): said for key, said in named.items()}
    several = (_called(code, told[key]) for key in ("id", "name") if told.get(key) is not None)
    its = next((each for each in several if each is not None), None)
    if its is None or its.doubt or not _is_held(its, told.get("version")):
        return None
    return its


def _called(code: Resources, value: Any) -> Instance | None:
    """The template that this names; none where two are called so, which are of two regions."""
    same = [each for each in code.of(_TEMPLATE) if each.get("name") == value]
    return None if len(same) > 1 else code.pointed(value, _TEMPLATE)


def _is_held(template: Instance, version: Any) -> bool:
    """Whether a version is what the code says: of what is made by it now the first, and the last.

    A plan or a state tells which version that is, and which is the default one.
    """
    if isinstance(version, Reference):
        kind = version.attribute.lower().partition("version")[0].strip("_")
        version = f"${kind.capitalize()}" if version.address == template.address else ""
    newest, usual = template.get("latest_version"), template.get("default_version")
    if version == "$Latest":
        return True
    if version not in (None, "$Default"):
        return str(version) == str("1" if newest is None else newest)
    if usual is None or template.get("update_default_version") is True:
        return True
    if isinstance(newest, Unknown) or isinstance(usual, Unknown):
        return isinstance(newest, Unknown) and isinstance(usual, Unknown)  # both are made anew
    return str(usual) == str("1" if newest is None else newest)


def _taken(template: Instance) -> dict[str, Any]:
    """What a template says, under the names that it has of an instance."""
    profile = first(template.blocks("iam_instance_profile"))
    monitored = first(template.blocks("monitoring"))
    return {
        "metadata_options": template.values.get("metadata_options"),
        "iam_instance_profile": part(profile, "arn", part(profile, "name")),
        "monitoring": part(monitored, "enabled"),
        "key_name": template.get("key_name"),
        "user_data_base64": template.get("user_data"),
        "vpc_security_group_ids": template.get("vpc_security_group_ids"),
        "security_groups": template.get("security_group_names"),
        **_network(template),
    }


def _network(template: Instance) -> dict[str, Any]:
    """What a template says of the only interface, or that nobody knows what it says of them."""
    interfaces = template.blocks("network_interfaces")
    if interfaces == []:
        return {}
    only = interfaces[0] if isinstance(interfaces, list) and len(interfaces) == 1 else None
    if not isinstance(only, dict) or only.get("network_interface_id") is not None:
        others = {"network_interface": [{}], "associate_public_ip_address": _OTHERS}
        return others | dict.fromkeys(_GROUPS)
    made = {name: only.get(name) for name in _OF_INTERFACE}
    groups = only.get("security_groups")
    return made | ({"vpc_security_group_ids": groups} if groups else {})


def _options(own: Any, template: Instance) -> Any:
    """The options of an instance; whether it gets others of its template's is not known."""
    if not isinstance(own, dict):
        return own
    its = template.block("metadata_options")
    maybe = [name for name in _OPTIONS if isinstance(its, Unknown) or part(its, name) is not None]
    said = {key: value for key, value in own.items() if value is not None}
    return [dict.fromkeys(maybe, _MAY_SAY) | said]
