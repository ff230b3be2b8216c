"""What every message and object of the Realtime protocol has in common."""

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen object of the protocol.

    A field whose default is `None` is left out when it is `None`. One for which `null` says something of its own (a
    cleared setting) defaults to `UNSET` instead and is left out when it is `UNSET`. Classes with `omit_defaults=False`
    are those in which the real API writes `null` for what is absent.
    """
