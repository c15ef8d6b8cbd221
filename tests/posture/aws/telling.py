"""Clients that tell what they change, as CloudTrail records it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError, ParamValidationError
from tests.posture.aws.people import ACCOUNT
from tests.posture.aws.services import REGION

Record = dict[str, Any]
_SOURCES: Final = {
    "accessanalyzer": "access-analyzer",
    "apigatewayv2": "apigateway",
    "cloudwatch": "monitoring",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tagging",
    "s3control": "s3",
}
_GLOBAL: Final = {"iam", "cloudfront", "route53", "organizations"}
_READS: Final = ("Describe", "Get", "List")
_SILENT: Final = {
    "cloudwatch", "ec2", "elbv2", "iam", "lambda", "rds", "s3", "sns", "sqs", "ssm",
}  # fmt: skip
"""Services whose records often have no answer; all have where something was created."""


class Telling:
    """A client; each call that changes something leaves a record in ``told``."""

    def __init__(self, client: Any, service: str, told: list[Record]) -> None:
        self._client, self._service, self._told = client, service, told

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None or operation.startswith(_READS):
            return own

        def call(**arguments: Any) -> Any:
            answer, error = None, None
            try:
                answer = own(**arguments)
            except ClientError as failed:
                error = failed.response["Error"]["Code"]
                raise
            except ParamValidationError as failed:
                raise AssertionError(f"{operation}: {failed}") from failed
            else:
                return answer
            finally:
                self._told.append(recorded(self._service, operation, arguments, answer, error))

        return call


def recorded(
    service: str, operation: str, asked: Record, answer: Record | None, error: str | None
) -> Record:
    """What CloudTrail writes of a call: members begin small, S3 has names of its own."""
    source = _SOURCES.get(service, service)
    parameters = _small(asked)
    told = {key: one for key, one in (answer or {}).items() if key != "ResponseMetadata"}
    if service in _SILENT and not operation.startswith(("Create", "Run", "Allocate", "Copy")):
        told = {}
    record: Record = {
        "eventVersion": "1.11",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": f"{operation}20150331" if service == "lambda" else operation,
        "awsRegion": "us-east-1" if service in _GLOBAL else REGION,
        "recipientAccountId": ACCOUNT,
        "readOnly": False,
        "requestParameters": parameters,
        "responseElements": _small(told) or None,
    }
    if service == "s3" and "Bucket" in asked:
        del parameters["bucket"]
        parameters |= {"bucketName": asked["Bucket"], "Host": f"{asked['Bucket']}.s3.aws"}
        record["resources"] = [
            {"type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{asked['Bucket']}"}
        ]
    if error is not None:
        record |= {"errorCode": error, "errorMessage": "no", "responseElements": None}
    return record


def _small(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _small(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_small(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return "HIDDEN" if isinstance(value, bytes) else value


def telling(client: Callable[[str], Any], told: list[Record]) -> Callable[[str], Any]:
    """As ``client`` makes clients, but these leave records."""
    return lambda service: Telling(client(service), service, told)
