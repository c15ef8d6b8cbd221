"""Keep other sites from acting in a visitor's name (cross-site request forgery).

Cookies marked SameSite are not enough: the tenants' hosts are one *site* to a browser, and one
tenant's page must not act on another's. Browsers say where a request comes from in
``Sec-Fetch-Site`` (W3C Fetch Metadata) or at least in ``Origin`` (RFC 6454 section 7); programs
that are no browsers send neither and carry no visitor's cookies.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_own_request(headers: Headers) -> bool:
    """Whether the request comes from one of our own pages of the same host, or no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
