"""An authenticator for passkeys inside the browser, by Chrome's DevTools protocol."""

from typing import Any

from playwright.sync_api import Page


class Authenticator:
    """Like the one in a phone: it keeps passkeys and knows its owner."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        """What it keeps."""
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        keys: list[dict[str, Any]] = found["credentials"]
        return keys

    def recognise(self, *, owner: bool) -> None:
        """Whether the next who touches it is its owner."""
        self._session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": owner}
        )

    def lie_untouched(self) -> None:
        """Answer nothing until touched, as a real one does."""
        self._session.send(
            "WebAuthn.setAutomaticPresenceSimulation",
            {"authenticatorId": self._id, "enabled": False},
        )
