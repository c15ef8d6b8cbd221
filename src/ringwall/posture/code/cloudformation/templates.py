"""A template to resources, each with its lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.intrinsic import NO_VALUE, Template
from ringwall.posture.code.cloudformation.naming import snake, under
from ringwall.posture.code.cloudformation.serverless import transformed
from ringwall.posture.code.cloudformation.types import TYPES
from ringwall.posture.code.documents import Document
from ringwall.posture.code.reading import Remark
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference, as_json
from ringwall.posture.snapshot.partial import Unknown

_IAM: Final = {"Roles": "role", "Users": "user", "Groups": "group"}
_WITHIN: Final = {
    "AWS::ECR::Repository": (
        ("RepositoryPolicyText", "", "aws_ecr_repository_policy", "repository", "policy"),
        (
            "LifecyclePolicy",
            "LifecyclePolicyText",
            "aws_ecr_lifecycle_policy",
            "repository",
            "policy",
        ),
    ),
    "AWS::EFS::FileSystem": (
        ("FileSystemPolicy", "", "aws_efs_file_system_policy", "file_system_id", "policy"),
        ("BackupPolicy", "Status", "aws_efs_backup_policy", "file_system_id", "backup_policy"),
    ),
}
"""By type: a property, what in it, and as which resource, argument and value Terraform has it."""


@dataclass(slots=True)
class Read:
    """What a template comes to."""

    instances: list[Instance] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def tagged(tag: str, value: Any) -> Any:
    """A short tag such as ``!GetAtt`` in its long form."""
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


def is_template(value: Any) -> bool:
    """Whether a document is a template of CloudFormation."""
    if not isinstance(value, dict) or not isinstance(value.get("Resources"), dict):
        return False
    several = value["Resources"].values()
    return "AWSTemplateFormatVersion" in value or any(
        isinstance(one, dict) and str(one.get("Type", "")).startswith("AWS::") for one in several
    )


def read(document: Document, path: str) -> Read:
    """The resources that are made; what is not supported is remarked on."""
    document = transformed(document)
    value, found = document.value, Read()
    template = Template(value)
    transform = value.get("Transform")
    if transform is not None:
        line = document.lines.get(("Transform",), document.line)
        why = f"the transform {transform} is not run: what it makes is not judged"
        found.remarks.append(Remark(Place(path, line), why))
    for name, told in template.resources.items():
        line = document.lines.get(("Resources", name), document.line)
        place = Place(path, line)
        if not isinstance(told, dict) or not isinstance(told.get("Type"), str):
            found.remarks.append(Remark(place, f"the resource {name} has no Type", is_broken=True))
            continue
        holds: Any = template.holds(told["Condition"]) if "Condition" in told else True
        if holds is False:
            continue
        if isinstance(holds, Unknown):
            why = f"whether {name} is there is not known: {holds.why}"
            found.remarks.append(Remark(place, why))
        if "Fn::Transform" in told or told["Type"].startswith("AWS::Serverless::"):
            found.remarks.append(Remark(place, f"{told['Type']} of SAM is not supported: {name}"))
            continue
        try:
            made = _instances(template, name, told, place, document)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            why = f"{name} is not of the form of {told['Type']}: {type(error).__name__}: {error}"
            found.remarks.append(Remark(place, why, is_broken=True))
            continue
        doubt = f"whether {name} is there is not known" if isinstance(holds, Unknown) else ""
        found.instances += [
            one if one.address.endswith(".block") else replace(one, doubt=doubt) for one in made
        ]
    return found


def _instances(
    template: Template, name: str, told: dict[str, Any], place: Place, document: Document
) -> list[Instance]:
    written = template.value(told.get("Properties") or {})
    if written is NO_VALUE or not isinstance(written, dict):
        written = {}
    if told["Type"] == "AWS::IAM::Policy":
        return _policies(name, written, place)
    known = TYPES.get(told["Type"])
    if known is None:
        return [Instance(told["Type"], name, written, place)]
    type_, make = known
    made = make(written)
    made.pop("", None)
    lines = {
        path[3]: line
        for path, line in document.lines.items()
        if len(path) == 4 and path[:3] == ("Resources", name, "Properties")
    }
    named = {key: lines[key] for key in lines if isinstance(key, str)}
    instances = [Instance(type_, name, made, place, named)]
    block = written.get("PublicAccessBlockConfiguration")
    if told["Type"] == "AWS::S3::Bucket" and block is not None:
        instances.append(_beside(name, block, place))
    return [*instances, *_policies_of(name, told["Type"], written, place)]


def _policies_of(
    name: str, type_: str, written: dict[str, Any], place: Place
) -> Iterator[Instance]:
    """What Terraform has as resources of their own, beside the one that it is about."""
    for key, inner, made, argument, as_ in _WITHIN.get(type_, ()):
        told = under(written.get(key), inner) if inner else written.get(key)
        if told is None:
            continue
        value = told if as_ == "backup_policy" or isinstance(told, str | Unknown) else as_json(told)
        if as_ == "backup_policy":
            value = [{"status": told}]
        whom = Reference("the resource beside it", name, "id")
        yield Instance(made, f"{name}.{made}", {argument: whom, as_: value}, place)


def _beside(name: str, block: Any, place: Place) -> Instance:

    values: dict[str, Any] = {"bucket": Reference("the bucket beside it", name, "id")}
    for key in (
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ):
        told = block if isinstance(block, Unknown) else block.get(key, False)
        values[snake(key)] = told if isinstance(told, Unknown) else str(told).lower() == "true"
    return Instance("aws_s3_bucket_public_access_block", f"{name}.block", values, place)


def _policies(name: str, written: dict[str, Any], place: Place) -> list[Instance]:
    """An inline policy of several, as one for each."""
    made = []
    for key, thing in _IAM.items():
        several = written.get(key)
        listed = several if isinstance(several, list) else [several] if several else []
        for at, one in enumerate(listed):
            values = {
                thing: one,
                "name": written.get("PolicyName"),
                "policy": as_json(written.get("PolicyDocument")),
            }
            made.append(Instance(f"aws_iam_{thing}_policy", f"{name}[{at}]", values, place))
    return made
