"""ACM and WAF: certificates, and web ACLs with what they log."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    first,
    idents,
    known,
    part,
)
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

CERTIFICATE: Final = "aws-acm-certificate"
ACL: Final = "aws-wafv2-web-acl"
KINDS: Final = (CERTIFICATE, ACL)
_IN_IT: Final = Unknown("it stands in the certificate that is imported")
_ACTIONS: Final = {
    "allow": "Allow",
    "block": "Block",
    "count": "Count",
    "captcha": "Captcha",
    "challenge": "Challenge",
    "none": "None",
}
_RATE: Final = "rate_based_statement"


def components(code: Resources) -> Iterator[Collected]:
    """Certificates and web ACLs."""
    code.asked |= {"aws_acm_certificate_validation"}
    yield from map(_certificate, code.of("aws_acm_certificate"))
    for one in code.of("aws_wafv2_web_acl"):
        described = {
            "Name": one.get("name", one.address),
            "DefaultAction": _action(one.block("default_action")),
            "Rules": _rules(code, one),
        }
        aspects = {"described": known(described, one), "logging": _logging(code, one)}
        yield component(ACL, one, one.get("name"), aspects)


def _certificate(one: Instance) -> Collected:
    """What is asked for is not issued yet; of what is imported the text says the rest."""
    told: dict[str, Any] = {
        "DomainName": one.get("domain_name", _IN_IT),
        "SubjectAlternativeNames": one.get("subject_alternative_names", []),
    }
    imported = one.get("private_key") is not None or one.get("certificate_body") is not None
    if imported:
        names = ("DomainName", "SubjectAlternativeNames", "KeyAlgorithm", "Status", "NotAfter")
        told = {"Type": "IMPORTED", **dict.fromkeys(names, _IN_IT)}
    else:
        logged = part(one.block("options"), "certificate_transparency_logging_preference")
        told |= {
            "Type": "PRIVATE" if one.get("certificate_authority_arn") else "AMAZON_ISSUED",
            "Status": "PENDING_VALIDATION",
            "KeyAlgorithm": one.get("key_algorithm", "RSA_2048"),
            "Options": {"CertificateTransparencyLoggingPreference": logged or "ENABLED"},
        }
    return component(CERTIFICATE, one, one.get("domain_name"), {"certificate": known(told, one)})


def _logging(code: Resources, one: Instance) -> Observation:
    found = code.pointing("aws_wafv2_web_acl_logging_configuration", "resource_arn", one)
    if not found:
        return absent(one)
    targets = found[0].get("log_destination_configs")
    return known({"LogDestinationConfigs": idents(targets)}, found[0])


def _action(block: Any) -> Any:
    """Which action there is: a block of its name, which is empty or says more."""
    if block is None or isinstance(block, Unknown):
        return block or {}
    if any(isinstance(block.get(name), Unknown) for name in _ACTIONS):
        return next(one for one in block.values() if isinstance(one, Unknown))
    return {as_: {} for name, as_ in _ACTIONS.items() if block.get(name) not in (None, [])}


def _rules(code: Resources, one: Instance) -> Any:
    if one.get("rule_json") is not None:
        return Unknown("its rules stand in one text of JSON, and are not read from it")
    blocks = one.blocks("rule")
    if isinstance(blocks, Unknown):
        return blocks
    made = [each if isinstance(each, Unknown) else _rule(each) for each in blocks]
    for each in code.pointing("aws_wafv2_web_acl_rule_group_association", "web_acl_arn", one):
        over = each.get("override_action", "none")
        action: Any = over if isinstance(over, Unknown) else {_ACTIONS.get(str(over), "None"): {}}
        name = each.get("rule_name", each.written)
        made.append({"Name": name, "Statement": {}, "OverrideAction": action})
    return made


def _rule(block: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"Name": block.get("name"), "Statement": _statement(block)}
    for name, as_ in (("action", "Action"), ("override_action", "OverrideAction")):
        told = first(part(block, name, []))
        if told is not None:
            made[as_] = _action(told)
    if len(made) == 2:
        made["Action"] = Unknown("what it does is not written")
    return made


def _statement(block: Mapping[str, Any]) -> Any:
    """Of which kind it is; only that it bounds how often somebody asks is looked at."""
    told = first(part(block, "statement", []))
    if told is None or isinstance(told, Unknown):
        return told or Unknown("what it is about is not written")
    bound = told.get(_RATE)
    if isinstance(bound, Unknown):
        return bound
    return {"RateBasedStatement": {}} if bound not in (None, []) else {}
