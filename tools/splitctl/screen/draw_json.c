/* SPDX-License-Identifier: MIT */
/* A view as one JSON object on a line: all that the text shows, and more. */
#include "screen/draw_json.h"

#include <string.h>

#include "split/lines.h"
#include "split/net.h"

#include "screen/draw.h"
#include "cli/text.h"
#include "route/weights.h"

static void
put_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, ",\"%s\":", name);
    text_json(out, text, strlen(text));
}

static void
put_us(FILE *out, const char *name, split_us us)
{
    if (us < 0 || us == SPLIT_NEVER)
        fprintf(out, "%s:null", name);
    else
        fprintf(out, "%s:%.3f", name, (double)us / 1000);
}

static void
put_alarms(FILE *out, const window_display *d)
{
    fprintf(out, ",\"alarms\":%lld,\"alarms_unknown\":%lld,\"alarm_names\":[",
            (long long)d->n_alarms, (long long)d->n_alarms_unknown);
    for (uint32_t i = 0; i < d->n_alarm_names; i++) {
        fputs(i > 0 ? ",{\"name\":" : "{\"name\":", out);
        text_json(out, d->alarms[i].name, strlen(d->alarms[i].name));
        fprintf(out, ",\"state\":\"%s\"}", view_alarm_name(d->alarms[i].state));
    }
    fputc(']', out);
}

static void
put_display(FILE *out, const view *v)
{
    static const char *const arms[] = {"new", "baseline"};
    fputs(",\"latency_ms\":{", out);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        fprintf(out, "%s\"%s\":{", a > 0 ? "," : "", arms[a]);
        put_us(out, "\"p50\"", v->display.p50[a]);
        put_us(out, ",\"p95\"", v->display.p95[a]);
        put_us(out, ",\"p99\"", v->display.p99[a]);
        fputc('}', out);
    }
    fputs("},\"origins\":{", out);
    for (uint32_t i = 0; i < v->display.n_origins; i++) {
        const split_reading_origin *o = &v->display.origins[i];
        if (i > 0)
            fputc(',', out);
        text_json(out, o->name, strlen(o->name));
        fprintf(out, ":{\"state\":\"%s\",\"mode\":\"%s\"}", view_state_name(o->state),
                view_mode_name(o->mode));
    }
    fputc('}', out);
    if (v->display.revision >= 0)
        fprintf(out, ",\"revision\":%lld", (long long)v->display.revision);
    if (v->display.n_alarms >= 0)
        put_alarms(out, &v->display);
}

static void
put_windows(FILE *out, const view *v)
{
    static char line[SPLIT_LINE_BYTES];
    double percent;
    double noise;
    if (split_window_write(v->policy, &v->window, line, sizeof line, NULL) == SPLIT_OK)
        fprintf(out, ",\"window\":%s", line);
    if (split_decision_write(v->rollout, &v->decision, line, sizeof line, NULL) == SPLIT_OK)
        fprintf(out, ",\"decision\":%s", line);
    if (view_split(&v->window, &percent, &noise))
        fprintf(out, ",\"realised_percent\":%.6g,\"noise_percent\":%.3g", percent, noise);
}

static void
put_events(FILE *out, const view *v)
{
    fputs(",\"events\":[", out);
    for (size_t i = 0; i < v->n_events; i++) {
        char time[SPLIT_TIME_BYTES] = "";
        (void)split_time_print(v->events[i].at_us, time);
        fprintf(out, "%s{\"at\":\"%s\"", i > 0 ? "," : "", time);
        put_text(out, "text", v->events[i].text);
        fputc('}', out);
    }
    fputc(']', out);
}

void
draw_json(FILE *out, const view *v)
{
    char now[SPLIT_TIME_BYTES] = "";
    char next[256];
    char share[16];
    (void)split_time_print(split_clock_wall(), now);
    fprintf(out, "{\"schema\":1,\"at\":\"%s\"", now);
    put_text(out, "split", split_policy_name(v->policy));
    put_text(out, "variant", split_policy_variant(v->policy, v->info.variant));
    put_text(out, "outcome", view_outcome_name((int)v->outcome));
    put_text(out, "source", view_heading_name((int)v->heading));
    fprintf(out, ",\"windows\":%lld,\"phases\":[", (long long)v->n_windows);
    for (uint32_t i = 0; i < v->options.n_phases; i++)
        fprintf(out, "%s{\"percent\":%s,\"bake_s\":%.6g}", i > 0 ? "," : "",
                weights_print(v->options.phases[i].percent_e6, share),
                (double)v->options.phases[i].bake_us / 1e6);
    fputc(']', out);
    if (v->n_windows > 0)
        put_windows(out, v);
    put_display(out, v);
    view_next(v, next, sizeof next);
    put_text(out, "next", next);
    put_events(out, v);
    fprintf(out, ",\"exit_code\":%d}\n", view_exit_code(v));
}
