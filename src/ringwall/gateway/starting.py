"""First files: a commented configuration, a systemd unit, a container file."""

import re
import shlex
import sys
from dataclasses import dataclass

import yaml

from ringwall import __version__
from ringwall.runtime.configuration import Section, load_text
from ringwall.runtime.installation import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What ``ringwall init`` has to know."""

    host: str
    service: str
    upstream: str
    owner: str
    listen: str


def configuration_text(answers: Answers) -> str:
    """A commented configuration with one host, one service and one route."""
    host, service = _quoted(answers.host), _quoted(answers.service)
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
    health: {{path: /, interval: 5s}}

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
    """Raise ``ConfigurationError`` when the answers make no valid configuration."""
    load_text(text, sections)


def systemd_unit(installation: Installation, *, user: str) -> str:
    """A unit that runs this installation, hardened, and restarts it whatever happens."""
    program = shlex.join([sys.executable, "-m", "ringwall"])
    return f"""\
# /etc/systemd/system/ringwall.service
[Unit]
Description=Ringwall, the security layer in front of {installation.config.parent.name}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={user}
Environment=RINGWALL_CONFIG={installation.config} RINGWALL_STATE=/var/lib/ringwall
ExecStart={program} up --no-watch --last-good
ExecReload={program} reload
ExecStop={program} down
Restart=always
RestartSec=1
TimeoutStopSec=30
StateDirectory=ringwall
StateDirectoryMode=0700
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
LockPersonality=yes
RestrictRealtime=yes
SystemCallArchitectures=native
LimitNOFILE=262144
UMask=0077

[Install]
WantedBy=multi-user.target
"""


def container_file() -> str:
    """A container file that runs a configuration mounted at /etc/ringwall."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"""\
# Build with `docker build -t ringwall .`, run with
#   docker run -v ./ringwall.yaml:/etc/ringwall/ringwall.yaml:ro -v ringwall:/var/lib/ringwall \\
#     -p 443:8443 -p 80:8080 ringwall
# and let edge.listen be 0.0.0.0:8443 and edge.public_port 443.
FROM python:{python}-slim
RUN pip install --no-cache-dir ringwall=={__version__} \\
    && useradd --system --create-home --home-dir /var/lib/ringwall ringwall
USER ringwall
ENV RINGWALL_CONFIG=/etc/ringwall/ringwall.yaml RINGWALL_STATE=/var/lib/ringwall
VOLUME /var/lib/ringwall
EXPOSE 8443 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s CMD \\
    python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:9900/readyz', timeout=2)"
ENTRYPOINT ["ringwall"]
CMD ["up", "--no-watch", "--last-good"]
"""


def _quoted(text: str) -> str:
    """The text as a YAML scalar that means exactly this text."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", text) and isinstance(yaml.safe_load(text), str):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
