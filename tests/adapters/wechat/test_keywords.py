"""Typed keywords: what fits is taken as it is, what does not is refused here, and the local WeChat agrees."""

import pytest

from adapters.wechat.keywords import fitted, is_valid
from adapters.wechat.templates import Keyword, read_templates
from models import TemplateKind
from sandbox.api.templates import checked_fields
from sandbox.errors import WeChatError

# (keyword, fits, does not fit)
LIMITS = (
    ("thing1", "字" * 20, "字" * 21),
    ("thing1", "一 行", "两\n行"),
    ("number2", "1" * 32, "1" * 33),
    ("number2", "3.14", "三"),
    ("letter3", "a" * 32, "a" * 33),
    ("letter3", "abc", "abc1"),
    ("symbol4", "%" * 5, "%" * 6),
    ("symbol4", "%", "%a"),
    ("character_string5", "A" * 32, "A" * 33),
    ("character_string5", "RZ261122-0042", "RZ261122-四"),
    ("time6", "2026-12-04 14:00", "下午"),
    ("time6", "2026年12月4日 14:00~16:00", "14点"),
    ("date7", "2026年12月7日", "12月7日"),
    ("amount8", "¥1234567890.50元", "12345678901"),
    ("amount8", "2000元", "二千元"),
    ("phone_number9", "1" * 17, "1" * 18),
    ("car_number10", "粤B12345", "粤B12345678"),
    ("name11", "字" * 10, "字" * 11),
    ("name11", "a" * 20, "a" * 21),
    ("phrase12", "即将到期了", "即将到期了吧"),
    ("phrase12", "到期", "到期1"),
    ("phrase12", "到期", "到期。"),
    ("short_thing13", "字" * 10, "字" * 11),
    ("enum14", "字" * 20, "字" * 21),
    ("thing1", "字", ""),
)


def wechat_takes(code: str, value: str) -> bool:
    try:
        checked_fields({code: {"value": value}})
    except WeChatError as error:
        assert error.errcode == 47003
        return False
    return True


@pytest.mark.parametrize(("code", "good", "bad"), LIMITS)
def test_checklist_45_each_type_is_taken_at_its_limit_and_refused_one_over(code: str, good: str, bad: str) -> None:
    assert is_valid(code, good) and wechat_takes(code, good)
    assert not is_valid(code, bad) and not wechat_takes(code, bad)


def test_checklist_45_emoji_never_go_out_though_wechat_would_drop_them_without_a_word() -> None:
    assert not is_valid("thing1", "好消息🎉") and not is_valid("thing1", "👨‍👩‍👧")
    assert fitted("thing1", "好消息🎉 已到👨‍👩‍👧账") == "好消息 已到账"


@pytest.mark.parametrize(
    ("code", "value", "fit"),
    [
        ("thing1", "一种石墨烯散热膜及其制备方法和应用以及设备", "一种石墨烯散热膜及其制备方法和应用以及…"),
        ("thing1", "第一行\n第二行\t尾", "第一行 第二行 尾"),
        ("phrase2", "即将到期了吧", None),
        ("character_string3", "一二三", None),
        ("thing1", "🎉", None),
        ("first", "您好", None),
        ("keyword1", "您好", None),
    ],
)
def test_a_value_is_made_to_fit_or_refused_whole(code: str, value: str, fit: str | None) -> None:
    found = fitted(code, value)
    assert found == fit
    assert found is None or wechat_takes(code, found)


def test_an_enumerated_keyword_takes_its_values_only() -> None:
    assert fitted("enum1", "已取消", ["即将开课", "已取消"]) == "已取消"
    assert fitted("enum1", "改期", ["即将开课", "已取消"]) is None


def test_checklist_51_what_wechat_lists_is_read_with_types_and_values_and_old_lines_are_no_keywords() -> None:
    answer = {
        "data": [
            {"priTmplId": "T1", "title": "课程", "content": "课程名称:{{thing1.DATA}}\n状态:{{enum3.DATA}}\n",
             "example": "课程名称:实务", "type": 2,
             "keywordEnumValueList": [{"keywordCode": "enum3.DATA", "enumValueList": ["即将开课", "已取消"]}]},
            {"priTmplId": "", "title": "坏的"},
        ]
    }  # fmt: skip
    (found,) = read_templates(TemplateKind.SUBSCRIPTION, answer) or ()
    assert found.keywords == (Keyword("thing1", "课程名称"), Keyword("enum3", "状态", ("即将开课", "已取消")))
    old = {
        "template_list": [
            {"template_id": "T2", "title": "旧", "content": "{{first.DATA}}\n编号\uff1a{{keyword1.DATA}}"}
        ]
    }
    (found,) = read_templates(TemplateKind.TEMPLATE, old) or ()
    assert [each.code for each in found.keywords] == ["first", "keyword1"]
    assert all(fitted(each.code, "字") is None for each in found.keywords)
    assert read_templates(TemplateKind.TEMPLATE, {"errcode": 0}) is None
    # What WeChat would strip from the client's view never gets there.
    assert checked_fields({"first": {"value": "您好"}, "thing1": {"value": "年费"}}) == {"thing1": "年费"}
