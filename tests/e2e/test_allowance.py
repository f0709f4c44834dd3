"""What WeChat does not let us send is not lost: it waits, is offered, is read, and is only then delivered."""

from datetime import timedelta

from playwright.sync_api import expect


def test_the_sixth_reply_waits_in_the_app_until_the_owner_comes_back(product, open_phone, open_desk, picture):
    desk = open_desk(product.hire("陈敏"))
    phone = open_phone("孙悦")
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    desk.accept()
    expect(desk.page.locator("#allowance")).to_contain_text("还能发5条")

    before = phone.answers.count()
    for number in range(1, 6):
        sent = desk.reply(f"第{number}条:请准备材料{number}。")
        expect(sent.locator(".delivery")).to_have_text("已送达")
    expect(desk.page.locator("#allowance")).to_contain_text("现在发不出去")
    expect(desk.page.locator("#allowance")).to_contain_text("站内信")
    waiting = desk.reply("第6条:银行下周三上门。")
    expect(waiting.locator(".delivery")).to_contain_text("在站内信")
    expect(phone.answers.nth(before + 4)).to_have_text("第5条:请准备材料5。")
    expect(phone.answers).to_have_count(before + 5)
    picture(desk.page, "console-allowance")

    desk.end("交回助手")
    offered = phone.ask("外观专利保护多少年")
    expect(offered).to_contain_text("15年")
    expect(offered).to_contain_text("回复“未读”查看")
    expect(phone.ask("未读")).to_have_text("第6条:银行下周三上门。")
    picture(phone.page, "phone-unread")
    expect(phone.ask("未读")).to_have_text("没有未读消息。")

    desk.open_tab("已结束")
    desk.open_first()
    expect(desk.page.locator("#messages .by-staff", has_text="第6条").locator(".delivery")).to_have_text("已送达")


def test_a_kept_reply_goes_out_by_itself_when_the_owner_writes_to_the_agent(product, open_phone, open_desk):
    desk = open_desk(product.hire("陈敏"))
    phone = open_phone("叶青")
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    desk.accept()
    # Two days later nothing may be sent any more, whatever is left of the five.
    product.move_to(product.now() + timedelta(hours=49))
    desk.log_in()
    desk.open_tab("我的")
    desk.open_first()
    expect(desk.page.locator("#allowance")).to_contain_text("现在发不出去")
    kept = desk.reply("材料齐了,下午送银行。")
    expect(kept.locator(".delivery")).to_contain_text("在站内信")
    assert "材料齐了,下午送银行。" not in product.stack.said("叶青")

    before = phone.answers.count()
    phone.say("好了吗")

    expect(phone.answer(before)).to_have_text("材料齐了,下午送银行。")
    expect(kept.locator(".delivery")).to_have_text("已送达")
    expect(desk.page.locator("#allowance")).to_contain_text("还能发4条")
    assert product.stack.said("叶青").count("材料齐了,下午送银行。") == 1
