"""Order a certificate and be killed on the way.

``acme_child.py <what> <folder> <directory> <roots>``.
``what`` is where it dies: ``publish`` (nothing proven yet), ``withdraw`` (proven, not finalized) or
``install`` (issued, not in the store).
"""

import os
import signal
import sys
from pathlib import Path

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.acme_client import AcmeClient
from ringwall.gateway.certificates.challenges import FolderPublisher
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import Acme


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingPublisher(FolderPublisher):
    def http(self, token: str, key_authorization: str) -> None:
        if sys.argv[1] == "publish":
            die()
        super().http(token, key_authorization)

    def withdraw(self, *, host: str, token: str) -> None:
        if sys.argv[1] == "withdraw":
            die()
        super().withdraw(host=host, token=token)


class DyingStore(CertificateStore):
    def install_acme(self, host: str, *, chain: bytes, key: bytes) -> Credential:
        if sys.argv[1] == "install":
            die()
        return super().install_acme(host, chain=chain, key=key)


def main() -> None:
    folder, directory = Path(sys.argv[2]), sys.argv[3]
    settings = Acme(
        directory=directory,
        email="ops@shop.example",
        terms_accepted=True,
        trusted_roots=sys.argv[4],
    )
    clock = SystemClock()
    client = AcmeClient(
        folder / "state",
        settings,
        store=DyingStore(folder / "state", clock=clock),
        publisher=DyingPublisher(folder / "challenges"),
        clock=clock,
    )
    client.renew("shop.example", "http-01")


if __name__ == "__main__":
    main()
