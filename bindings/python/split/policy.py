# SPDX-License-Identifier: MIT
"""Policies that people write and routes that routers read."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, NamedTuple, Optional, Union

from . import _core
from ._errors import Fault, SplitError, make
from ._record import Reading, Text, halves, never_none
from .failover import Failover
from .plan import Plan
from .rollout import Rollout

Path = Union[str, "os.PathLike[str]"]


class Origin(NamedTuple):
    """An origin as routers need it."""

    name: str
    url: str
    host: Optional[str]
    connect_timeout_us: int
    first_byte_timeout_us: int
    timeout_us: int
    per_million_requests_micros: int
    monthly_micros: int


class Cookie(NamedTuple):
    """Visitor id and stored decision."""

    name: str
    max_age_us: Optional[int]
    idle_us: Optional[int]
    signed_by: Optional[str]


class SinkField(NamedTuple):
    """A setting of a sink; `variant` is set for its targets. A list is several of one name."""

    name: str
    variant: Optional[str]
    text: str


class Sink(NamedTuple):
    """Where a route comes into force."""

    kind: str
    primary: bool
    timeout_us: int
    fields: List[SinkField]


class Notify(NamedTuple):
    """A notification target; secrets are references, never values."""

    type: str
    target: str
    token: Optional[str]
    arguments: List[str]
    on: List[str]


_TEXTS = ("DOCUMENT", "NAME", "VARIANT", "METRIC", "ORIGIN", "URL", "HOST", "COOKIE", "SIGNED_BY", "PRICES",
          "NOTIFY_TARGET", "NOTIFY_TOKEN", "NOTIFY_ARGUMENT", "SOURCE", "SOURCE_FIELD", "SOURCE_TEXT", "RATIO_BAD",
          "RATIO_OF", "ISSUED_BY", "ISSUED_WHY", "SINK_FIELD", "SINK_VARIANT", "SINK_TEXT")
_NOTIFY = ("webhook", "slack", "sns", "exec")
_SINKS = ("file", "exec", "http", "etcd", "s3", "haproxy", "envoy", "cloudfront-kvs", "configmap", "httproute", "alb",
          "lambda-alias")
_EVENTS = ("level", "hold", "advance", "rollback", "complete")


class _Document:
    """What policies and routes share. `_kind` is the prefix of their functions."""

    _kind = ""

    def _call(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(_core, f"{self._kind}_{name}")(self, *arguments)
        except SplitError as error:
            faults = self._faults() if name in ("open", "open_file", "publish") else []
            if faults:
                raise make(error.code, faults) from None
            raise

    def _faults(self) -> List[Fault]:
        of = self._kind
        r = Reading(getattr(_core, f"{of}_faults")(self))
        _, n = r.many(2)
        faults = []
        for i in range(n):
            code, line, column, pos = r.many(4)
            path = getattr(_core, f"{of}_fault_path")(self, i).decode()
            text = getattr(_core, f"{of}_fault_text")(self, i).decode()
            faults.append(Fault(code, path, line, column, pos, text))
        return faults

    def _text(self, what: str, first: int = 0, second: int = 0) -> str:
        got: bytes = self._call("text", (_TEXTS.index(what), first, second))
        return got.decode()

    def close(self) -> None:
        """Give the memory back now; every later call is an error."""
        self._call("close")

    def _origin(self, index: int) -> Origin:
        numbers = self._call("origin", index)
        return Origin(self._text("ORIGIN", index), self._text("URL", index), self._text("HOST", index) or None, *numbers)

    def _names(self, what: str, n: int) -> List[str]:
        return [self._text(what, i) for i in range(n)]

    def _chains(self, variants: List[str]) -> "Dict[str, List[str]]":
        written = json.loads(self._text("DOCUMENT"))
        if "chains" in written:
            return dict(zip(variants, written["chains"]))
        return {v["name"]: v.get("chain", [v["name"]]) for v in written["split"]["variants"]}

    def _cookie(self, max_age: float, idle: float) -> Cookie:
        return Cookie(self._text("COOKIE"), never_none(max_age), never_none(idle), self._text("SIGNED_BY") or None)

    name = property(lambda self: self._text("NAME"), doc="The split's name.")
    text = property(lambda self: self._text("DOCUMENT"), doc="The document without white space between tokens.")

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Policy(_Document, _core.PolicyBox):
    """A policy: strict JSON that people write. A load that fails lists all faults in the error's `faults`.

    >>> Policy('{"schema": 1}')                                              # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    split.DataError: SPLIT_ERR_FIELD
    """

    _kind = "policy"

    def __init__(self, text: Text) -> None:
        _core.PolicyBox.__init__(self)
        self._call("open", text)

    @classmethod
    def load(cls, path: Path) -> "Policy":
        """Load a policy from a file."""
        policy = cls.__new__(cls)
        _core.PolicyBox.__init__(policy)
        policy._call("open_file", os.fspath(path))
        return policy

    def _facts(self) -> Dict[str, Any]:
        names = ("variants", "origins", "metrics", "notify", "variant", "baseline", "max_age", "idle", "budget",
                 "sinks")
        return dict(zip(names, self._call("describe")))

    @property
    def variants(self) -> List[str]:
        """Names of the variants."""
        return self._names("VARIANT", self._facts()["variants"])

    @property
    def metrics(self) -> List[str]:
        """Names of the metrics."""
        return self._names("METRIC", self._facts()["metrics"])

    @property
    def origins(self) -> List[Origin]:
        """The origins."""
        return [self._origin(i) for i in range(self._facts()["origins"])]

    @property
    def cookie(self) -> Cookie:
        """Visitor id and stored decision."""
        facts = self._facts()
        return self._cookie(facts["max_age"], facts["idle"])

    @property
    def notify(self) -> List[Notify]:
        """Notification targets."""
        out = []
        for i in range(self._facts()["notify"]):
            kind, on, n = _core.policy_notify(self, i)
            arguments = [self._text("NOTIFY_ARGUMENT", i, k) for k in range(n)]
            out.append(Notify(_NOTIFY[kind], self._text("NOTIFY_TARGET", i), self._text("NOTIFY_TOKEN", i) or None, arguments,
                              [name for bit, name in enumerate(_EVENTS) if on >> bit & 1]))
        return out

    @property
    def sinks(self) -> List[Sink]:
        """Where a route comes into force; empty without "publish"."""
        out = []
        for i in range(self._facts()["sinks"]):
            kind, primary, timeout, n = _core.policy_sink(self, i)
            fields = [SinkField(self._text("SINK_FIELD", i, k), self._text("SINK_VARIANT", i, k) or None,
                                self._text("SINK_TEXT", i, k)) for k in range(n)]
            out.append(Sink(_SINKS[kind], bool(primary), timeout, fields))
        return out

    def sources(self, metric: int) -> "Dict[str, Dict[str, str]]":
        """How sources name a metric: source -> field ("" for the plain form) -> text."""
        out: Dict[str, Dict[str, str]] = {}
        for i in range(_core.policy_sources(self, metric)[0]):
            source, field, text = (self._text(what, metric, i) for what in ("SOURCE", "SOURCE_FIELD", "SOURCE_TEXT"))
            out.setdefault(source, {})[field] = text
        return out

    def ratio(self, metric: int) -> "tuple[str, str]":
        """Counter names of a ratio metric: bad, and of."""
        return self._text("RATIO_BAD", metric), self._text("RATIO_OF", metric)

    variant = property(lambda self: self._arm("variant"), doc="Name of the variant that ramps, or None without a rollout.")
    baseline = property(lambda self: self._arm("baseline"), doc="Name of the variant it is compared with, or None.")
    prices = property(lambda self: self._text("PRICES") or None, doc="Path of the price file, or None.")
    budget_micros = property(lambda self: self._facts()["budget"], doc="Monthly budget in millionths; 0 for none.")

    def _arm(self, which: str) -> Optional[str]:
        index = self._facts()[which]
        return None if index < 0 else self.variants[index]

    def plan(self) -> Plan:
        """The split's plan."""
        plan = Plan._empty(tuple(self.variants))
        _core.policy_plan(self, plan)
        return plan

    def failover(self, seed: int = 1) -> Failover:
        """The failover machine, with one chain a variant."""
        chains = self._chains(self.variants)
        machine = Failover._empty(tuple(o.name for o in self.origins), tuple(chains))
        _core.policy_failover(self, halves(seed), machine)
        return machine

    def rollout(self) -> Rollout:
        """The rollout; OutsideError SPLIT_ERR_NO_DATA when the policy has none."""
        rollout = Rollout._empty()
        _core.policy_rollout(self, rollout)
        return rollout


class Route(_Document, _core.RouteBox):
    """A route: what routers read, built from a policy and a plan, published atomically."""

    _kind = "route"

    def __init__(self, text: Text) -> None:
        _core.RouteBox.__init__(self)
        self._call("open", text)

    @classmethod
    def _empty(cls) -> "Route":
        route = cls.__new__(cls)
        _core.RouteBox.__init__(route)
        return route

    @classmethod
    def load(cls, path: Path) -> "Route":
        """Load a route from a file."""
        route = cls._empty()
        route._call("open_file", os.fspath(path))
        return route

    @classmethod
    def build(cls, policy: Policy, plan: Plan, revision: int, issued_at_us: int) -> "Route":
        """Build a route from a policy and a plan of it."""
        route = cls._empty()
        _core.route_build(route, policy, plan, (revision, issued_at_us))
        return route

    def reissue(self, plan: Plan, revision: int, issued_at_us: int, by: str = "", why: str = "") -> "Route":
        """Build a route from this one: the plan's ranges, and who issues it and why; all else stays."""
        route = self._empty()
        _core.route_reissue(route, self, plan, (revision, issued_at_us), f"{by}\n{why}")
        return route

    issued_by = property(lambda self: self._text("ISSUED_BY"), doc="Who issued it; empty when it does not say.")
    issued_why = property(lambda self: self._text("ISSUED_WHY"), doc="Why it was issued; empty when it does not say.")

    def _facts(self) -> Dict[str, Any]:
        return dict(zip(("revision", "issued", "variants", "origins", "max_age", "idle"), self._call("describe")))

    revision = property(lambda self: self._facts()["revision"], doc="Revision, 1 or more.")
    issued_at_us = property(lambda self: self._facts()["issued"], doc="When it was issued, microseconds since 1970.")

    @property
    def variants(self) -> List[str]:
        """Names of the variants."""
        return self._names("VARIANT", self._facts()["variants"])

    @property
    def origins(self) -> List[Origin]:
        """The origins."""
        return [self._origin(i) for i in range(self._facts()["origins"])]

    @property
    def cookie(self) -> Cookie:
        """Visitor id and stored decision."""
        facts = self._facts()
        return self._cookie(facts["max_age"], facts["idle"])

    def plan(self) -> Plan:
        """The plan that the route carries."""
        plan = Plan._empty(tuple(self.variants))
        _core.route_plan(self, plan)
        return plan

    def failover(self, seed: int = 1) -> Failover:
        """The failover machine that the route carries."""
        chains = self._chains(self.variants)
        machine = Failover._empty(tuple(o.name for o in self.origins), tuple(chains))
        _core.route_failover(self, halves(seed), machine)
        return machine

    def accept(self, following: "Route") -> None:
        """The revision fence of a reader: raises unless `following` may replace this one."""
        _core.route_accept(self, following)

    def publish(self, path: Path, expected: int) -> None:
        """Publish to a file: readers see the old text or the new one, never a part."""
        self._call("publish", (expected,), os.fspath(path))
