"""Small invented and real pieces of knowledge for tests of import, index and answers."""

import json
from datetime import date
from pathlib import Path
from typing import Any

GUIDE = """---
title: 样品寄送要注意什么
source: 知桥编写
authority: 国家知识产权局
region: 广东
topic: procedure
valid_from: 2026-01-01
valid_to: null
checked_at: 2026-11-20
confidence: V2
statutes:
  - {law: 专利法, article: 第二十二条}
questions:
  - 样品能不能先寄给客户
---
## 先签保密协议
寄样品之前先签保密协议,否则可能算公开。
依据:《专利法》第二十二条、第二十四条。
## 留好凭证
快递单和签收记录要留3年。
"""


def article(
    law: str, label: str, text: str, *, file: str = "law.md", history: list[str] | None = None
) -> dict[str, Any]:
    return {
        "law": law,
        "file": file,
        "chapter": "第一章　总则",
        "article": label,
        "text": text,
        "history": history or [],
    }


def write_lines(path: Path, rows: list[dict[str, Any] | str]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def sample_law(path: Path, *, year: int = 2024, third: str = "违反本办法的,处1万元罚款。") -> Path:
    """A law of three articles passed on 1 March of the year, in force from 1 May."""
    history = [f"{year}年3月1日第十四届全国人民代表大会常务委员会第九次会议通过"]
    rows: list[dict[str, Any] | str] = [
        article("中华人民共和国样品法", "第一条", "为了规范样品,制定本法。", history=history),
        article("中华人民共和国样品法", "第二条", third, history=history),
        article("中华人民共和国样品法", "第三条", f"本法自{year}年5月1日起施行。", history=history),
    ]
    return write_lines(path, rows)


def days(version: Any) -> tuple[date | None, date | None]:
    return version.valid_from, version.valid_to
