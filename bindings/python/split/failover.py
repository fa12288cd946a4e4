# SPDX-License-Identifier: MIT
"""Failover: who serves instead when an origin fails, whether to try another, and when to come back."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _core
from ._errors import make, make_type_error
from ._record import Reading, Record, halves, names_of, never_none, us

Token = Tuple[Any, ...]


STATES = names_of(_core.split_failover_state_name)
MODES = names_of(_core.split_failover_mode_name)
ACTIONS = names_of(_core.split_failover_action_name)
KINDS = names_of(_core.split_failover_kind_name)
REASONS = names_of(_core.split_failover_reason_name)
CLASSES = names_of(_core.split_failover_class_name)
CREDITS = names_of(_core.split_failover_credit_name)
NEXTS = names_of(_core.split_failover_next_name)
CAUSES = names_of(_core.split_failover_cause_name)
PRESETS = names_of(_core.split_failover_preset_name)
_WORDS = {
    "failback": ("auto", "delay", "manual"),
    "sticky": ("return", "stay"),
    "unsafe_failover": ("route", "refuse"),
    "in_flight": ("off", "fixed", "aimd"),
}


class Event(NamedTuple):
    """One transition (or step of a ramp, or suppressed trip) with the evidence it rests on."""

    origin: str
    before: str
    after: str
    cause: str
    at_us: int
    run_span_us: int
    open_us: int
    gen: int
    epoch: int
    level: int
    run: int
    hard_run: int
    run_keys: int
    total: int
    bad: int
    bad_keys: int
    probe_ok: int
    lost: int
    permille: int
    latched: bool
    transition: int


class Answer(NamedTuple):
    """Where to send the request now; origin is None with kind fail_fast. Report the token when the attempt ended."""

    origin: Optional[str]
    assigned: Optional[str]
    kind: str
    reason: str
    fallback: bool
    drill: bool
    degraded: bool
    repin: bool
    deadline_us: Optional[int]
    token: Token
    events: Tuple[Event, ...]


class Followup(NamedTuple):
    """What a report did and what the request does next; attempt is set when next is attempt."""

    credit: str
    next: str
    deadline_us: Optional[int]
    attempt: Optional[Answer]
    events: Tuple[Event, ...]


class Status(NamedTuple):
    """One origin as seen from outside."""

    id: int
    state: str
    mode: str
    level: int
    gen: int
    epoch: int
    in_service: bool
    degraded: bool
    latched: bool
    permille: int
    step: int
    run: int
    hard_run: int
    run_keys: int
    total: int
    bad: int
    bad_keys: int
    probe_ok: int
    lost: int
    n_leases: int
    in_flight: int
    in_flight_cap: int
    in_state_us: int
    open_left_us: int
    n_issued: int
    n_reported: int
    n_stale: int


def word_index(word: Any, words: Sequence[str], code: int) -> int:
    if not isinstance(word, str):
        raise make_type_error(_core.SPLIT_ERR_ARG)
    if word not in words:
        raise make(code)
    return words.index(word)


def _parameter(name: str, value: Any) -> Any:
    if name in _WORDS and isinstance(value, str):
        return word_index(value, _WORDS[name], _core.SPLIT_ERR_VALUE)
    return us(value) if name.endswith("_us") else value


class Failover(_core.FailoverBox):
    """A failover machine: chains of origins with one breaker each. Exclusive: one thread at a time.

    Parameters are those of split_failover_options, by name (base_open_us=5_000_000, fail_ppm=500_000, failback="manual").
    """

    def __init__(
        self,
        chains: Mapping[str, Sequence[str]],
        *,
        preset: str = "",
        seed: int = 1,
        ramp_permille: Sequence[int] = (),
        statuses: Sequence[int] = (),
        **parameters: Any,
    ) -> None:
        super().__init__()
        origins = tuple(dict.fromkeys(name for chain in chains.values() for name in chain))
        record = Record(len(origins))
        for name in origins:
            record.text(name)
        record.put(len(chains))
        for chain in chains.values():
            record.put(len(chain), *(origins.index(name) for name in chain))
        record.put(*halves(seed)).text(preset).put(len(parameters))
        for name, value in parameters.items():
            record.text(name).put(_parameter(name, value))
        record.put(len(ramp_permille), *ramp_permille, len(statuses), *statuses)
        _core.failover_open(self, record.numbers, record.bytes())
        self._adopt(origins, tuple(chains))

    def _adopt(self, origins: "Tuple[str, ...]", chains: "Tuple[str, ...]") -> None:
        self._origins = origins
        self._chains = {name: index for index, name in enumerate(chains)}

    @classmethod
    def _empty(cls, origins: "Tuple[str, ...]", chains: "Tuple[str, ...]") -> "Failover":
        machine = cls.__new__(cls)
        _core.FailoverBox.__init__(machine)
        machine._adopt(origins, chains)
        return machine

    origins = property(lambda self: self._origins, doc="Names of the origins, in order of their index.")
    chains = property(lambda self: tuple(self._chains), doc="Names of the chains, in order of their index.")

    def __enter__(self) -> "Failover":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.failover_close(self)

    def _index(self, origin: Union[str, int]) -> int:
        if isinstance(origin, str):
            return word_index(origin, self._origins, _core.SPLIT_ERR_INDEX)
        return origin

    def _name(self, index: int) -> Optional[str]:
        return self._origins[index] if index >= 0 else None

    def _events(self, r: Reading) -> "Tuple[Event, ...]":
        n, _ = r.many(2)
        out = []
        for _ in range(n):
            origin, before, after, cause, *rest = r.many(21)
            out.append(Event(self._origins[origin], STATES[before], STATES[after], CAUSES[cause], *rest))
        return tuple(out)

    def _answer(self, r: Reading) -> Answer:
        origin, assigned, kind, reason, flags, deadline = r.many(6)
        token = r.many(15)
        return Answer(self._name(origin), self._name(assigned), KINDS[kind], REASONS[reason], bool(flags & 1),
                      bool(flags & 2), bool(flags & 4), bool(flags & 8), never_none(deadline), token, ())

    def route(self, now_us: int, chain: Union[str, int], key: int = 0, *, safe: bool = True, replayable: bool = True,
              pinned: Union[str, int, None] = None) -> Answer:
        """Choose the origin of a request's first attempt. `key` is Plan.unit_hash() of the visitor."""
        at = chain
        if isinstance(chain, str):
            if chain not in self._chains:
                raise make(_core.SPLIT_ERR_INDEX)
            at = self._chains[chain]
        r = Reading(_core.failover_route(self, (now_us, *halves(key), at, bool(safe), bool(replayable),
                                                -1 if pinned is None else self._index(pinned))))
        return self._answer(r)._replace(events=self._events(r))

    def probe(self, now_us: int, origin: Union[str, int]) -> Answer:
        """Ask for a synthetic probe of an origin: a request of your own, such as a health check."""
        r = Reading(_core.failover_probe(self, (now_us, self._index(origin))))
        return self._answer(r)._replace(events=self._events(r))

    def report(self, now_us: int, token: Token, outcome: str, *, committed: bool = False,
               push_back_us: int = 0) -> Followup:
        """Say how an attempt ended (ok, slow, fail_status, fail_timeout, fail_reset, fail_connect, busy, neutral)."""
        klass = word_index(outcome, CLASSES, _core.SPLIT_ERR_ARG)
        if not isinstance(token, tuple):
            raise make_type_error(_core.SPLIT_ERR_ARG)
        r = Reading(_core.failover_report(self, (now_us, klass, bool(committed), push_back_us, *token)))
        credit, then, deadline = r.many(3)
        answer = self._answer(r)
        return Followup(CREDITS[credit], NEXTS[then], never_none(deadline), answer if NEXTS[then] == "attempt" else None,
                        self._events(r))

    def admin(self, now_us: int, origin: Union[str, int], action: str) -> "Tuple[Event, ...]":
        """Operator's hand: auto, force_up, force_down, observe, approve or reset."""
        at = word_index(action, ACTIONS, _core.SPLIT_ERR_ARG)
        return self._events(Reading(_core.failover_admin(self, (now_us, self._index(origin), at))))

    def tick(self, now_us: int) -> "Tuple[Event, ...]":
        """Run the due timers; never needed for correctness, keeps displays fresh."""
        return self._events(Reading(_core.failover_tick(self, (now_us,))))

    def status(self, origin: Union[str, int]) -> Status:
        """Read one origin."""
        r = Reading(_core.failover_status(self, self._index(origin)))
        identity = r.u64()
        state, mode, *rest = r.many(26)
        rest[3:6] = map(bool, rest[3:6])
        return Status(identity, STATES[state], MODES[mode], *rest)

    def find(self, origin: str) -> Optional[int]:
        """Index of an origin by its name, or None."""
        (index,) = _core.failover_find(self, origin)
        return None if index < 0 else int(index)

    def classify_status(self, status: int, elapsed_us: int = 0) -> str:
        """Class of an HTTP answer."""
        return CLASSES[_core.failover_classify(self, (status, elapsed_us))[0]]

    def classify_deadline(self, elapsed_us: int) -> str:
        """Class of an attempt that your own deadline ended."""
        return CLASSES[_core.failover_classify(self, (-1, elapsed_us))[0]]

    def snapshot(self, now_us: int) -> bytes:
        """The state as bytes that another process can restore."""
        return _core.failover_snapshot(self, (now_us,))

    def restore(self, now_us: int, snapshot: bytes) -> None:
        """Take over the state of a snapshot for every origin of the same name."""
        _core.failover_restore(self, (now_us,), snapshot)

    def reload(self, old: "Failover") -> None:
        """Take over the state of a machine with older options."""
        _core.failover_reload(self, old)

    def _facts(self) -> Dict[str, Any]:
        n, chains, now, regressions, budget, deadline, n_bytes = _core.failover_describe(self)
        return dict(now=now, regressions=regressions, budget=budget, deadline=deadline, bytes=n_bytes, n=n, chains=chains)

    now_us = property(lambda self: self._facts()["now"], doc="Effective time: the largest now seen.")
    regressions = property(lambda self: self._facts()["regressions"], doc="Calls whose now was before the machine's time.")
    budget_milli = property(lambda self: self._facts()["budget"], doc="Retry budget left, in thousandths of an attempt.")
    deadline_us = property(lambda self: never_none(self._facts()["deadline"]), doc="Next instant at which time alone acts.")
