"""Template and subscription messages: WeChat's lists of them, and the bodies of the calls that send them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models import Platform, TemplateKind

SEND_SUBSCRIPTION = {
    Platform.OFFICIAL_ACCOUNT: "/cgi-bin/message/subscribe/bizsend",
    Platform.MINI_PROGRAM: "/cgi-bin/message/subscribe/send",
}
SEND_TEMPLATE = "/cgi-bin/message/template/send"
LIST = {
    TemplateKind.SUBSCRIPTION: "/wxaapi/newtmpl/gettemplate",
    TemplateKind.TEMPLATE: "/cgi-bin/template/get_all_private_template",
}
# 课程名称:{{thing1.DATA}}
_LINE = re.compile(r"(?:([^\n:\uff1a{}]{0,40})[:\uff1a])?\s*\{\{([A-Za-z_]+\d*)\.DATA\}\}")
MOST_KEYWORDS, LONGEST_TITLE, LONGEST_EXAMPLE = 20, 60, 600


@dataclass(frozen=True)
class Keyword:
    """A place of a template: thing1, what stands before it, and the only values that an enum or const takes."""

    code: str
    name: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeChatTemplate:
    """A template of the account."""

    kind: TemplateKind
    template_id: str
    title: str
    keywords: tuple[Keyword, ...]
    example: str = ""


def read_templates(kind: TemplateKind, answer: Mapping[str, Any]) -> list[WeChatTemplate] | None:
    """What WeChat lists; None where the answer is no such list."""
    listed = answer.get("data" if kind is TemplateKind.SUBSCRIPTION else "template_list")
    if not isinstance(listed, list):
        return None
    found = [_read(kind, each) for each in listed if isinstance(each, dict)]
    return [each for each in found if each is not None]


def _read(kind: TemplateKind, entry: Mapping[str, Any]) -> WeChatTemplate | None:
    template_id = entry.get("priTmplId" if kind is TemplateKind.SUBSCRIPTION else "template_id")
    if not isinstance(template_id, str) or not 0 < len(template_id) <= 64:
        return None
    options: dict[str, tuple[str, ...]] = {}
    for each in entry.get("keywordEnumValueList") or ():
        values = each.get("enumValueList") if isinstance(each, dict) else None
        if isinstance(values, list):
            # WeChat writes the keyword here as thing1.DATA.
            options[str(each.get("keywordCode")).removesuffix(".DATA")] = tuple(map(str, values))
    lines = _LINE.findall(str(entry.get("content") or ""))[:MOST_KEYWORDS]
    return WeChatTemplate(
        kind,
        template_id,
        str(entry.get("title") or "")[:LONGEST_TITLE],
        tuple(Keyword(code, name.strip(), options.get(code, ())) for name, code in lines),
        str(entry.get("example") or "")[:LONGEST_EXAMPLE],
    )


def subscription_body(
    platform: Platform, openid: str, template_id: str, data: Mapping[str, str], page: str
) -> dict[str, Any]:
    """The body of a subscription message. `page` is the mini-program's: only its own messages can open it."""
    body: dict[str, Any] = {"touser": openid, "template_id": template_id, "data": _values(data)}
    if platform is Platform.MINI_PROGRAM:
        body |= {"miniprogram_state": "formal", "lang": "zh_CN"}
        if page:
            body["page"] = page
    return body


def template_body(openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> dict[str, Any]:
    """The body of a template message. The same `client_msg_id` within ten minutes is one message."""
    return {"touser": openid, "template_id": template_id, "client_msg_id": client_msg_id, "data": _values(data)}


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {code: {"value": value} for code, value in data.items()}
