"""Have new instances of a region ask for session tokens before they tell their metadata."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.declaring import require_own
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import named, resource

MENDS: Final = ("aws-ec2-metadata-defaults",)
_BESIDE: Final = {
    "HttpEndpoint": "http_endpoint",
    "HttpPutResponseHopLimit": "http_put_response_hop_limit",
    "InstanceMetadataTags": "instance_metadata_tags",
}


def plan(it: Subject, world: World) -> Draft:
    """The other defaults stay: Terraform's resource sets all of them, and so names them."""
    told = it.read("metadata_defaults", {})
    require_own(told, it.label)
    before = told.get("HttpTokens", "no-preference")
    beside = {name: told[member] for member, name in _BESIDE.items() if member in told}
    return set_and_back(
        "ec2:ModifyInstanceMetadataDefaults",
        {},
        {"HttpTokens": "required"},
        {"HttpTokens": before},
        change=f"session tokens of new instances: {before} → required",
        words=f"have new instances in {it.region} ask for session tokens",
        warning="programs that speak the old way only get no credentials on new instances; an image"
        " or a launch that says otherwise still has its way",
        terraform=resource(
            "aws_ec2_instance_metadata_defaults",
            named(it.region),
            {"http_tokens": "required", **beside},
        ),
        keys={"metadata_defaults": ("HttpTokens",)},
    )
