"""What a trail records, by its event selectors of either form.

CloudTrail API Reference, EventSelector and AdvancedFieldSelector.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Told = Mapping[str, Any]
BOTH: Final = frozenset({"read", "write"})
_KINDS: Final = {
    "All": BOTH,
    "ReadOnly": frozenset({"read"}),
    "WriteOnly": frozenset({"write"}),
}
_OBJECT: Final = "AWS::S3::Object"
_ALL_BUCKETS: Final = (":s3", ":s3:::")
_OPERATORS: Final = (
    *("Equals", "StartsWith", "EndsWith"),
    *("NotEquals", "NotStartsWith", "NotEndsWith"),
)


def management(told: Told) -> frozenset[str]:
    """Which of ``read`` and ``write`` it records of all management events, none left out.

    Without any selector a trail records all of them.
    """
    plain, advanced = told.get("EventSelectors") or [], told.get("AdvancedEventSelectors") or []
    if not plain and not advanced:
        return BOTH
    found = frozenset[str]()
    for one in plain:
        if one.get("IncludeManagementEvents", True) and not one.get(
            "ExcludeManagementEventSources"
        ):
            found |= _KINDS.get(one.get("ReadWriteType") or "All", frozenset())
    for one in advanced:
        fields = _fields(one)
        if fields.pop("eventCategory", None) == {"Equals": ["Management"]}:
            found |= _left(fields)
    return found


def objects(told: Told, logs: Iterable[str] = ()) -> frozenset[str]:
    """Which of ``read`` and ``write`` it records of all objects of all buckets.

    ``logs`` are the buckets that trails write to: those may be left out, else each line makes one.
    """
    found = frozenset[str]()
    for one in told.get("EventSelectors") or []:
        for each in one.get("DataResources") or []:
            is_all = any(str(value).endswith(_ALL_BUCKETS) for value in each.get("Values") or [])
            if each.get("Type") == _OBJECT and is_all:
                found |= _KINDS.get(one.get("ReadWriteType") or "All", frozenset())
    for one in told.get("AdvancedEventSelectors") or []:
        fields = _fields(one)
        is_data = fields.pop("eventCategory", None) == {"Equals": ["Data"]}
        if is_data and fields.pop("resources.type", None) == {"Equals": [_OBJECT]}:
            if _is_any_bucket(fields.get("resources.ARN", {}), set(logs)):
                fields.pop("resources.ARN", None)
            found |= _left(fields)
    return found


def names_objects(told: Told) -> bool:
    """Whether it records objects of any bucket at all."""
    plain = [
        each for one in told.get("EventSelectors") or [] for each in one.get("DataResources") or []
    ]
    fields = [_fields(one) for one in told.get("AdvancedEventSelectors") or []]
    kinds = [str(each.get("Type")) for each in plain]
    kinds += [kind for one in fields for kind in one.get("resources.type", {}).get("Equals", [])]
    return _OBJECT in kinds


def _fields(selector: Told) -> dict[str, dict[str, list[str]]]:
    return {
        str(each["Field"]): {name: list(each[name]) for name in _OPERATORS if each.get(name)}
        for each in selector.get("FieldSelectors") or []
    }


def _left(fields: dict[str, dict[str, list[str]]]) -> frozenset[str]:
    """What is left when nothing but ``readOnly`` narrows it; nothing where something else does."""
    said = fields.pop("readOnly", None)
    if fields:
        return frozenset()
    if said is None:
        return BOTH
    return {"true": frozenset({"read"}), "false": frozenset({"write"})}.get(
        "".join(said.get("Equals", [])), frozenset()
    )


def _is_any_bucket(said: Mapping[str, list[str]], logs: set[str]) -> bool:
    starts = said.get("StartsWith")
    if starts and not any(one.endswith(_ALL_BUCKETS) for one in starts):
        return False
    spared = [*said.get("NotStartsWith", []), *said.get("NotEquals", [])]
    if not all(one.rpartition(":::")[2].partition("/")[0] in logs for one in spared):
        return False
    return not set(said) - {"StartsWith", "NotStartsWith", "NotEquals"}
