"""What steers a form, as people say it: leave, back, submit, correct, skip, go on."""

import re

from nlp.follow_ups import corrected

END = r"[了吧啊呀呢哈嘛的。.!! ]*"
LEAVES = re.compile(
    rf"(?:算了|先?不办|先?不填|先?不弄|先不搞|退出|取消|以后再(?:说|办|填)|下次再(?:说|办|填)|先这样|改天再(?:说|办)|等会儿?再(?:说|填)|先停(?:一下)?){END}"
)
DISCARDS = re.compile(
    rf"(?:不办|不要|不填)了?,?\s*(?:都)?(?:删掉|删除|清空|扔掉){END}|(?:删掉|删除|清空)(?:草稿|这张表|填的|表单|申请){END}"
)
BACK = re.compile(rf"(?:上一步|上一个|上一题|返回|退回|后退|回到上一(?:步|个|题)|重填上一个|回上一步){END}")
SUBMITS = re.compile(
    rf"(?:确认|确定)?(?:提交|交|就这样|没问题|可以提交|确认无误|都对|全对|发送|报上去|递交|办吧|就这么办){END}|(?:没问题|确认|确定),?\s*提交{END}"
)
SKIPS = re.compile(rf"(?:跳过|先跳过|不填|空着|没有就不填|略过|下一题|不知道|不清楚|暂时没有|没有|无){END}")
EXPLAINS = re.compile(
    rf"(?:这|这个|估算|成本|保费|钱|净成本)?(?:是|都)?怎么算(?:出来)?的?[??]?{END}|(?:看|要)?(?:计算|估算)?(?:明细|过程|依据)[??]?{END}"
)
GOES_ON = re.compile(rf"(?:继续|接着|再)(?:办|填|刚才的?|上次的?|填表|办理|申请)+(?:理|表|单)?{END}")
CORRECTS = re.compile(
    r"^(?:不对|不是|错了?|说错|写错|填错|弄错|搞错|更正|改一下|改|换|应该)|改成|改为|换成|应该是|才对"
)
CHANGES = re.compile(r"改成?|改为|换成?|应该是?|不对|错|更正|是|为|:")
OPENING = re.compile(
    r"^(?:不对|不是|错了?|说错了?|写错了?|填错了?|弄错了?|搞错了?|更正|等等|等一下|啊|哦)*[,,。\s]*(?:是|应该是?|改成?|改为|换成?|要|把)*"
)
ASKS = re.compile(r"[??]|吗|么$|怎么|如何|多少|几[天个年月]|多久|能不能|可不可以|是不是|要不要|什么|为啥|呢$|哪")
# Asks about a thing instead of wishing for it: 申报高企要什么条件.
ASKS_ABOUT = re.compile(r"怎么|怎样|如何|什么|哪|条件|流程|是不是|有没有")
ASKS_FOR_SURE = re.compile(r"[??]\s*$|吗\s*$|多少钱|怎么办|几年|几个月|几天|多久|多长时间|什么时候")


def corrected_part(plain: str) -> str:
    """What a correction wants instead: 不对 是200万 → 200万, 不是广州,是佛山 → 佛山."""
    return corrected(plain) or OPENING.sub("", plain)
