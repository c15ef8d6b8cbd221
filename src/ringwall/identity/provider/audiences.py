"""For whom an access token is: hosts of the edge (RFC 8707), or all of them."""

from collections.abc import Sequence

from ringwall.identity.facts import Facts


class UnknownAudienceError(ValueError):
    """A resource was asked for that this client cannot have a token for; the text names it."""


def allowed_by(facts: Facts) -> tuple[str, ...]:
    """Every audience there is: the default, and each host's origin, wildcards as ``https://*.x``."""
    hosts = [facts.origin_of(host) for host in facts.hosts if host != facts.settings.host]
    return (facts.api_audience, *hosts)


def granted(
    asked: Sequence[str],
    *,
    client: Sequence[str],
    grant: Sequence[str] = (),
    is_bound: bool = False,
    facts: Facts,
) -> tuple[str, ...]:
    """The audiences of a token. One that ``is_bound`` is only for hosts that ask for certificates.

    ``asked`` are the request's ``resource`` parameters, ``client`` what the client may ask for
    (nothing: anything there is), ``grant`` what a person granted before. Without a question it is
    what was granted, else what the client is for, else the default.
    :class:`UnknownAudienceError` for what is not allowed.
    """
    possible = allowed_by(facts)
    if is_bound:
        # Elsewhere nobody would see that the certificate is missing.
        possible = tuple(facts.origin_of(host) for host in facts.certificate_hosts)
        client = tuple(one for one in client or possible if one in possible)
        grant = tuple(one for one in grant if one in possible)
        if not client:
            raise UnknownAudienceError("no host of the edge asks for certificates")
    for wanted in asked:
        narrowed = wanted in (grant or client or possible)
        if not (wanted in possible and narrowed):
            raise UnknownAudienceError(wanted[:200])
    if asked:
        return tuple(dict.fromkeys(asked))
    return tuple(grant or client or (facts.api_audience,))
