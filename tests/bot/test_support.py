"""Asked for operating funds or for help for service firms, the chat lists what is registered for the place."""

import pytest

from tests.bot.test_case_talk import say
from tests.support.dated_data import load_reference


@pytest.mark.parametrize("question", ["有哪些知识产权运营基金", "广东的运营基金规模多大"])
def test_funds_come_with_their_figures_time_and_source(client, pusher, resources, clock, question):
    with resources.database.unit_of_work() as session:
        load_reference(session, clock.now())

    answer = say(client, pusher, question, 1)

    assert answer.startswith("登记在案的运营基金:")
    assert "首期计划募资27.2亿元" in answer and "2017年报道" in answer and "以官方最新公布为准" in answer
    assert ("广东省重点产业知识产权运营基金" in answer) == ("广东" in question)
    assert "投不投由基金定" in answer


def test_a_service_firm_hears_what_there_was_and_who_decides(client, pusher, resources, clock):
    with resources.database.unit_of_work() as session:
        load_reference(session, clock.now())

    answer = say(client, pusher, "知识产权运营机构有什么扶持", 1)

    assert "重点扶持20家" in answer and "能不能拿到由国家知识产权局、财政部定" in answer


def test_without_records_a_person_is_offered_and_who_wants_money_gets_the_form(client, pusher, resources, clock):
    assert "库里还没有" in say(client, pusher, "有哪些产业基金", 1)
    assert "股权融资" in say(client, pusher, "想找知识产权运营基金投我们", 2)
