"""The subject of a sentence: what is left when filters, politeness and the wish itself are taken away."""

import re

from nlp.segmenter import Segmenter
from nlp.slots.scan import TAKEN

# Whole phrases that carry the wish, longest alternatives first; replaced by a break or by nothing.
FRAMES = re.compile(
    r"(?:我们?|咱们?|我司|我公司|公司|课题组|老师|学校|实验室)?(?:现在|目前|最近|正在)?(?:是|就)?(?:想|要|需要|打算|准备|希望|想要|想请|急需|急着)(?:你们?|请)?(?:帮忙?|给|替)?(?:我们?|咱)?"
    r"|(?:能不能|能否|可不可以|可以|能)?(?:帮忙?|给|替|为|请)(?:我们?|咱们?|我司|我公司|你们)|麻烦(?:你们?|您)?(?:帮忙)?(?:我)?|帮忙?(?=[找查搜看做出])|(?<!申)请(?:问|帮忙)?"
    r"|(?:找|查|搜|检索|搜索|查询|查找|看|列|筛|翻|调|评估|估|算|盯|留意|关注|监控|跟踪|订阅|学)(?:找看|查看|一找|一查|一搜|一看|一下|下|一个|一份|出来|找|查|看|着|紧|住)"
    r"|有没有(?:人)?(?:能|做|可以)?|有哪些|有什么|都有(?:什么|哪些|啥)|有多少|哪些|哪家|哪里有|还有|有(?:了|新的?)"
)
# After these words comes no subject any more
TAIL = re.compile(
    r"(?:能不能|会不会|是否|是不是|可不可以|卖给|转让给|许可给|授权给|就?(?:马上|第一时间|及时)?(?:告诉|通知|提醒|推送|推给|发给|喊)(?:给)?我|请(?:你们|对接|安排|取消)|值不值|值多少|值几|能值|能估|能卖|大概能|想借鉴|想参考|参考一下|供参考|学习一下|给我(?:看|列|推|发|留)|我(?:去不了|参加不了|不去|来不了)|不去了|去不了|取消|退了吧|退掉|退了|愿意|有意|(?<=.)谁(?:有|能|要)|有人(?:要|做)|找(?:买家|投资|孵化|下家|受让)|求(?:个|投资)|怎么|多少钱|预算|价格|电话|联系).*$"
)
# What wraps a subject: 做X的专利, 有关X的技术, X方面的培训
HEADS = (
    "专利申请|专利技术|专利产品|专利|技术成果|科技成果|技术|成果|工艺|解决方案|方案|配方|培训班|培训课程?|培训|课程|讲座|沙龙|公开课|研讨会|宣讲会?|直播课|训练营|活动"
    "|项目|合作方|合作伙伴|供应商|技术方|团队|厂家|侵权风险|侵权分析|风险分析|专利导航|导航报告|导航(?=报告|分析|项目|$)|专利布局|布局|FTO|查新|新颖性检索|新颖性|专利性|可专利性|检索报告|分析报告|评估报告|报告|分析|检索|评议|预警|动态|动向|新品|初创(?:企业|公司)?|创业团队|需求|商标|软著|著作权|版权"
)
HEAD = re.compile(rf"(?:{HEADS})")
SUBJECT_BEFORE_HEAD = re.compile(
    rf"(?P<subject>[^,。;!?、]+?)(?:的|这个|这项|这类|类的?|方面的?|领域的?|行业的?|相关的?|有关的?|方向的?|专题的?)*(?:新|成熟|现成|核心|最新|优质|好的?)?(?:{HEADS})"
)
ABOUT = re.compile(
    r"(?:跟|和|与|同)(?P<subject>[^,。;!?]{2,20}?)(?:有关|相关)|(?:有关|关于|涉及|围绕|针对)(?P<after>[^,。;!?]{2,20})"
)

STOP = frozenset(
    "的 了 和 与 及 或 在 是 有 我 你 您 他 它 她 们 我们 你们 咱 咱们 他们 这 那 个 一个 一 一种 一项 一件 一份 一些 一下 一套 一款 项 件 份 些 篇 款 套 种 类 条 场 期 节 位 只 台 并 而 等 吗 呢 吧 啊 呀 哦 嘛 哈 么"
    " 把 被 对 从 到 为 以 于 之 中 上 下 里 请 帮 帮我 帮忙 给 给我 替 想 要 想要 需要 打算 准备 希望 能 能够 可以 可 会 就 就是 都 也 还 还有 又 很 再 先 去 来 让 跟 同 做 搞 弄 出 办 用 拿 凭 靠 找 查 搜 看 列 求 求购 买 卖 收 收购 采购 购买 想买"
    " 什么 怎么 哪些 哪个 多少 如何 这个 那个 这项 那项 这件 那件 这种 那种 这些 那些 这类 该 此 某 本 各 每 现 现有 现在 目前 最近 近期 最新 新 新的 好 好的 优质 成熟 现成 相关 有关 关于 方面 领域 方向 行业 专题 类型 涉及 其中 里面 已 已经 曾 正在"
    " 专利 技术 成果 工艺 项目 培训 课程 课 讲座 沙龙 公开课 班 活动 分析 报告 检索 搜索 查询 查找 寻找 寻求 评估 风险 侵权 申请 申请的 授权 公开 转让 出售 出让 许可 普通 独占 排他 独家 开放 入股 作价 质押 合作 合作方 合作伙伴 伙伴 团队 厂家 工厂 企业 公司 单位 高校 课题组 老师 学校 实验室 手上 手里 手头 名下 家 我家 我司"
    " 监控 监测 关注 留意 盯 盯着 盯紧 盯住 预警 跟踪 追踪 订阅 推送 通知 提醒 告诉 动态 动向 情况 信息 有没有 没有 有人 谁 谁有 报名 报 参加 预约 取消 退 退掉 位置 座位 名额 委托 定制 一次 帮助 麻烦 拜托 急需 急 诚 现 愿意 对外 平台 发布 挂牌 登记 上架 孵化 孵化器 投资 入驻 初创 创业 场地"
    " 求个 找个 做个 出个 个人 发明人 申请人 发明 外观 实用新型 设计人 预算 价格 价 大概 左右 以内 以下 请问 你好 您好 谢谢 说 问 了解 知道 看看 找找 查查 搜搜 列表 清单 全部 所有 结果 只 只看 只要 不要 除了 排除 或者 还是 因为 所以 如果 但是 然后 一起 一直 比较 非常 特别 有效 失效 处 处于 状态 期 年 月 日 内 后 前 起 至 至今 以来"
    " 每年 电话 手机 联系 方式 能不能 可不可以 是否 会不会 贵 各位 大家 需求 供应 国内 中国 最 更 太 真 挺 点 点儿 下个月 周 星期 那场 这场 fto FTO ipc IPC 分类号 质量 借鉴 参考 学习 产品 推荐 介绍 价值 值 值钱 估价 估值 估 值不值 出来 过 过去 得 地 着 向 往 由 比 按 按照 根据 通过 基于 希望能 引进 搞定 提供 解决 办法 初 末 底 当 时 时候 多 少 几 两 三 第 号 称 叫 叫做 名叫 名称 题目 内容 一类 新颖性 查新 导航 布局 自由 实施 评议 帮做 一做 名 人 方 货 有个 我校 我院 我厂 厂 主题 题目是 一条 一件 以外 之外 设 设置 竞争对手 对手 新申请 一有 好点 好些 发 目录 安排 撤掉 撤 课表 不能 本人 有一 有一项 开通 加 供给 价 我 俺 只是 还有 老板 有关的 那种 关心 感兴趣 行情 最好 尽快 马上 合适 靠谱 便宜 市场 上市 相似 类似 同类 里 一点 帮我们 你们 客户 版 申 所 了解一下 学 算 空 空的 开放许可 普通许可 独占许可 独家许可 搜下 查下 找下 看下 学习 没 不了 没有 进行 找企业 接手 盯着 帮做 接 搜一搜 有课 标的 新品 市面上 东西 机器 那些 怎样 可 用的 给我们 开展 一场 一期 晚上 上午 下午 线上 线下 免费 入门课 式 款式 待 拟 欲".split()
)
# These are dropped only at the edges of a subject: within it they belong to it (水处理设备, 自动检索系统)
INNER = frozenset(
    "做 用 出 上 下 里 中 对 从 到 为 以 于 之 和 与 及 在 分析 检索 监测 监控 预警 跟踪 追踪 查询 搜索 评估 设计 处理 技术 工艺 方案 推送 通知 提醒 预约 挂牌 登记 新 开放 自动 使用 控制 风险 家 人 台 只 份 条 款 类 种 期 号 课 班 学习 推荐 定制 信息 平台 学校 厂家 工厂 企业 产品 设备 多 少 两 三 几 一 点 得 地 过 式 方 时 当 初 名 值 比 按 向 往 由 自 称 年 月 日 周 状态 再 可 会 不 无 非 名称 手机 电话 联系 商标 版权 著作权 专利 个人 质量 课程 导航 布局 转让 许可 价值 代理 入门 投资 合作 创业 申请 授权 公开 侵权 发明 国内 高校".split()
)


# A course on patents has patents for its subject
COURSE_SUBJECTS = frozenset(
    "专利 商标 版权 著作权 质押 申请 检索 分析 导航 侵权 许可 转让 布局 维权 撰写 新颖性 评估".split()
)


class TopicFinder:
    """Subject words, space separated, from what other slots have left."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def find(self, left: str, intent: str | None) -> str:
        """The subject, or an empty string. `left` holds TAKEN where a slot stood."""
        clauses = [part for part in re.split(r"[\s,。;!?、:]+|然后|另外|顺便", left) if part.strip(TAKEN)]
        if intent in {"training_book", "training_browse", "training_cancel"}:
            return self._best(clauses, course=True)
        return self._best(clauses, course=False)

    def _best(self, clauses: list[str], *, course: bool) -> str:
        """The clause in which a head noun follows the subject, else the first that has a subject."""
        with_head: list[str] = []
        without: list[str] = []
        for clause in clauses:
            about = ABOUT.search(clause)
            if about:
                words = self._words(about["subject"] or about["after"], course=course)
                if words:
                    return " ".join(words)
            subject = SUBJECT_BEFORE_HEAD.search(TAIL.sub("", clause)) if not course else None
            if subject and (words := self._words(subject["subject"], course=course)):
                with_head.append(" ".join(words))
            words = self._words(clause, course=course)
            if words:
                without.append(" ".join(words))
        return (with_head or without or [""])[0]

    def _words(self, text: str, *, course: bool) -> list[str]:
        text = TAIL.sub("", text)
        text = FRAMES.sub(TAKEN, text)
        if course:
            text = (
                re.sub(
                    r"(?:培训班?|课程|讲座|沙龙|公开课|研讨会|宣讲会?|直播课|训练营|实务班(?=$|\|)|班(?=$|\||的|退)|课(?=$|\||的|退)|活动|听|上|报)",
                    lambda match: "" if match[0] == "实务班" else TAKEN,
                    text,
                )
                if "实务班" not in text
                else text.replace("班", TAKEN).replace("报", TAKEN)
            )
        runs: list[list[str]] = []
        for part in text.split(TAKEN):
            words = self._trim(self._tagged(part), course=course)
            if words:
                runs.append(words)
        return [word for run in runs for word in run]

    def _tagged(self, text: str) -> list[tuple[str, str]]:
        return [(word, tag) for word, tag in self._segmenter.tag(text) if any(map(str.isalnum, word))]

    def _trim(self, tagged: list[tuple[str, str]], *, course: bool) -> list[str]:
        """Words of the sentence's frame fall away at both ends, and within where they can belong to no subject."""
        keep = COURSE_SUBJECTS if course else frozenset()

        def is_frame(word: str, tag: str) -> bool:
            particle = len(word) == 1 and word != "自" and tag[:1] in set("rpcuyde")
            return word not in keep and (word in STOP or particle or tag == "r")

        start, end = 0, len(tagged)
        while start < end and is_frame(*tagged[start]):
            start += 1
        while end > start and is_frame(*tagged[end - 1]):
            end -= 1
        return [word for word, _ in tagged[start:end] if word not in STOP or word in INNER or word in keep]

    def is_noun_phrase(self, text: str) -> bool:
        """Whether this reads as the name of a thing (石墨烯散热膜) and not as a remark."""
        tags = self._segmenter.tag(text)
        if not tags or len(text) > 24 or not any(tag.startswith(("n", "eng")) for _, tag in tags):
            return False
        return tags[-1][1].startswith(("n", "vn", "eng", "l")) and not any(tag[0] in "rydpuc" for _, tag in tags)
