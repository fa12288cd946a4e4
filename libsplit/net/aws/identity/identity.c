/* SPDX-License-Identifier: MIT */
/* Who signs a request to AWS, as the peers and programs that hand out credentials write it. */
#include "net/aws/identity/identity.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "net/base/fault.h"

/* What was said, before it is checked. */
typedef struct said {
    const char *text[4]; /* id, secret, token, expiration; NULL when absent */
    size_t len[4];
} said;

static bool
take(const said *s, int i, char buf[SPLIT_SECRET_BYTES])
{
    buf[0] = '\0';
    if (s->text[i] == NULL || s->len[i] >= SPLIT_SECRET_BYTES)
        return s->text[i] == NULL;
    memcpy(buf, s->text[i], s->len[i]);
    buf[s->len[i]] = '\0';
    return true;
}

/* RFC 3339; "+00:00" is as good as "Z". */
static bool
take_expiration(const said *s, split_us *out)
{
    char text[64];
    size_t n = s->len[3];
    *out = SPLIT_NEVER;
    if (s->text[3] == NULL || n == 0)
        return true;
    if (n >= sizeof text)
        return false;
    memcpy(text, s->text[3], n);
    if (n > 6 && memcmp(text + n - 6, "+00:00", 6) == 0) {
        n -= 5;
        text[n - 1] = 'Z';
    }
    return split_time_read(text, n, out) == SPLIT_OK;
}

static int
check(const said *s, const char *from, aws_identity *out, split_error *error)
{
    bool fits = take(s, 0, out->id) && take(s, 1, out->secret) && take(s, 2, out->token);
    if (fits && out->id[0] != '\0' && out->secret[0] != '\0' &&
        take_expiration(s, &out->expires_us))
        return SPLIT_OK;
    split__aws_identity_wipe(out);
    return split__net_fault(error, SPLIT_ERR_PEER,
                            "%.120s answers, but not with credentials as AWS writes them", from);
}

int
split__aws_identity_json(const char *text, const char *from, aws_identity *out, split_error *error)
{
    static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
    cJSON *root = cJSON_Parse(text);
    said s = {{NULL}, {0}};
    for (int i = 0; i < 4; i++) {
        s.text[i] = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, names[i]));
        if (i == 2 && s.text[i] == NULL)
            s.text[i] =
                cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "SessionToken"));
        s.len[i] = s.text[i] != NULL ? strlen(s.text[i]) : 0;
    }
    int rc = check(&s, from, out, error);
    cJSON_Delete(root);
    return rc;
}

int
split__aws_identity_xml(const char *text, const char *from, aws_identity *out, split_error *error)
{
    static const char *const names[] = {"<AccessKeyId>", "<SecretAccessKey>", "<SessionToken>",
                                        "<Expiration>"};
    said s = {{NULL}, {0}};
    for (int i = 0; i < 4; i++) {
        const char *mark = strstr(text, names[i]);
        s.text[i] = mark != NULL ? mark + strlen(names[i]) : NULL;
        s.len[i] = mark != NULL ? strcspn(s.text[i], "<") : 0;
    }
    return check(&s, from, out, error);
}

void
split__aws_identity_wipe(aws_identity *identity)
{
    OPENSSL_cleanse(identity, sizeof *identity);
}
