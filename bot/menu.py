"""The official account's menu: what it shows, and the sentence that each entry stands for."""

from typing import Any

MENU_TEXTS = {
    "menu.patents": "怎么查专利",
    "menu.number": "按号码查专利",
    "menu.policies": "问政策",
    "menu.fees": "专利年费怎么缴",
    "menu.infringement": "产品被人抄了怎么办",
    "menu.financing": "想用专利质押贷款",
    "menu.enforcement": "有人抄袭我们的专利产品,请帮忙维权",
    "menu.training": "近期有什么培训",
    "menu.progress": "我的单子到哪一步了",
    "menu.help": "帮助",
    "menu.human": "转人工",
}

MENU: dict[str, Any] = {
    "button": [
        {
            "name": "查专利",
            "sub_button": [
                {"type": "click", "name": "怎么查专利", "key": "menu.patents"},
                {"type": "click", "name": "按号码查", "key": "menu.number"},
            ],
        },
        {
            "name": "问政策",
            "sub_button": [
                {"type": "click", "name": "年费怎么缴", "key": "menu.fees"},
                {"type": "click", "name": "被抄袭怎么办", "key": "menu.infringement"},
                {"type": "click", "name": "随便问", "key": "menu.policies"},
            ],
        },
        {
            "name": "找专员",
            "sub_button": [
                {"type": "click", "name": "质押融资", "key": "menu.financing"},
                {"type": "click", "name": "维权援助", "key": "menu.enforcement"},
                {"type": "click", "name": "培训报名", "key": "menu.training"},
                {"type": "click", "name": "办理进度", "key": "menu.progress"},
                {"type": "click", "name": "转人工", "key": "menu.human"},
            ],
        },
    ]
}
