# SPDX-License-Identifier: MIT
"""The journal as a file: one that an earlier version wrote is read, judged again and gone on with."""
import json
import sqlite3
import unittest

from ctl import NO_DATA, OK, ROLLED_BACK, SAMPLES, CtlTest, splitctl


class Earlier(CtlTest):
    """A rollout of 23 windows with a pause, a gap, skip-wait and a rollback, as the first version recorded it."""

    def setUp(self):
        super().setUp()
        db = sqlite3.connect(self.journal)
        db.executescript((SAMPLES / "journal_schema1.sql").read_text())
        db.close()

    def test_it_replays_bit_for_bit(self):
        code, _, err = splitctl("replay", self.journal)
        self.assertEqual(code, OK, err)
        self.assertIn("20 decisions, identical", err)

    def test_every_reader_reads_it(self):
        code, out, err = self.ctl("status", "--json")
        self.assertEqual((code, err), (ROLLED_BACK, ""))
        state = json.loads(out)
        self.assertEqual((state["outcome"], state["windows"], state["decision"]["id"]), ("ROLLBACK", 20, 23))
        self.assertIn("pause by ann: coffee", self.ctl("history")[1])
        self.assertEqual(self.ctl("report", "-o", "-")[0], OK)
        self.assertEqual(self.ctl("pause")[0], NO_DATA)


if __name__ == "__main__":
    unittest.main()
