"""The subject of a sentence: what is left when filters, politeness and the wish itself are taken away."""

import re

from nlp.lexicon import read_words
from nlp.segmenter import Segmenter
from nlp.slots.scan import TAKEN

# Parts of speech that a remark has and the name of a thing has not; a word of our own lexicon may have none at all.
NOT_OF_A_NAME = tuple("rydpuc")
# A word with such a tag (a noun, a term of our lexicon) can name a thing; 撤销, 搬进 and 低于 alone name none.
NAMES = ("n", "vn", "an", "b", "i", "j", "l", "z", "x", "eng")
# Whole phrases that carry the wish, longest alternatives first; replaced by a break or by nothing.
FRAMES = re.compile(
    r"(?:帮我|帮忙|给我|替我|帮)[一-鿿](?:一下|下|个)(?=$|[\s,。|])"
    r"|(?:我们?|咱们?|我司|我公司|公司|课题组|老师|学校|实验室)?(?:现在|目前|最近|正在)?(?:是|就)?(?:想|(?<!权利)要|需要|打算|准备|希望|想要|想请|急需|急着)(?:你们?|请)?(?:帮忙?|给|替)?(?:我们?|咱)?"
    r"|(?:能不能|能否|可不可以|可以|能)?(?:帮忙?|给|替|为|请)(?:我们?|咱们?|我司|我公司|你们)|麻烦(?:你们?|您)?(?:帮忙)?(?:我)?|帮忙?(?=[找查搜看做出])|(?<!申)请(?:问|帮忙)?"
    r"|重新(?=[找查搜检])|(?:寻?找|查|搜|检索|搜索|查询|查找|看|列|筛|翻|调|评估|估|算|盯|留意|关注|监控|跟踪|订阅|学)(?:找看|查看|一找|一查|一搜|一看|一下|下|一个|一份|出来|找|查|看|着|紧|住)"
    r"|(?:找|跟|与|和)?(?:个|一个)?(?:人|团队|老师|大学|高校|学校|企业|厂家)?(?:一起|一块儿?|联合|合作|共同)来?(?:开发|研发|做|搞|攻关|生产)"
    r"|谁(?:家|手里|手上|那里)?有(?!关)|找?[能会]做(?=\S\S)|在售|待售|挂出来的?|(?:种子|天使)(?:轮|投资|基金|期)"
    r"|(?:申报|报|评)?(?:高企|双软|项目|职称|专精特新)(?:认定|申报)?[要急]?用|用于(?:高企|项目)(?:认定|申报)?"
    r"|(?<!评)(?:帮忙?)?估(?:个值|个|一?下)?价?(?!值)|(?<=[帮给])个价|什么价位?|有(?:更新|变化|变动|动静|进展|动作)|法律状态(?:变化|变动|变更)?|侵不侵权|对比一下|打包(?=出售|转让|卖|出让|许可|处理|价|$|[\s,|])|诚[求征购]"
    r"|(?:查查|看看|找找)?(?:同类型?|同款|类似|相似|相近|差不多|一样|雷同|相同)的?(?:产品)?(?=专利|技术|的?$)"
    r"|(?:找|查|搜|要|来|给|发|出|整|弄|列|拉|导|打|调|看)(?:一|几)?(?:份|批)(?!额|次|量|发)|查阅|调阅|检阅|查看|查检|(?:瞄|看|瞅|瞧|扫)(?:一|两)眼|(?:找|查|搜|来|要)些|有几(?:个|件|项|篇|条)?|劳烦|烦请|敬请|恳请|拜托"
    r"|(?:整|弄|来|给|要|发|列)(?:一|几|两|三|十)(?:个|件|条|篇|项)"
    r"|(?:捞|扒|扒拉|盘点|搜集|收集|整理|汇总|研究|导|梳理|过|摸|打听|调研)(?:扒拉|一下|一遍|下(?!料|游|水|沉))"
    r"|(?:别的|其他|其它|别家|其余|任何)(?:的)?(?:地方|地区|省份?|城市|单位|公司|企业|厂家|人)(?:做|申请|生产|搞|弄|出|研发|报)?的?"
    r"|换(?:一?个|成|到|为)?(?=[\s,看找查搜])|(?:只|仅|单|光)(?:留下?|保留|剩下?|看|要|限|查|找|搜|显示|列|给)(?:[^一-鿿]|$)"
    r"|靠谱的?|有(?:没有?|无)(?:谁|哪家|人(?=[能会做可申搞卖在研买有用转拿开弄想生要供整干\s肯愿把]))?(?:肯|愿意)?(?:能|做|可以)?把?|有哪些|有什么|都有(?:什么|哪些|啥)|有多少|哪些|哪家|哪里有|还有|有(?:了|新的?)"
)
# 大学生团队做…: who does it, before what is done
ACTOR = re.compile(
    r"(?:大学生|研究生)?(?:创业)?(?:团队|公司|企业|工厂|我们|我厂|厂里|厂)(?:[几两三四五仨俩]个?人?)?(?:是|在|主要|专门)?(?:做|搞|研发|开发|从事|主营)(?!个|一|份|的?专利|的?[申转质])(?=\S)"
    r"|(?:我们|咱们|我|咱|本)(?:厂|厂里|公司|工厂|企业|这边|家)?(?:是|在|正在|主要|专门|自己|刚刚?|已经?|最近|新|想|要|准备|打算|计划|目前|现在)*(?:生产|制造|加工|经营|销售|卖|做|搞|弄|造|研发|研制|开发|设计|发明|想出)"
    r"(?:了|出来?)?(?:了)?(?:个|一?[个款种台套把件])?(?!(?:了|份|一)|的?专利|的?[申转质])(?=\S)"
)
# 三件, 几项: how many, before the thing itself
QUANTITY = re.compile(
    r"(?<![\d第一二三四五六七八九十])(?:[一两二三四五六七八九十几数]{1,3}|\d{1,3})(?:件|项|篇|份|批)|^(?:[一两二三四五六七八九十几]|\d{1,2})(?:个|种|款|套|条)"
)
# 找水凝胶 is 找 and 水凝胶, whatever the cutter makes of it; so are 查查 and 找一找, and what begins anew (重新找)
LEADING_VERB = re.compile(
    r"^(?:重新|再|另外)?(?:[诚急]?[求寻](?:购|个|找)?(?![职导])|征[集求]|收个|买断|引进|搜集|收集|盘点|整理|汇总|梳理|调研|扒拉|找(?:寻|一?找)?(?![平零一])|搜(?:[索寻]|一?搜)?(?![救一])|查(?:[询找看]|一?查)?(?![重新杀验一]))"
    r"(?=[一-鿿A-Za-z]{2})"
)
# After these words comes no subject any more
TAIL = re.compile(
    r"(?:能不能(?!帮|给|替|麻烦|请|查|找|搜|看)|会不会|是否|是不是|可不可以|卖给|转让给|许可给|授权给|就?(?:马上|第一时间|及时)?(?:告诉|通知|提醒|推送|推给|发给|喊)(?:给)?我|请(?:你们|对接|安排|取消)|什么时候|几号|几点|哪天|值不值|值多少|值几|能值|能估|能卖|大概能|(?:想借鉴|想参考|供参考)(?=下?$|一下$)|参考一下$|学习一下$|(?<=\S\S\S)(?<!麻烦)(?<!请)给我(?:看|列|推|发|留)|(?<=\S\S)(?<!给我)(?<!帮我)(?<!帮忙)(?:申请)?找几[件个项]|我(?:去不了|参加不了|不去|来不了)|不去了|去不了|取消|退了吧|退掉|退了|(?<=\S\S\S)(?<![人位师家谁哪])(?:愿意|有意)|(?<=\S\S\S)谁(?:有|能|要).{0,3}$|(?<!没)有人(?:要|做).{0,2}$|找(?:买家|投资|孵化|下家|受让)|求(?:个|投资)|怎么|多少钱|预算|价格|电话|联系).*$"
)
# 可以挂在晾衣杆上的: where a thing hangs says what it is for
WORN_ON = re.compile(
    r"(?:可以?|能够?|用来)?(?:安装|固定|佩戴|悬挂|粘贴|[挂放装贴用安穿戴夹插套绑粘铺摆])(?:在|到|于)"
    r"(?P<place>[^的,。\s|]{1,8}?)(?:上面?|里面?|中|内|下面?)(?:使?用)?的"
)
# What wraps a subject: 做X的专利, 有关X的技术, X方面的培训
HEADS = (
    "专利申请|专利技术|专利产品|专利|技术成果|科技成果|技术|成果|工艺(?!品|美术)|解决方案|方案|配方(?!颗粒|奶|粉|肥|食品|饲料|土)|培训班|培训课程?|培训|课程|讲座|沙龙|公开课|研讨会|宣讲会?|直播课|训练营|活动(?![扳板房门铅式隔支顶桌架轮座梁])"
    "|项目|合作方|合作伙伴|供应商|技术方|团队|厂家|侵权风险|侵权分析|风险分析|专利导航|导航报告|导航(?=报告|分析|项目|$)|专利布局|布局|FTO|查新|新颖性检索|新颖性|专利性|可专利性|检索报告|分析报告|评估报告|报告|分析(?!仪|器|天平|柱|软件|系统)|检索|评议|预警|动态|动向|新品|初创(?:企业|公司)?|创业团队|需求|商标|软著|著作权|版权"
)
HEAD = re.compile(rf"(?:{HEADS})")
SUBJECT_BEFORE_HEAD = re.compile(
    rf"(?P<subject>[^,。;!?、]{{1,60}}?)(?:的|这个|这项|这类|类的?|方面的?|领域的?|行业的?|相关的?|有关的?|方向的?|专题的?){{0,3}}(?:(?<![翻更创刷革])新|成熟|现成|核心|最新|优质|好的?)?(?:{HEADS})"
)
ABOUT = re.compile(
    r"(?:跟|和|与|同)(?P<subject>[^,。;!?]{2,20}?)(?:有关|相关)|(?:有关|关于|涉及|围绕|针对|(?:主题|课题|题目|方向|内容|对象)(?:是|为|:))(?P<after>[^,。;!?]{2,20})"
)
# 机器狗, 产品包装盒: words that say nothing alone but do before another noun
BEFORE_A_NOUN = frozenset(
    {"机器", "产品", "项目", "课程", "信息", "市场", "客户", "质量", "价格", "位置", "座位", "报告"}
    | set("挂排接留撤类")
)
# What says nothing alone, and after what it does is the thing itself
THINGS = frozenset({"机器"})
# 不是求购 says what is not wanted
REFUSED = re.compile(r"(?:不(?:是|想|要|用|急|卖|买|发|看|办|搞|转让|许可|做)|没有?[想空]|别)")
# What is booked: where one of these stands, the subject of the course stands with it
COURSE = re.compile(r"培训|课(?!题)|讲座|沙龙|公开课|研讨|宣讲|训练营|班(?!组)|活动|工作坊|论坛")
COURSES = frozenset({"training_book", "training_browse", "training_cancel"})
# 花了三十万研发 tells a story
REMARK = re.compile(r"(?<=[一-鿿])了(?=[|一两二三四五六七八九十几好多])")
# A longer clause is a sentence of its own
LONGEST_NOUN = 8
# A course on patents has patents for its subject
COURSE_SUBJECTS = frozenset(
    {
        "海外",
        "专利布局",
        "专利导航",
        "专利分析",
        "侵权分析",
        "专利",
        "商标",
        "版权",
        "著作权",
        "质押",
        "申请",
        "检索",
        "分析",
        "导航",
        "侵权",
        "许可",
        "转让",
        "布局",
        "维权",
        "撰写",
        "新颖性",
        "评估",
    }
)


def _opens_a_name(tagged: list[tuple[str, str]]) -> bool:
    """机器狗, 产品包装盒: a word that says nothing alone does so before another noun."""
    return len(tagged) > 1 and tagged[0][0] in BEFORE_A_NOUN and tagged[1][1].startswith(("n", "vn", "eng"))


def _is_part_of_a_name(word: str, tag: str) -> bool:
    """空气能, 打包膜: one character that the cutter left over between words of the subject; no particle."""
    return len(word) == 1 and tag.startswith(("n", "v", "g"))


def _is_said_aside(word: str, tag: str) -> bool:
    """瞧瞧, 逛逛; 收个, 发个; 当年; the 35 of 第35类."""
    return (
        tag == "t" or word.isdecimal() or (len(word) == 2 and (word[1] == "个" or (word[0] == word[1] and tag == "v")))
    )


def _can_be_a_name(tagged: list[tuple[str, str]]) -> bool:
    return any(not tag or tag.startswith(NAMES) or word in COURSE_SUBJECTS for word, tag in tagged)


def _written(tagged: list[tuple[str, str]]) -> str:
    return " ".join(word for word, _ in tagged)


class TopicFinder:
    """Subject words, space separated, from what other slots have left."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._frame = frozenset(read_words("topic_frame.txt"))
        self._wish_frame = self._frame.union(read_words("topic_frame_wishes.txt"))
        self._inner = frozenset(read_words("topic_inner.txt"))

    def find(self, left: str, intent: str | None) -> str:
        """The subject, or an empty string. `left` holds TAKEN where a slot stood."""
        clauses = [part for part in re.split(r"[\s,。;!?、:]+|然后|另外|顺便", left) if part.strip(TAKEN)]
        if intent in COURSES:
            return self._course(clauses)
        is_search = intent in {"patent_search", None}
        if not is_search:
            clauses = [part for part in clauses if not REFUSED.match(part)]
        return self._best(clauses, is_search=is_search)

    def _best(self, clauses: list[str], *, is_search: bool) -> str:
        """The clause in which a head noun follows the subject, else the first that has a subject.

        A search may be for 降噪 alone; of another wish, a clause without head must name something.
        """
        with_head: list[str] = []
        without: list[tuple[str, str]] = []
        frame = self._frame if is_search else self._wish_frame
        for clause in (ACTOR.sub(TAKEN, clause) for clause in clauses):
            about = ABOUT.search(clause)
            if about:
                kept = self._words(about["subject"] or about["after"], frame)
                if kept:
                    return _written(kept)
            subject = SUBJECT_BEFORE_HEAD.search(TAIL.sub("", clause))
            if subject and (kept := self._words(subject["subject"], frame)):
                with_head.append(_written(kept))
            kept = self._words(clause, frame)
            if kept and (is_search or (_can_be_a_name(kept) and not REMARK.search(TAIL.sub("", clause)))):
                without.append((clause, _written(kept)))
        return with_head[0] if with_head else self._joined(without)

    def _course(self, clauses: list[str]) -> str:
        """What a course is about: it stands in the clause of the course, or is named apart (商标 周五那场)."""
        beside: list[str] = []
        for clause in (ACTOR.sub(TAKEN, clause) for clause in clauses if not REFUSED.match(clause)):
            about = ABOUT.search(clause)
            kept = self._words(about["subject"] or about["after"] if about else clause, self._wish_frame, course=True)
            if not kept or not _can_be_a_name(kept):
                continue
            if about or COURSE.search(clause):
                return _written(kept)
            beside.append(_written(kept))
        if any(COURSE.search(clause) for clause in clauses):
            beside = [words for words in beside if self._is_course_subject(words)]
        return beside[0] if beside else ""

    def _is_course_subject(self, words: str) -> bool:
        """Whether these can be what a course is about: 权利要求书 撰写 can, 孩子 开 家长会 cannot."""
        return self.is_noun_phrase(words.replace(" ", "")) or words.rsplit(" ", 1)[-1] in COURSE_SUBJECTS

    def _joined(self, found: list[tuple[str, str]]) -> str:
        """锂硫电池 隔膜: a subject typed as several bare nouns is one subject."""
        nouns = [clause.strip(TAKEN) for clause, _ in found]
        are_bare = all(len(noun) <= LONGEST_NOUN and self._names_a_thing(noun) for noun in nouns)
        subjects = [words for _, words in found]
        return " ".join(subjects) if are_bare else subjects[0]

    def _names_a_thing(self, text: str) -> bool:
        """点云, and 去噪 or 熄火保护: what is done to it; not what somebody says of it."""
        tags = [tag for word, tag in self._segmenter.tag(text) if word not in self._inner]
        return not any(tag.startswith(NOT_OF_A_NAME) for tag in tags)

    def _words(self, text: str, frame: frozenset[str], *, course: bool = False) -> list[tuple[str, str]]:
        """The words of a subject with their parts of speech."""
        text = WORN_ON.sub(r"\g<place>的", TAIL.sub("", text))
        text = QUANTITY.sub(TAKEN, FRAMES.sub(TAKEN, text))
        if course:
            text = (
                re.sub(
                    r"(?:培训班?|课程|讲座|沙龙|公开课|研讨会|宣讲会?|直播课|训练营|工作坊|论坛|实务班(?=$|\|)|班(?=$|\||的|退)|课(?=$|\||的|退)|活动|听|(?<!网)上(?!市|海|访)|(?:老师|专家|有人|人)?来?[讲教](?![座坐师义程育材学])|(?<![申预上])报(?![告道批]))",
                    lambda match: "" if match[0] == "实务班" else TAKEN,
                    text,
                )
                if "实务班" not in text
                else text.replace("班", TAKEN).replace("报", TAKEN)
            )
        keep = COURSE_SUBJECTS if course else frozenset()
        return [
            pair
            for part in text.split(TAKEN)
            for pair in self._trim(self._tagged(LEADING_VERB.sub("", part)), frame, keep)
        ]

    def _tagged(self, text: str) -> list[tuple[str, str]]:
        return [(word, tag) for word, tag in self._segmenter.tag(text) if any(map(str.isalnum, word))]

    def _trim(
        self, tagged: list[tuple[str, str]], frame: frozenset[str], keep: frozenset[str]
    ) -> list[tuple[str, str]]:
        """Words of the sentence's frame fall away at both ends, and within where they can belong to no subject."""

        is_wish = frame is self._wish_frame

        def is_frame(word: str, tag: str) -> bool:
            particle = len(word) == 1 and word not in "自除" and tag[:1] in set("rpcuyde")
            return word not in keep and (
                word in frame or particle or tag == "r" or (is_wish and _is_said_aside(word, tag))
            )

        start, end = 0, len(tagged)
        while (
            start < end
            and is_frame(*tagged[start])
            and not _opens_a_name(tagged[start:end])
            and not self._describes(tagged[start:end])
            and not (is_wish and self._is_first_noun(tagged[start:end]))
        ):
            start += 1
        while end > start and is_frame(*tagged[end - 1]) and not self._ends_a_name(tagged[start:end]):
            end -= 1
        return [
            (word, tag)
            for word, tag in tagged[start:end]
            if word not in frame or word in self._inner | BEFORE_A_NOUN | keep or _is_part_of_a_name(word, tag)
        ]

    def _is_first_noun(self, tagged: list[tuple[str, str]]) -> bool:
        """车间 排产, 房间 清洁: a noun that only opens a remark elsewhere."""
        first = tagged[0]
        return len(tagged) > 1 and first[0] not in self._frame and first[1] == "n" and tagged[1][1].startswith(NAMES)

    def _describes(self, tagged: list[tuple[str, str]]) -> bool:
        """可调节, 可降解 and 去甲醛 belong to the subject, 可以, 可转让 and 去 before a wish do not."""
        if len(tagged) < 2 or tagged[1][0] in self._frame:
            return False
        if tagged[0][0] == "去":
            return tagged[1][1].startswith(("n", "g", "v", "a"))
        return len(tagged) > 2 and tagged[0][0] == "可" and tagged[1][1].startswith("v")

    def _ends_a_name(self, tagged: list[tuple[str, str]]) -> bool:
        """量子点, 取样点 and 破壳的机器 are things; 便宜点 is how something should be."""
        if len(tagged) > 1 and tagged[-1][0] in THINGS:
            return any(word not in self._frame for word, _ in tagged[:-1])
        return len(tagged) > 1 and tagged[-1][0] == "点" and tagged[-2][1].startswith(("n", "v"))

    def is_noun_phrase(self, text: str) -> bool:
        """Whether this reads as the name of a thing (石墨烯散热膜) and not as a remark."""
        tags = self._segmenter.tag(text)
        # a word of our own lexicon has no tag
        if not tags or len(text) > 24 or not any(not tag or tag.startswith(("n", "eng")) for _, tag in tags):
            return False
        last = tags[-1][1]
        return (not last or last.startswith(("n", "vn", "eng", "l"))) and not any(
            tag.startswith(NOT_OF_A_NAME) for _, tag in tags
        )
