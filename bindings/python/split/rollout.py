# SPDX-License-Identifier: MIT
"""Rollouts: one closed window in, one decision with its reason out; and the planner."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from . import _core
from ._errors import Fault, SplitError, make
from ._record import Reading, Record, Text, halves, names_of, never_none, us
from .failover import word_index
from .measure import LEVELS, Arm, Metric, metric_of, put_metrics

JUDGEMENTS = names_of(_core.split_judgement_name)
VERDICTS = names_of(_core.split_verdict_name)
DECISIONS = names_of(_core.split_decision_name)
REASONS = names_of(_core.split_reason_name)
ACTIONS = names_of(_core.split_action_name)


class MetricDecision(NamedTuple):
    """What a window did to one metric."""

    level: str
    window_level: str
    verdict: str
    compliant: bool
    warning_latched: bool
    critical_latched: bool
    ln_warning: float
    ln_critical: float
    ln_compliance: float
    ln_relative: float
    present: bool
    n: int
    bad: Tuple[int, ...]
    bake_n: int
    bake_bad: Tuple[int, ...]
    proof_trials: Optional[int]
    proof_us: Optional[int]


class Decision(NamedTuple):
    """A decision (ADVANCE, HOLD, ROLLBACK, COMPLETE) and everything it rests on."""

    id: int
    phase: int
    percent: float
    decision: str
    reason: str
    detail: str
    alert: bool
    override_used: bool
    bake_restarted: bool
    next_phase: int
    next_percent: float
    bake_us: int
    bake_need_us: int
    bake_restarts: int
    windows: int
    covered: int
    breach_bound: float
    gate_bound: float
    split_bound: float
    ln_split_above: float
    ln_split_below: float
    lost_sent: int
    lost: int
    metrics: Dict[str, MetricDecision]


class ProofTime(NamedTuple):
    """Time to proof of one metric in one phase; None is never."""

    requests: float
    median_us: Optional[int]
    p95_us: Optional[int]
    breach_us: Optional[int]
    fits: bool


class Expectation(NamedTuple):
    """What is expected of one metric: true shares of bad events at target, warning and critical bound."""

    truth: Tuple[float, float, float]
    baseline: float = 0.0
    trials_per_request: float = 1.0


def _metric_decision(r: Reading) -> MetricDecision:
    level, window_level, verdict, *flags = r.many(6)
    evidence = [float(x) for x in r.many(4)]
    present, n = r.many(2)
    bad = r.many(3)
    bake_n = r.one()
    bake_bad = r.many(3)
    trials, proof_us = r.many(2)
    return MetricDecision._make([LEVELS[level], LEVELS[window_level], VERDICTS[verdict], *map(bool, flags), *evidence,
                                 bool(present), n, bad, bake_n, bake_bad, None if trials < 0 else trials,
                                 never_none(proof_us)])


class Rollout(_core.RolloutBox):
    """A running rollout. step() takes closed windows in the order of their ids and decides. Exclusive."""

    def __init__(
        self,
        metrics: Sequence[Metric],
        phases: Sequence[Tuple[float, int]],
        *,
        window_us: int = 60_000_000,
        judgement: str = "strict",
        alpha: float = 0.01,
        gate_alpha: float = 0.05,
        min_sample: int = 30,
        relative: float = 1.25,
        no_data_patience_us: Optional[int] = 600_000_000,
        warning_patience_us: Optional[int] = None,
    ) -> None:
        super().__init__()
        record = Record(window_us, word_index(judgement, JUDGEMENTS, _core.SPLIT_ERR_VALUE), alpha, gate_alpha, min_sample,
                        relative, us(no_data_patience_us), us(warning_patience_us), len(phases))
        for percent, bake_us in phases:
            record.put(percent, bake_us)
        put_metrics(record, metrics)
        _core.rollout_open(self, record.numbers, record.bytes())

    @classmethod
    def _empty(cls) -> "Rollout":
        rollout = cls.__new__(cls)
        _core.RolloutBox.__init__(rollout)
        return rollout

    def __enter__(self) -> "Rollout":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.rollout_close(self)

    def step(self, id: int, arm: Arm, baseline: Optional[Arm] = None, *, start_us: int = 0,
             share_ppm: Optional[int] = None) -> Decision:
        """Take the next closed window and decide."""
        record = Record(id, start_us, -1 if share_ppm is None else share_ppm, baseline is not None)
        arm._put(record)
        (baseline if baseline is not None else Arm())._put(record)
        return self._decision(_core.rollout_step(self, record.numbers))

    def _decision(self, record: "Tuple[Any, ...]") -> Decision:
        r = Reading(record)
        head = r.many(23)
        metrics = {}
        for index in range(r.one()):
            metrics[self._metric_name(index)] = _metric_decision(r)
        number, phase, percent, decision, _, _, alert, override, restarted, next_phase, next_percent, *rest = head
        rest[5:10] = map(float, rest[5:10])
        return Decision._make([number, phase, percent / 1e6, DECISIONS[decision], _core.rollout_reason(self).decode(),
                               _core.rollout_detail(self).decode(), bool(alert), bool(override), bool(restarted),
                               next_phase, next_percent / 1e6, *rest, metrics])

    @property
    def last_line(self) -> str:
        """The last decision as the output line of a replay."""
        return _core.rollout_write(self).decode()

    def act(self, action: str) -> None:
        """An operator's action: pause, resume, abort, advance or skip-wait. It takes effect at the next window."""
        _core.rollout_act(self, (word_index(action, ACTIONS, _core.SPLIT_ERR_ARG),))

    def _metric_name(self, index: int) -> str:
        return _core.rollout_metric_name(self, index).decode()

    def _facts(self) -> Dict[str, Any]:
        r = Reading(_core.rollout_describe(self))
        phase, percent, ended, paused, n_metrics, n_phases, window_us = r.many(7)
        refused = dict(zip(("impossible", "duplicate", "late"), r.many(3)))
        phases = [(percent_e6 / 1e6, bake) for percent_e6, bake in (r.many(2) for _ in range(n_phases))]
        return dict(phase=phase, percent=percent / 1e6, ended=bool(ended), paused=bool(paused), n_metrics=n_metrics,
                    window_us=window_us, refused=refused, phases=phases)

    phase = property(lambda self: self._facts()["phase"], doc="Phase of the next window.")
    percent = property(lambda self: self._facts()["percent"], doc="Share to ask for now, in percent.")
    ended = property(lambda self: self._facts()["ended"], doc="Whether it ended by COMPLETE or ROLLBACK.")
    paused = property(lambda self: self._facts()["paused"], doc="Whether it is paused.")
    refused = property(lambda self: self._facts()["refused"], doc="Windows that were not taken, by cause.")
    phases = property(lambda self: self._facts()["phases"], doc="Percent and bake time of each phase.")
    window_us = property(lambda self: self._facts()["window_us"], doc="Length of a window.")

    @property
    def metrics(self) -> List[Metric]:
        """Definitions of the metrics, in order."""
        return [metric_of(self._metric_name(i), _core.rollout_metric(self, i)) for i in range(self._facts()["n_metrics"])]

    @staticmethod
    def _expected(requests_per_s: float, has_baseline: bool, max_windows: int, expected: Sequence[Expectation]) -> List[Any]:
        record = Record(requests_per_s, bool(has_baseline), max_windows, len(expected))
        for entry in expected:
            record.put(*entry[0], *entry[1:])
        return record.numbers

    def plan(self, phase: int, metric: int, requests_per_s: float = 10, expected: Sequence[Expectation] = ()) -> ProofTime:
        """Time to proof of one metric in one phase, by the formula."""
        requests, median, p95, breach, fits = _core.rollout_plan(
            self, [phase, metric, *self._expected(requests_per_s, True, 20160, expected)])
        return ProofTime(float(requests), never_none(median), never_none(p95), never_none(breach), bool(fits))

    def simulate(self, runs: int = 200, seed: int = 1, requests_per_s: float = 10, expected: Sequence[Expectation] = (), *,
                 has_baseline: bool = True, max_windows: int = 20160) -> Dict[str, Any]:
        """Play whole rollouts through the real engine with random traffic; same seed, same result."""
        r = Reading(_core.rollout_simulate(
            self, [*halves(seed), runs, *self._expected(requests_per_s, has_baseline, max_windows, expected)]))
        out: Dict[str, Any] = dict(zip(("runs", "completed", "rolled_back", "undecided", "median_back_us"), r.many(5)))
        names = ("reached", "left", "back", "in_bake", "median_us", "p95_us")
        out["phases"] = [dict(zip(names, r.many(6))) for _ in self.phases]
        return out


class Operator(NamedTuple):
    """What an operator did, from a line."""

    action: str
    at_us: int
    who: str
    why: str


class Replay(_core.LinesBox):
    """Replays JSON Lines: the first line brings the policy, then windows and operator actions in any mixture.

    read() gives a Rollout for the policy's line, a Decision for a window, an Operator for an action, which it carries out.
    """

    def __init__(self) -> None:
        super().__init__()
        _core.lines_open(self)
        self.rollout: Optional[Rollout] = None

    def read(self, line: Text) -> "Rollout | Decision | Operator":
        """Read one line and act on it."""
        try:
            kind, what, when = _core.lines_read(self, line)
        except SplitError as error:
            raise make(error.code, self._faults()) from None
        if kind == _core.SPLIT_LINE_POLICY:
            self.rollout = Rollout._empty()
            _core.lines_rollout(self, self.rollout)
            return self.rollout
        if self.rollout is None:
            raise make(_core.SPLIT_ERR_MODE)
        if kind == _core.SPLIT_LINE_WINDOW:
            return self.rollout._decision(_core.lines_step(self, self.rollout))
        done = Operator(ACTIONS[what], when, _core.lines_who(self).decode(), _core.lines_why(self).decode())
        self.rollout.act(done.action)
        return done

    @property
    def line(self) -> str:
        """The window or action read last, written again."""
        return _core.lines_write(self).decode()

    def _faults(self) -> List[Fault]:
        r = Reading(_core.lines_faults(self))
        _, n = r.many(2)
        faults = []
        for i in range(n):
            code, line, column, pos = r.many(4)
            path, text = _core.lines_fault_path(self, i).decode(), _core.lines_fault_text(self, i).decode()
            faults.append(Fault(code, path, line, column, pos, text))
        return faults

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.lines_close(self)
