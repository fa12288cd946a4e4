/* SPDX-License-Identifier: MIT */
/* What is added to the journal; each call is one durable commit. */
#include "journal/write.h"

#include "journal/db.h"

int
journal_begin(journal *j, const char *name, const char *policy, split_us now_us, int64_t *out_id)
{
    int code =
        journal_run(j,
                    journal_prepare(j, "INSERT INTO rollout(name, policy, began_us) VALUES(?,?,?)",
                                    "tti", name, policy, now_us),
                    "beginning a rollout");
    if (code == CTL_OK)
        *out_id = sqlite3_last_insert_rowid(j->db);
    return code;
}

int
journal_end(journal *j, int64_t rollout, split_us now_us, const char *outcome)
{
    return journal_run(j,
                       journal_prepare(j,
                                       "UPDATE rollout SET ended_us = ?, outcome = ?"
                                       " WHERE id = ? AND ended_us = 0",
                                       "iti", now_us, outcome, rollout),
                       "ending a rollout");
}

int
journal_add_window(journal *j, int64_t rollout, const journal_window *w)
{
    return journal_run(j,
                       journal_prepare(j, "INSERT INTO window VALUES(?,?,?,?,?,?,?,?,?,?)",
                                       "iiiiittttt", rollout, w->id, w->start_us, w->phase,
                                       w->percent_e6, w->decision_name, w->reason, w->window,
                                       w->decision, w->display),
                       "writing a window");
}

int
journal_add_publication(journal *j, int64_t rollout, journal_publication *p)
{
    int code = journal_run(
        j,
        journal_prepare(
            j,
            "INSERT INTO publication(rollout, revision, at_us, percent_e6, effect_us, by)"
            " VALUES(?,?,?,?,?,?)",
            "iiiiit", rollout, p->revision, p->at_us, p->percent_e6, p->effect_us, p->by),
        "writing a publication");
    if (code == CTL_OK)
        p->seq = sqlite3_last_insert_rowid(j->db);
    return code;
}

int
journal_settle_publication(journal *j, const journal_publication *p)
{
    return journal_run(
        j,
        journal_prepare(j, "UPDATE publication SET at_us = ?, effect_us = ? WHERE seq = ?", "iii",
                        p->at_us, p->effect_us, p->seq),
        "writing a publication");
}

int
journal_drop_publication(journal *j, int64_t seq)
{
    return journal_run(j, journal_prepare(j, "DELETE FROM publication WHERE seq = ?", "i", seq),
                       "writing a publication");
}

int
journal_add_action(journal *j, int64_t rollout, const journal_action *a)
{
    return journal_run(
        j,
        journal_prepare(j,
                        "INSERT INTO action(rollout, at_us, action, who, why, window)"
                        " VALUES(?,?,?,?,?,?)",
                        "iittti", rollout, a->at_us, a->action, a->who, a->why, a->window),
        "writing an action");
}

int
journal_take_action(journal *j, int64_t seq, int64_t window)
{
    return journal_run(
        j, journal_prepare(j, "UPDATE action SET window = ? WHERE seq = ?", "ii", window, seq),
        "taking an action");
}
