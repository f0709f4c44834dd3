"""Every check of words keeps the one contract: a verdict with its reason, or a failure that says so."""

import pytest

from adapters.moderation import Moderation, WeChatContentCheck
from adapters.moderation_words import FailingContentCheck, WordList
from adapters.wechat.errors import WeChatError
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from core.moderation import PASSED, ContentVerdict, ModerationError, Suggestion, TextVerdict
from models import Platform
from services.ports import ContentCheck

GOOD = "振动和温度一起看,提前两周报警。普通许可15万,联系专员。"
BAD = "便宜出,加微信 zhuanli2026 谈"
DOUBTFUL = "高新专利,包授权"
OPENID = "oMini1"


@pytest.fixture(params=["words", "wechat", "both"])
def check(request: pytest.FixtureRequest) -> ContentCheck:
    wechat = LocalWeChat(Platform.MINI_PROGRAM)
    wechat.verdicts = {"微信": "risky", "包授权": "review"}
    checks: dict[str, ContentCheck] = {"words": WordList(), "wechat": WeChatContentCheck(wechat)}
    return checks.get(request.param) or Moderation(*checks.values())


def test_good_words_pass_and_others_have_their_reason(check: ContentCheck) -> None:
    assert check.check(GOOD, openid=OPENID) == PASSED
    for text, suggestion in ((BAD, Suggestion.RISKY), (DOUBTFUL, Suggestion.REVIEW)):
        found = check.check(text, openid=OPENID)
        assert found.suggestion is suggestion and found.reason
    assert check.check("", openid=OPENID) == PASSED


def test_a_check_that_is_away_says_so_and_the_list_alone_still_refuses() -> None:
    down = WeChatContentCheck(FailingWeChat("busy"))
    for each in (FailingContentCheck(), down, Moderation(WordList(), down)):
        with pytest.raises(ModerationError):
            each.check(GOOD, openid=OPENID)

    assert Moderation(WordList(), down).check(BAD, openid=OPENID).suggestion is Suggestion.RISKY


class Answering:
    """A WeChat that gives one answer."""

    def __init__(self, answer: TextVerdict | WeChatError) -> None:
        self._answer = answer

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        if isinstance(self._answer, WeChatError):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "openid", "wanted"),
    [
        (TextVerdict(Suggestion.RISKY, 20008), OPENID, ContentVerdict(Suggestion.RISKY, "微信判断可能含欺诈")),
        (TextVerdict(Suggestion.REVIEW, 99999), OPENID, ContentVerdict(Suggestion.REVIEW, "微信判断可能含违规内容")),
        # Whoever was not in the mini-program within two hours, or only writes to the account, goes to a person.
        (WeChatError(61010, "code is expired", outcome="refused"), OPENID, Suggestion.REVIEW),
        (TextVerdict(Suggestion.PASS), None, Suggestion.REVIEW),
    ],
)
def test_what_wechat_says_is_put_into_words(
    answer: TextVerdict | WeChatError, openid: str | None, wanted: ContentVerdict | Suggestion
) -> None:
    found = WeChatContentCheck(Answering(answer)).check(GOOD, openid=openid)

    assert found == wanted if isinstance(wanted, ContentVerdict) else found.suggestion is wanted


@pytest.mark.parametrize(
    "text", ["电话138 1234 5678", "联系 138-1234-5678", "邮箱a.b@c-d.com", "代*开*发*票", "QQ:123456"]
)
def test_what_is_hidden_between_signs_is_found(text: str) -> None:
    assert WordList().check(text, openid=None).suggestion is Suggestion.RISKY


@pytest.mark.parametrize("text", ["专利号CN202110123456.7,授权号ZL202110123456.7", "求购Wi-Fi模组,年产1380000件"])
def test_numbers_of_rights_and_of_goods_are_no_contact(text: str) -> None:
    assert WordList().check(text, openid=None) == PASSED
