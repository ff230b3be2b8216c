"""Who owns a session: a signed cookie, made at the first visit. There are no accounts."""

import secrets
from http.cookies import CookieError, SimpleCookie

from itsdangerous import BadSignature, Signer

NAME = "greenroom_owner"
MAX_AGE_S = 400 * 86_400
"""The longest that browsers keep any."""


class OwnerCookies:
    """Makes and reads owner cookies; whoever has one is that owner."""

    def __init__(self, secret: str, path: str = "/") -> None:
        self._signer = Signer(secret, salt="greenroom.owner")
        self._path = path

    def new_owner(self) -> str:
        return secrets.token_urlsafe(18)

    def read(self, header: str | None) -> str | None:
        """The owner that a `Cookie` header names, or None: none, or none of ours."""
        if not header or NAME not in header:
            return None
        try:
            morsel = SimpleCookie(header).get(NAME)
            return None if morsel is None else self._signer.unsign(morsel.value).decode("ascii")
        except (CookieError, BadSignature, UnicodeDecodeError):
            return None

    def header(self, owner_id: str, *, secure: bool) -> str:
        """The `Set-Cookie` header for this owner."""
        value = self._signer.sign(owner_id).decode("ascii")
        parts = [f"{NAME}={value}", f"Path={self._path}", f"Max-Age={MAX_AGE_S}", "HttpOnly", "SameSite=Strict"]
        return "; ".join([*parts, "Secure"] if secure else parts)
