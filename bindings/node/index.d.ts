// SPDX-License-Identifier: MIT
export type Text = string | ArrayBufferView | ArrayBuffer;
export type Weights = Record<string, number> | Map<string, number> | readonly number[];
export type Count = number | bigint;

export const runtime: 'native' | 'wasm';
export const version: string;

export interface Fault {
  code: number; codeName: string; path: string; line: number; column: number; pos: number; text: string;
}
/** Base of every error: the library's number and name, and what a document got wrong. */
export class SplitError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly faults: Fault[];
}
export class UsageError extends SplitError {}
export class DataError extends SplitError {}
export class ResourceError extends SplitError {}
export class OutsideError extends SplitError {}
export class BugError extends SplitError {}

export interface Assignment { variant: number; bucket: number | null; reason: string }
export interface Explanation {
  hash: bigint; variant: number; reason: string; bucket: number; range: number;
  bounds: { start: number; end: number; variant: number };
  coverageBucket: number | null; holdoutBucket: number | null; override: number | null;
}
export interface PlanOptions {
  salt?: string | null;
  mode?: 'sticky' | 'random' | 'even';
  default?: number | string;
  coverage?: number;
  holdout?: number;
  overrides?: Record<string, number | string> | Map<Text, number | string>;
  ranges?: ReadonlyArray<readonly [number, number, number] | { start: number; end: number; variant: number }>;
  home?: readonly number[];
}
/** A division of 1,048,576 buckets among variants. Immutable: re-weighting makes a new plan. */
export class Plan {
  constructor(name: string, weights?: Weights, options?: PlanOptions);
  assign(key: Text): number;
  variantOf(key: Text): string;
  decide(key: Text): Assignment;
  explain(key: Text): Explanation;
  gate(key: Text): Assignment | null;
  unitHash(key: Text): bigint;
  assignMany(keys: Iterable<Text>, out?: Uint16Array): Uint16Array;
  assignBuffer(keys: ArrayBufferView | ArrayBuffer, offsets: Uint32Array, out?: Uint16Array): Uint16Array;
  reweight(weights: Weights): { plan: Plan; moved: number };
  rehome(weights: Weights): { plan: Plan; moved: number };
  export(format: 'haproxy' | 'envoy' | 'trino' | 'clickhouse', options?: { key?: string; table?: string }): string;
  diff(to: Plan): { moved: number; matrix: number[][] };
  readonly variants: readonly string[];
  readonly mode: string;
  readonly default: number;
  readonly coverage: number;
  readonly holdout: number;
  readonly buckets: number[];
  readonly home: number[];
  readonly ranges: Array<[number, number, number]>;
  readonly name: string;
  readonly salt: string;
  readonly overrides: Map<string, number>;
  close(): void;
}
/** State of the random or even mode. */
export class Draw {
  constructor(seed?: Count);
  next(plan: Plan): Assignment;
}

export type Token15 = readonly number[];
export type Outcome = 'ok' | 'slow' | 'fail_status' | 'fail_timeout' | 'fail_reset' | 'fail_connect' | 'busy' | 'neutral';
export type Action = 'auto' | 'force_up' | 'force_down' | 'observe' | 'approve' | 'reset';
export interface Event {
  origin: string; from: string; to: string; cause: string; atUs: number; runSpanUs: number; openUs: number; gen: number; epoch: number;
  level: number; run: number; hardRun: number; runKeys: number; total: number; bad: number; badKeys: number; probeOk: number;
  lost: number; permille: number; latched: boolean; transition: number;
}
export interface Answer {
  origin: string | null; assigned: string | null; kind: string; reason: string; fallback: boolean; drill: boolean; degraded: boolean;
  repin: boolean; deadlineUs: number | null; token: Token15;
}
export interface Followup { credit: string; next: string; deadlineUs: number | null; attempt: Answer | null; events: Event[] }
export interface OriginStatus {
  id: bigint; state: string; mode: string; level: number; gen: number; epoch: number; inService: boolean; degraded: boolean;
  latched: boolean; permille: number; step: number; run: number; hardRun: number; runKeys: number; total: number; bad: number;
  badKeys: number; probeOk: number; lost: number; nLeases: number; inFlight: number; inFlightCap: number; inStateUs: number;
  openLeftUs: number; nIssued: number; nReported: number; nStale: number;
}
/** Options of a machine: any parameter of split_failover_options by its C name, such as base_open_us. */
export interface FailoverOptions {
  preset?: string;
  seed?: Count;
  ramp_permille?: readonly number[];
  statuses?: readonly number[];
  failback?: 'auto' | 'delay' | 'manual' | number;
  [parameter: string]: unknown;
}
export class Failover {
  constructor(chains: Record<string, string[]> | Map<string, string[]>, options?: FailoverOptions);
  readonly origins: readonly string[];
  readonly chains: readonly string[];
  route(nowUs: number, chain: string | number, key?: Count,
    options?: { safe?: boolean; replayable?: boolean; pinned?: string | number | null }): Answer & { events: Event[] };
  probe(nowUs: number, origin: string | number): Answer & { events: Event[] };
  report(nowUs: number, token: Token15, outcome: Outcome, options?: { committed?: boolean; pushBackUs?: number }): Followup;
  admin(nowUs: number, origin: string | number, action: Action): Event[];
  tick(nowUs: number): Event[];
  status(origin: string | number): OriginStatus;
  find(origin: string): number | null;
  classifyStatus(status: number, elapsedUs?: number): Outcome;
  classifyDeadline(elapsedUs: number): Outcome;
  snapshot(nowUs: number): Uint8Array;
  restore(nowUs: number, snapshot: Uint8Array): void;
  reload(old: Failover): void;
  readonly nowUs: number;
  readonly regressions: number;
  readonly budgetMilli: number;
  readonly deadlineUs: number | null;
  close(): void;
}

export type MetricKind = 'error' | 'latency' | 'cache' | 'edge_5xx' | 'ratio';
export interface Bound { op: '<' | '<=' | '>' | '>='; value: number }
export interface Metric {
  name: string; kind: MetricKind; percentileE6: number; target: Bound; warning: Bound; critical: Bound;
  missing: 'hold' | 'rollback' | 'ignore'; gate: boolean; clustered: boolean;
}
export interface Arm {
  counters?: Record<string, number>; over?: Record<number, readonly number[]>; ratio?: Record<number, readonly number[]>;
}
export interface MetricKindInfo {
  name: MetricKind; help: string; badText: string; form: 'counters' | 'over' | 'own';
  fields: { n?: string; bad?: string; good?: string; sent?: string };
}
export function metricKind(kind: MetricKind): MetricKindInfo;
export function metric(name: string, kind: MetricKind, fields?: Partial<Metric>): Metric;
export function checkMetric(metric: Metric): Record<'target' | 'warning' | 'critical', { shareE6: number; overUs: number | null }>;
export function metricLevel(metric: Metric, arm: Arm, index?: number, minSample?: number): string;
export function shownLevels(levels: readonly string[]): string[];

export class Meter {
  constructor(nArms?: number, metrics?: Metric[], options?: { reports?: Iterable<string> | null; histograms?: boolean });
  sent(arm: number): void;
  outcome(arm: number, failed?: boolean, latencyUs?: number): void;
  diverted(arm: number): void;
  leftOut(arm: number): void;
  userError(arm: number): void;
  unit(arm: number): void;
  lookup(arm: number, miss: boolean): void;
  add(arm: number, counter: string, value: number): void;
  ratio(arm: number, metricIndex: number, bad: number, of: number): void;
  merge(other: Meter): void;
  reset(): void;
  read(arm: number): Required<Arm>;
  percentile(arm: number, percent: number): number | null;
  readonly arms: number;
  close(): void;
}
export class Histogram {
  constructor(edgesUs?: readonly number[]);
  record(latencyUs: number): void;
  recordMany(latenciesUs: ArrayLike<number>): void;
  merge(other: Histogram): void;
  reset(): void;
  readonly count: number;
  atLeast(latencyUs: number): number;
  percentile(percent: number): number | null;
  close(): void;
}
export class DistinctUsers {
  constructor(nSlots?: number);
  note(unitHash: Count, failed?: boolean): 'again' | 'first' | 'bad' | 'first-bad' | 'full';
  readonly count: number;
  readonly leftOut: number;
  reset(): void;
  close(): void;
}
export class Evidence {
  constructor(bound?: number, side?: 'above' | 'below', options?: { robust?: boolean; restarts?: boolean; bakeWindows?: number });
  step(n: number, bad: number, bound?: number): number;
  readonly ln: number;
  readonly windows: number;
  reset(): void;
  close(): void;
  static interval(n: number, bad: number, alpha?: number): { low: number; high: number };
  static trials(truth: number, bound: number, lnNeed: number, lnLate?: number): number;
  static labelBound(share: number, ratio: number): number;
}

export interface MetricDecision {
  level: string; windowLevel: string; verdict: string; compliant: boolean; warningLatched: boolean; criticalLatched: boolean;
  lnWarning: number; lnCritical: number; lnCompliance: number; lnRelative: number; present: boolean; n: number; bad: number[];
  bakeN: number; bakeBad: number[]; proofTrials: number | null; proofUs: number | null;
}
export interface Decision {
  id: number; phase: number; percent: number; decision: 'ADVANCE' | 'COMPLETE' | 'HOLD' | 'ROLLBACK'; reason: string; detail: string;
  alert: boolean; overrideUsed: boolean; bakeRestarted: boolean; nextPhase: number; nextPercent: number; bakeUs: number;
  bakeNeedUs: number; bakeRestarts: number; windows: number; covered: number; breachBound: number; gateBound: number;
  splitBound: number; lnSplitAbove: number; lnSplitBelow: number; lostSent: number; lost: number;
  metrics: Record<string, MetricDecision>;
}
export interface RolloutOptions {
  windowUs?: number; judgement?: 'strict' | 'lenient' | 'point'; alpha?: number; gateAlpha?: number; minSample?: number;
  relative?: number; noDataPatienceUs?: number | null; warningPatienceUs?: number | null;
}
export interface Expectation { truth: readonly [number, number, number]; baseline?: number; trialsPerRequest?: number }
export interface ProofTime { requests: number; medianUs: number | null; p95Us: number | null; breachUs: number | null; fits: boolean }
export interface SimulatedPhase { reached: number; left: number; back: number; inBake: number; medianUs: number; p95Us: number }
export interface Simulation {
  runs: number; completed: number; rolledBack: number; undecided: number; medianBackUs: number; phases: SimulatedPhase[];
}
export class Rollout {
  static readonly REASONS: readonly string[];
  constructor(metrics: Metric[], phases: Array<{ percent: number; bakeUs: number }>, options?: RolloutOptions);
  step(id: number, arm: Arm, baseline?: Arm | null, options?: { startUs?: number; sharePpm?: number }): Decision;
  act(action: 'pause' | 'resume' | 'abort' | 'advance' | 'skip-wait'): void;
  plan(phase: number, metric: number, options?: { requestsPerS?: number; expected?: Expectation[] }): ProofTime;
  simulate(options?: {
    runs?: number; seed?: Count; requestsPerS?: number; expected?: Expectation[]; hasBaseline?: boolean; maxWindows?: number;
  }): Simulation;
  readonly lastLine: string;
  readonly phase: number;
  readonly percent: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly refused: { impossible: number; duplicate: number; late: number };
  readonly phases: Array<{ percent: number; bakeUs: number }>;
  readonly windowUs: number;
  readonly metrics: Metric[];
  close(): void;
}
export interface Operator { action: string; atUs: number; who: string; why: string }
export class Replay {
  read(line: Text): Rollout | Decision | Operator;
  readonly rollout: Rollout | null;
  readonly line: string;
  close(): void;
}

export interface Origin {
  name: string; url: string; host: string | null; connectTimeoutUs: number; firstByteTimeoutUs: number; timeoutUs: number;
  perMillionRequestsMicros: number; monthlyMicros: number;
}
export interface Cookie { name: string; maxAgeUs: number | null; idleUs: number | null; signedBy: string | null }
export interface Notify { type: string; target: string; token: string | null; arguments: string[]; on: string[] }
export interface SinkField { name: string; variant: string | null; text: string }
export interface Sink { kind: string; primary: boolean; timeoutUs: number; fields: SinkField[] }
export class Policy {
  constructor(text: Text);
  static load(path: string): Policy;
  readonly name: string;
  readonly text: string;
  readonly variants: string[];
  readonly metrics: string[];
  readonly origins: Origin[];
  readonly cookie: Cookie;
  readonly variant: string | null;
  readonly baseline: string | null;
  readonly prices: string | null;
  readonly budgetMicros: number;
  readonly notify: Notify[];
  readonly sinks: Sink[];
  sources(metric: number): Record<string, Record<string, string>>;
  ratio(metric: number): { bad: string; of: string };
  plan(): Plan;
  failover(seed?: Count): Failover;
  rollout(): Rollout;
  close(): void;
}
export class Route {
  constructor(text: Text);
  static load(path: string): Route;
  static build(policy: Policy, plan: Plan, revision: number, issuedAtUs: number): Route;
  readonly name: string;
  readonly text: string;
  readonly revision: number;
  reissue(plan: Plan, revision: number, issuedAtUs: number, by?: string, why?: string): Route;
  readonly issuedAtUs: number;
  readonly issuedBy: string;
  readonly issuedWhy: string;
  readonly variants: string[];
  readonly origins: Origin[];
  readonly cookie: Cookie;
  plan(): Plan;
  failover(seed?: Count): Failover;
  accept(next: Route): void;
  publish(path: string, expected: number): void;
  close(): void;
}

export interface Stored { revision: Count; issuedS: number; seenS: number; variant: string }
export class Token {
  constructor(split: string, options?: {
    keys?: Record<string, Text>; keyFile?: Text; maxAgeUs?: number; idleUs?: number | null; skewUs?: number; fence?: Count;
  });
  write(stored: Stored, subject: Text): string;
  read(value: Text, subject: Text, unixUs: number): { status: string; stored: Stored | null };
  decide(plan: Plan, value: Text, key: Text, unixUs: number, revision: Count, names?: readonly string[]):
    { assignment: Assignment; status: string; renew: Stored | null };
  close(): void;
}
