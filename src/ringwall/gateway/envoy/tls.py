"""TLS contexts: who may speak to whom, with which versions, groups and certificates."""

from typing import Final, Literal

from ringwall.gateway.envoy.resources import Json, extension, from_file, typed

GROUPS: Final = ("X25519MLKEM768", "X25519", "P-256")
"""Key agreement in order of preference: the hybrid post-quantum group first."""

LEGACY_CIPHERS: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)
"""For hosts that allow TLS 1.2: forward secret AEAD only (RFC 9325 section 4.2)."""

SYSTEM_ROOTS: Final = "/etc/ssl/certs/ca-certificates.crt"


def spiffe_id(trust_domain: str, service: str) -> str:
    """The SPIFFE id of a service: ``spiffe://<trust domain>/service/<name>``."""
    return f"spiffe://{trust_domain}/service/{service}"


def secret_reference(name: str, file: str) -> Json:
    """An ``SdsSecretConfig`` that reads one secret from one file."""
    return {"name": name, "sds_config": from_file(file)}


def parameters(minimum: Literal["1.2", "1.3"]) -> Json:
    """``TlsParameters`` for one minimum version."""
    legacy: Json = {"cipher_suites": list(LEGACY_CIPHERS)} if minimum == "1.2" else {}
    return {
        "tls_minimum_protocol_version": "TLSv1_3" if minimum == "1.3" else "TLSv1_2",
        "tls_maximum_protocol_version": "TLSv1_3",
        "ecdh_curves": list(GROUPS),
        **legacy,
    }


def server(
    *,
    certificate: Json,
    minimum: Literal["1.2", "1.3"] = "1.3",
    alpn: tuple[str, ...] = ("h2", "http/1.1"),
    client_validation: Json | None = None,
    client_roots: str | None = None,
    any_client: bool = False,
) -> Json:
    """A downstream transport socket; with ``client_validation`` a client certificate is a must.

    With ``client_roots``, a PEM file, clients may show one that these have signed, or with
    ``any_client`` any at all.
    """
    common: Json = {
        "tls_params": parameters(minimum),
        "alpn_protocols": list(alpn),
        "tls_certificate_sds_secret_configs": [certificate],
    }
    fields: Json = {"common_tls_context": common}
    if client_validation is not None:
        common["validation_context_sds_secret_config"] = client_validation
        fields["require_client_certificate"] = True
    elif client_roots is not None:
        fields["require_client_certificate"] = False
        common["validation_context"] = {
            "trusted_ca": {"filename": client_roots},
            "trust_chain_verification": "ACCEPT_UNTRUSTED" if any_client else "VERIFY_TRUST_CHAIN",
        }
    return extension(
        "envoy.transport_sockets.tls",
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        **fields,
    )


def client(
    *,
    validation: Json,
    certificate: Json | None = None,
    sni: str = "",
    alpn: tuple[str, ...] = (),
) -> Json:
    """An upstream transport socket. ``validation`` says who must answer; nobody is trusted blindly.

    Our own kind, to whom we show a ``certificate``, speaks TLS 1.3; others may be older.
    """
    common: Json = {
        "tls_params": parameters("1.3" if certificate else "1.2"),
        "validation_context_sds_secret_config": validation,
    }
    if alpn:
        common["alpn_protocols"] = list(alpn)
    if certificate is not None:
        common["tls_certificate_sds_secret_configs"] = [certificate]
    return extension(
        "envoy.transport_sockets.tls",
        "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        common_tls_context=common,
        **({"sni": sni} if sni else {}),
    )


def certificate_secret(name: str, *, chain: str, key: str) -> Json:
    """The SDS resource of a certificate and its key, by file name."""
    return typed(
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        name=name,
        tls_certificate={
            "certificate_chain": {"filename": chain},
            "private_key": {"filename": key},
        },
    )


def peers_secret(name: str, *, roots: str, spiffe_ids: tuple[str, ...]) -> Json:
    """The SDS resource that says which SPIFFE ids are accepted, from which roots (PEM).

    The roots stand in it themselves: Envoy would watch a file of them as well.
    An empty list accepts nobody: a matcher that no certificate can meet takes its place, since
    Envoy reads an empty list as "anyone".
    """
    accepted = spiffe_ids or ("spiffe://nobody.invalid/",)
    return typed(
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        name=name,
        validation_context={
            "trusted_ca": {"inline_string": roots},
            "match_typed_subject_alt_names": [
                {"san_type": "URI", "matcher": {"exact": one}} for one in accepted
            ],
        },
    )


def server_secret(name: str, *, server_name: str, roots: str | None) -> Json:
    """The SDS resource that says which public server is accepted: one exact DNS name (RFC 9525).

    ``roots`` are the authorities as PEM, ``None`` those of the system.
    """
    return typed(
        "envoy.extensions.transport_sockets.tls.v3.Secret",
        name=name,
        validation_context={
            "trusted_ca": {"filename": SYSTEM_ROOTS} if roots is None else {"inline_string": roots},
            "match_typed_subject_alt_names": [
                {"san_type": "DNS", "matcher": {"exact": server_name}}
            ],
        },
    )
