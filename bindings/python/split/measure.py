# SPDX-License-Identifier: MIT
"""Counting and evidence: metrics, meters, histograms, distinct users, levels, and the always-valid test."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from . import _core
from ._errors import make_type_error
from ._record import Reading, Record, halves, names_of, never_none
from .failover import word_index

COUNTERS = names_of(_core.split_counter_name)
KINDS = names_of(_core.split_metric_kind_name)
FORMS = names_of(_core.split_metric_form_name)
OPERATORS = names_of(_core.split_op_name)
MISSING = names_of(_core.split_missing_name)
LEVELS = names_of(_core.split_level_name)
_BOUNDS = ("target", "warning", "critical")


class Bound(NamedTuple):
    """A condition: operator and value (latency in microseconds, otherwise millionths of a percent)."""

    op: str
    value: int


class Metric(NamedTuple):
    """Definition of a metric. Make one with metric(), which fills the defaults of its kind."""

    name: str
    kind: str
    percentile_e6: int
    target: Bound
    warning: Bound
    critical: Bound
    missing: str
    gate: bool
    clustered: bool

    def _put(self, record: Record) -> Record:
        record.text(self.name).put(word_index(self.kind, KINDS, _core.SPLIT_ERR_VALUE), self.percentile_e6)
        for bound in (self.target, self.warning, self.critical):
            record.put(word_index(bound[0], OPERATORS, _core.SPLIT_ERR_VALUE), bound[1])
        return record.put(word_index(self.missing, MISSING, _core.SPLIT_ERR_VALUE), bool(self.gate), bool(self.clustered))

    def check(self) -> "Dict[str, Tuple[int, Optional[int]]]":
        """Check the definition; for each bound its share of bad events (millionths of a percent) and, for latency, the
        smallest latency over it."""
        record = self._put(Record())
        r = Reading(_core.metric_check(record.numbers, record.bytes()))
        return {name: (r.one(), never_none(r.one())) for name in _BOUNDS}

    def level(self, arm: "Arm", *, index: int = 0, min_sample: int = 30) -> str:
        """Level of one window: ok, off-target, warning, critical, low-sample or no-data."""
        record = self._put(Record()).put(index, min_sample)
        arm._put(record)
        return LEVELS[_core.metric_level(record.numbers, record.bytes())[5]]


def metric_of(name: str, record: "Tuple[Any, ...]") -> Metric:
    kind, percentile, *bounds, missing, gate, clustered = record
    pairs = [Bound(OPERATORS[bounds[i]], bounds[i + 1]) for i in (0, 2, 4)]
    return Metric._make([name, KINDS[kind], percentile, *pairs, MISSING[missing], bool(gate), bool(clustered)])


def metric(name: str, kind: str, **fields: Any) -> Metric:
    """A metric with the defaults of its kind: error, latency, cache, edge_5xx or ratio."""
    made = metric_of(name, _core.metric_defaults((word_index(kind, KINDS, _core.SPLIT_ERR_VALUE),)))
    return made._replace(**fields)


class MetricKind(NamedTuple):
    """What is known of a kind of metric: how it is counted (form), and how its counts are called at a source."""

    name: str
    help: str
    bad_text: str
    form: str
    fields: "Dict[str, str]"


def metric_kind(kind: str) -> MetricKind:
    """Describe a kind; the form is counters, over (a latency) or own (counters of your own)."""
    number = word_index(kind, KINDS, _core.SPLIT_ERR_VALUE)
    texts = [_core.metric_kind_text((number, what)).decode() for what in range(8)]
    fields = {name: text for name, text in zip(("n", "bad", "good", "sent"), texts[4:]) if text}
    return MetricKind(texts[0], texts[1], texts[2], FORMS[FORMS.index(texts[3])], fields)


class Arm:
    """What was counted for one arm in a window: counters, and by metric index outcomes over bounds and ratios."""

    def __init__(
        self,
        counters: Optional[Mapping[str, int]] = None,
        over: Optional[Mapping[int, Sequence[int]]] = None,
        ratio: Optional[Mapping[int, Sequence[int]]] = None,
    ) -> None:
        self.counters = dict(counters or {})
        self.over = {index: tuple(values) for index, values in (over or {}).items()}
        self.ratio = {index: tuple(values) for index, values in (ratio or {}).items()}

    def __repr__(self) -> str:
        return f"Arm({self.counters}, over={self.over}, ratio={self.ratio})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arm) and vars(self) == vars(other)

    def _put(self, record: Record) -> None:
        record.put(len(self.counters))
        for name, value in self.counters.items():
            record.put(word_index(name, COUNTERS, _core.SPLIT_ERR_INDEX), value)
        n = max([-1, *self.over, *self.ratio]) + 1
        record.put(n)
        for index in range(n):
            record.put(index in self.over, *self.over.get(index, (0, 0, 0)))
            record.put(index in self.ratio, *self.ratio.get(index, (0, 0)))

    @classmethod
    def _read(cls, record: "Tuple[Any, ...]") -> "Arm":
        r = Reading(record)
        arm = cls()
        for _ in range(r.one()):
            counter, value = r.many(2)
            arm.counters[COUNTERS[counter]] = value
        for index in range(r.one()):
            has_over, *over, has_ratio, bad, of = r.many(7)
            if has_over:
                arm.over[index] = tuple(over)
            if has_ratio:
                arm.ratio[index] = (bad, of)
        return arm


def put_metrics(record: Record, metrics: Sequence[Metric]) -> None:
    record.put(len(metrics))
    for entry in metrics:
        if not isinstance(entry, Metric):
            raise make_type_error(_core.SPLIT_ERR_ARG)
        entry._put(record)


class Meter(_core.MeterBox):
    """Counts requests of every arm for the window in progress. One for each thread; merge them at its end."""

    def __init__(self, n_arms: int = 2, metrics: Sequence[Metric] = (), *, reports: Optional[Iterable[str]] = None,
                 histograms: bool = True) -> None:
        super().__init__()
        bits = -1
        if reports is not None:
            bits = sum({1 << word_index(name, COUNTERS, _core.SPLIT_ERR_INDEX) for name in reports})
        record = Record(n_arms, bits, bool(histograms))
        put_metrics(record, metrics)
        _core.meter_open(self, record.numbers, record.bytes())

    def sent(self, arm: int) -> None:
        """A request was sent to the arm it was assigned to."""
        _core.meter_count(self, (0, arm))

    def outcome(self, arm: int, failed: bool = False, latency_us: int = -1) -> None:
        """The first attempt on the arm's home origin ended."""
        _core.meter_count(self, (1, arm, bool(failed), latency_us))

    def diverted(self, arm: int) -> None:
        """A request was diverted because its home origin was OPEN or HALF_OPEN."""
        _core.meter_count(self, (2, arm))

    def left_out(self, arm: int) -> None:
        """A request was diverted by RAMP, HOLD, a drill or an operator."""
        _core.meter_count(self, (3, arm))

    def user_error(self, arm: int) -> None:
        """The user saw an error in the end, whoever served."""
        _core.meter_count(self, (4, arm))

    def unit(self, arm: int) -> None:
        """A key was assigned to the arm for the first time ever."""
        _core.meter_count(self, (5, arm))

    def lookup(self, arm: int, miss: bool) -> None:
        """A cache was asked for a request of this arm."""
        _core.meter_count(self, (6, arm, bool(miss)))

    def add(self, arm: int, counter: str, value: int) -> None:
        """Add to any counter and mark it as reported."""
        _core.meter_count(self, (7, arm, word_index(counter, COUNTERS, _core.SPLIT_ERR_INDEX), value))

    def ratio(self, arm: int, metric_index: int, bad: int, of: int) -> None:
        """Add to a ratio metric."""
        _core.meter_count(self, (8, arm, metric_index, bad, of))

    def merge(self, other: "Meter") -> None:
        """Add all counters of another meter, which stays as it is."""
        _core.meter_merge(self, other)

    def reset(self) -> None:
        """The next window begins."""
        _core.meter_reset(self)

    def read(self, arm: int) -> Arm:
        """What was counted for an arm."""
        return Arm._read(_core.meter_read(self, arm))

    def percentile(self, arm: int, percent: float) -> Optional[int]:
        """Percentile of an arm's latency in microseconds, within 1 %; None when nothing was timed."""
        value = _core.meter_percentiles(self, (arm, percent))[1]
        return None if value < 0 else int(value)

    arms = property(lambda self: _core.meter_describe(self)[0], doc="Number of arms.")

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.meter_close(self)


class Histogram(_core.HistogramBox):
    """Latency histogram for display: at most 1 % relative error, exact at the given edges."""

    def __init__(self, edges_us: Sequence[int] = ()) -> None:
        super().__init__()
        _core.histogram_open(self, edges_us)

    def record(self, latency_us: int) -> None:
        """Count one latency."""
        _core.histogram_record(self, (latency_us,))

    def record_many(self, latencies_us: Sequence[int]) -> None:
        """Count many latencies, all or none."""
        _core.histogram_record(self, latencies_us)

    def merge(self, other: "Histogram") -> None:
        """Add another histogram with the same edges."""
        _core.histogram_merge(self, other)

    def reset(self) -> None:
        """Set all counts to zero."""
        _core.histogram_reset(self)

    def percentile(self, percent: float) -> Optional[int]:
        """Percentile by nearest rank; None when nothing was counted."""
        value = _core.histogram_percentiles(self, (percent,))[1]
        return None if value < 0 else int(value)

    def at_least(self, latency_us: int) -> int:
        """How many were at or above a latency."""
        return int(_core.histogram_at_least(self, (latency_us,))[0])

    def __len__(self) -> int:
        return int(_core.histogram_percentiles(self, ())[0])

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.histogram_close(self)


class DistinctUsers(_core.DistinctBox):
    """One trial for each user and window: first seen, first failed."""

    SEEN = ("again", "first", "bad", "first-bad", "full")

    def __init__(self, n_slots: int = 65536) -> None:
        super().__init__()
        _core.distinct_open(self, (n_slots,))

    def note(self, unit_hash: int, failed: bool = False) -> str:
        """Note one outcome of a user: again, first, bad, first-bad or full."""
        return self.SEEN[_core.distinct_note(self, (*halves(unit_hash), bool(failed)))[0]]

    def __len__(self) -> int:
        return int(_core.distinct_describe(self)[0])

    left_out = property(lambda self: _core.distinct_describe(self)[1], doc="Outcomes of users that found no room.")

    def reset(self) -> None:
        """Begin the next window."""
        _core.distinct_reset(self)

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.distinct_close(self)


class Evidence(_core.EvidenceBox):
    """Evidence that may be checked at any time, against one bound: ln evidence >= ln(1/alpha) is proof."""

    def __init__(self, bound: float = 0.01, side: str = "above", *, robust: bool = False, restarts: bool = True,
                 bake_windows: int = 240) -> None:
        super().__init__()
        at = word_index(side, ("above", "below"), _core.SPLIT_ERR_VALUE)
        _core.evidence_open(self, (bound, at, bool(robust), bool(restarts), bake_windows))

    def step(self, n: int, bad: int, bound: float = 0) -> float:
        """Take one closed window, perhaps against a bound of its own. Returns ln evidence."""
        return float(_core.evidence_step(self, (n, bad, bound))[0])

    ln = property(lambda self: float(_core.evidence_describe(self)[0]), doc="ln evidence now.")
    windows = property(lambda self: _core.evidence_describe(self)[1], doc="Windows taken.")

    def reset(self) -> None:
        """Start again with the same options."""
        _core.evidence_reset(self)

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.evidence_close(self)

    @staticmethod
    def interval(n: int, bad: int, alpha: float = 0.05) -> "Tuple[float, float]":
        """Always-valid interval of a share, for display."""
        low, high = _core.evidence_interval((n, bad, alpha))
        return float(low), float(high)

    @staticmethod
    def trials(truth: float, bound: float, ln_need: float, ln_late: float = 0) -> float:
        """Median number of trials until proof."""
        return float(_core.evidence_trials((truth, bound, ln_need, ln_late))[0])

    @staticmethod
    def label_bound(share: float, ratio: float) -> float:
        """Bound of the label test."""
        return float(_core.evidence_label_bound((share, ratio))[0])


def shown_levels(levels: Sequence[str]) -> List[str]:
    """Levels to show for successive windows: they rise at once and fall after three windows at the lower level."""
    record = [word_index(level, LEVELS, _core.SPLIT_ERR_VALUE) for level in levels]
    return [LEVELS[level] for level in _core.shown_levels(record)]
