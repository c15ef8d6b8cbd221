"""Have an instance ask for tokens at its metadata service."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-ec2-instance-imdsv2",)


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    told = it.read("listed")
    before = told.get("MetadataOptions", {}).get("HttpTokens", "optional")
    return set_and_back(
        "ec2:ModifyInstanceMetadataOptions",
        {"InstanceId": it.label},
        {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        {"HttpTokens": before, "HttpEndpoint": "enabled"},
        change=f"metadata tokens: {before} → required",
        words=f"have the instance {it.label} ask for metadata tokens",
        warning="programs that still use version 1 of the metadata service get no credentials",
        terraform=argument(
            "aws_instance", it.label, {"block:metadata_options": {"http_tokens": "required"}}
        ),
        keys={"listed": ("MetadataOptions.HttpTokens",)},
    )
