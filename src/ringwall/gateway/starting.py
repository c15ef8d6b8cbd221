"""The first configuration: what ``ringwall init`` asks, how answers are judged, what is written."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import yaml
from pydantic import TypeAdapter, ValidationError

from ringwall.gateway.config import Host
from ringwall.gateway.service_checks import RESERVED
from ringwall.inventory.config import ServiceName
from ringwall.runtime.configuration import Address, Section, load_text
from ringwall.runtime.configuration.spelling import listed

_HOST: Final = TypeAdapter(Host)
_SERVICE: Final = TypeAdapter(ServiceName)
_LONGEST_OWNER: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What ``ringwall init`` has to know."""

    host: str
    service: str
    upstream: str
    owner: str
    listen: str


def objection(question: str, answer: str) -> str | None:
    """Why an answer to a question (a field of :class:`Answers`) cannot be; ``None`` if it can."""
    match question:
        case "host":
            if _fits(_HOST, answer) and len(answer) <= 253:
                return None
            return "write a host name such as app.example.com, without https:// and without a port"
        case "service":
            if answer in RESERVED:
                return f"{listed(sorted(RESERVED))} are names Ringwall keeps for itself"
            if _fits(_SERVICE, answer):
                return None
            return "write lower-case letters, digits and hyphens, beginning with a letter"
        case "owner":
            if answer.strip() and len(answer) <= _LONGEST_OWNER:
                return None
            return f"write a name, a team or an address of up to {_LONGEST_OWNER} characters"
    return _address_objection(answer)


def configuration_text(answers: Answers) -> str:
    """A commented configuration with one host, one service and one route."""
    host, service = _quoted(answers.host.lower()), _quoted(answers.service)
    return f"""\
# Ringwall's configuration. `ringwall check` judges it, `ringwall diff` tells what a change
# would do, and a running Ringwall applies it when it is saved. Durations are written 30s or 5m,
# sizes 64KiB or 1MiB, secrets only as ${{env:NAME}} or ${{file:/path}}.
version: 1
# include: [services.d/]      # more files with services and routes

edge:
  listen: {_quoted(answers.listen)}
  # redirect: 127.0.0.1:8080  # the plain-text twin: only redirects, and answers ACME
  # private: 127.0.0.1:9900   # /healthz /readyz /metrics
  hosts:
    {host}:
      certificate: {{source: local}}   # from Ringwall's own authority; see `ringwall trust`
      # certificate: {{source: file, chain: tls/chain.pem, key: tls/key.pem}}
      # certificate: {{source: acme}}  # needs edge.acme
  # acme:
  #   directory: https://acme.example/directory
  #   email: security@example.com
  #   terms_accepted: true

services:
  {service}:
    addresses: [{_quoted(answers.upstream)}]
    tls: none                 # mutual once it has a sidecar or speaks mutual TLS itself
    layer: application        # delivery, application or database
    owner: {_quoted(answers.owner)}
    service_model: own        # own, iaas, paas or saas
    classification: internal  # public, internal, confidential or restricted
    exposure: internet        # internet, partner or internal
    health: null              # better: {{path: /healthz, interval: 5s}}, a page that answers 200

routes:
  - name: all
    hosts: [{host}]
    path: /**
    methods: [GET, POST, PUT, PATCH, DELETE]
    service: {service}
    timeout: 15s
    body_limit: 1MiB
"""


def judge(text: str, sections: tuple[Section, ...]) -> None:
    """Raise ``ConfigurationError`` when the answers, each good in itself, do not go together."""
    load_text(text, sections)


def _address_objection(answer: str) -> str | None:
    try:
        Address.parse(answer)
    except ValueError as error:
        return str(error)
    return None


def _fits(kind: "TypeAdapter[str]", answer: str) -> bool:
    try:
        kind.validate_python(answer)
    except ValidationError:
        return False
    return True


def _quoted(text: str) -> str:
    """The text as a YAML scalar that means exactly this text (YAML 1.2 section 5.7)."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", text) and isinstance(yaml.safe_load(text), str):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    # Letters, marks, numbers, punctuation, symbols and the plain space stand for themselves.
    if character == " " or unicodedata.category(character)[0] in "LMNPS":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\U{code:08x}"
