"""What brings programs to people is judged in code as in the cloud: ECS, APIs, CloudFront, WAF."""

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all

HERE = Path(__file__).parent / "delivery"
TERRAFORM = (HERE / "main.tf").read_text()
KINDS = (
    "aws-ecs-cluster",
    "aws-ecs-service",
    "aws-ecs-task-definition",
    "aws-cloudfront-distribution",
    "aws-apigateway-rest-api",
    "aws-apigateway-rest-stage",
    "aws-apigateway-api",
    "aws-apigateway-stage",
    "aws-apigateway-domain",
    "aws-acm-certificate",
    "aws-wafv2-web-acl",
)
CHECKS = tuple(one for one in own_checks() if one.check.judges in KINDS)
NOT_JUDGED = {
    *("aws-acm-certificate-expiry", "aws-acm-certificate-renewal"),
    "aws-apigateway-rest-stage-client-certificate",
}
"""What is asked for in code is not issued yet; what an API calls is not read from code."""
NOT_FAULTY = {"aws-cloudfront-distribution-bucket-exists", "aws-cloudfront-distribution-sni"}
"""Whether it fails cannot be known from code alone; or what fails another check cannot fail it."""


def outcomes(folder: Path) -> dict[tuple[str, str], str]:
    """What each check of these kinds says of each component, by the end of its name."""
    code = read_code(folder)
    return {
        (one.check, re.split(r"[:/]", one.component)[-1]): str(one.verdict.outcome)
        for one in judge_all(code.snapshot, CHECKS)
    }


def written(folder: Path, text: str) -> dict[tuple[str, str], str]:
    (folder / "main.tf").write_text(text)
    return outcomes(folder)


@pytest.mark.parametrize("name", ["main.tf", "stack.yaml"])
def test_what_is_good_passes_every_check_and_what_is_bad_none(name: str, tmp_path: Path) -> None:
    shutil.copy(HERE / name, tmp_path)
    found = outcomes(tmp_path)
    good = {key: told for key, told in found.items() if key[1].lower().endswith("good")}
    bad = {key: told for key, told in found.items() if key[1].lower().endswith("bad")}
    assert {key: told for key, told in good.items() if told != "pass"} == {}
    assert {key: told for key, told in bad.items() if told != "fail"} == {
        key: told for key, told in bad.items() if key[0] in NOT_FAULTY
    }
    judged = {one.id for one in CHECKS} - NOT_JUDGED
    assert {check for check, _ in good} == judged
    assert {check for check, _ in bad} == judged
    assert read_code(tmp_path).unmapped == {}


_SET = re.compile(r" +[\w-]+ *= [^{\[(]+")
LINES = TERRAFORM.split("\n")
SET = [at for at, line in enumerate(LINES) if _SET.fullmatch(line) and "JSON" not in line]


def with_line(at: int, line: str) -> dict[tuple[str, str], str]:
    """What is said where one line is another."""
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder), "\n".join([*LINES[:at], line, *LINES[at + 1 :]]))


@settings(max_examples=14, deadline=None)
@given(at=st.sampled_from(SET), other=st.sampled_from(["null", "false", '"else"']))
def test_what_is_not_known_is_no_pass_where_anything_that_it_may_be_fails(
    at: int, other: str
) -> None:
    name = LINES[at].partition("=")[0]
    unknown = with_line(at, f"{name}= var.unknown")
    failing = {key for key, told in with_line(at, f"{name}= {other}").items() if told == "fail"}
    failing |= {key for key, told in with_line(at, LINES[at]).items() if told == "fail"}
    assert {key for key in failing if unknown.get(key) == "pass"} == set()


@pytest.mark.parametrize(
    ("resource", "check"),
    [
        ("aws_wafv2_web_acl_association", "aws-apigateway-rest-stage-firewall"),
        ("aws_wafv2_web_acl_logging_configuration", "aws-wafv2-web-acl-logs"),
        ("aws_api_gateway_method_settings", "aws-apigateway-rest-stage-cache"),
        ("aws_apigatewayv2_route", "aws-apigateway-api-authorized"),
    ],
)
def test_what_may_not_be_there_protects_nothing(resource: str, check: str, tmp_path: Path) -> None:
    block = f'resource "{resource}" "good" {{'
    found = written(tmp_path, TERRAFORM.replace(block, f"{block}\n  count = var.unknown"))
    assert {told for key, told in found.items() if key[0] == check and "good" in key[1]} == {
        "unknown"
    }


def test_a_firewall_that_may_not_be_there_protects_no_load_balancer(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BALANCER)
    told = {
        (one.check, str(one.verdict.outcome))
        for one in judge_all(read_code(tmp_path).snapshot, own_checks())
    }
    assert ("aws-elbv2-load-balancer-firewall", "unknown") in told


BALANCER = """
variable "unknown" {}
resource "aws_lb" "it" { name = "it" }
resource "aws_wafv2_web_acl_association" "it" {
  count        = var.unknown
  resource_arn = aws_lb.it.arn
  web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/it/1"
}
"""
SOCKET = """
resource "aws_apigatewayv2_api" "it" {
  name          = "it"
  protocol_type = "WEBSOCKET"
}
resource "aws_apigatewayv2_route" "it" {
  api_id             = aws_apigatewayv2_api.it.id
  route_key          = "$connect"
  authorization_type = "AWS_IAM"
}
resource "aws_apigatewayv2_route" "other" {
  api_id    = aws_apigatewayv2_api.it.id
  route_key = "$default"
}
"""
DEFINED = """
resource "aws_apigatewayv2_api" "it" {
  name          = "it"
  protocol_type = "HTTP"
  body          = <<-YAML
    openapi: 3.0.1
    paths:
      /orders:
        get: {SECURITY}
    components:
      securitySchemes:
        jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}
        nothing: {type: http, scheme: basic}
  YAML
}
"""


def authorized(folder: Path, text: str) -> str:
    """What is said of who may call the API of a file."""
    return written(folder, text)["aws-apigateway-api-authorized", "aws_apigatewayv2_api.it"]


def test_a_socket_is_asked_where_it_connects(tmp_path: Path) -> None:
    assert authorized(tmp_path, SOCKET) == "pass"
    assert authorized(tmp_path, SOCKET.replace("AWS_IAM", "NONE")) == "fail"
    assert authorized(tmp_path, SOCKET.replace("$connect", "send")) == "fail"


@pytest.mark.parametrize(
    ("security", "outcome"),
    [
        ("security: [{jwt: []}]", "pass"),
        ("security: [{nothing: []}]", "fail"),  # a scheme that the gateway does not enforce
        ("security: []", "fail"),
        ("summary: x", "fail"),
        ("security: [{else: []}]", "unknown"),
        ("}\n    security: [{jwt: []}]\n    x-more: {", "unknown"),
    ],
)
def test_a_definition_says_who_asks(security: str, outcome: str, tmp_path: Path) -> None:
    assert authorized(tmp_path, DEFINED.replace("SECURITY", security)) == outcome


@pytest.mark.parametrize(("who", "outcome"), [("111122223333", "pass"), ("*", "fail")])
def test_a_definition_has_a_policy(who: str, outcome: str, tmp_path: Path) -> None:
    said = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*"}  # fmt: skip
    body = {"paths": {"/x": {"get": {}}}, "x-amazon-apigateway-policy": {"Statement": [said]}}
    text = f'resource "aws_api_gateway_rest_api" "it" {{ body = {json.dumps(json.dumps(body))} }}'
    found = written(tmp_path, text)
    assert found["aws-apigateway-rest-api-authorized", "aws_api_gateway_rest_api.it"] == outcome


def test_a_definition_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    for body in ("{]", "[]", "a: &a [*a]", "paths: 3"):
        text = re.sub(r"<<-YAML.*?YAML", f'"{body}"', DEFINED, flags=re.DOTALL)
        assert authorized(tmp_path, text) == "unknown", body


def test_an_api_of_which_nothing_is_declared_here_may_answer_anything(tmp_path: Path) -> None:
    text = 'resource "aws_apigatewayv2_api" "it" { name = "it" }'
    assert authorized(tmp_path, text) == "unknown"
    assert authorized(tmp_path, text.replace("}", '\n target = "x"\n}')) == "fail"


def test_what_the_account_sets_for_all_clusters_counts(tmp_path: Path) -> None:
    text = """
    resource "aws_ecs_cluster" "it" { name = "it" }
    resource "aws_ecs_account_setting_default" "it" {
      name  = "containerInsights"
      value = "enabled"
    }
    """
    assert written(tmp_path, text)["aws-ecs-cluster-insights", "aws_ecs_cluster.it"] == "pass"


def test_logs_that_cloudwatch_delivers_are_logs(tmp_path: Path) -> None:
    text = (
        TERRAFORM
        + """
    resource "aws_cloudwatch_log_delivery_source" "it" {
      name         = "it"
      log_type     = "ACCESS_LOGS"
      resource_arn = aws_cloudfront_distribution.bad.arn
    }
    """
    )
    key = "aws-cloudfront-distribution-logs", "aws_cloudfront_distribution.bad"
    assert written(tmp_path, text)[key] == "pass"
    assert (
        written(tmp_path, text.replace("aws_cloudfront_distribution.bad.arn", "var.unknown"))[key]
        == "unknown"
    )


def plan(written: dict[str, object], unknown: list[str], index: str = "") -> str:
    """A plan of a REST API with a method that asks; of these arguments it is not known what."""
    api = {"type": "aws_api_gateway_rest_api", "mode": "managed"}
    method = {"type": "aws_api_gateway_method", "mode": "managed"}
    asks = {"rest_api_id": "a1", "http_method": "GET", "authorization": "AWS_IAM"}
    within = 'module.x["a.b"].' if index else ""
    api_address = f"{within}aws_api_gateway_rest_api.it{index}"
    inner = [
        {**api, "address": api_address, "values": {"name": "it", "id": "a1"}},
        {**method, "address": "aws_api_gateway_method.it", "values": asks},
    ]
    declared = {"address": "aws_api_gateway_rest_api.it", "expressions": written}
    root: dict[str, object] = {"resources": [declared]}
    if index:
        root = {"module_calls": {"x": {"module": root}}}
    told = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": inner}},
        "resource_changes": [
            {"address": api_address, "change": {"after_unknown": dict.fromkeys(unknown, True)}}
        ],
        "configuration": {"root_module": root},
    }
    return json.dumps(told, indent=1)


@pytest.mark.parametrize("index", ["", "[0]", '["x.y"]'])
def test_what_a_plan_leaves_to_aws_is_as_if_nobody_planned(index: str, tmp_path: Path) -> None:
    check = "aws-apigateway-rest-api-authorized"
    computed = ["policy", "endpoint_configuration", "arn"]
    name: dict[str, object] = {"name": {"constant_value": "it"}}
    for written_there, outcome in ((name, "pass"), (name | {"policy": {}}, "unknown")):
        (tmp_path / "plan.json").write_text(plan(written_there, computed, index))
        told = {one for key, one in outcomes(tmp_path).items() if key[0] == check}
        assert told == {outcome}


def distribution_plan(
    swapped: bool, module: str, attribute: str = "bucket_regional_domain_name"
) -> str:
    """A plan of a distribution whose blocks are sorted otherwise than they are written."""
    kinds: dict[str, tuple[Any, Any, Any]] = {
        "aws_s3_bucket": ({}, {"id": True}, {}),
        "aws_acm_certificate": ({"domain_name": "shop.example"}, {"arn": True}, {}),
        "aws_cloudfront_distribution": (
            {
                "origin": [
                    {"origin_id": "files", "domain_name": None, "s3_origin_config": []},
                    {"origin_id": "else", "domain_name": "shop.example", "custom_origin_config": [{
                        "origin_protocol_policy": "https-only", "origin_ssl_protocols": ["TLSv1.2"]
                    }]},
                ],
                "default_cache_behavior": [
                    {"target_origin_id": "files", "viewer_protocol_policy": "https-only"}
                ],
                "viewer_certificate": [{"minimum_protocol_version": "TLSv1.2_2021"}],
            },
            {
                "origin": [{"domain_name": True}, {}],
                "viewer_certificate": [{"acm_certificate_arn": True}],
                "web_acl_id": True,
            },
            {
                "origin": [
                    {"origin_id": {"constant_value": "files"}, "domain_name": {
                        "references": [f"aws_s3_bucket.it.{attribute}", "aws_s3_bucket.it"]}},
                    {"origin_id": {"constant_value": "else"}, "domain_name": {
                        "constant_value": "shop.example"}, "custom_origin_config": [{}]},
                ],
                "viewer_certificate": [{"acm_certificate_arn": {
                    "references": ["aws_acm_certificate.it.arn", "aws_acm_certificate.it"]}}],
            },
        ),
    }  # fmt: skip
    if swapped:
        kinds["aws_cloudfront_distribution"][2]["origin"].reverse()
    resources = [
        {"address": f"{module}{kind}.it", "mode": "managed", "type": kind, "values": values}
        for kind, (values, _, _) in kinds.items()
    ]
    declared = [
        {"address": f"{kind}.it", "expressions": said} for kind, (_, _, said) in kinds.items()
    ]
    root: dict[str, object] = {"resources": declared}
    if module:
        root = {"module_calls": {"x": {"module": root}}}
    told = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [
            {"address": f"{module}{kind}.it", "change": {"after_unknown": unknown}}
            for kind, (_, unknown, _) in kinds.items()
        ],
        "configuration": {"root_module": root},
    }
    return json.dumps(told, indent=1)


@pytest.mark.parametrize("module", ["", "module.x[0].", 'module.x["a.b"].'])
@pytest.mark.parametrize("swapped", [False, True])
def test_blocks_of_a_plan_refer_to_what_is_there(
    module: str, swapped: bool, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text(distribution_plan(swapped, module))
    found = {key[0]: told for key, told in outcomes(tmp_path).items() if "cloudfront" in key[0]}
    assert {key: told for key, told in found.items() if told != "fail"} == {
        "aws-cloudfront-distribution-bucket-exists": "pass",
        "aws-cloudfront-distribution-certificate": "pass",
        "aws-cloudfront-distribution-function-access": "pass",
        "aws-cloudfront-distribution-origins": "pass",
        "aws-cloudfront-distribution-plain": "pass",
        "aws-cloudfront-distribution-sni": "unknown",
        "aws-cloudfront-distribution-tls": "pass",
    }


@pytest.mark.parametrize(("by", "told"), [("sni-only", "pass"), ("vip", "fail")])
@pytest.mark.parametrize("name", ["main.tf", "stack.yaml"])
def test_a_certificate_of_its_own_may_be_answered_with_by_name(
    name: str, by: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text((HERE / name).read_text().replace("sni-only", by))
    check = "aws-cloudfront-distribution-sni"
    good = {said for key, said in outcomes(tmp_path).items() if key[0] == check and _is_good(key)}
    assert good == {told}


def _is_good(key: tuple[str, str]) -> bool:
    return key[1].lower().endswith("good")


def test_a_name_that_a_bucket_is_part_of_need_not_be_the_buckets(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(distribution_plan(False, "", "bucket"))
    check = "aws-cloudfront-distribution-bucket-exists"
    assert [told for key, told in outcomes(tmp_path).items() if key[0] == check] == ["unknown"]


CLASSIC = """
variable "unknown" {}
resource "aws_elb" "it" {
  name = "it"
  listener {
    lb_port           = 443
    lb_protocol       = "https"
    instance_port     = 80
    instance_protocol = "http"
  }
}
resource "aws_load_balancer_policy" "it" {
  load_balancer_name = aws_elb.it.name
  policy_name        = "mine"
  policy_type_name   = "SSLNegotiationPolicyType"
  policy_attribute {
    name  = "NAME"
    value = "VALUE"
  }
}
resource "aws_load_balancer_listener_policy" "it" {
  load_balancer_name = aws_elb.it.name
  load_balancer_port = PORT
  policy_names       = [POLICY]
}
"""
OWN = "aws_load_balancer_policy.it.policy_name"
REFERS = "Reference-Security-Policy"


@pytest.mark.parametrize(
    ("name", "value", "port", "policy", "outcome"),
    [
        (REFERS, "ELBSecurityPolicy-TLS-1-2-2017-01", "443", OWN, "pass"),
        (REFERS, "ELBSecurityPolicy-TLS-1-1-2017-01", "443", OWN, "fail"),
        (REFERS, "ELBSecurityPolicy-of-tomorrow", "443", OWN, "unknown"),
        ("Protocol-TLSv1.2", "true", "443", OWN, "pass"),
        ("Protocol-TLSv1", "true", "443", OWN, "fail"),
        (REFERS, "ELBSecurityPolicy-TLS-1-2-2017-01", "8443", OWN, "fail"),
        (REFERS, "ELBSecurityPolicy-TLS-1-2-2017-01", "var.unknown", OWN, "unknown"),
        (REFERS, "ELBSecurityPolicy-TLS-1-2-2017-01", "443", '"else"', "unknown"),
        (REFERS, "ELBSecurityPolicy-TLS-1-2-2017-01", "443", "var.unknown", "unknown"),
    ],
)
def test_classic_load_balancers_speak_what_their_policies_say(
    name: str, value: str, port: str, policy: str, outcome: str, tmp_path: Path
) -> None:
    text = CLASSIC.replace("NAME", name).replace("VALUE", value)
    (tmp_path / "main.tf").write_text(text.replace("PORT", port).replace("POLICY", policy))
    found = judge_all(read_code(tmp_path).snapshot, own_checks())
    told = [str(one.verdict.outcome) for one in found if one.check == "aws-elb-load-balancer-tls"]
    assert told == [outcome]


def test_a_control_that_signs_nothing_lets_no_bucket_know_the_distribution(tmp_path: Path) -> None:
    text = TERRAFORM.replace('{ name = "it" }', '{ signing_behavior = "never" }')
    key = "aws-cloudfront-distribution-bucket-access", "aws_cloudfront_distribution.good"
    assert written(tmp_path, text)[key] == "fail"


PROGRAM = """
variable "unknown" {}
variable "hidden" { sensitive = true }
resource "aws_sqs_queue" "it" { name_prefix = "it" }
resource "random_password" "it" {}
resource "aws_db_instance" "it" { identifier = "it" }
resource "aws_lambda_function" "it" {
  function_name = "it"
  environment {
    variables = { VARIABLES }
  }
}
resource "aws_ecs_task_definition" "it" {
  family                = "it"
  container_definitions = jsonencode([{
    name        = "it"
    environment = [for name, value in { VARIABLES } : { name = name, value = value }]
  }])
}
"""


@pytest.mark.parametrize(
    ("variables", "outcome"),
    [
        ("QUEUE = aws_sqs_queue.it.arn", "pass"),
        ("SECRET_QUEUE = aws_sqs_queue.it.url", "pass"),
        ('DB = "postgres://${aws_db_instance.it.endpoint}/shop"', "pass"),
        ('DB = "postgres://shop:hunter2hunter2@${aws_db_instance.it.endpoint}/shop"', "fail"),
        ('DB = "postgres://shop:${random_password.it.result}@db/shop"', "unknown"),
        ("PASSWORD = random_password.it.result", "unknown"),
        ("PASSWORD = random_password.it.id", "unknown"),
        ("PASSWORD = aws_db_instance.it.password", "unknown"),
        ("OTHER = var.unknown", "pass"),
        ("OTHER = var.hidden", "unknown"),
        ("OTHER_TOKEN = var.unknown", "unknown"),
        ("OTHER_URL = var.unknown", "unknown"),
        ('OTHER = "https://${var.unknown}@shop.example"', "unknown"),
        ('OTHER = var.unknown, PASSWORD = "hunter2hunter2"', "fail"),
    ],
)
def test_names_of_other_resources_are_no_secrets(
    variables: str, outcome: str, tmp_path: Path
) -> None:
    (tmp_path / "main.tf").write_text(PROGRAM.replace("VARIABLES", variables))
    told = {
        one.check: str(one.verdict.outcome)
        for one in judge_all(read_code(tmp_path).snapshot, own_checks())
    }
    assert told["aws-lambda-secrets"] == told["aws-ecs-task-secrets"] == outcome
