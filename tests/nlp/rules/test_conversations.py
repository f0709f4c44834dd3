"""Questions over several turns: each turn with what the answer must say, or the input it must ask for."""

from datetime import date

import pytest

from core.calendar import WorkingCalendar
from nlp.rules import answer_rule_question

AT = date(2026, 11, 22)

CONVERSATIONS: list[list[tuple[str, str | None]]] = [
    [("我的商标哪天到期", "?registered_on"), ("2017年5月7日注册的", "2027年5月6日"), ("那宽展期呢", "2027年11月8日")],
    [
        ("我那件发明第6年年费最晚哪天交", "?filed_on"),
        ("申请日2021年12月25日", "2026年12月25日"),
        ("那第8年呢", "2028年12月25日"),
        ("晚了三个月要交多少滞纳金", "2,200元"),
    ],
    [
        ("我专利年费忘交了 要交多少滞纳金", "?months_late"),
        ("两个月零三天", "10%"),
        ("1200", "1,320元"),
        ("那费减85%呢", "300元"),
    ],
    [
        ("我们今年专利年费要交多少", "?kind"),
        ("发明专利", "?year"),
        ("2019年3月20日申请的", "2,000元"),
        ("那如果晚交呢", "?months_late"),
        ("两个月", "2,100元"),
        ("那三个月呢", "2,200元"),
    ],
    [
        ("专利年费忘交了怎么办", None),
        ("已经过了4个月了", "15%"),
        ("那要交多少滞纳金", "15%"),
        ("如果再过三个月呢", "已经不能补缴"),
    ],
    [("专利年费忘交了怎么办", None), ("过了一个月零20天", "5%"), ("再拖20天呢", "10%"), ("全额年费2000元", "2,200元")],
    [("年费2026年9月1日到期没交,现在要补多少,全额2000", "2,200元"), ("再过一个月呢", "2,300元")],
    [("专利年费忘交了怎么办", None), ("他已经过了4个月没来上班", None)],
    [("外观专利保护多少年", None), ("已经过了4个月了", None)],
    [("发明第8年年费多少", "2,000元"), ("那如果晚交两个月呢", "2,100元")],
    [("我2020年申请的外观专利,保护到哪一年", "保护到2030年")],
    [("我2020年5月申请的外观专利,什么时候到期", "保护到2030年5月")],
    [("我2022年申请的外观专利,什么时候到期", "保护到2037年")],
    [("我2021年申请的外观专利,保护到哪一年", "?filed_on"), ("2021年7月8日", "2036年7月8日")],
    [("想算一下今年专利年费要交多少", "?kind")],
    [("今年专利年费涨了多少", None)],
    [("我损失80万 对方故意 3倍是多少", "?right"), ("换成商标呢", "240万元")],
    [("6:2:2代偿 银行要出多少", "?loss"), ("500万", "银行承担100万元"), ("那保险呢", "300万元"), ("谢谢", None)],
    [("我那外观哪天到期", "?filed_on"), ("帮我找2020年5月6号以后的石墨烯专利", None), ("算了", None)],
    [("我那外观哪天到期", "?filed_on"), ("你们12月1号上班吗", None), ("2022年5月6号", "2037年5月6日")],
    [("帮我估一下专利值多少 年销售额1000万 许可费率3%", "?years"), ("5年", "150万元")],
    [
        ("科技型中小企业我们能得多少分 员工50人 研发人员10人", "?rd"),
        ("研发80万 销售1500万", "?class_one"),
        ("2个软著", "一共64分"),
    ],
    [("我们的发明被驳回了 复审最晚哪天", "?start_on"), ("通知是10月20号收到的", "2027年1月20日"), ("能延期吗", None)],
    [
        ("驳回通知10月20号收到的,复审最晚哪天", "商标复审最晚2026年11月4日;专利复审最晚2027年1月20日"),
        ("是专利的", "2027年1月20日"),
        ("那商标呢", "商标驳回复审:最晚2026年11月4日"),
    ],
    [("我们被驳回了 复审最晚哪天提", "?start_on"), ("10月20号收到的", "商标复审最晚2026年11月4日")],
    [("2026年3月2日收到一通 最晚哪天答", "2026年7月2日"), ("要是二通呢", "2026年5月6日")],
    [
        ("我那外观哪天到期", "?filed_on"),
        ("2021年6月1号申请", "2036年6月1日"),
        ("不对 是2020年6月1号", "2030年6月1日"),
        ("那它年费第7年哪天截止", "2026年6月1日"),
    ],
    [
        ("你好", None),
        ("我有个实用新型,2019年8月8号申请的", None),
        ("还能用多久", "2029年8月8日"),
        ("年费呢 下次什么时候交", "2027年8月9日"),
        ("年费晚交有什么后果", None),
    ],
]


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: turns[0][0])
def test_a_conversation_keeps_what_was_said(turns: list[tuple[str, str | None]], calendar: WorkingCalendar) -> None:
    said: list[str] = []
    for text, expected in turns:
        answer = answer_rule_question(text, AT, said, calendar)
        said.append(text)
        if expected is None:
            assert answer is None, (text, answer)
            continue
        assert answer is not None, text
        if expected.startswith("?"):
            assert answer.missing == expected[1:], (text, answer)
            assert answer.text.endswith(("?", ")"))
        else:
            assert answer.missing is None, (text, answer)
            assert expected in answer.text.split("\n")[0], (text, answer.text)
