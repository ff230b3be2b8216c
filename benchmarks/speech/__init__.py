"""How well the embedded engine converses, over the phone protocol and the whole server."""
