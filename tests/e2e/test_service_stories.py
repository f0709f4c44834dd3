"""Services in words of their own: a loan with a bank, help against a copy, evidence, a report, a check-up, a draft."""

import hashlib
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services.catalogue import service_of
from services.catalogue.model import Move, Party, Service
from tests.e2e.conftest import PHONE_SIZE
from tests.e2e.office import Office, fill_in, go_on, make_move
from tests.e2e.test_mini_program import Client, code_for

pytestmark = pytest.mark.timeout(300)
LOAN, ANALYSIS = service_of("pledge_financing"), service_of("analysis")


def move_of(service: Service, stage: str, to: str) -> Move:
    return next(move for move in service.stage(stage).moves if move.to == to)


def test_a_loan_with_second_thoughts_a_bank_that_reports_and_an_owner_who_takes_it_back(office: Office, picture):
    phone, desk = office.phone("冯晓"), office.handler
    bank = office.partner(Party.BANK, "演示银行南沙支行")
    expect(bank.page.get_by_role("main")).to_contain_text("现在没有要办的任务")

    expect(phone.ask("想用专利贷款300万")).to_contain_text("记下了:金额300万元。")
    expect(phone.ask("一年半")).to_contain_text("用哪几件专利质押?")
    expect(phone.ask("外观专利保护多少年")).to_contain_text("回到刚才:用哪几件专利质押?")
    expect(phone.ask("不对 是200万")).to_contain_text("好,金额改成200万元。")
    expect(phone.ask("算了")).to_contain_text("继续填")
    number = go_on(phone, LOAN, phone.ask("继续填"))
    picture(phone.page, "loan-form")

    desk.wait_for_offer(number)
    desk.take_from_my_work(number)
    expect(desk.page.get_by_role("main")).to_contain_text("200万元")
    before = phone.answers.count()
    desk.move(move_of(LOAN, "submitted", "recommended"))
    expect(phone.answer(before)).to_contain_text("通过预审")
    expect(desk.task("银行审批")).to_contain_text("演示银行南沙支行")

    # The bank hears of it where it is, sees what it needs and nothing else, and answers.
    expect(bank.page.locator("#toasts")).to_contain_text(f"新任务:银行审批 · {number}")
    bank.page.goto(f"{bank.url}/tasks")
    bank.page.locator(".row-link", has_text=number).click()
    expect(bank.page.get_by_role("heading", name="银行审批")).to_be_visible()
    expect(bank.page.get_by_role("main")).to_contain_text("200万元")
    expect(bank.page.get_by_role("main")).not_to_contain_text("13800138000")
    picture(bank.page, "loan-bank")
    report = bank.page.locator("form[action$='/report']")
    bank.fill(report, LOAN.task("review").report, None)
    bank.go(report.get_by_role("button", name="提交结果"))
    expect(bank.page.get_by_role("main")).to_contain_text("现在没有要办的任务")
    desk.wait_for_news(f"{number}:演示银行南沙支行 银行审批已完成")
    desk.open(number)
    expect(desk.task("银行审批").locator(".tag-task-done")).to_be_visible()
    picture(desk.page, "loan-case")

    # An impatient hand: the button is pressed twice, the step is made and told once.
    approve = move_of(LOAN, "recommended", "approved")
    before = phone.answers.count()
    desk.moves.locator("summary", has_text=approve.name).click()
    form = desk.moves.locator("form", has=desk.page.locator("input[name=to][value=approved]"))
    desk.fill(form, approve.asks, {"amount": "180万"})
    with desk.page.expect_navigation():
        form.get_by_role("button", name=approve.name).dblclick()
    desk.expect_stage(LOAN, "approved")
    expect(phone.answer(before)).to_contain_text("银行已批准")

    # 撤回 cannot be taken back, so it is asked for once more.
    expect(phone.ask(f"撤回 {number}")).to_contain_text(f"要撤回质押融资 {number} 吗?")
    expect(phone.answers).to_have_count(before + 2)
    expect(phone.ask("确认")).to_contain_text(f"质押融资 {number} 已撤回")
    desk.wait_for_news(f"{number}:企业撤回了")
    desk.open(number)
    desk.expect_stage(LOAN, "withdrawn")
    expect(desk.moves.get_by_role("button", name="撤回")).to_have_count(0)
    picture(phone.page, "loan-phone")


def test_help_against_a_copy_with_evidence_gaps_an_expert_and_a_result(office: Office, picture):
    aid, desk, phone = service_of("enforcement_aid"), office.handler, office.phone("梁海")
    expert = office.partner(Party.EXPERT, "演示专家周工")
    said = {
        "infringer": "佛山某某五金厂", "facts": "他们在直播间卖跟我们一模一样的水龙头,价格低一半",
        "evidence": "有网页截图和购买凭证",
    }  # fmt: skip
    number = fill_in(phone, aid, "有人抄袭我们的外观专利产品,请帮我维权", said)

    desk.wait_for_offer(number)
    desk.take_from_my_work(number)
    page = desk.page.get_by_role("main")
    expect(page).to_contain_text("佛山某某五金厂")
    expect(page).to_contain_text("诉讼时效")
    make_move(office, phone, aid, number, move_of(aid, "submitted", "accepted"))
    expert.wait_for_news(number)
    expert.page.goto(f"{expert.url}/tasks")
    expert.page.locator(".row-link", has_text=number).click()
    report = expert.page.locator("form[action$='/report']")
    expert.fill(report, aid.task("expert").report, None)
    expert.go(report.get_by_role("button", name="提交结果"))
    desk.wait_for_news(f"{number}:演示专家周工")
    desk.open(number)
    picture(desk.page, "aid-case")
    make_move(office, phone, aid, number, move_of(aid, "accepted", "coordinating"))
    resolved = move_of(aid, "coordinating", "resolved")
    make_move(office, phone, aid, number, resolved, {"summary": "对方已下架并书面承诺不再销售"})
    expect(phone.answers.last).to_contain_text("对方已下架并书面承诺不再销售")
    make_move(office, phone, aid, number, move_of(aid, "resolved", "followed_up"))
    expect(phone.ask("一般")).to_contain_text("哪里可以更好")
    picture(phone.page, "aid-phone")


def test_evidence_is_stamped_and_certified_by_itself_and_anybody_can_check_it(office: Office, windows, picture):
    stamp, phone = service_of("evidence_timestamp"), office.phone("苏叶")
    digest = hashlib.sha256("散热结构设计图".encode()).hexdigest()
    number = fill_in(phone, stamp, "我要做时间戳存证", {"sha256": digest, "wants_notary": "要"})

    told = phone.answers.filter(has_text="已盖时间戳:")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(f"存证 {number}")
    # The notary is asked again after a while.
    office.product.move_to(office.product.now() + timedelta(minutes=11))
    expect(phone.answers.filter(has_text=f"存证 {number} 公证处已出证")).to_have_count(1)
    address = re.search(r"http\S+/verify/\S+", told.inner_text())
    assert address is not None
    page = windows.open(PHONE_SIZE)
    page.goto(address[0])
    expect(page.locator("body")).to_contain_text(number)
    expect(page.locator("body")).to_contain_text(digest[:16])
    picture(page, "evidence-proof")
    page.goto(address[0][:-2])
    expect(page.locator("body")).to_contain_text("没有这份存证")
    expect(phone.ask("办理进度")).to_contain_text(number)
    picture(phone.page, "evidence-phone")


def test_a_report_is_quoted_twice_read_by_two_people_and_accepted_by_the_owner(office: Office, picture):
    phone, desk = office.phone("何敏"), office.handler
    number = fill_in(phone, ANALYSIS, "想做个侵权分析")
    desk.wait_for_offer(number)
    desk.take_from_my_work(number)

    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "submitted", "scoped"))
    quote = move_of(ANALYSIS, "scoped", "quoted")
    make_move(office, phone, ANALYSIS, number, quote, {"price": "3万"})
    expect(phone.answers.last).to_contain_text("3万")
    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "quoted", "scoped"))
    make_move(office, phone, ANALYSIS, number, quote, {"price": "2万"})
    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "quoted", "in_work"))
    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "in_work", "review"))

    # Whoever handed the report in does not pass it; what they typed stays.
    passed = move_of(ANALYSIS, "review", "delivered")
    desk.moves.locator("summary", has_text=passed.name).click()
    form = desk.moves.locator("form", has=desk.page.locator("input[name=to][value=delivered]"))
    desk.fill(form, passed.asks, {"opinion": "结论有依据"})
    desk.go(form.get_by_role("button", name=passed.name))
    expect(desk.page.locator(".problem")).to_contain_text("要另一位同事来办")
    expect(form.locator("[name=answer-opinion]")).to_have_value("结论有依据")
    make_move(office, phone, ANALYSIS, number, passed)
    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "delivered", "in_work"))
    make_move(office, phone, ANALYSIS, number, move_of(ANALYSIS, "in_work", "review"))
    make_move(office, phone, ANALYSIS, number, passed)
    expect(phone.ask("验收")).to_contain_text(f"分析服务 {number} 已验收")
    desk.open(number)
    desk.expect_stage(ANALYSIS, "accepted")
    picture(desk.page, "analysis-case")
    expect(phone.ask("不满意")).to_contain_text("抱歉没办好")


def test_a_check_up_gives_a_plan_by_days_and_the_advice_of_a_person(office: Office, picture):
    check, desk, phone = service_of("health_check"), office.handler, office.phone("朱迪")
    bubble = phone.ask("给我们公司做个知识产权体检")
    expect(bubble).to_contain_text(check.intro)
    expect(phone.ask("有")).to_contain_text("到期日")
    expect(phone.ask("不清楚")).to_contain_text("答“是”或“否”就行")
    expect(phone.ask("还没有")).to_contain_text("年费都按时交了吗")
    number = go_on(phone, check, phone.answers.last, {"mark_registered": "注册了"})
    expect(phone.page.get_by_text("前:查年费").last).to_be_visible()

    desk.wait_for_offer(number)
    desk.take_from_my_work(number)
    expect(desk.page.get_by_role("main")).to_contain_text("前:查年费")
    picture(desk.page, "check-up-case")
    advised = move_of(check, "submitted", "advised")
    make_move(office, phone, check, number, advised, {"advice": "先补年费,再把台账建起来。"})
    expect(phone.answers.last).to_contain_text("先补年费,再把台账建起来。")


def test_a_form_begun_in_chat_goes_on_in_the_mini_program_at_the_same_question(office: Office):
    product, phone, desk = office.product, office.phone("秦岭"), office.handler
    phone.ask("想用专利贷款300万")
    expect(phone.ask("一年")).to_contain_text("用哪几件专利质押?")

    client = Client(product.stack.web_url)
    client.log_in(code_for(product, "秦岭"))
    # That both accounts are one person is learned from WeChat by a job.
    product.stack.wait_until(lambda: client.get("services/pledge_financing/draft").ok)
    draft = client.get("services/pledge_financing/draft").json()
    assert (draft["current"], draft["values"]) == ("patents", {"amount": 3_000_000, "term_months": 12})
    values = draft["values"] | {"patents": ["CN202110123456.7"], "has_co_owners": False}
    saved = client.put("services/pledge_financing/draft", values=values, version=draft["version"])
    assert saved["current"] == "is_encumbered"

    # And back: the chat asks what is open now, and files what both filled in.
    number = go_on(phone, LOAN, phone.ask("继续填"))
    assert client.get("services/pledge_financing/draft").status_code == 404
    shown = client.get(f"cases/{number}").json()
    assert shown["number"] == number
    desk.wait_for_offer(number)
    desk.take_from_my_work(number)
    before = phone.answers.count()
    desk.reply("资料看过了,我今天就送银行。")
    expect(phone.answer(before)).to_have_text("资料看过了,我今天就送银行。")
    said = client.get(f"cases/{number}/messages").json()["items"]
    assert [each["text"] for each in said if each["author"] == "staff"] == ["资料看过了,我今天就送银行。"]
    client.post(f"cases/{number}/messages", key="draft-answer-1", text="好,辛苦")
    desk.wait_for_news("好,辛苦")
