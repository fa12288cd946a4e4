# SPDX-License-Identifier: MIT
"""splitctl compare: exact costs from dated price files, budgets, intervals, levels, and honest answers without data."""
import copy
import datetime
import fractions
import gzip
import json
import os
import pathlib
import re
import shutil
import unittest
from random import Random

from compare_kit import MONTH_S, WINDOW_S, JournalTest, arm, expected_cost, half_up, policy
from ctl import BAD_INPUT, CRITICAL, HOLD, NO_DATA, OK, SAMPLES, USAGE, free_port, splitctl

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples/aws/prices.json"
PRICES = {
    "schema": 1, "as_of": datetime.date.today().isoformat(), "currency": "EUR", "omissions": ["people"],
    "items": [
        {"id": "call", "price": 0.00005001, "per": "call", "basis": "read", "covers": ["compute", "logs"]},
        {"id": "answer", "price": 12.5, "per": "million answers", "basis": "recalled", "covers": ["edge"]},
        {"id": "house", "price": 7.333333, "per": "month", "basis": "billed", "covers": ["database", "cache", "storage"]}],
    "origins": {
        "new": {"per_million_requests": [{"id": "answer", "quantity": 1.5}],
                "per_million_misses": [{"id": "call", "quantity": 1250}],
                "monthly": [{"id": "house", "quantity": 3}], "without": ["monitoring"]},
        "legacy": {"monthly": [{"id": "house", "quantity": 2}]}},
}


def prices(**changes):
    return {**copy.deepcopy(PRICES), **changes}


def equal_windows(n=10, sent=300, **more):
    return [{"arms": {"new": arm(sent, 0, sent, sent // 10), "legacy": arm(sent, 0, sent, sent // 10)}, **more}] * n


class Costs(JournalTest):
    def check(self, document, windows, answer, side="new"):
        """An independent computation over the same windows gives the same amounts."""
        sums = {a: [sum(w["arms"][a].get(k, 0) for w in windows) for k in ("sent", "lookups", "misses")]
                for a in ("new", "legacy")}
        sent, lookups, misses = sums["new" if side == "new" else "legacy"]
        lines = document["origins"]["new" if side == "new" else "legacy"]
        want = expected_cost(document, lines, sent, sent - lookups + misses, sums["new"][0] + sums["legacy"][0],
                             WINDOW_S * len(windows))
        cost = answer["cost"][side]
        self.assertEqual([cost[k] for k in ("period", "month_now", "month_at_100")], want)

    def test_amounts_are_exact_to_a_millionth(self):
        windows = [{"arms": {"new": arm(317 + i, 0, 200, 31 + i), "legacy": arm(2911, 0, 2900, 290)}} for i in range(7)]
        self.write_journal(policy(prices="prices.json"), windows)
        self.write_prices(PRICES)
        answer = self.compare(expect=HOLD)  # its cache is colder
        self.check(PRICES, windows, answer)
        self.check(PRICES, windows, answer, "baseline")
        cost = answer["cost"]["new"]
        self.assertEqual([line["item"] for line in cost["lines"]], ["answer", "call", "house"])
        for key in ("period", "month_now", "month_at_100"):
            self.assertAlmostEqual(sum(line[key] for line in cost["lines"]), cost[key], delta=3e-6)

    def test_the_example_of_aws_is_read_and_counted(self):
        document = json.loads(EXAMPLE.read_text())
        windows = equal_windows()
        self.write_journal(policy(prices="prices.json"), windows)
        shutil.copy(EXAMPLE, self.folder / "prices.json")
        answer = self.compare()
        self.check(document, windows, answer)
        self.assertFalse(answer["cost"]["baseline"]["known"])
        router = answer["cost"]["router"]
        want = expected_cost(document, document["routers"]["cloudfront-function"], 6000, 0, 6000, 600)
        self.assertEqual([router[k] for k in ("period", "month_now", "month_at_100")], want)
        _, out, _ = self.ctl("compare")
        for line in document["origins"]["new"]["monthly"]:
            self.assertIn(line["id"], out)
        self.assertIn("recalled, not verified:", out)
        self.assertIn("left out: Cost tables of the kind", out)
        self.assertIn("no price in the price file", out)

    def test_what_the_price_file_does_not_hold_is_named(self):
        self.write_journal(policy(prices="prices.json"), equal_windows())
        self.write_prices(PRICES)
        cost = self.compare()["cost"]
        self.assertEqual(cost["new"]["not_in_price_file"], ["transfer", "network"], "monitoring is not used by it")
        self.assertEqual(cost["baseline"]["not_in_price_file"],
                         ["compute", "transfer", "logs", "network", "edge", "monitoring"])
        self.assertIn("not in the price file: data transfer, NAT gateways and load balancers", self.ctl("compare")[1])

    def test_a_router_covers_both_systems_and_counts_for_the_budget(self):
        document = prices(routers={"edge": {"monthly": [{"id": "house", "quantity": 1}]}}, router="edge")
        document["items"][2]["covers"].append("network")
        self.write_journal(policy(prices="prices.json", budget_monthly=1), equal_windows())
        self.write_prices(document)
        cost = self.compare(expect=CRITICAL)["cost"]
        self.assertEqual(cost["new"]["not_in_price_file"], ["transfer"], "the router has the network")
        self.assertEqual(cost["router"]["not_in_price_file"], [])
        self.assertAlmostEqual(cost["budget"]["month_now"], cost["new"]["month_now"] + cost["router"]["month_now"], places=5)
        between = cost["new"]["month_now"] + cost["router"]["month_now"] / 2
        self.write_policy(policy(prices="prices.json", budget_monthly=round(between, 6)))
        cost = self.compare(expect=CRITICAL)["cost"]
        self.assertEqual(cost["budget"]["state"], "over-now")
        self.assertIn("'new' with its router costs", " ".join(self.ctl("compare")[1].split()))

    def test_requests_without_cache_counts_are_taken_as_misses_and_it_says_so(self):
        windows = [{"arms": {"new": arm(300), "legacy": arm(300)}}] * 3
        self.write_journal(policy(prices="prices.json"), windows)
        self.write_prices(PRICES)
        answer = self.compare()
        self.check(PRICES, windows, answer)
        self.assertTrue(answer["cost"]["new"]["every_request_a_miss"])
        self.assertIn("every request counts as a miss", self.ctl("compare")[1])
        self.assertIn("counts no hits and misses", self.ctl("compare")[1])

    def test_the_policys_own_figures_count_when_the_file_does_not_have_the_origin(self):
        document = policy(prices="prices.json")
        document["origins"]["new"]["cost"] = {"per_million_requests": 9, "monthly": 9}
        document["origins"]["legacy"]["cost"] = {"per_million_requests": 2.5, "monthly": 100}
        self.write_journal(document, equal_windows())
        listed = prices()
        del listed["origins"]["legacy"]
        self.write_prices(listed)
        cost = self.compare()["cost"]
        self.assertTrue(cost["new"]["policy_figures_unused"])
        requests = half_up(fractions.Fraction(3000 * MONTH_S, 600))
        self.assertEqual(cost["baseline"]["month_now"], 100 + 2.5 * requests / 1e6)
        self.assertEqual(cost["baseline"]["month_at_100"], 100 + 2.5 * 2 * requests / 1e6)
        out = self.ctl("compare")[1]
        self.assertIn("are not used: the price file has it", out)
        self.assertIn("what they leave out is not known", out)

    def test_a_policy_without_costs_says_how_to_get_them(self):
        self.write_journal(policy(), equal_windows())
        code, out, _ = self.ctl("compare")
        self.assertEqual(code, OK)
        self.assertIn("cost: not known; name a price file in the policy's cost.prices", out)

    def test_the_age_of_prices_is_told(self):
        self.write_journal(policy(prices="prices.json"), equal_windows())
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for days, stale in ((180, False), (181, True), (-2, True)):
            day = (today - datetime.timedelta(days=days)).isoformat()
            self.write_prices(prices(as_of=day))
            got = self.compare()["cost"]["prices"]
            self.assertEqual((got["as_of"], got["stale"]), (day, stale))
            out = self.ctl("compare")[1]
            self.assertIn(f"prices of {day}", " ".join(out.split()))
            self.assertEqual("days old: check them" in out, days == 181)
            self.assertEqual("still to come" in out, days < 0)

    def test_amounts_beyond_counting_are_flagged(self):
        listed = prices()
        listed["items"][1]["price"] = 1000000
        listed["origins"]["new"]["per_million_requests"][0]["quantity"] = 1000000000
        huge = [{"arms": {"new": arm(2**52, 0, 2**52, 0), "legacy": arm(2**52, 0, 2**52, 0)}}]
        self.write_journal(policy(prices="prices.json", budget_monthly=5), huge)
        self.write_prices(listed)
        answer = self.compare()
        self.assertTrue(answer["cost"]["new"]["too_large"])
        self.assertEqual(answer["cost"]["budget"]["state"], "unchecked")
        out = self.ctl("compare")[1]
        self.assertIn("too large to be counted", out)
        self.assertIn("4,503,599,627,370,496 requests", " ".join(out.split()))


class Budget(JournalTest):
    def state(self, budget, expect):
        self.write_journal(policy(prices="prices.json", budget_monthly=budget), equal_windows())
        self.write_prices(PRICES)
        answer = self.compare(expect=expect)
        self.journal.unlink()
        return answer["cost"]

    def test_each_side_of_each_limit(self):
        cost = self.state(10**6, OK)
        now, all_of_it = cost["new"]["month_now"], cost["new"]["month_at_100"]
        self.assertLess(now, all_of_it)
        self.assertEqual(cost["budget"]["state"], "within")
        step = 1e-6  # amounts are printed to a millionth, and may be a little more or less
        for budget, state, code in ((all_of_it + step, "within", OK), (all_of_it - step, "over-at-100", HOLD),
                                    (now + step, "over-at-100", HOLD), (now - step, "over-now", CRITICAL)):
            self.assertEqual(self.state(round(budget, 6), code)["budget"]["state"], state)

    def test_the_sentence_names_the_amounts(self):
        self.write_journal(policy(prices="prices.json", budget_monthly=1), equal_windows())
        self.write_prices(PRICES)
        code, out, _ = self.ctl("compare")
        self.assertEqual(code, CRITICAL)
        self.assertIn("critical: at its present share 'new' costs", " ".join(out.split()))
        self.assertIn("the budget is 1.00", " ".join(out.split()))
        self.assertIn("costs more than the budget", " ".join(out.split("overall:")[1].split()))

    def test_a_budget_without_prices_is_not_checked(self):
        self.write_journal(policy(budget_monthly=60), equal_windows())
        self.assertEqual(self.compare()["cost"]["budget"]["state"], "unchecked")
        self.assertIn("not checked", self.ctl("compare")[1])


class SourceTable(JournalTest):
    """The table that the project's first rollout was planned by; see samples/SOURCE.md for what is wrong with it."""

    TABLE = json.loads((SAMPLES / "rollout_cost_table.json").read_text())
    COVERS = {"Lambda": ["compute"], "DynamoDB": ["database"], "RDS": ["database"], "Redis": ["cache"],
              "EFS": ["storage"], "CloudFront": ["edge"]}
    SENT = 2000  # of both in ten minutes: 8,640,000 a month

    def price_file(self, extra=()):
        """Each column as a line through its rows of 10 % and 100 %: a part by the month, a part by the request."""
        low, _, high = (row["costs"] for row in self.TABLE["rows"])
        items, million, month = [], [], []
        for name, at_10, at_100 in zip(self.TABLE["columns"], low, high):
            items.append({"id": name, "price": 1, "per": "dollar of the table", "covers": self.COVERS[name]})
            slope = fractions.Fraction(at_100 - at_10, 1) / fractions.Fraction(9, 10)
            million.append({"id": name, "quantity": round(float(slope / fractions.Fraction("8.64")), 6)})
            month.append({"id": name, "quantity": round(float(at_100 - slope), 6)})
        items += [item for item, _ in extra]
        month += [{"id": item["id"], "quantity": n} for item, n in extra]
        return {"schema": 1, "as_of": datetime.date.today().isoformat(), "currency": "USD", "items": items,
                "origins": {"new": {"per_million_requests": million, "monthly": month}}}

    def at(self, percent, file, expect=OK):
        new = self.SENT * percent // 100 // 10
        window = {"arms": {"new": arm(new), "legacy": arm(self.SENT // 10 - new)}}
        if percent == 100:
            window = {"arms": {"new": arm(new - 1), "legacy": arm(1)}}
        self.write_journal(policy(prices="prices.json", budget_monthly=self.TABLE["budget_monthly"]), [window] * 10)
        self.write_prices(file)
        answer = self.compare(expect=expect)
        self.journal.unlink()
        return answer["cost"]

    def test_its_rows_add_up(self):
        for row in self.TABLE["rows"]:
            self.assertEqual(sum(row["costs"]), row["total"])

    def test_the_projection_gives_its_rows(self):
        file = self.price_file()
        for row in self.TABLE["rows"]:
            cost = self.at(row["percent"], file)
            # At 50 % its DynamoDB column is off the line by half a dollar; at 100 % one request in 200 is the other's.
            self.assertAlmostEqual(cost["new"]["month_now"], row["total"], delta=0.7 if row["percent"] == 50 else 0.2)
            self.assertAlmostEqual(cost["new"]["month_at_100"], 50, delta=0.01)
            self.assertEqual(cost["budget"]["state"], "within", "as the table says of itself")

    def test_its_omissions_are_flagged(self):
        cost = self.at(10, self.price_file())
        self.assertEqual(cost["new"]["not_in_price_file"], ["transfer", "logs", "network", "monitoring"])
        self.assertFalse(cost["baseline"]["known"], "the old system is in no row")

    def test_with_two_nat_gateways_and_a_real_multi_az_database_the_budget_does_not_hold(self):
        nat = {"id": "nat.gateway", "price": 0.045, "per": "hour", "covers": ["network"]}
        second_zone = {"id": "rds.second-zone", "price": 15, "per": "month", "covers": ["database"]}
        cost = self.at(100, self.price_file([(nat, 1440)]), expect=CRITICAL)
        self.assertEqual(cost["new"]["not_in_price_file"], ["transfer", "logs", "monitoring"])
        self.assertAlmostEqual(cost["new"]["month_at_100"], 50 + 64.8, delta=0.01)
        cost = self.at(10, self.price_file([(second_zone, 1)]), expect=HOLD)
        self.assertEqual(cost["budget"]["state"], "over-at-100", "49 a month at 10 %, 65 with all the traffic")


class PriceFiles(JournalTest):
    """Every fault is reported with its path, and nothing is counted."""

    def setUp(self):
        super().setUp()
        self.write_journal(policy(prices="prices.json"), equal_windows(1))

    def refuses(self, document, *sentences):
        text = document if isinstance(document, str) else json.dumps(document)
        (self.folder / "prices.json").write_text(text)
        code, out, err = self.ctl("compare")
        self.assertEqual((code, out), (BAD_INPUT, ""), err)
        for sentence in sentences:
            self.assertIn(sentence, err)
        self.assertIn("prices.json", err)
        return err

    def without(self, name):
        document = prices()
        del document[name]
        return document

    def test_a_missing_file_names_the_policys_field(self):
        code, out, err = self.ctl("compare")
        self.assertEqual((code, out), (BAD_INPUT, ""))
        self.assertIn("No such file", err)
        self.assertIn("$.cost.prices", err)

    def test_heads(self):
        self.refuses(self.without("as_of"), "$.as_of: This field is missing")
        self.refuses(self.without("currency"), "$.currency: This field is missing")
        self.refuses(self.without("items"), "$.items: This field is missing")
        self.refuses(self.without("schema"), "$.schema: This field is missing")
        self.refuses(prices(schema=2), "$.schema: This version of splitctl reads schema 1")
        self.refuses(prices(currency="XYZ"), '$.currency: There is no currency "XYZ"')
        self.refuses(prices(currency="D A"), "$.currency:")
        self.refuses(prices(currency="\x1b[2J"), "$.currency: This must be a currency")
        for day in ("2026-02-30", "23.11.2026", "2026-11-23T00:00:00Z", "", 20261123, None):
            self.refuses(prices(as_of=day), "$.as_of: This must be the day of the prices")

    def test_items_and_lines(self):
        def item(**changes):
            document = prices()
            document["items"][0].update(changes)
            return document
        self.refuses(item(price=-1), "$.items[0].price: This must be at least 0")
        self.refuses(item(price=1e-13), "$.items[0].price: This number may have at most 12 decimals")
        self.refuses(item(price=1000001), "$.items[0].price: This must be at least 0 and at most 1000000")
        self.refuses(item(price="1"), "$.items[0].price: This must be a number, but it is text")
        self.refuses(item(per=""), "$.items[0].per: This must be text")
        self.refuses(item(per="a\x1b[31m"), "$.items[0].per: This must be text")
        self.refuses(item(basis="guessed"), '$.items[0].basis: This must be one of "read", "recalled", "billed"')
        self.refuses(item(covers=["compute", "sky"]), "$.items[0].covers[1]: This must be one of")
        self.refuses(item(id="answer"), '$.items[1].id: There is an item "answer" already')
        self.refuses(item(id="_x"), "$.items[0].id: A name starts with")
        self.refuses(item(prise=1), '$.items[0].prise: This field is not known here; did you mean "price"?')
        document = prices()
        document["origins"]["new"]["monthly"][0]["id"] = "horse"
        self.refuses(document, '$.origins.new.monthly[0].id: There is no item "horse"')
        document["origins"]["new"]["monthly"] = [{"id": "house"}, 7]
        self.refuses(document, "$.origins.new.monthly[0].quantity: This field is missing",
                     "$.origins.new.monthly[1]: This must be an object, but it is a number")
        self.refuses(prices(router="none"), '$.router: There is no router "none"')
        self.refuses(prices(origins={"a b": {}}), "$.origins.a b: A name starts with")

    def test_all_faults_are_told_at_once(self):
        err = self.refuses(prices(currency="XYZ", as_of="x", extra=1))
        self.assertEqual(len([line for line in err.splitlines() if ": $." in line]), 3, err)

    def test_text_that_is_no_json(self):
        self.refuses('{"schema": 1,\n  "as_of": }', "prices.json:2:12: $: This is not valid JSON")
        self.refuses('{"schema": 1} x', "$: This is not valid JSON")
        self.refuses("[]", "$: This must be an object, but it is an array")
        self.refuses("", "$: This is not valid JSON")
        self.refuses('{"schema":1,"as_of":"2026-11-23","as_of":"2026-11-24","currency":"USD","items":[]}',
                     "$.as_of: This field is there twice")
        self.refuses(" " * 300000, "File too large")

    def test_the_check_command_tells_the_same(self):
        path = self.folder / "prices.json"
        self.write_prices(PRICES)
        code, out, err = splitctl("check", path, EXAMPLE)
        self.assertEqual((code, err), (OK, ""))
        self.assertIn(f"{path}: valid prices of {PRICES['as_of']} in EUR, 3 items, 2 origins, 0 routers", out)
        self.write_prices(prices(currency="XYZ", extra=1))
        code, out, _ = splitctl("check", "--json", path, EXAMPLE)
        self.assertEqual((code, [fault["path"] for fault in json.loads(out)]), (BAD_INPUT, ["$.extra", "$.currency"]))
        path.write_text('{"as_of": "items", \n"items"}')
        code, _, err = splitctl("check", path)
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("prices.json:2:8: $: This is not valid JSON.", err)

    def test_bytes_at_random_never_pass_unseen(self):
        """Each damage is reported, or the file still means something; nothing crashes."""
        random = Random(20261123)
        good = json.dumps(PRICES).encode()
        for _ in range(150):
            text = bytearray(good)
            for _ in range(random.randint(1, 4)):
                at = random.randrange(len(text))
                text[at:at + random.randint(0, 9)] = random.choice([b"", b'"', b"{", b"]", b"-1", b"9" * 30, b"1e308", b"\0",
                                                                   b"\xff", b"null", b"\\u0000", text[at:at + 40]])
            (self.folder / "prices.json").write_bytes(text)
            code, out, err = self.ctl("compare", "--json")
            self.assertIn(code, (OK, BAD_INPUT), (bytes(text), err))
            if code == OK:
                json.loads(out)
            else:
                self.assertIn("prices.json", err)

    def test_notes_of_ones_own_are_allowed(self):
        self.write_prices(prices(**{"x-by": "finance", "note": "n", "$schema": "any"}))
        self.assertEqual(self.ctl("compare")[0], OK)

    def test_the_path_is_relative_to_the_policy_or_absolute(self):
        self.write_prices(PRICES)
        self.assertEqual(self.ctl("compare", cwd="/")[0], OK)
        document = policy(prices=str(self.folder / "prices.json"))
        self.write_policy(document)
        self.assertEqual(self.ctl("compare", cwd="/")[0], OK)


class Differences(JournalTest):
    def test_shares_of_traffic_are_compared_one_by_one(self):
        """An incident that hits both alike while the new system has more traffic is not the new system's fault."""
        calm = {"arms": {"new": arm(100, 0), "legacy": arm(900, 0)}}
        incident = {"arms": {"new": arm(500, 20), "legacy": arm(500, 20)}, "share_ppm": 500000}
        self.write_journal(policy(), [{**calm, "share_ppm": 100000}] * 20 + [incident] * 20)
        answer = self.compare(expect=HOLD)
        error = answer["metrics"][0]
        self.assertEqual((answer["shares"], answer["finding"]), (2, "warning"))
        self.assertAlmostEqual(error["new_percent"], 2.0)
        self.assertAlmostEqual(error["baseline_percent"], 2.0)
        self.assertLess(error["difference_low"], 0)
        self.assertGreater(error["difference_high"], 0)
        self.assertIn("2 shares of traffic", self.ctl("compare")[1])

    def test_a_share_in_which_it_is_worse_is_named(self):
        few = {"arms": {"new": arm(2), "legacy": arm(598, 30)}, "share_ppm": 2000}
        bad = {"arms": {"new": arm(300, 15), "legacy": arm(300)}, "share_ppm": 500000}
        self.write_journal(policy(), [few] * 20 + [bad] * 5)
        answer = self.compare(expect=HOLD)
        error = answer["metrics"][0]
        self.assertLess(error["difference_low"], 0)
        self.assertEqual((error["worst_share"]["percent"], answer["finding"]), (50, "worse"))
        self.assertIn("'new' is worse at 50 % of the traffic: ", error["sentence"])
        self.assertIn("over all shares -", error["sentence"])

    def test_levels_decide_the_exit_code(self):
        def errors(new, legacy):
            return [{"arms": {"new": arm(300, new), "legacy": arm(300, legacy)}}] * 10
        for new, legacy, finding, code in ((0, 0, "equal", OK), (0, 12, "better", OK), (6, 6, "warning", HOLD),
                                           (5, 0, "worse", HOLD), (30, 0, "critical", CRITICAL)):
            self.write_journal(policy(), errors(new, legacy))
            answer = self.compare(expect=code)
            self.assertEqual(answer["finding"], finding)
            self.assertTrue(answer["assessment"].startswith("'new' "))
            self.assertIn("not compared, without data of both: cache_hit", answer["assessment"])
            self.assertTrue(answer["next"])
            self.journal.unlink()

    def test_hits_and_misses(self):
        self.write_journal(policy(), [{"arms": {"new": arm(300, 0, 250, 50), "legacy": arm(300, 0, 280, 14)}}] * 10)
        answer = self.compare(expect=HOLD)
        cache = answer["cache_misses"]
        self.assertEqual((cache["new_percent"], cache["new_n"]), (20, 2500))
        self.assertEqual((cache["baseline_percent"], cache["baseline_n"]), (5, 2800))
        self.assertLess(cache["difference_low"], 15)
        self.assertGreater(cache["difference_high"], 15)
        out = " ".join(self.ctl("compare")[1].split())
        self.assertIn("'new' hits 80.00 % of 2,500 lookups, 'legacy' 95.00 % of 2,800: lower by", out)

    def test_narrow_terminals_and_no_colour(self):
        self.write_journal(policy(prices="prices.json"), equal_windows())
        self.write_prices(PRICES)
        for columns in (40, 60, 80, 200):
            for args in ((), ("--logs", SAMPLES / "rollout_nginx_canary.log.gz")):
                out = self.ctl("compare", *args, env={**os.environ, "COLUMNS": str(columns)})[1]
                longest = max(map(len, out.splitlines()))
                self.assertLessEqual(longest, max(columns, 60), out)
                self.assertNotIn("\x1b", out)


class Logs(JournalTest):
    """Hits and misses apart, from a recorded rollout; the expected numbers are computed here from its lines."""

    LOG = SAMPLES / "rollout_nginx_canary.log.gz"
    LINE = re.compile(r':(\d\d:\d\d:\d\d) \+0000\] "(\w+) \S+ \S+" (\d+) .* rt=([\d.]+) .* cs=(\S+) variant=(\w+)')

    def setUp(self):
        super().setUp()
        document = policy()
        document["metrics"].append({"name": "p95", "kind": "latency", "percentile": 95, "target": "< 60ms",
                                    "warning": "> 300ms", "critical": "> 500ms"})
        document["rollout"]["window"] = "1s"
        document["rollout"]["phases"] = [{"percent": p, "bake": "1h"} for p in (10, 50, 100)]
        self.write_policy(document)

    def recorded(self):
        """The requests of the seconds that have both systems: (second, arm, part, ms, failed)."""
        rows = []
        for line in gzip.decompress(self.LOG.read_bytes()).decode().splitlines():
            second, method, status, took, cache, variant = self.LINE.search(line).groups()
            lookup = method in ("GET", "HEAD", "OPTIONS") and int(status) < 400
            part = None if not lookup else "hits" if cache in ("HIT", "REVALIDATED") else "misses"
            rows.append((second, variant, part, round(float(took) * 1000), int(status) >= 500))
        seconds = [{s for s, v, *_ in rows if v == variant} for variant in ("new", "legacy")]
        return [row for row in rows if row[0] in seconds[0] & seconds[1]]

    @staticmethod
    def percentile(times, percent):
        return sorted(times)[-(-len(times) * percent // 100) - 1]

    def test_percentiles_of_hits_and_misses(self):
        answer = self.compare("--logs", self.LOG, expect=HOLD)
        rows = self.recorded()
        for side, variant in (("new", "new"), ("baseline", "legacy")):
            for part in ("all", "hits", "misses"):
                times = [ms for _, v, p, ms, _ in rows if v == variant and part in ("all", p)]
                with self.subTest(variant=variant, part=part):
                    self.assertEqual(answer["latency_by_cache"][side][part], {
                        "n": len(times), **{f"p{p}_ms": self.percentile(times, p) for p in (50, 95, 99)}})
        self.assertEqual(answer["windows"], len({row[0] for row in rows}))
        self.assertEqual(answer["new"]["requests"], sum(v == "new" for _, v, *_ in rows))

    def test_a_slower_origin_shows_in_the_misses_alone(self):
        p95 = self.compare("--logs", self.LOG, expect=HOLD)["metrics"][2]
        self.assertIn("no difference is proven", p95["hits"]["sentence"])
        self.assertIn("'new' is worse", p95["misses"]["sentence"])
        self.assertGreater(p95["misses"]["difference_low"], p95["difference_low"])
        out = self.ctl("compare", "--logs", self.LOG)[1]
        self.assertIn("cache misses alone: 'new' is worse", out)
        self.assertRegex(out, r"'new' misses +1,305 +36 +370 +635")

    def test_shares_are_weighted_by_the_requests_of_their_phase(self):
        """Seconds belong to the phase nearest to the share that was seen in them."""
        rows = self.recorded()
        strata = {}
        for second in {row[0] for row in rows}:
            arms = [v for s, v, *_ in rows if s == second]
            seen = 100 * arms.count("new") / len(arms)
            phase = min((0, 10, 50, 100), key=lambda p: abs(p - seen))
            strata.setdefault(phase, set()).add(second)
        want = [0.0, 0.0]
        for seconds in strata.values():
            inside = [row for row in rows if row[0] in seconds]
            for a, variant in enumerate(("new", "legacy")):
                failed = [f for _, v, _, _, f in inside if v == variant]
                want[a] += 100 * len(inside) / len(rows) * sum(failed) / len(failed)
        answer = self.compare("--logs", self.LOG, expect=HOLD)
        error = answer["metrics"][0]
        self.assertEqual(answer["shares"], len(strata))
        self.assertAlmostEqual(error["new_percent"], want[0], places=5)
        self.assertAlmostEqual(error["baseline_percent"], want[1], places=5)

    def test_a_part_of_the_log_and_several_files(self):
        self.assertEqual(self.compare("--logs", self.LOG, "--to", "2026-11-23T00:46:40Z", expect=HOLD)["windows"], 11)
        lines = gzip.decompress(self.LOG.read_bytes()).splitlines(keepends=True)
        (self.folder / "a.log").write_bytes(b"".join(lines[:6000]))
        (self.folder / "b.log").write_bytes(b"".join(lines[6000:]))
        halves = self.compare("--logs", self.folder / "a.log", "--logs", self.folder / "b.log", expect=HOLD)
        self.assertEqual(halves, self.compare("--logs", self.LOG, expect=HOLD))

    def test_back_ends_as_systems_without_cache_results(self):
        log = SAMPLES / "haproxy_httplog.log.gz"
        answer = self.compare("--logs", log, "--map", "be_new=new", "--map", "be_legacy=legacy")
        self.assertEqual((answer["new"]["requests"], answer["baseline"]["requests"]), (369, 3631))
        self.assertFalse(answer["cache_misses"]["known"])
        out = self.ctl("compare", "--logs", log, "--map", "be_new=new", "--map", "be_legacy=legacy")[1]
        self.assertIn("these logs do not name cache results of both", out)
        self.assertNotIn("misses alone", out)

    def test_costs_are_of_the_time_in_the_log(self):
        document = json.loads(self.policy.read_text())
        document["cost"] = {"prices": "prices.json"}
        self.write_policy(document)
        self.write_prices(PRICES)
        answer = self.compare("--logs", self.LOG, expect=HOLD)
        n = answer["new"]["requests"]
        hits = answer["latency_by_cache"]["new"]["hits"]["n"]
        self.assertEqual(answer["seconds"], 15)
        want = expected_cost(PRICES, PRICES["origins"]["new"], n, n - hits, n + answer["baseline"]["requests"], 15)
        self.assertEqual([answer["cost"]["new"][k] for k in ("period", "month_now", "month_at_100")], want)

    def test_logs_of_neither_system(self):
        code, out, err = self.ctl("compare", "--logs", SAMPLES / "apache_combined_10k.log.gz")
        self.assertEqual((code, out), (NO_DATA, ""))
        self.assertIn("no window with both systems ('new' and 'legacy')", err)

    def test_wrong_use(self):
        for args, sentence in ((("--logs", "x", "--source", "http://x"), "exclude each other"),
                               (("--logs", "x", "--period", "1h"), "cut logs with --from and --to"),
                               (("--map", "a=b"), "need --logs"), (("--from", "2026-11-23T00:46:40Z"), "need --logs"),
                               (("--logs", "x", "--from", "noon"), "--from takes a time"),
                               (("--logs", "x", "--format", "x"), "there is no format 'x'")):
            code, out, err = self.ctl("compare", *args)
            self.assertEqual((code, out), (USAGE, ""))
            self.assertIn(sentence, err)
        self.assertEqual(self.ctl("compare", "--logs", self.folder / "none.log")[0], BAD_INPUT)

    def test_other_sources_say_that_they_have_none(self):
        self.write_journal(policy(), equal_windows())
        self.assertEqual(self.compare()["latency_by_cache"], {"new": None, "baseline": None})
        self.assertIn("latency of cache hits and misses: not in this source", self.ctl("compare")[1])


class Shared(JournalTest):
    def test_what_both_are_critical_in_has_another_cause(self):
        both = {"arms": {"new": arm(300, 30), "legacy": arm(300, 30)}}
        self.write_journal(policy(), [both] * 10)
        answer = self.compare(expect=HOLD)
        self.assertEqual((answer["finding"], answer["metrics"][0]["baseline_level"]), ("warning", "critical"))
        self.assertIn("both systems are critical in error_rate", answer["assessment"])
        self.assertNotIn("rollback", answer["next"])

    def test_the_new_system_alone_is_taken_back(self):
        self.write_journal(policy(), [{"arms": {"new": arm(300, 60), "legacy": arm(300, 30)}}] * 10)
        answer = self.compare(expect=CRITICAL)
        self.assertIn("splitctl rollback", answer["next"])


class Advice(JournalTest):
    """What to do next depends on the share in force, which the route tells."""

    CASES = {
        "critical": {"arms": {"new": arm(300, 60), "legacy": arm(300, 30)}},
        "equal": {"arms": {"new": arm(300, 1), "legacy": arm(300, 1)}},
    }

    def next_of(self, finding, percent, expect):
        self.write_journal(policy(), [self.CASES[finding]] * 10)
        self.assertEqual(self.ctl("set", str(percent))[0], OK)
        answer = self.compare(expect=expect)
        self.assertEqual((answer["finding"], answer["now_percent"]), (finding, percent))
        return answer["next"]

    def test_what_has_traffic_is_taken_back(self):
        for percent in (10, 100):
            self.assertIn("splitctl rollback", self.next_of("critical", percent, CRITICAL))

    def test_what_has_none_is_mended_first(self):
        said = self.next_of("critical", 0, CRITICAL)
        self.assertIn("it gets no traffic now; mend it before the next 'splitctl run'", said)
        self.assertNotIn("rollback", said)

    def test_what_has_all_has_nothing_left_to_promote(self):
        self.assertIn("nothing left to promote", self.next_of("equal", 100, OK))
        self.assertIn("'splitctl run' begins a rollout", self.next_of("equal", 0, OK))
        self.assertIn("more traffic or time decides", self.next_of("equal", 10, OK))

    def test_without_a_route_the_share_is_not_known(self):
        self.write_journal(policy(), equal_windows())
        answer = self.compare()
        self.assertIsNone(answer["now_percent"])
        self.assertIn("more traffic or time decides", answer["next"])


class Times(JournalTest):
    def test_the_last_part_of_the_journal(self):
        self.write_journal(policy(), equal_windows(5, 100) + equal_windows(5, 300))
        self.assertEqual(self.compare()["windows"], 10)
        answer = self.compare("--period", "330s")
        self.assertEqual((answer["windows"], answer["new"]["requests"]), (5, 1500))

    def test_what_cannot_be_a_period(self):
        self.write_journal(policy(), equal_windows())
        for bad, sentence in (("soon", "takes a duration such as 90s or 4h, not 'soon'"), ("0s", "must be above 0"),
                              ("5", "takes a duration"), ("-5m", "takes a duration"),
                              ("59s", "shorter than a window of this policy (1 m 00 s)")):
            code, out, err = self.ctl("compare", f"--period={bad}")
            self.assertEqual((code, out), (USAGE, ""))
            self.assertIn(sentence, err)

    def test_a_period_longer_than_the_journal_is_told_and_all_is_compared(self):
        self.write_journal(policy(), equal_windows(10))
        code, out, err = self.ctl("compare", "--period", "4h")
        self.assertEqual(code, OK)
        self.assertIn("--period asks for 4 h 00 m, but the journal begins 10 m 0", err)
        self.assertIn("10 m 00 s in 10 windows", out)
        self.assertEqual(self.ctl("compare", "--period", "9m")[2], "")

    def test_a_journal_that_ended_before_the_period(self):
        self.write_journal(policy(), equal_windows(3), ended_s=7200)
        code, out, err = self.ctl("compare", "--period", "1h")
        self.assertEqual((code, out), (NO_DATA, ""))
        self.assertIn("no window of the last 1 h 00 m; all 3 are older: take a longer --period", err)
        self.assertEqual(self.ctl("compare")[0], OK)


class NoData(JournalTest):
    def refuses(self, sentence, *args, expect=NO_DATA):
        code, out, err = self.ctl("compare", *args)
        self.assertEqual((code, out), (expect, ""), err)
        self.assertIn(sentence, err)

    def test_no_journal_and_an_empty_one(self):
        self.refuses("there is no journal")
        self.write_journal(policy(), [])
        self.refuses("the journal has no windows yet")

    def test_one_system_alone(self):
        self.write_journal(policy(), [{"arms": {"new": arm(300)}}] * 3)
        self.refuses("none of the 3 windows of this time has both systems ('new' and 'legacy')")

    def test_no_requests(self):
        self.write_journal(policy(), [{"arms": {"new": arm(0), "legacy": arm(300)}}] * 3)
        self.refuses("'new' had no requests in this time")

    def test_no_metric_of_both(self):
        self.write_journal(policy(), [{"arms": {"new": {"sent": 300}, "legacy": {"sent": 300}}}] * 3)
        answer = self.compare(expect=NO_DATA)
        self.assertEqual(answer["finding"], "no-data")
        self.assertEqual([m["sentence"] for m in answer["metrics"]], ["no data of both"] * 2)
        self.assertIn("cannot be judged", answer["assessment"])

    def test_a_policy_without_two_systems(self):
        document = policy()
        document["rollout"]["baseline"] = None
        self.write_policy(document)
        self.refuses("has no baseline to compare with", expect=BAD_INPUT)
        del document["rollout"]
        self.write_policy(document)
        self.refuses("has no rollout", expect=BAD_INPUT)

    def test_dead_sources(self):
        code, out, err = self.ctl("compare", "--source", f"http://127.0.0.1:{free_port()}", "--period", "50ms")
        self.assertEqual((code, out), (NO_DATA, ""))
        self.assertIn("the sources had no data of new and legacy in this time", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
