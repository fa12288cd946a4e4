/* SPDX-License-Identifier: MIT */
/* What CloudWatch would answer with silence is refused beforehand, with the cure. */
#include "net/source/cloudwatch/check.h"

#include <string.h>

#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

#define CLOUDFRONT "AWS/CloudFront"
#define CLOUDFRONT_REGION "us-east-1"

static const char *
dimension_of(const cw_text *t, const char *name)
{
    for (size_t i = 0; i < t->n_dimensions; i++)
        if (strcmp(t->dimension[i].name, name) == 0)
            return t->dimension[i].value;
    return "";
}

/* CloudFront's metrics exist in one region and under one set of dimensions; anything else is empty,
 * not an error. */
static int
check_cloudfront(const cw_text *t, const char *region, split_error *error)
{
    if (strcmp(region, CLOUDFRONT_REGION) != 0)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: %s:%.40s is in us-east-1 only; append @us-east-1 to "
                                "it and add --source cloudwatch:us-east-1",
                                t->name_space, t->metric);
    if (strcmp(dimension_of(t, "Region"), "Global") != 0)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: %s:%.40s needs the dimension Region=Global, else it "
                                "has no data",
                                t->name_space, t->metric);
    if (dimension_of(t, "DistributionId")[0] == '\0' && dimension_of(t, "FunctionName")[0] == '\0')
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: %s:%.40s needs the dimension DistributionId",
                                t->name_space, t->metric);
    return SPLIT_OK;
}

int
split__cw_check_series(const cw_text *t, const char *region, split_error *error)
{
    if (strcmp(t->name_space, CLOUDFRONT) == 0)
        return check_cloudfront(t, region, error);
    return SPLIT_OK;
}
