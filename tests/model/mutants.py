#!/usr/bin/env python3
"""Mutation test of the failover machine: each mutant flips one guard in a copy of the source, and the traces, the search, the unit
scenarios, the forged snapshots or the oracle must notice. Usage: tests/model/mutants.py BUILD [--from N] [--oracle] [--write]; BUILD is
a configured build folder. --from begins with the mutant of that number; --oracle asks the oracle alone. With --write the table is
stored in tests/model/mutants.md."""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ROOT / "libsplit/core"
STATES = "30000"
UNITS = ("failover", "failover_scenarios", "failover_around", "failover_forged", "failover_guards", "failover_reload")

# file of libsplit/core/failover without ".c", text (must occur once, however it is broken into lines), its replacement
MUTANTS = [
    ("service", "o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN && o->state", "o->state"),
    ("service", "if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP)\n        return true;", ""),
    ("guard", "o->run >= fo->p.ramp_consecutive", "o->run > fo->p.ramp_consecutive"),
    ("guard", "split__fo_elapsed(fo, o->run_start) >= fo->p.run_min_span", "split__fo_elapsed(fo, o->run_start) > fo->p.run_min_span"),
    ("guard", "split__fo_popcount(o->run_keys) >= fo->p.min_keys", "split__fo_popcount(o->run_keys) > fo->p.min_keys"),
    ("guard", "split__fo_popcount(o->run_keys) >= fo->p.min_keys", "true"),
    ("guard", "o->hard_run >= fo->p.hard_consecutive", "o->hard_run > fo->p.hard_consecutive"),
    ("guard", "o->run >= fo->p.consecutive &&", "o->run > fo->p.consecutive &&"),
    ("guard", "return sums.total >= fo->p.min_samples", "return sums.total > fo->p.min_samples"),
    ("guard", ">= fo->p.fail_ppm * sums.total", "> fo->p.fail_ppm * sums.total"),
    ("guard", "split__fo_popcount(sums.keys) >= fo->p.min_keys", "true"),
    ("guard", "if (peer->state != SPLIT_FAILOVER_CLOSED)\n        return false;", ""),
    ("guard", "split__fo_window_ppm(own) < split__fo_window_ppm(&sums) + fo->p.rel_margin_ppm",
     "split__fo_window_ppm(own) <= split__fo_window_ppm(&sums) + fo->p.rel_margin_ppm"),
    ("guard", "            !split__fo_alternative(fo, chain, origin, 0))\n            return false;",
     "            !split__fo_alternative(fo, chain, origin, 0))\n            continue;"),
    ("guard", "split__fo_elapsed(fo, o->since) >= fo->p.half_open_max", "split__fo_elapsed(fo, o->since) > fo->p.half_open_max"),
    ("guard", "!o->latched && ", ""),
    ("guard", "split__fo_elapsed(fo, o->since) >= fo->p.failback_delay", "split__fo_elapsed(fo, o->since) > fo->p.failback_delay"),
    ("guard", "held >= fo->p.ramp_hold &&", "held > fo->p.ramp_hold &&"),
    ("guard", "o->ok >= fo->p.ramp_min_ok)", "o->ok > fo->p.ramp_min_ok)"),
    ("guard", "(held >= fo->p.ramp_max_hold && o->bad == 0)", "held >= fo->p.ramp_max_hold"),
    ("guard", "split__fo_elapsed(fo, o->since) >= fo->p.decay && ", ""),
    ("guard", " && o->ok >= fo->p.min_samples;", ";"),
    ("guard", "split__fo_cohort(fo, o, key) < split__fo_permille(fo, o)", "split__fo_cohort(fo, o, key) <= split__fo_permille(fo, o)"),
    ("issue", "        if (leases[i].seq == 0) {", "        {"),
    ("guard_probe", "split__fo_elapsed(fo, o->last_probe) >= fo->p.probe_interval", "true"),
    ("guard_probe", "return split__fo_n_leases(fo, o) == 0 &&\n           ", "return "),
    ("guard_probe", "split__max_i64(o->since, o->last_probe)", "o->since"),
    ("guard_probe", "return fo->now >= o->open_until;", "return fo->now > o->open_until;"),
    ("guard_probe", "split__fo_elapsed(fo, o->open_until) >= fo->p.overdue", "split__fo_elapsed(fo, o->open_until) > fo->p.overdue"),
    ("guard_probe", "if (split__fo_chain_at(fo, c)->origin[0] == origin)\n            return false;", ""),
    ("guard_probe", "->degraded)\n            return true;", "->degraded)\n            return false;"),
    ("service", "(tried & split__fo_bit(o->slot)) == 0 && ", ""),
    ("choose", "if (o->state == SPLIT_FAILOVER_OPEN && split__fo_moved(call, origin))\n        return false;", ""),
    ("choose", "if (overdue && ask->is_first && o->state", "if (overdue && o->state"),
    ("choose", " && o->state != SPLIT_FAILOVER_HOLD)", ")"),
    ("choose", "return is_replay_safe(ask) && split__fo_alternative", "return split__fo_alternative"),
    ("choose", "split__fo_alternative(fo, ask->chain, origin, ask->tried) &&", "true &&"),
    ("choose", "(overdue || split__fo_home", "(split__fo_home"),
    ("score", "issued_at < o->run_start", "issued_at <= o->run_start"),
    ("score", "if (o->run != 0 && issued_at < o->run_start)\n        return;", ""),
    ("score", "    else\n        o->hard_run = 0;\n}", "}"),
    ("score", "        o->run_keys = 0;\n", ""),
    ("score", "peer->open_until = split__min_i64(peer->open_until, split__add_sat(fo->now, fo->p.emergency));", ";"),
    ("score", "else if (peer->state == SPLIT_FAILOVER_RAMP)", "else if (0)"),
    ("score", "    if (is_news)\n", ""),
    ("score", "o->latched || fo->p.failback", "fo->p.failback"),
    ("score", "if (o->ok < fo->p.probe_successes", "if (o->ok <= fo->p.probe_successes"),
    ("score", "        o->lost = 0;\n        return;", "        return;"),
    ("score", "o->floor = split__max_i64(o->floor,", "o->floor = split__min_i64(o->floor,"),
    ("score", "    end_run(o, token->issued_at_us);\n", ""),
    ("report", "token->gen != o->gen || ", ""),
    ("report", "o->gen == token->gen && ", ""),
    ("report", "(o->run | o->level | o->degraded) == 0", "(o->level | o->degraded) == 0"),
    ("route", "(fo->unsettled & ask->chain->members) == 0 && ", ""),
    ("report", "if (is_probe && !end_lease(fo, o, token->seq))", "if (is_probe && !end_lease(fo, o, token->seq) && 0)"),
    ("report", " || token->kind == SPLIT_FAILOVER_KIND_FORCED ||", " ||"),
    ("report", "&& outcome->klass != SPLIT_FAILOVER_CLASS_NEUTRAL)", ")"),
    ("report", "if (outcome->committed)\n        return SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED;", ""),
    ("report", "token->kind == SPLIT_FAILOVER_KIND_PANIC)\n        return SPLIT_FAILOVER_NEXT_GIVE_UP_PANIC;", "0)\n        return SPLIT_FAILOVER_NEXT_GIVE_UP_PANIC;"),
    ("report", "token->n_attempts >= fo->p.max_attempts", "token->n_attempts > fo->p.max_attempts"),
    ("report", "fo->budget < ATTEMPT_COST", "fo->budget <= ATTEMPT_COST"),
    ("report", "        fo->budget -= ATTEMPT_COST;", "        fo->budget -= 0;"),
    ("report", "split__fo_timer(call, origin);\n", ";\n"),
    ("timer", "fo->now >= leases[i].expiry", "fo->now > leases[i].expiry"),
    ("timer", "o->lost >= call->fo->p.lost_limit", "o->lost > call->fo->p.lost_limit"),
    ("timer", "    o->ok = o->bad = 0;\n    call->moved", "    call->moved"),
    ("move", "        o->gen++;\n", ""),
    ("move", "        clear_evidence(fo, o);\n", ""),
    ("move", "    o->epoch++;\n", ""),
    ("move", "level > 41 ? 40 : level > 0 ? level - 1 : 0", "level > 41 ? 40 : level"),
    ("move", "    o->floor = 0;\n", ""),
    ("move", "        o->lost = 0;\n", ""),
    ("move", "kept >= fo->p.flap_limit && fo->p.flap_window > 0", "kept > fo->p.flap_limit"),
    ("move", "if (now >= fo->now)\n        fo->now = now;", "if (1)\n        fo->now = now;"),
    ("window", "n_gone + age < fo->p.buckets", "n_gone + age <= fo->p.buckets"),
    ("route", "    split__fo_timer_chain(call, ask->chain);\n", ""),
    ("route", "    deposit(fo);\n", ""),
    ("admin", "        forgive(o);\n        split__fo_move(call, origin, SPLIT_FAILOVER_RAMP", "        split__fo_move(call, origin, SPLIT_FAILOVER_RAMP"),
    ("table", "ROW(9, HALF_OPEN, OPEN, PROBE_FAILED, 1, 1, 0)", "ROW(9, HALF_OPEN, OPEN, PROBE_FAILED, 1, 0, 0)"),
    ("table", "ROW(20, RAMP, CLOSED, RAMP_DONE, 0, 0, 0)", "ROW(20, RAMP, CLOSED, RAMP_DONE, 1, 0, 0)"),
    ("snapshot", "    s->origin.in_flight = 0;", "    "),
    ("snapshot", "fo->seq > head.seq ? fo->seq : head.seq", "head.seq"),
    ("deadline", "    if (o->ok >= fo->p.ramp_min_ok)\n", ""),
    ("choose", "(fo->unsettled & both) != 0 || split__fo_full", "split__fo_full"),
    ("admin", "        o->in_flight = 0;\n", ""),
    ("adopt", " && fo->p.slot_len == layout->p.slot_len", ""),
    ("adopt", "fo->p.buckets == layout->p.buckets && ", ""),
    ("adopt", " + (from->n_stamps - n)", ""),
    ("snapshot", "        split__fo_window_roll(&head, &s.origin);\n", ""),
    ("choose", "if (o->mode == SPLIT_FAILOVER_MODE_OBSERVE && natural_member(fo, ask) != origin)\n        return false;", ""),
    ("choose", "split__fo_probe_due(fo, o) && !split__fo_full(fo, o) &&", "split__fo_probe_due(fo, o) &&"),
    ("choose", "% 1000 >= fo->p.drill_permille", "% 1000 > fo->p.drill_permille"),
    ("timer", "if (split__fo_moved(call, origin) || !split__fo_step_due(fo, o))", "if (!split__fo_step_due(fo, o))"),
    ("report", "(uint64_t)was * 2000 >= limit", "true"),
    ("report", "(uint64_t)was * 2000 >= limit", "(uint64_t)was * 2000 > limit"),
    ("adopt", "(uint8_t)least(from->step, fo->p.n_ramp - 1u)", "from->step"),
    ("adopt", "    o->slot = slot;\n", ""),
    ("adopt", "    o->id = id;\n", ""),
    ("adopt", "uint32_t n = least(fo->p.probes_in_flight, layout->p.probes_in_flight);", "uint32_t n = 0;"),
    ("adopt", " && was != 0;", ";"),
    ("adopt", "was > least_limit ? was : least_limit", "was"),
    ("adopt", "least(most, was > least_limit ? was : least_limit)", "was > least_limit ? was : least_limit"),
    ("adopt", "fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_AIMD && was", "was"),
    ("adopt", "        o->in_flight = 0;", "        ;"),
    ("adopt", "fo->now = split__max_i64(fo->now, old->now);", "fo->now = old->now;"),
    ("adopt", "fo->seq > old->seq ? fo->seq : old->seq", "fo->seq"),
    ("adopt", "fo->seq > old->seq ? fo->seq : old->seq", "old->seq"),
    ("adopt", "    fo->n_regressions = old->n_regressions;\n", ""),
    ("adopt", "least(old->budget, fo->p.retry_cap)", "old->budget"),
    ("adopt", " && (taken & split__fo_bit(next)) != 0)", " && 0)"),
    ("adopt", "    split__fo_settle(fo, origin);\n", ""),
    ("snapshot", "if (buf_bytes < n_bytes)", "if (buf_bytes <= n_bytes)"),
    ("snapshot", "head.now = split__max_i64(fo->now, now);\n    split__fo_codec c = {.bytes = buf", "head.now = now;\n    split__fo_codec c = {.bytes = buf"),
    ("snapshot", "head.budget < fo->p.retry_cap ? head.budget : fo->p.retry_cap", "head.budget"),
    ("snapshot", "    fo->now = head.now;\n", ""),
    ("snapshot", "    fo->n_regressions = head.n_regressions;\n", ""),
    ("snapshot", "    split__fo_window_roll(head, &s->origin);\n", ""),
    ("codec", "o->slot_at + layout->p.buckets - age", "o->slot_at + age"),
    ("codec", "distance > 0 ? split__add_sat(c->now, distance) : c->now + distance", "distance"),
    ("codec", "codec_instant_if(c, i < o->n_stamps,", "codec_instant_if(c, false,"),
    ("report", "(token->flags & SPLIT__FO_COUNTED) == 0 || fo", "fo"),
    ("report", " || klass == SPLIT_FAILOVER_CLASS_NEUTRAL)\n        return;", ")\n        return;"),
    ("report", "limit = limit * 9 / 10;", "limit = limit * 8 / 10;"),
    ("report", "limit > most ? most : limit", "limit"),
    ("report", "limit < least ? least : limit", "limit"),
    ("report", "(fo->p.refuse_unsafe && (token->flags & SPLIT__FO_SAFE) == 0)\n        return false;", "(0)\n        return false;"),
    ("report", " || (token->flags & SPLIT__FO_SYNTHETIC) != 0)", ")"),
    ("report", "return klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT || token->kind", "return token->kind"),
    ("report", "return klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT || token->kind == SPLIT_FAILOVER_KIND_PROBE;", "return klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT;"),
    ("report", "token->chain < fo->n_chains ?", "true ?"),
    ("report", "token->flags & (SPLIT__FO_SAFE | SPLIT__FO_REPLAYABLE)", "token->flags"),
    ("report", " && fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF;", ";"),
    ("report", " && token->kind == SPLIT_FAILOVER_KIND_NORMAL &&", " &&"),
    ("report", "if (seq != 0 && leases[i].seq == seq)", "if (leases[i].seq == seq)"),
    ("report", " || is_probe == serves)", ")"),
    ("report", "token->kind != SPLIT_FAILOVER_KIND_PROBE && token->n_attempts", "token->n_attempts"),
    ("report", "    split__fo_timer_chain(call, ask.chain);\n", ""),
    ("score", "(split__fo_is_failure(outcome->klass) || outcome->klass == SPLIT_FAILOVER_CLASS_BUSY) &&\n        ", ""),
    ("score", "    if (split__fo_moved(call, origin))\n        return;\n    if (split__fo_ramp_failed(fo, o))", "    if (split__fo_ramp_failed(fo, o))"),
    ("score", "    if (o->state == SPLIT_FAILOVER_RAMP)\n        split__fo_step(call, origin);\n", ""),
    ("score", "            count(&o->bad);", "            ;"),
    ("score", "        o->since = fo->now;\n        o->ok = 0;\n    }\n}", "        o->ok = 0;\n    }\n}"),
    ("score", "    if (o->level == 0)\n        return;\n", ""),
    ("score", "o->level--;\n        o->since = fo->now;\n        o->ok = 0;", "o->level--;\n        o->since = fo->now;"),
    ("score", "if (split__fo_common_cause(fo, origin))", "if (0)"),
    ("score", "book(call->fo, o, token->key, is_slow);", "book(call->fo, o, token->key, false);"),
    ("route", "ask->pinned == UINT32_MAX &&\n           ", ""),
    ("route", "fo->p.drill_permille == 0 && ", ""),
    ("route", " && fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF;", ";"),
    ("route", "budget < fo->p.retry_cap ? (uint32_t)budget : fo->p.retry_cap", "(uint32_t)budget"),
    ("route", " ||\n                   (o->state == SPLIT_FAILOVER_OPEN && split__fo_moved(&call, origin))", ""),
    ("route", "if (rank < best_rank) {", "if (rank <= best_rank && rank != UINT32_MAX) {"),
    ("route", " && out->reason == SPLIT_FAILOVER_REASON_ALL_DOWN)", ")"),
    ("choose", " ||\n        (ask->chain->members & split__fo_bit(ask->pinned)) == 0)\n        return false;", ")\n        return false;"),
    ("choose", "kind == SPLIT_FAILOVER_KIND_FAIL_FAST || split__fo_full(fo, o))", "kind == SPLIT_FAILOVER_KIND_FAIL_FAST)"),
    ("choose", " || !ask->is_first || !is_replay_safe(ask) ||", " || !is_replay_safe(ask) ||"),
    ("choose", " || !is_replay_safe(ask) || ask->chain->n < 2)", " || ask->chain->n < 2)"),
    ("choose", " || ask->chain->n < 2)", ")"),
    ("choose", "(fo->unsettled & both) != 0 || split__fo_full(fo, split__fo_at(fo, second))", "(fo->unsettled & both) != 0"),
    ("choose", "        return ask->pinned != origin;\n", "        return false;\n"),
    ("choose", "return fo->p.refuse_unsafe && (ask->flags & SPLIT__FO_SAFE) == 0 && ask->chain->origin[0] != origin;", "return false;"),
    ("choose", "is_unsafe ? 1u : ask->chain->n", "ask->chain->n"),
    ("choose", "    if (o->state == SPLIT_FAILOVER_RAMP && fo->p.refuse_unsafe && (ask->flags & SPLIT__FO_SAFE) == 0)\n        return SPLIT_FAILOVER_KIND_RAMP;\n", ""),
    ("choose", "is_untried(ask, o) && o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN", "o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN"),
    ("choose", "is_untried(ask, o) && o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN", "is_untried(ask, o)"),
    ("status", "if (status == 429)\n        return SPLIT_FAILOVER_CLASS_BUSY;\n", ""),
    ("status", "fo->p.slow != 0 && elapsed_us", "elapsed_us"),
    ("status", "elapsed_us >= fo->p.slow ?", "elapsed_us > fo->p.slow ?"),
    ("status", "elapsed_us >= fo->p.fair", "elapsed_us > fo->p.fair"),
    ("init", "o->fair_us != 0 ? o->fair_us : o->slow_us", "o->slow_us"),
    ("init", "o->slow_us != 0 ? o->slow_us : 1000000", "1000000"),
    ("move", "if (p->base_open > (INT64_MAX >> shift))\n        return p->max_open;\n", ""),
    ("move", "(uint64_t)b / 1000 * fo->p.jitter_ppm / 1000000", "(uint64_t)b / 1000"),
    ("move", "% (most + 1) * 1000", "% (most + 1)"),
    ("move", "split__fo_elapsed(fo, stamps[i]) < fo->p.flap_window", "split__fo_elapsed(fo, stamps[i]) <= fo->p.flap_window"),
    ("move", "kept >= fo->p.flap_limit && fo->p.flap_window > 0", "kept >= fo->p.flap_limit"),
    ("move", "    if (kept == fo->p.flap_limit)\n        kept--;\n", ""),
    ("move", "o->state == SPLIT_FAILOVER_CLOSED ? 0 : o->ok", "o->ok"),
    ("move", "level > 0 && o->level < UINT8_MAX", "level > 0"),
    ("move", "split__min_i64(o->floor, split__add_sat(fo->now, fo->p.max_open))", "o->floor"),
    ("deadline", "instant > fo->now && instant < best", "instant < best"),
    ("deadline", "leases[i].expiry <= fo->now ? fo->now : ", ""),
    ("deadline", "if (o->lost >= fo->p.lost_limit || split__fo_half_open_over(fo, o))\n        return fo->now;\n", ""),
    ("deadline", "FAILBACK_DELAY && !o->latched)\n", "FAILBACK_DELAY)\n"),
    ("deadline", "return o->bad == 0 ?", "return true ?"),
    ("deadline", "    best = sooner(fo, best, after(o->last_probe, fo->p.probe_interval));\n", ""),
    ("check", "o->state < SPLIT_FAILOVER_STATE_COUNT && ", ""),
    ("check", "o->mode < SPLIT_FAILOVER_MODE_COUNT && ", ""),
    ("check", "o->n_stamps <= head->p.flap_limit &&", "true &&"),
    ("check", "o->step < SPLIT_FAILOVER_RAMP_MAX && ", ""),
    ("check", "o->n_stale <= o->n_reported && ", ""),
    ("check", "o->run == 0 && !o->degraded", "!o->degraded"),
    ("check", "(!serves(o) || !o->latched) &&", "true &&"),
    ("check", "is_past(head, o->run_start) && ", ""),
    ("check", "is_past(head, o->since) && ", ""),
    ("check", "o->open_until - head->now <= LATEST_US", "true"),
    ("check", "o->hard_run <= o->run && ", ""),
    ("check", "slot->bad > slot->total || ", ""),
    ("check", "split__fo_popcount(slot->bad_keys) > slot->bad ||", "false ||"),
    ("check", " || (slot->total != 0 && !serves(o)))", ")"),
    ("check", "leases[i].seq > head->seq || ", ""),
    ("check", "if (leases[j].seq == leases[i].seq)", "if (0)"),
    ("check", "(n == 1 && o->state == SPLIT_FAILOVER_HOLD)", "o->state == SPLIT_FAILOVER_HOLD"),
    ("check", "expiry - head->now > LONGEST_US", "expiry - head->now < 0"),
    ("check", " || (i > 0 && stamps[i] < stamps[i - 1])", ""),
    ("check", "head->seq <= INT64_MAX && ", ""),
    ("check", "head->n_origins >= 1 && ", ""),
    ("check", "head->p.probes_in_flight >= 1 && ", ""),
    ("codec", "return word;\n    c->failed = true;\n    return 0;", "return word;\n    return word;"),
    ("snapshot", "            if (ids[j] == id)\n                c.failed = true;\n", "            ;\n"),
]


def flags(build):
    return ["-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-DXXH_INLINE_ALL", f"-I{ROOT}/include", f"-I{build}/include", f"-I{ROOT}/libsplit",
            f"-I{ROOT}/tests/vectors", f"-I{ROOT}/tests/model", f"-I{ROOT}/tests/unit", f"-I{ROOT}/tests/support", f"-I{ROOT}/tests/fuzz",
            "-I/usr/include/cjson"]


def compile_to(source, out, build):
    subprocess.run(["cc", *flags(build), "-c", str(source), "-o", str(out)], check=True)


class Bench:
    """Everything that does not change, compiled once."""

    def __init__(self, build, folder, only_oracle):
        self.build, self.folder = build, folder
        self.core = self.compile("core", CORE.rglob("*.c"))
        self.only_oracle = only_oracle
        vectors = [p for p in (ROOT / "tests/vectors").glob("*.c") if p.name != "kind_verdict.c"]
        self.vectors = self.compile("vectors", vectors)
        self.model = self.compile("model", (ROOT / "tests/model").glob("model_*.c"))
        support = self.compile("support", [ROOT / "tests/support/counting_alloc.c"])
        self.units = {n: {**support, **self.compile("unit", [ROOT / f"tests/unit/test_{n}.c"])}
                      for n in UNITS}
        self.forged = {**self.compile("forged", [ROOT / f"tests/fuzz/{n}_forged.c" for n in ("failover", "replay")]),
                       **{n: self.model[n] for n in ("model_config.c", "model_invariant.c", "model_world.c")}}
        self.oracle = self.compile("oracle", [ROOT / "tests/model/oracle_driver.c"])
        self.traces = sorted(str(p) for p in (ROOT / "tests/vectors/failover").glob("*.json"))

    def compile(self, kind, sources):
        done = {}
        for source in sources:
            name = source.relative_to(CORE).as_posix() if kind == "core" else source.name
            done[name] = self.folder / f"{kind}_{name.replace('/', '_')}.o"
            compile_to(source, done[name], self.build)
        return done

    def link(self, objects, core, libs):
        program = self.folder / "program"
        subprocess.run(["cc", *map(str, [*objects, *core]), "-o", str(program), *libs, "-lm"], check=True)
        return program

    def survives(self, program, *args):
        try:
            return subprocess.run([str(program), *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def killer(self, core):
        """Who notices: 'traces', 'search', 'units', 'forged', 'oracle' or None."""
        if self.only_oracle:
            return self.by_oracle(core)
        if not self.survives(self.link(self.vectors.values(), core, ["-lcjson"]), "failover", *self.traces):
            return "traces"
        if not self.survives(self.link(self.model.values(), core, []), "--states", STATES):
            return "search"
        for unit in self.units.values():
            if not self.survives(self.link(unit.values(), core, ["-lcriterion"])):
                return "units"
        if not self.survives(self.link(self.forged.values(), core, []), "200000"):
            return "forged"
        return self.by_oracle(core)

    def by_oracle(self, core):
        driver = self.link(self.oracle.values(), core, [])
        play = [sys.executable, ROOT / "tests/model/oracle_play.py", driver, "--games", "400", "--calls", "400"]
        return "oracle" if subprocess.run(play, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode else None


def pattern_of(text):
    """The text however its lines are broken: where it has a space the source has a space or a new line."""
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


def mutate(bench, number, mutant):
    name, old, new = mutant
    source = CORE / f"failover/{name}.c"
    text = source.read_text()
    places = list(re.finditer(pattern_of(old), text))
    if len(places) != 1:
        raise SystemExit(f"mutant {number}: the text occurs {len(places)} times in {source.name}: {old!r}")
    copy = bench.folder / source.name
    copy.write_text(text[:places[0].start()] + new + text[places[0].end():])
    out = bench.folder / "mutant.o"
    compile_to(copy, out, bench.build)
    return bench.killer([out if key == source.relative_to(CORE).as_posix() else value for key, value in bench.core.items()])


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    first = int(sys.argv[sys.argv.index("--from") + 1]) if "--from" in sys.argv else 1
    rows, alive = [], 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(build, pathlib.Path(folder), "--oracle" in sys.argv)
        if bench.killer(bench.core.values()) is not None:
            raise SystemExit("the unchanged machine fails")
        for number, mutant in enumerate(MUTANTS, 1):
            if number < first:
                continue
            killer = mutate(bench, number, mutant)
            alive += killer is None
            change = " ".join(mutant[1].split()), " ".join(mutant[2].split()) or "(nothing)"
            rows.append(f"| {number} | {mutant[0]} | `{change[0]}` | `{change[1]}` | {killer or 'ALIVE'} |".replace("||", "&#124;&#124;"))
            print(number, mutant[0], killer or "ALIVE", "" if killer else change, flush=True)
    total = f"{len(rows) - alive} of {len(rows)} mutants killed"
    print(total)
    if "--write" in sys.argv:
        head = "# Mutants of the failover machine\n\nWritten by `tests/model/mutants.py BUILD --write`.\n\n" + total + ".\n\n"
        table = "| # | core/failover | text | becomes | killed by |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
        (ROOT / "tests/model/mutants.md").write_text(head + table)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
