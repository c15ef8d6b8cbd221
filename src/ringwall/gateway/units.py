"""What runs an installation for good: a systemd unit, a container file. Pure texts."""

import shlex
import sys
from typing import Final

from ringwall import __version__
from ringwall.runtime.installation import CONFIG_VARIABLE, STATE_VARIABLE, Installation

STATE: Final = "/var/lib/ringwall"


def systemd_unit(installation: Installation, *, user: str) -> str:
    """A unit that runs this installation, hardened, and restarts it whatever happens.

    Words are quoted as systemd.syntax(7) and systemd.service(5) read them.
    """
    program = f"{_word(sys.executable)} -m ringwall"
    config = _word(f"{CONFIG_VARIABLE}={installation.config}", command=False)
    state = _word(f"{STATE_VARIABLE}={STATE}", command=False)
    folder = _text(installation.config.parent.name or "this machine")
    shown = "".join(c for c in str(installation.config) if c.isprintable())
    ask = shlex.join([f"{CONFIG_VARIABLE}={shown}", f"{STATE_VARIABLE}={STATE}"])
    return f"""\
# Save as /etc/systemd/system/ringwall.service, then: systemctl enable --now ringwall
# Ask the running one as its user, with its state:
#   sudo -u {user} env {ask} \\
#     {shlex.quote(sys.executable)} -m ringwall status
[Unit]
Description=Ringwall, the security layer in front of {folder}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={user}
Environment={config}
Environment={state}
ExecStart={program} up --no-watch --last-good
ExecReload={program} reload
ExecStop={program} down
Restart=always
RestartSec=1
TimeoutStopSec=60
KillMode=mixed
# Only its user reads the state: keys, versions, records.
StateDirectory=ringwall
StateDirectoryMode=0700
UMask=0077
# Nor does a crash write keys to the disk.
LimitCORE=0
# Ports below 1024.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# Netlink: Envoy asks for the addresses of this machine.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
LimitNOFILE=262144

[Install]
WantedBy=multi-user.target
"""


def container_file() -> str:
    """A container file that runs a configuration mounted at /etc/ringwall."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"""\
# Build with `docker build -t ringwall .`, run with
#   docker run -v ./ringwall.yaml:/etc/ringwall/ringwall.yaml:ro -v ringwall:{STATE} \\
#     -p 443:8443 -p 80:8080 ringwall
# and let edge.listen be 0.0.0.0:8443, edge.redirect 0.0.0.0:8080 and edge.public_port 443.
FROM python:{python}-slim
RUN pip install --no-cache-dir ringwall=={__version__} \\
    && useradd --system --no-create-home --home-dir {STATE} ringwall \\
    && install --directory --mode=0700 --owner=ringwall --group=ringwall {STATE}
USER ringwall
ENV {CONFIG_VARIABLE}=/etc/ringwall/ringwall.yaml {STATE_VARIABLE}={STATE}
VOLUME {STATE}
EXPOSE 8443 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD \\
    python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:9900/readyz', timeout=2)"
ENTRYPOINT ["ringwall"]
CMD ["up", "--no-watch", "--last-good"]
"""


def _text(text: str) -> str:
    """Free text in a unit file: specifiers are written out, control characters left out."""
    return "".join(c for c in text.replace("%", "%%") if c.isprintable())


def _word(text: str, *, command: bool = True) -> str:
    r"""One word of a unit file: quoted, ``%`` doubled, and in a command ``$`` doubled too."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    if command:
        plain = plain.replace("$", "$$")
    plain = "".join(c if c.isprintable() else _bytes(c) for c in plain)
    return f'"{plain}"' if plain != text or any(c in plain for c in " '") else plain


def _bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
