"""Every service of the catalogue from the owner's first word to their verdict: phone → worker → console → phone."""

import re
from collections import deque

import pytest
from playwright.sync_api import expect

from models import CaseOutcome
from services.catalogue import catalogue
from services.catalogue.model import Move, Service
from tests.e2e.office import Office, fill_in, make_move

pytestmark = pytest.mark.timeout(300)
QUESTION = "材料收到了,还差一份盖章的说明,明天能给吗?"
ANSWER = "好的,明天上午发给您"
# WeChat lets us write a few times for each word of the owner's, so now and then they ask how it stands.
ASKS_EVERY = 3
# What the system does by itself has its own story.
BY_PEOPLE = [key for key, service in catalogue().items() if service.first_stage.work is None]


def way_to_the_end(service: Service) -> list[Move]:
    """The shortest way of moves on which the service is done."""
    ways: deque[tuple[str, list[Move]]] = deque([(service.first_stage.key, [])])
    seen: set[str] = set()
    while ways:
        stage, way = ways.popleft()
        if service.stage(stage).outcome == CaseOutcome.DONE:
            return way
        seen.add(stage)
        ways += [(move.to, [*way, move]) for move in service.stage(stage).moves if move.to not in seen]
    raise AssertionError(f"{service.key} is never done")


@pytest.mark.parametrize("key", BY_PEOPLE)
def test_a_service_from_the_first_word_to_the_verdict(office: Office, picture, key: str) -> None:
    service, desk, phone = catalogue()[key], office.handler, office.phone(f"企业主{key}")

    number = fill_in(phone, service, f"我想办{service.name}")

    desk.wait_for_offer(number)
    expect(desk.find_on_board(service, service.first_stage.key, number)).to_contain_text("等陈敏接单")
    desk.take_from_my_work(number)
    first, *rest = way_to_the_end(service)
    make_move(office, phone, service, number, first)
    before = phone.answers.count()
    desk.reply(QUESTION)
    expect(phone.answer(before)).to_have_text(QUESTION)
    expect(phone.ask(ANSWER)).to_contain_text("已转给陈敏")
    desk.wait_for_news(ANSWER)
    desk.open(number)
    expect(desk.thread.last).to_contain_text(ANSWER)
    picture(desk.page, f"service-{key}-case")
    for place, move in enumerate(rest):
        if place % ASKS_EVERY == ASKS_EVERY - 1:
            expect(phone.ask("办理进度")).to_contain_text(number)
        make_move(office, phone, service, number, move)

    expect(phone.ask("满意")).to_have_text(re.compile("谢谢,记下了。"))
    picture(phone.page, f"service-{key}-phone")
    desk.open(number)
    expect(desk.page.locator(".history")).to_contain_text("评价")
