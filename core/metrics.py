"""The measures that /metrics shows. Processes share them through PROMETHEUS_MULTIPROC_DIR."""

from prometheus_client import Counter, Histogram

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 5)

webhook_seconds = Histogram("zhiqiao_webhook_seconds", "Time to answer a WeChat push", ["outcome"], buckets=FAST)
turn_seconds = Histogram("zhiqiao_turn_seconds", "Time from message to reply", ["skill"], buckets=FAST)
search_seconds = Histogram("zhiqiao_search_seconds", "Time of one index search", ["index"], buckets=FAST)
deliveries_total = Counter("zhiqiao_deliveries_total", "Outbound messages by final state", ["channel", "state"])
allowance_misses_total = Counter("zhiqiao_allowance_misses_total", "Messages no WeChat allowance covered", ["reason"])
wechat_calls_total = Counter("zhiqiao_wechat_calls_total", "Calls of the WeChat API", ["path", "errcode"])
wechat_call_seconds = Histogram("zhiqiao_wechat_call_seconds", "Time of a WeChat API call", ["path"], buckets=FAST)
jobs_total = Counter("zhiqiao_jobs_total", "Background jobs by outcome", ["job", "outcome"])
