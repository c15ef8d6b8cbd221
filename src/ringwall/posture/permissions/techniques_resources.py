"""What calls are about that a technique makes on several kinds of resources, by call.

Service Authorization Reference: where a call names several kinds, it has to be allowed on each.
Between bars stand kinds of which one is enough. What is about the same kind is about one thing.
"""

from collections.abc import Mapping
from typing import Final


def _of(service: str, *kinds: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{service}:*:{{account}}:{kind}" for kind in kinds)


_INSTANCE: Final = _of("ec2", "instance/*")
_DEFINITION: Final = _of("ecs", "task-definition/*")
_SERVICE: Final = _of("ecs", "service/*")
_LOCATION: Final = _of("datasync", "location/*")
ASKED_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "ec2:RunInstances": (
        "arn:aws:ec2:*::image/*",
        *_INSTANCE,
        *_of("ec2", "network-interface/*", "security-group/*", "subnet/*", "volume/*"),
    ),
    "ec2:CreateFleet": _of("ec2", "fleet/*"),
    "ec2:CreateLaunchTemplate": _of("ec2", "launch-template/*"),
    "ec2:AssociateIamInstanceProfile": _INSTANCE,
    "ec2:ReplaceIamInstanceProfileAssociation": _INSTANCE,
    "ec2:RequestSpotInstances": _of("ec2", "spot-instances-request/*"),
    "ec2:RequestSpotFleet": _of("ec2", "spot-fleet-request/*"),
    "autoscaling:CreateLaunchConfiguration": _of("autoscaling", "launchConfiguration:*"),
    "autoscaling:CreateAutoScalingGroup": _of("autoscaling", "autoScalingGroup:*"),
    "ecs:CreateCluster": _of("ecs", "cluster/*"),
    "ecs:RegisterTaskDefinition": _DEFINITION,
    "ecs:RunTask": _DEFINITION,
    "ecs:StartTask": _DEFINITION,
    "ecs:CreateService": _SERVICE,
    "ecs:UpdateService": _SERVICE,
    "batch:RegisterJobDefinition": _of("batch", "job-definition/*"),
    "batch:SubmitJob": _of("batch", "job-definition/*", "job-queue/*"),
    "imagebuilder:CreateImage": _of("imagebuilder", "image/*"),
    "imagebuilder:CreateInfrastructureConfiguration": _of(
        "imagebuilder", "infrastructure-configuration/*"
    ),
    "datasync:CreateLocationS3": _LOCATION,
    "datasync:CreateTask": _LOCATION,
    "datasync:StartTaskExecution": _of("datasync", "task/*"),
    "sagemaker:CreateModel": _of("sagemaker", "model/*"),
    "sagemaker:CreateEndpointConfig": _of("sagemaker", "endpoint-config/*"),
    "sagemaker:CreateEndpoint": _of("sagemaker", "endpoint-config/*", "endpoint/*"),
    "omics:CreateWorkflow": _of("omics", "workflow/*"),
    "omics:StartRun": _of("omics", "run/*"),
    "ssm:CreateDocument": _of("ssm", "document/*"),
    "ssm:StartAutomationExecution": (
        "arn:aws:ssm:*:*:automation-definition/*|arn:aws:ssm:*:*:document/*",
    ),
    "apigateway:POST": ("arn:aws:apigateway:*::/*",),
    "rolesanywhere:CreateTrustAnchor": _of("rolesanywhere", "trust-anchor/*"),
    "rolesanywhere:CreateProfile": _of("rolesanywhere", "profile/*"),
}
