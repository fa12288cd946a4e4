# SPDX-License-Identifier: MIT
"""Stored decisions: a cookie value that keeps a visitor's variant when weights change."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

from . import _core
from ._record import Reading, Record, Text, halves, names_of, us
from .plan import Assignment, Plan, assignment_of

STATUSES = names_of(_core.split_token_status_name)
_DAY_US = 86_400_000_000


class Stored(NamedTuple):
    """A decision as a cookie keeps it. Times are seconds since 1970."""

    revision: int
    issued_s: int
    seen_s: int
    variant: str


class StoredDecision(NamedTuple):
    """Decision for a visitor, the status of the value that came, and what to store now (None: keep what is there)."""

    assignment: Assignment
    status: str
    renew: Optional[Stored]


class Token(_core.TokenBox):
    """Reads and writes stored decisions, signed when there are keys. Bad values are never an error, only a status."""

    def __init__(
        self,
        split: str,
        *,
        keys: Optional[Mapping[str, bytes]] = None,
        key_file: Text = "",
        max_age_us: int = 365 * _DAY_US,
        idle_us: Optional[int] = None,
        skew_us: int = 60_000_000,
        fence: int = 0,
    ) -> None:
        super().__init__()
        record = Record().text(split).put(max_age_us, us(idle_us), skew_us, *halves(fence)).text(key_file)
        record.put(len(keys or {}))
        for name, secret in (keys or {}).items():
            record.text(name).text(secret)
        _core.token_open(self, record.numbers, record.bytes())

    def write(self, stored: Stored, subject: Text) -> str:
        """Text of a stored decision, for the visitor `subject`."""
        record = Record(*halves(stored[0]), stored[1], stored[2]).text(stored[3]).text(subject)
        return _core.token_write(self, record.numbers, record.bytes()).decode()

    def _stored(self, r: Reading) -> Stored:
        revision = r.u64()
        issued, seen = r.many(2)
        return Stored(revision, issued, seen, _core.token_variant(self).decode())

    def read(self, value: Text, subject: Text, unix_us: int) -> "Tuple[str, Optional[Stored]]":
        """Status of a value, and the decision when the status is "valid"."""
        record = Record(unix_us).text(value).text(subject)
        r = Reading(_core.token_read(self, record.numbers, record.bytes()))
        status = STATUSES[r.one()]
        return status, self._stored(r) if status == "valid" else None

    def decide(self, plan: Plan, value: Text, key: Text, unix_us: int, revision: int,
               names: Optional[Sequence[str]] = None) -> StoredDecision:
        """Decide for a visitor of a sticky plan: gates first, then the stored decision, then the plan."""
        record = Record(unix_us, *halves(revision))
        variants: Any = plan.variants if names is None else names
        record.put(len(variants))
        for name in variants:
            record.text(name)
        record.text(value).text(key)
        r = Reading(_core.token_decide(self, plan, record.numbers, record.bytes()))
        assignment = assignment_of(r.many(3))
        status = STATUSES[r.one()]
        renew = self._stored(r)
        return StoredDecision(assignment, status, renew if renew.variant else None)

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.token_close(self)
