"""Leases: of many processes that could do a thing, one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tallystick.storage.schema import LEASES

if TYPE_CHECKING:
    from tallystick.storage.store import Store


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do a thing, for a while.

    Attributes:
        store: Where it is kept.
        name: What it is for.
        holder: Who wants it: a name that nobody else has.
    """

    store: Store
    name: str
    holder: str

    def take(self, *, seconds: float) -> bool:
        """Takes it if it is free, run out or the holder's own; whether the holder has it now.

        Raises:
            StoreError: The store cannot be written to.
        """
        with self.store.database.write() as connection:
            now, where = self.store.clock(), LEASES.c.name == self.name
            row = connection.execute(sa.select(LEASES).where(where)).first()
            if row is not None and row.holder != self.holder and row.expires > now:
                return False
            values = {"holder": self.holder, "expires": now + seconds}
            if row is None:
                connection.execute(sa.insert(LEASES).values(name=self.name, **values))
            else:
                connection.execute(sa.update(LEASES).where(where).values(values))
            return True

    def is_held(self, connection: sa.Connection) -> bool:
        """Whether the holder has it still, within a transaction."""
        wanted = sa.select(LEASES.c.name).where(self._own, LEASES.c.expires > self.store.clock())
        return connection.execute(wanted).first() is not None

    def give_back(self) -> None:
        """Ends it before its time.

        Raises:
            StoreError: The store cannot be written to.
        """
        with self.store.database.write() as connection:
            connection.execute(sa.delete(LEASES).where(self._own))

    @property
    def _own(self) -> sa.ColumnElement[bool]:
        return sa.and_(LEASES.c.name == self.name, LEASES.c.holder == self.holder)
