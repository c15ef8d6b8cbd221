"""What of a resource is known before it is there, though nobody writes it.

Some names are made up of other arguments. Of others the form is known: by the issuer of a cluster
of EKS roles say whom they trust, and how they say it is known before the cluster is there.
"""

from typing import Any, Final

from ringwall.posture.code.terraform.values import Reference, joined
from ringwall.posture.snapshot.partial import SOMEWHERE, OwnAccount, Unknown

PARTITION: Final = {"partition": "aws", "id": "aws", "dns_suffix": "amazonaws.com"}
"""What holds but in China and where governments are, as for ``AWS::Partition``."""
OWN: Final = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess"})
"""Policies of AWS, which nobody else may call so."""
_SAME: Final = {
    ("aws_s3_bucket", "id"): "bucket",
    ("aws_iam_role", "id"): "name",
    ("aws_iam_user", "id"): "name",
    ("aws_iam_group", "id"): "name",
    ("aws_iam_instance_profile", "id"): "name",
    ("aws_ecr_repository", "id"): "name",
    ("aws_lambda_function", "id"): "function_name",
    ("aws_db_instance", "identifier"): "identifier",
    ("aws_dynamodb_table", "id"): "name",
    ("aws_key_pair", "id"): "key_name",
    ("aws_eks_cluster", "id"): "name",
    ("aws_cloudwatch_log_group", "id"): "name",
}
_EMPTY: Final = frozenset({"aws_s3_bucket", "aws_iam_role", "aws_iam_user", "aws_iam_group"})


_MODULE: Final = "terraform-aws-modules/eks/aws"
_ISSUERS: Final = f"oidc.eks.{SOMEWHERE}.amazonaws.com/id/("
CLUSTER: Final = "aws_eks_cluster"
PROVIDER: Final = "aws_iam_openid_connect_provider"


def identity(address: str) -> Any:
    """The block of a cluster that has its issuer, of which nothing but the form is known."""
    return [{"oidc": [{"issuer": f"https://{_ISSUERS}{address})"}]}]


def outputs(source: str, address: str) -> tuple[tuple[str, Any], ...]:
    """What is known of what a module of the registry gives: the issuer of a cluster, by its form.

    By registry.terraform.io/modules/terraform-aws-modules/eks/aws.
    """
    if source.removesuffix("/").endswith(_MODULE):
        url = identity(address)[0]["oidc"][0]["issuer"]
        bare = url.removeprefix("https://")
        why = f"{address} is not here"
        arn = joined(["arn:aws:iam::", OwnAccount(why), f":oidc-provider/{bare}"])
        told = {"oidc_provider": bare, "oidc_provider_arn": arn, "cluster_oidc_issuer_url": url}
        return tuple(told.items())
    return ()


def is_untold(text: str) -> bool:
    """Whether a text holds what only has the form of what will stand there."""
    return _ISSUERS in text


def computed(type_: str, address: str, name: str, values: dict[str, Any]) -> Any:
    """An attribute that is not written; a :class:`Reference` where only the provider knows it."""
    same = _SAME.get((type_, name))
    if same is not None and isinstance(values.get(same), str):
        return values[same]
    if (type_, name) == ("aws_s3_bucket", "arn"):
        bucket = values.get("bucket")
        if isinstance(bucket, str):
            return f"arn:aws:s3:::{bucket}"
        return joined(["arn:aws:s3:::", _reference(address, "id")])
    if (type_, name) == (CLUSTER, "identity"):
        return identity(address)
    return _reference(address, name)


def _reference(address: str, name: str) -> Unknown:
    return Reference(f"{address}.{name} is known only once it is there", address, name)
