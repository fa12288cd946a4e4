/* SPDX-License-Identifier: MIT */
/* Policies for the tests of split-policy, in C text: one that says little, one that says everything. */
#ifndef TESTS_POLICY_TEXT_H
#define TESTS_POLICY_TEXT_H

#define POLICY_SMALL                                                                               \
    "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"new\",\"weight\":10},"     \
    "{\"name\":\"old\",\"weight\":90}],\"default\":\"old\"},"                                     \
    "\"origins\":{\"new\":{\"url\":\"http://127.0.0.1:9001\"},\"old\":{\"url\":\"http://127.0.0.1:9002\"}}}"

#define POLICY_FULL                                                                                \
    "{\"schema\": 1, \"split\": {\"name\": \"search\", \"salt\": \"v2\", \"mode\": \"sticky\","        \
    " \"variants\": [{\"name\": \"new\", \"weight\": 33.3, \"chain\": [\"new\", \"old\"]},"            \
    "  {\"name\": \"old\", \"weight\": 66.7}], \"default\": \"old\", \"overrides\": {\"qa\": \"new\"}," \
    " \"coverage\": 50.5, \"holdout\": 0.25,"                                                      \
    " \"cookie\": {\"name\": \"vid\", \"max_age\": \"30d\", \"idle\": \"1.5h\", \"signed\": \"env:KEY\"}}," \
    " \"origins\": {\"new\": {\"url\": \"https://new.example.org\", \"host\": \"a.example.org\","      \
    "   \"connect_timeout\": \"250ms\", \"first_byte_timeout\": \"2s\", \"timeout\": \"1m\","           \
    "   \"cost\": {\"per_million_requests\": 0.6, \"monthly\": 120}}, \"old\": {\"url\": \"http://old\"}}," \
    " \"failover\": {\"base_open\": \"2s\", \"statuses\": [502, 503], \"failback\": \"manual\"},"       \
    " \"metrics\": [{\"name\": \"error_rate\", \"kind\": \"error\", \"target\": \"< 1%\","               \
    "    \"warning\": \"> 1%\", \"critical\": \"> 5%\", \"sources\": {\"log\": \"status\", \"prom\": {\"bad\": \"b\"}}}," \
    "  {\"name\": \"p95\", \"kind\": \"latency\", \"percentile\": 95, \"target\": \"< 200ms\","           \
    "    \"warning\": \"> 300ms\", \"critical\": \"> 0.5s\", \"missing\": \"rollback\"},"                 \
    "  {\"name\": \"good\", \"kind\": \"ratio\", \"bad\": \"misses\", \"of\": \"asks\", \"target\": \">= 85%\"," \
    "    \"warning\": \"< 80.5%\", \"critical\": \"< 70%\", \"gate\": false, \"clustered\": true}],"      \
    " \"rollout\": {\"variant\": \"new\", \"window\": \"30s\", \"judgement\": \"lenient\", \"alpha\": 0.02," \
    "   \"gate_alpha\": 0.1, \"min_sample\": 40, \"relative\": 1.5, \"no_data_patience\": null,"       \
    "   \"warning_patience\": \"2h\", \"rollback_to\": 5,"                                          \
    "   \"phases\": [{\"percent\": 10, \"bake\": \"4h\"}, {\"percent\": 33.333333, \"bake\": \"0s\"}]}," \
    " \"notify\": [{\"type\": \"webhook\", \"url\": \"https://hook\", \"token\": \"env:T\", \"on\": [\"hold\"]}," \
    "   {\"type\": \"exec\", \"command\": [\"page\", \"-x\"]}, {\"type\": \"slack\", \"url\": \"file:/run/s\"}," \
    "   {\"type\": \"sns\", \"topic\": \"arn:aws:sns:eu-west-1:123456789012:a\"}],"                  \
    " \"cost\": {\"prices\": \"prices.json\", \"budget_monthly\": 99.5}}"

#endif
