# SPDX-License-Identifier: MIT
"""splitctl cost: every line at every share, beside the same sums in exact fractions."""
import fractions
import json
import pathlib

import ctl

AWS = pathlib.Path(__file__).parents[2] / "examples/aws"
PRICES = json.loads((AWS / "prices.json").read_text())
REQUESTS, HITS = 10_000_000, 60


def expected(percent):
    """New system and router of a month, from the price file alone."""
    price = {i["id"]: fractions.Fraction(str(i["price"])) for i in PRICES["items"]}

    def system(parts, requests):
        misses = requests - requests * HITS // 100
        sums = {"per_million_requests": fractions.Fraction(requests, 10**6), "per_million_misses": fractions.Fraction(misses, 10**6),
                "monthly": 1}
        return sum(price[p["id"]] * fractions.Fraction(str(p["quantity"])) * n for use, n in sums.items() for p in parts.get(use, []))

    new = system(PRICES["origins"]["new"], REQUESTS * percent // 100)
    router = system(PRICES["routers"][PRICES["router"]], REQUESTS)
    return new, router


class Cost(ctl.CtlTest):
    policy_document = {**ctl.POLICY, "cost": {"prices": "prices.json", "budget_monthly": 120}}

    def setUp(self):
        super().setUp()
        (self.folder / "prices.json").write_text(json.dumps(PRICES))

    def cost(self, *args):
        return ctl.splitctl("cost", "-p", self.policy, *args)

    def test_every_level_is_the_exact_sum(self):
        code, out, _ = self.cost("--requests", REQUESTS, "--hits", HITS, "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([r["percent"] for r in rows], [0, 10, 50, 100])
        for row in rows:
            new, router = expected(int(row["percent"]))
            self.assertAlmostEqual(row["new"], float(new), places=5)
            self.assertAlmostEqual(row["router"], float(router), places=5)
            self.assertEqual(row["over_budget"], new + router > 120)
        self.assertEqual(code, ctl.HOLD)

    def test_the_text_names_every_line_and_what_was_recalled(self):
        code, out, _ = self.cost("--requests", REQUESTS, "--hits", HITS)
        for part in PRICES["origins"]["new"]["monthly"]:
            self.assertIn(part["id"], out)
        self.assertIn("nat.gateway *", out)
        self.assertIn("cloudfront.kvs.reads ", out)
        self.assertNotIn("cloudfront.kvs.reads *", out)
        self.assertIn("over the budget of 120.00 from 50 % on", out)
        self.assertIn("'legacy': no price", out)
        self.assertEqual(code, ctl.HOLD)

    def test_shares_of_ones_own_and_a_budget_that_holds(self):
        code, out, _ = self.cost("--requests", REQUESTS, "--hits", HITS, "--at", "1", "--at", "5", "--json")
        self.assertEqual([json.loads(line)["percent"] for line in out.splitlines()], [1, 5])
        self.assertEqual(code, ctl.OK)

    def test_wrong_numbers_are_named(self):
        for args, word in (((), "--requests"), (("--requests", "x"), "--requests"), (("--requests", 10**16), "10^15"),
                           (("--requests", 1, "--hits", "101"), "--hits"), (("--requests", 1, "--at", "many"), "--at")):
            code, _, err = self.cost(*args)
            self.assertEqual(code, ctl.USAGE, args)
            self.assertIn(word, err)

    def test_a_policy_without_prices_says_where_they_belong(self):
        self.policy.write_text(json.dumps(ctl.POLICY))
        code, _, err = self.cost("--requests", 1)
        self.assertEqual(code, ctl.BAD_INPUT)
        self.assertIn("cost.prices", err)


if __name__ == "__main__":
    import unittest
    unittest.main()
