"""Ways of asking for a list that say nothing of its subject: 查查, 重新找, 正在审查中的, 企业 before a period."""

from datetime import date
from typing import Any

import pytest

from nlp.understanding import Understander

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


@pytest.mark.parametrize(
    ("text", "topic", "filters"),
    [
        ("查查电动滑板车的专利", "电动滑板车", {}),
        ("搜一搜竹炭牙刷的专利", "竹炭牙刷", {}),
        ("查一查冻干机的专利", "冻干机", {}),
        ("重新找一下蓝莓采摘的专利", "蓝莓采摘", {}),
        ("重新查隔音棉的专利", "隔音棉", {}),
        ("搜索蓝牙音箱的专利", "蓝牙音箱", {}),
        ("查询豆腐机的发明专利", "豆腐机", {"patent_kind": "invention"}),
        ("查找桥梁支座的专利", "桥梁支座", {}),
        ("帮我找几件电磁阀的专利", "电磁阀", {}),
        (
            "温州企业有效的眼镜架专利",
            "眼镜架",
            {"region": "浙江省温州市", "applicant_type": "enterprise", "legal_status": "active"},
        ),
        ("查重软件的专利", "查重软件", {}),
        ("搜救机器人的专利", "搜救机器人", {}),
        ("正在审查中的光热发电专利", "光热发电", {"legal_status": "pending"}),
        ("还在审查的硅碳负极专利", "硅碳负极", {"legal_status": "pending"}),
        ("浙江企业2020年以后的阀芯专利", "阀芯", {"region": "浙江省", "applicant_type": "enterprise"}),
        ("湖北的大学做的光纤激光器专利", "光纤激光器", {"region": "湖北省", "applicant_type": "university"}),
        ("福建的高校研发的海藻肥专利", "海藻肥", {"region": "福建省", "applicant_type": "university"}),
    ],
)
def test_the_subject_is_what_is_left(
    understander: Understander, text: str, topic: str, filters: dict[str, Any]
) -> None:
    slots = understander.understand(text, at=DAY).slots

    assert slots["topic"].replace(" ", "") == topic
    assert {name: value for name, value in slots.items() if name != "topic" and not name.startswith("date")} == filters
