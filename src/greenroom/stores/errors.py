"""What a store says beyond `StoreError`."""

from typing import ClassVar

from greenroom.ports.store import StoreError


class WriteRefused(StoreError):
    """A write of the batch can never succeed, however often it is tried; the rest of the batch may."""

    transient: ClassVar[bool] = False
