"""Whether a sentence is nothing but a slot's value and the little words that come with an answer."""

import re

from nlp.slots.finder import SlotReading

ONLY_A_VALUE = re.compile(
    r"(?:[|\s,。;!?、:()]|我们?|咱们?|公司|企业|单位|在|是|叫|的|就|吧|大概|大约|左右|差不多|预算|金额|价格|报价|期限|时间|日期|电话|手机号?|联系方式|号码|名称|名字|全称|位于|地址|地区|市|区|这边|这里|本地|填|写|改成|改为|改到|换成|换到|换为|换|条件|加个|再加|加上|贷|借|要|想|个|了|呢|哈|啊|那|嗯|最多|最少|以内|以下|以上|不超过|起|类型|专利|种类|只要|只看|贷款|借款|融资|转让价|许可费|总价|转让|许可|出售|质押|开放|作价|入股|商标|软著|版权|著作权|普通|独占|排他|独家|申请人|发明人|万|元|吗|一共|总共|也|和|或|天|做|选|状态|编号|单号|专利号|申请号)*"
)


def is_only_a_value(reading: SlotReading) -> bool:
    """Whether the slots of the sentence have left nothing that says more (在南沙, 大概三百万吧)."""
    return bool(ONLY_A_VALUE.fullmatch(reading.left.strip()))
