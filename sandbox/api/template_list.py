"""The templates that an app has chosen in WeChat's console: fixed ones, each as WeChat lists it."""

import re
from typing import Any

from sandbox.api.registry import Call, ok, route
from sandbox.errors import WeChatError

KEYWORD = re.compile(r"(.+?):\{\{(\w+)\.DATA\}\}")
# (id, title, content, example, values of an enumerated keyword)
SUBSCRIPTIONS: tuple[tuple[str, str, str, str, dict[str, list[str]]], ...] = (
    (
        "TPL-DEADLINE", "期限到期提醒", "事项:{{thing1.DATA}}\n到期日期:{{date2.DATA}}\n应缴金额:{{amount3.DATA}}\n",
        "事项:专利年费\n到期日期:2026年12月7日\n应缴金额:2000元\n", {},
    ),
    (
        "TPL-CASE", "服务进度通知",
        "服务单号:{{character_string1.DATA}}\n进度:{{phrase2.DATA}}\n说明:{{thing3.DATA}}\n",
        "服务单号:RZ261122-0042\n进度:已受理\n说明:专员今天联系您\n", {},
    ),
    (
        "TPL-MATCH", "供需匹配通知", "内容:{{thing1.DATA}}\n结果:{{phrase2.DATA}}\n时间:{{time3.DATA}}\n",
        "内容:高盐废水处理技术\n结果:有匹配\n时间:2026-11-22 10:00\n", {},
    ),
    (
        "TPL-COURSE", "课程开课提醒", "课程名称:{{thing1.DATA}}\n开课时间:{{time2.DATA}}\n状态:{{enum3.DATA}}\n",
        "课程名称:专利质押实务\n开课时间:2026-12-04 14:00\n状态:即将开课\n", {"enum3": ["即将开课", "已取消"]},
    ),
)  # fmt: skip


def prefix_of(kind: str) -> str:
    """The two apps' ids of one template differ."""
    return "mini-" if kind == "miniprogram" else ""


def shown_as(template_id: str) -> dict[str, Any]:
    """What a person reads around the values of a template: its title, and each keyword's name."""
    plain = template_id.removeprefix("mini-").removeprefix("old-")
    for each, title, content, *_ in SUBSCRIPTIONS:
        if each == plain:
            return {"title": title, "names": {code: name for name, code in KEYWORD.findall(content)}}
    return {"title": "服务通知", "names": {}}


def titles_of(kind: str) -> dict[str, str]:
    """The templates for subscription messages that a person can be asked about, by id."""
    return {prefix_of(kind) + template_id: title for template_id, title, *_ in SUBSCRIPTIONS}


@route("/wxaapi/newtmpl/gettemplate", method="GET")
def get_templates(call: Call) -> dict[str, Any]:
    """Those for subscription messages; `type` 2 is for one time."""
    prefix = prefix_of(call.app.kind)
    return ok(
        data=[
            {
                "priTmplId": prefix + template_id, "title": title, "content": content, "example": example, "type": 2,
                **(
                    {"keywordEnumValueList": [
                        {"keywordCode": f"{code}.DATA", "enumValueList": values} for code, values in enums.items()
                    ]}
                    if enums else {}
                ),
            }
            for template_id, title, content, example, enums in SUBSCRIPTIONS
        ]
    )  # fmt: skip


@route("/cgi-bin/template/get_all_private_template", method="GET")
def get_private_templates(call: Call) -> dict[str, Any]:
    """Those for template messages of the service account."""
    if call.app.kind != "official":
        raise WeChatError(48001, "api unauthorized")
    listed = [
        {
            "template_id": f"old-{template_id}", "title": title, "primary_industry": "", "deputy_industry": "",
            # With the full-width colon that the old templates have.
            "content": content.replace(":", "\uff1a"), "example": example,
        }
        for template_id, title, content, example, _ in SUBSCRIPTIONS[:2]
    ]  # fmt: skip
    # This one answers without errcode.
    return {"template_list": listed}
