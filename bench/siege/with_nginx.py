"""nginx with the limits its guides advise, with the same certificate before the same services.

Where both have a limit its number is Ringwall's own, so that neither is the stricter one.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

from bench.siege.services import Services
from bench.siege.target import APP, Target
from bench.siege.with_ringwall import PEOPLE
from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings

_TEXT = """
daemon off;
{user}
worker_processes 2;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 10000; }}
http {{
  access_log {folder}/access.log combined;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type text/plain;
  client_header_timeout 10s;
  client_body_timeout 10s;
  send_timeout 10s;
  keepalive_timeout 65s;
  keepalive_requests 10000;
  reset_timedout_connection on;
  client_max_body_size 1m;
  large_client_header_buffers 4 16k;
  http2_max_concurrent_streams 100;
  limit_req_zone $binary_remote_addr zone=address:10m rate=100r/s;
  limit_req_zone $binary_remote_addr zone=login:10m rate=5r/s;
  limit_conn_zone $binary_remote_addr zone=connections:10m;
  limit_req_status 429;
  limit_conn_status 429;
  limit_req zone=address burst=2000 nodelay;
  limit_conn connections 100;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_connect_timeout 5s;
  proxy_read_timeout 15s;
  {upstreams}
  server {{
    listen 127.0.0.1:{port} ssl http2 backlog=4096;
    server_name {host};
    ssl_protocols TLSv1.3;
    ssl_session_cache shared:SSL:10m;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    location / {{ proxy_pass http://shop; }}
    location /sick/ {{ proxy_pass http://sick; }}
    location /accounts/login/ {{
      limit_req zone=login burst=150 nodelay;
      proxy_pass http://login;
    }}
  }}
}}
"""


@contextmanager
def running(folder: Path, services: Services) -> Iterator[tuple[Target, dict[str, list[int]]]]:
    """Run nginx in ``folder``; what clients must know, and its processes by name."""
    store = CertificateStore(folder / "state", clock=SystemClock())
    credential = store.for_host(APP, HostSettings())
    port = free_port()
    upstreams = "\n  ".join(
        f"upstream {name} {{ server unix:{services.path(name)}; keepalive 64; }}"
        for name in ("shop", "sick", "login")
    )
    file = folder / "nginx.conf"
    file.write_text(
        _TEXT.format(
            folder=folder,
            user="user root;" if Path("/proc/self").owner() == "root" else "",
            upstreams=upstreams,
            port=port,
            host=APP,
            chain=credential.chain,
            key=credential.key,
        )
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [nginx, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command)
    try:
        _wait(process, port)
        # Nobody is known to nginx: it gets cookies of the same length, and carries them on.
        cookie = f"__Host-ringwall={'s' * 1450}"
        yield (
            Target(
                name="nginx",
                port=port,
                roots=str(folder / "state" / "pki" / "edge" / "trust.pem"),
                cookies=(cookie,) * PEOPLE,
                greedy=cookie,
                login_host=APP,
                login_body="login=ada%40example.com&password=wrong",
            ),
            {"nginx": [process.pid, *_children(process.pid)]},
        )
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                msg = "nginx did not start"
                raise RuntimeError(msg) from error
            time.sleep(0.05)
        else:
            return


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]
