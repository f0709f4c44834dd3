"""Varied invented patents for measuring, drawn from a vocabulary by a seed."""
# ruff: noqa: SIM905 (lists of words read better as lines of words)

import random
from collections.abc import Iterator
from datetime import date, timedelta

from models.patent import Patent

THINGS = """
    石墨烯 散热膜 锂电池 隔膜 注塑机 机械手 水处理 高盐废水 钙钛矿 太阳能电池 传感器 充电桩
    半导体 晶圆 无人机 机器视觉 数控机床 磷酸铁锂 光伏组件 激光雷达 齿轮箱 液压缸 阀门 水泵
    过滤器 换热器 压缩机 电机 变频器 轴承 刀具 夹具 模具 涂料 胶粘剂 陶瓷 玻璃 纤维 织物
    薄膜 芯片 天线 滤波器 连接器 显示屏 摄像头 医疗器械 导管 支架 假肢 疫苗 抗体 蛋白 酶
    饲料 肥料 种子 温室 收割机 包装盒 输送带 仓储 货架 机器人 轮胎 座椅 车灯 刹车 悬架
    底盘 钢结构 混凝土 幕墙 隧道 桥梁 管道 电缆 开关柜 变压器 储能 氢燃料电池 风力发电
    神经网络 语音识别
""".split()
QUALITIES = """
    高效 低成本 可折叠 防水 耐高温 抗菌 智能 自适应 轻量化 模块化 便携式 高精度 低功耗 双层
    多级 一体化 可降解 自清洁 防爆 静音
""".split()
FORMS = """
    方法 装置 系统 设备 制备方法 控制方法 检测方法 及其应用 结构 组件 工艺 生产线
""".split()
SURNAMES, GIVEN = "李王张刘陈杨黄赵周吴徐孙", "明华伟芳娜强磊洋艳军杰静丽勇涛"
PLACES = ("广东省广州市南沙区", "广东省深圳市龙岗区", "北京市海淀区", "江苏省苏州市工业园区", "浙江省杭州市余杭区")
STATUSES = ("active", "active", "active", "pending", "lapsed", "rejected", "withdrawn", "invalidated")
KINDS = ("invention", "invention", "utility_model", "utility_model", "design")


def generate(count: int, seed: int = 20261122) -> Iterator[Patent]:
    """Varied invented patents, the same for the same seed."""
    dice = random.Random(seed)
    owners = [
        f"{dice.choice(('广州', '深圳', '苏州', '杭州', '北京'))}{_name(dice)}科技有限公司" for _ in range(12_000)
    ]
    for number in range(1, count + 1):
        things = dice.sample(THINGS, 6)
        filed = date(2005, 1, 1) + timedelta(days=dice.randrange(7_500))
        title = f"一种{dice.choice(QUALITIES)}{things[0]}{things[1]}{dice.choice(FORMS)}"
        yield Patent(
            id=number,
            publication_number=f"CN1{number:08d}B",
            application_number=f"CN{filed.year}1{number:07d}.0",
            kind=dice.choice(KINDS),
            title=title,
            abstract=f"本发明公开了{title},涉及{things[2]}领域,包括{things[3]}和{things[4]},"
            f"所述{things[0]}与{things[5]}相连,{dice.choice(QUALITIES)}、{dice.choice(QUALITIES)},第{dice.randrange(9999)}号。",
            claims=[f"{title},其特征在于,{dice.choice(THINGS)}设于{dice.choice(THINGS)}。" for _ in range(3)],
            applicants=[{"name": dice.choice(owners), "type": "enterprise"}],
            inventors=[_name(dice) for _ in range(3)],
            ipc_codes=[
                f"{dice.choice('ABCDEFGH')}{dice.randrange(1, 60):02d}{dice.choice('BCDFG')} {dice.randrange(1, 90)}/02"
                for _ in range(2)
            ],
            locarno_codes=[],
            region=dice.choice(PLACES),
            application_date=filed,
            publication_date=filed + timedelta(days=540),
            grant_date=filed + timedelta(days=900),
            legal_status=dice.choice(STATUSES),
        )


def _name(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2))))
