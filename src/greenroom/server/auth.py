"""Who is asking over HTTP, and what they may do."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.core.errors import GreenroomError, NotYours
from greenroom.ports.store import SessionRow
from greenroom.server.handshake import OriginRefused
from greenroom.server.origins import Origins
from greenroom.server.owner_cookie import OwnerCookies

ADMIN_OWNER = ""
"""Owns what nobody made by way of a page."""


class AdminOnly(GreenroomError):
    """The admin token is missing or wrong."""

    code = "admin_only"
    http_status = 401


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever sent a request."""

    owner_id: str
    is_admin: bool = False
    is_new: bool = False
    """Came without a cookie of ours: to be given one with what they make."""

    def owns(self, row: SessionRow) -> bool:
        return row.owner_id == self.owner_id

    def must_see(self, row: SessionRow) -> None:
        """Raises `NotYours` for a session that is somebody else's."""
        if not (self.is_admin or self.owns(row)):
            raise NotYours("this session belongs to somebody else")

    def must_be_admin(self) -> None:
        """Raises `AdminOnly`."""
        if not self.is_admin:
            raise AdminOnly("this needs the admin token: Authorization: Bearer …")


class Auth:
    """Tells askers by the admin token or the owner cookie."""

    def __init__(self, cookies: OwnerCookies, admin_token: str, origins: Origins) -> None:
        self.cookies = cookies
        self._admin_token = admin_token.encode()
        self._origins = origins

    def who(self, headers: Mapping[str, str]) -> Asker:
        """The asker. Raises `AdminOnly` for a bearer token that is not the admin's."""
        authorization = headers.get("authorization")
        if authorization is not None:
            kind, _, token = authorization.partition(" ")
            if kind.lower() == "bearer":
                if hmac.compare_digest(token.strip().encode(), self._admin_token):
                    return Asker(ADMIN_OWNER, is_admin=True)
                raise AdminOnly("this is not the admin token")
        owner_id = self.cookies.read(headers.get("cookie"))
        return Asker(self.cookies.new_owner(), is_new=True) if owner_id is None else Asker(owner_id)

    def check_origin(self, asker: Asker, headers: Mapping[str, str]) -> None:
        """Refuse what another site's page made a browser send. Raises `OriginRefused`.

        SameSite=Strict keeps the cookie at home already; this stands behind it, and keeps pages from making sessions here
        without one. Programs send neither header and may; an admin token can't be sent by a page that does not know it.
        """
        if asker.is_admin:
            return
        origin = headers.get("origin")
        if origin is not None:
            allowed = self._origins.permits(origin, headers.get("host"))
        else:
            allowed = headers.get("sec-fetch-site") in (None, "same-origin", "none")
        if not allowed:
            raise OriginRefused("this page's origin may not do that; see GREENROOM_PUBLIC_ORIGIN")
