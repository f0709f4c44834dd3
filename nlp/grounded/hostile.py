"""Text that speaks to a model instead of to a reader, and words that no answer of ours may contain."""

import re
import unicodedata

SENTENCE = re.compile(r"[^。!?!?;;\n]+[。!?!?;;\n]*")
# Statutes and guides are written for people: a sentence of theirs never gives a model orders.
INSTRUCTION = re.compile(
    r"忽略.{0,12}(?:上|前|之前|以上|先前|所有|全部).{0,8}(?:指令|指示|要求|规则|提示|设定|内容|对话|资料)"
    r"|(?:无视|忘记|忘掉|抛开|不要(?:理会|遵守)|不再遵守|覆盖|取消|解除).{0,10}(?:指令|指示|规则|提示|设定|限制|约束|角色)"
    r"|系统\s*(?:提示词?|消息|指令|管理员|通知|更新|覆盖)|(?:开发者|管理员|调试|越狱|无限制|上帝|DAN)\s*模式|提示词"
    r"|(?:你|您)(?:现在|从现在起|从此|将|要|需要|必须|应当)?(?:是|扮演|充当|变成|作为|假装).{0,14}(?:助手|模型|AI|人工智能|机器人|客服|专家|角色|系统|管理员|终端|黑客|DAN)"
    r"|(?:告诉|回复|转告|回答|复述给|答复)(?:给)?(?:用户|客户|提问者|对方|来访者|他们|她|他)"
    r"|(?:要求|建议|引导|提示|让|推荐|通知)(?:用户|客户|提问者|来访者).{0,6}(?:加|扫|转|点击|提供|拨打|联系|关注|访问|付|输入|购买|下载|发送)"
    r"|(?:请|务必|必须|立即|直接|只需?|先|再|然后|并|一律|仅)(?:输出|回复|回答|复述|打印|翻译|重复|调用|写出|说出)(?!(?:.{0,6}(?:意见|通知|期限)))"
    r"|(?:^|[:。,\s])忽略[,:]|(?:请|改为|并|必须|^|[:,。\s])只(?:写|说|答)\s*(?!明)"
    r"|(?:执行|运行)(?:以下|下列|下面|如下)?(?:工具|指令|命令|函数|代码)"
    r"|(?:调用|执行|运行|触发|使用)\s*(?:工具|函数|接口|hand_?off|start_?case|search_?patents|compute_?rule|tool)"
    r"|(?:AI|人工智能|大模型|语言模型|聊天机器人|智能助手|模型)(?:助手)?(?:读到|看到|请|必须|应|须|注意|在回答|收到|处理)"
    r"|<\|?/?\s*(?:system|assistant|user|im_start|im_end|tool|instructions?|s)\b|\[/?(?:INST|SYS|SYSTEM)\]|(?:^|\s)#{2,}\s*(?:system|instruction|系统|指令)"
    r"|\b(?:system|assistant|developer)\s*[:：]|(?:系统|助手|开发者)\s*[:：]"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|instructions|rule|rules|prompt|prompts|above|previous|prior|everything|guidelines?)"
    r"|\byou\s+are\s+(?:now|no\s+longer|an?)\b|\bact\s+as\b|\bpretend\b|\bjailbreak\b|\bdeveloper\s+mode\b|\bsystem\s+prompt\b"
    r"|\b(?:tell|inform|instruct|ask)\s+(?:the\s+)?(?:user|customer|client|reader)s?\b"
    r"|\b(?:print|repeat|reveal|output|respond|reply|say|answer|translate|call|invoke|execute)\b.{0,30}\b(?:with|only|your|the|exactly|verbatim|tool|function|hand_?off|start_?case|prompt|following)\b",
    re.IGNORECASE,
)
# Ways to reach or pay somebody, addresses of pages that are not the state's, mark-up: never from a model.
CONTACT = re.compile(
    r"(?:https?:)?//(?!(?:[\w-]+\.)*gov\.cn\b)\S|www\.(?!(?:[\w-]+\.)*gov\.cn\b)|(?<![\w.])[\w-]+\.(?:com|cn|net|org|io|xyz|top|cc|vip|info|me|co|ru|shop|site|club)\b(?<!gov\.cn)"
    r"|@\w|加(?:我|他|她|客服|老师|专员|经理|顾问|群)?.{0,4}(?:微信|qq|群|好友|v信)|(?:微信|wechat|weixin|qq|telegram|whatsapp|支付宝|公众号|vx|电报)\s*(?:号|id|群|:|是|为|加|搜)?\s*:?\s*[a-z0-9_-]{4,}"
    r"|扫码|二维码|点击(?:链接|这里|下方|此处)|转账|汇款|打款|付款(?:到|至|给)|充值|验证码|密码|口令|(?:银行|收款)(?:账户|账号|卡号?)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)(?:400|800)-?\d{3}-?\d{4}"
    r"|(?<!\d)0\d{2,3}-\d{7,8}|<[a-z!/][^>]*>|!\[|\]\(|```|javascript:",
    re.IGNORECASE,
)
PROMISE = re.compile(
    r"(?:一定(?!的|比例)|肯定|必定|必然|百分百|百分之百|100%|保证(?!人|金)|担保(?!人)|承诺|确保)[^,。]{0,8}"
    r"(?:拿到|授权|通过|获批|批准|批下来|批|成功|胜诉|赢|放款|下证|到账)|包(?:过|拿|授权|通过|下证|成功|批)|稳(?:过|拿|赢)"
    r"|内部(?:渠道|关系)|找关系|走后门"
)
# Talk of itself belongs in no answer about law or patents.
ABOUT_ITSELF = re.compile(
    r"我(?:的|是|被|将|会|已|现在|可以|不再|没有)?.{0,6}"
    r"(?:系统提示|提示词|指令|设定|角色|AI|人工智能|语言模型|大模型|模型|越狱|DAN)"
    r"|作为(?:一[个名位])?(?:AI|人工智能|语言模型|智能)|system prompt|as an ai",
    re.IGNORECASE,
)
LEAKED = 10  # so many signs in a row are no accident


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def without_instructions(text: str) -> str:
    """The text without the sentences that give a model orders."""
    return "".join(part for part in SENTENCE.findall(text) if not INSTRUCTION.search(_folded(part)))


def is_forbidden(sentence: str, prompts: tuple[str, ...]) -> bool:
    """Whether a sentence must not go out whatever it cites: orders, contacts, promises, our own instructions."""
    text = _folded(sentence)
    if any(pattern.search(text) for pattern in (INSTRUCTION, CONTACT, PROMISE, ABOUT_ITSELF)):
        return True
    squeezed = re.sub(r"\W", "", text)
    windows = {squeezed[start : start + LEAKED] for start in range(len(squeezed) - LEAKED + 1)}
    return any(window in prompt for prompt in prompts for window in windows)
