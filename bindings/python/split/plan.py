# SPDX-License-Identifier: MIT
"""Plans: who gets which variant."""

from __future__ import annotations

from array import array
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _core
from ._errors import make, make_type_error
from ._record import Reading, Record, Text, halves, names_of

MODES = names_of(_core.split_mode_name)
FORMATS = names_of(_core.split_export_name)
Weights = Union[Mapping[str, float], Sequence[float]]


class Assignment(NamedTuple):
    """One decision: index of the variant, bucket (None when none was drawn), and the rule that decided."""

    variant: int
    bucket: Optional[int]
    reason: str


class Range(NamedTuple):
    """Buckets start <= b < end belong to a variant."""

    start: int
    end: int
    variant: int


class Explanation(NamedTuple):
    """One decision with every number that led to it."""

    hash: int
    variant: int
    reason: str
    bucket: int
    range: int
    bounds: Range
    coverage_bucket: Optional[int]
    holdout_bucket: Optional[int]
    override: Optional[int]


def _bucket(number: int) -> Optional[int]:
    return None if number < 0 else number


def assignment_of(record: "tuple[Any, ...]") -> Assignment:
    return Assignment(record[0], _bucket(record[1]), _core.split_rule_name(record[2]))


def _index(variant: Union[int, str], names: Sequence[str]) -> int:
    if isinstance(variant, str):
        if variant not in names:
            raise make(_core.SPLIT_ERR_INDEX)
        return names.index(variant)
    if not isinstance(variant, int):
        raise make_type_error(_core.SPLIT_ERR_ARG)
    return variant


def _mode(mode: str) -> int:
    if mode not in MODES:
        raise make(_core.SPLIT_ERR_VALUE)
    return MODES.index(mode)


class Plan(_core.PlanBox):
    """A division of 1,048,576 buckets among variants. Immutable: re-weighting makes a new plan.

    >>> plan = Plan("search", {"new": 10, "legacy": 90}, default="legacy")
    >>> plan.variants[plan.assign("user-1")] in ("new", "legacy")
    True
    """

    def __init__(
        self,
        name: str,
        weights: Optional[Weights] = None,
        *,
        salt: Optional[str] = None,
        mode: str = "sticky",
        default: Union[int, str] = 0,
        coverage: float = 100,
        holdout: float = 0,
        overrides: Optional[Mapping[Text, Union[int, str]]] = None,
        ranges: Optional[Sequence[Sequence[int]]] = None,
        home: Optional[Sequence[int]] = None,
    ) -> None:
        super().__init__()
        names: List[str] = []
        numbers: List[Any]
        if isinstance(weights, Mapping):
            names = [str(key) for key in weights]
            numbers = list(weights.values())
        else:
            numbers = list(home if weights is None and home is not None else weights or ())
            names = [str(i) for i in range(len(numbers))]
        record = Record().text(name).put(int(salt is not None)).text(salt if salt is not None else "")
        record.put(_mode(mode), _index(default, names), coverage, holdout, len(numbers))
        if ranges is not None:
            record.put(1, *numbers, len(ranges))
            for entry in ranges:
                record.put(*entry)
        else:
            record.put(0, *numbers)
        overrides = overrides or {}
        record.put(len(overrides))
        for key, variant in overrides.items():
            record.text(key).put(_index(variant, names))
        _core.plan_open(self, record.numbers, record.bytes())
        self._names = tuple(names)

    @classmethod
    def _empty(cls, names: "tuple[str, ...]") -> "Plan":
        plan = cls.__new__(cls)
        _core.PlanBox.__init__(plan)
        plan._names = names
        return plan

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        _core.plan_close(self)

    def __enter__(self) -> "Plan":
        return self

    def __exit__(self, *_: object) -> None:
        _core.plan_close(self)

    def __reduce__(self) -> Any:
        raise make(_core.SPLIT_ERR_MODE)

    def variant_of(self, key: Text) -> str:
        """Name of the variant of a key."""
        return self._names[self.assign(key)]

    def decide(self, key: Text) -> Assignment:
        return assignment_of(_core.plan_decide(self, key))

    def explain(self, key: Text) -> Explanation:
        r = Reading(_core.plan_explain(self, key))
        value = r.u64()
        variant, reason, bucket, index = r.many(4)
        bounds = Range(*r.many(3))
        gates = [_bucket(n) for n in r.many(3)]
        return Explanation(value, variant, _core.split_rule_name(reason), bucket, index, bounds, *gates)

    def gate(self, key: Text) -> Optional[Assignment]:
        record = _core.plan_gate(self, key)
        return assignment_of(record[1:]) if record[0] else None

    def unit_hash(self, key: Text) -> int:
        return Reading(_core.plan_unit_hash(self, key)).u64()

    def assign_many(self, keys: Iterable[Text], out: Any = None) -> Any:
        """Variants of many keys, as array('H') or in `out`; an unusable key gets the default variant."""
        items = keys if isinstance(keys, (list, tuple)) else list(keys)
        variants = array("H", bytes(2 * len(items))) if out is None else out
        _core.plan_assign_list(self, items, variants)
        return variants

    def assign_buffer(self, keys: Any, offsets: Any, out: Any = None) -> Any:
        """Variants of keys that lie one after another: key i is keys[offsets[i]:offsets[i + 1]] (4-byte offsets).

        Takes bytes, array, memoryview or numpy arrays without copying the keys, and runs without the interpreter's lock.
        """
        view = memoryview(offsets)
        variants = array("H", bytes(2 * max(view.nbytes // 4 - 1, 0))) if out is None else out
        _core.plan_assign_columns(self, keys, offsets, variants)
        return variants

    def reweight(self, weights: Weights) -> "Tuple[Plan, int]":
        return self._change(_core.plan_reweight, weights)

    def rehome(self, weights: Weights) -> "Tuple[Plan, int]":
        return self._change(_core.plan_rehome, weights)

    def _change(self, how: Any, weights: Weights) -> "Tuple[Plan, int]":
        names = self._names
        if isinstance(weights, Mapping):
            names = tuple(weights)
            weights = list(weights.values())
        plan = Plan._empty(names if len(names) == len(weights) else tuple(map(str, range(len(weights)))))
        (moved,) = how(self, weights, plan)
        return plan, moved

    def diff(self, to: "Plan") -> "Tuple[int, List[List[int]]]":
        r = Reading(_core.plan_diff(self, to))
        moved, rows, columns = r.many(3)
        return moved, [list(r.many(columns)) for _ in range(rows)]

    def export(self, format: str, *, key: str = "", table: str = "") -> str:
        """The plan in another system's words: haproxy, envoy, trino or clickhouse."""
        if format not in FORMATS:
            raise make(_core.SPLIT_ERR_VALUE)
        record = Record(FORMATS.index(format)).text(key).text(table).put(len(self._names))
        for name in self._names:
            record.text(name)
        return _core.plan_export(self, record.numbers, record.bytes()).decode()

    def _facts(self) -> Dict[str, Any]:
        r = Reading(_core.plan_describe(self))
        mode, default, coverage, holdout, n_bytes, n = r.many(6)
        pairs = [r.many(2) for _ in range(n)]
        ranges = [Range(*r.many(3)) for _ in range(r.one())]
        return dict(mode=MODES[mode], default=default, coverage=coverage, holdout=holdout, bytes=n_bytes,
                    buckets=[p[0] for p in pairs], home=[p[1] for p in pairs], ranges=ranges, n_overrides=r.one())

    variants = property(lambda self: self._names, doc="Names of the variants, in order.")
    mode = property(lambda self: self._facts()["mode"], doc="sticky, random or even.")
    default = property(lambda self: self._facts()["default"], doc="Index of the default variant.")
    buckets = property(lambda self: self._facts()["buckets"], doc="Buckets of each variant now.")
    home = property(lambda self: self._facts()["home"], doc="Buckets of each variant in the home layout.")
    ranges = property(lambda self: self._facts()["ranges"], doc="Sorted, disjoint ranges that cover all buckets.")
    coverage = property(lambda self: self._facts()["coverage"], doc="Buckets of the coverage gate.")
    holdout = property(lambda self: self._facts()["holdout"], doc="Buckets of the holdout gate.")
    name = property(lambda self: _core.plan_name(self).decode(), doc="The split's name.")
    salt = property(lambda self: _core.plan_salt(self).decode(), doc="Salt in use, empty for none.")

    @property
    def overrides(self) -> "Dict[bytes, int]":
        """Keys whose variant is fixed by hand."""
        n = self._facts()["n_overrides"]
        return {_core.plan_override_key(self, i): _core.plan_override_variant(self, i)[0] for i in range(n)}


_core.plan_own_assign(Plan)


class Draw(_core.DrawBox):
    """State of the random or even mode: draws a variant per request. One for each thread."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        _core.draw_seed(self, halves(seed))

    def next(self, plan: Plan) -> Assignment:
        return assignment_of(_core.draw_next(self, plan))
