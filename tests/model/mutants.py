#!/usr/bin/env python3
"""Mutation test of the failover machine: each mutant flips one guard in a copy of the source, and the traces, the search or
the unit scenarios must notice. Usage: tests/model/mutants.py BUILD [--write]; BUILD is a configured build folder.
With --write the table is stored in tests/model/mutants.md."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ROOT / "libsplit/core"
STATES = "30000"

# file without "failover_" and ".c", text (must occur once), its replacement
MUTANTS = [
    ("guard", "o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN && o->state", "o->state"),
    ("guard", "if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP)\n        return true;", ""),
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
    ("guard_probe", "(tried & split__fo_bit(o->slot)) == 0 && ", ""),
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
    ("score", "else if (peer->state == SPLIT_FAILOVER_RAMP && !split__fo_moved(call, i))", "else if (0)"),
    ("score", "    if (is_news)\n", ""),
    ("score", "o->latched || fo->p.failback", "fo->p.failback"),
    ("score", "if (o->ok < fo->p.probe_successes", "if (o->ok <= fo->p.probe_successes"),
    ("score", "        o->lost = 0;\n        return;", "        return;"),
    ("score", "o->floor = split__max_i64(o->floor,", "o->floor = split__min_i64(o->floor,"),
    ("score", "    end_run(o, token->issued_at);\n", ""),
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
    ("window", "index - (o->slot_index - i) >= fo->p.buckets", "index - (o->slot_index - i) > fo->p.buckets"),
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
]


def flags(build):
    return ["-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-DXXH_INLINE_ALL", f"-I{ROOT}/include", f"-I{build}/include", f"-I{CORE}",
            f"-I{ROOT}/tests/vectors", f"-I{ROOT}/tests/model", f"-I{ROOT}/tests/unit", "-I/usr/include/cjson"]


def compile_to(source, out, build):
    subprocess.run(["cc", *flags(build), "-c", str(source), "-o", str(out)], check=True)


class Bench:
    """Everything that does not change, compiled once."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.core = self.compile("core", CORE.glob("*.c"))
        vectors = [p for p in (ROOT / "tests/vectors").glob("*.c") if p.name != "kind_verdict.c"]
        self.vectors = self.compile("vectors", vectors)
        self.model = self.compile("model", (ROOT / "tests/model").glob("*.c"))
        self.units = {n: self.compile("unit", [ROOT / f"tests/unit/test_{n}.c"])
                      for n in ("failover_scenarios", "failover_around", "failover_guards")}
        self.traces = sorted(str(p) for p in (ROOT / "tests/vectors/failover").glob("*.json"))

    def compile(self, kind, sources):
        done = {}
        for source in sources:
            done[source.name] = self.folder / f"{kind}_{source.stem}.o"
            compile_to(source, done[source.name], self.build)
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
        """Who notices: 'traces', 'search', 'units' or None."""
        if not self.survives(self.link(self.vectors.values(), core, ["-lcjson"]), "failover", *self.traces):
            return "traces"
        if not self.survives(self.link(self.model.values(), core, []), "--states", STATES):
            return "search"
        for unit in self.units.values():
            if not self.survives(self.link(unit.values(), core, ["-lcriterion"])):
                return "units"
        return None


def mutate(bench, number, mutant):
    name, old, new = mutant
    source = CORE / f"failover_{name}.c"
    text = source.read_text()
    if text.count(old) != 1:
        raise SystemExit(f"mutant {number}: the text occurs {text.count(old)} times in {source.name}: {old!r}")
    copy = bench.folder / source.name
    copy.write_text(text.replace(old, new))
    out = bench.folder / "mutant.o"
    compile_to(copy, out, bench.build)
    return bench.killer([out if key == source.name else value for key, value in bench.core.items()])


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    rows, alive = [], 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(build, pathlib.Path(folder))
        if bench.killer(bench.core.values()) is not None:
            raise SystemExit("the unchanged machine fails")
        for number, mutant in enumerate(MUTANTS, 1):
            killer = mutate(bench, number, mutant)
            alive += killer is None
            change = " ".join(mutant[1].split()), " ".join(mutant[2].split()) or "(nothing)"
            rows.append(f"| {number} | {mutant[0]} | `{change[0]}` | `{change[1]}` | {killer or 'ALIVE'} |".replace("||", "&#124;&#124;"))
            print(number, mutant[0], killer or "ALIVE", "" if killer else change, flush=True)
    total = f"{len(MUTANTS) - alive} of {len(MUTANTS)} mutants killed"
    print(total)
    if "--write" in sys.argv:
        head = "# Mutants of the failover machine\n\nWritten by `tests/model/mutants.py BUILD --write`.\n\n" + total + ".\n\n"
        table = "| # | failover_X.c | text | becomes | killed by |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
        (ROOT / "tests/model/mutants.md").write_text(head + table)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
