"""Base64 as JOSE writes it."""

import base64


def base64url(value: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
