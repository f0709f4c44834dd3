"""申请服务: trademarks with help on classes, copyright, patents; one declaration each, the same way for all."""

from typing import Annotated

from services.catalogue.common import CompanyField, PhoneField, RegionField
from services.catalogue.fields import Ask, Choice, Form, Line, Paragraph, Privacy, YesNo
from services.catalogue.filing_checks import check_copyright, check_patent, check_trademark
from services.catalogue.filing_stages import FILING_CLOCKS, filing_stages, filing_tasks
from services.catalogue.model import Service, WantedDocument

LICENCE = WantedDocument("licence", "营业执照", "证明申请人身份", for_parties=True)

CERTIFICATE = WantedDocument("certificate", "证书", "办下来存一份,随时能看、能下载", is_for_later=True)


class Use(Choice):
    NOW = "now", "已经在用"
    SOON = "soon", "准备用"
    NO_PLAN = "no_plan", "先占着不用"


class TrademarkForm(Form):
    mark: Annotated[Line, Ask("商标", "商标是什么字?是图形就描述一下。", "云泉")]
    goods: Annotated[Line, Ask("商品或服务", "用在什么商品或服务上?", "水龙头、花洒")]
    classes: Annotated[Line | None, Ask("类别", "想报哪几类?不清楚就跳过,专员帮您定。", "11、35")] = None
    in_use: Annotated[Use, Ask("使用情况", "这个商标在用吗?")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Work(Choice):
    SOFTWARE = "software", "软件"
    ART = "art", "图案、照片等美术摄影"
    TEXT = "text", "文字作品"
    OTHER = "other", "其他作品"


class MadeBy(Choice):
    OWN = "own", "自己员工做的"
    COMMISSIONED = "commissioned", "委托别人做的"
    JOINT = "joint", "和别人合作的"


class CopyrightForm(Form):
    work: Annotated[Work, Ask("作品类型", "是哪种作品?")]
    title: Annotated[Line, Ask("名称", "作品或软件的全称?软件要带版本号。", "云测检测系统V1.0")]
    made_by: Annotated[MadeBy, Ask("怎么来的", "是谁做的?")]
    published: Annotated[YesNo, Ask("是否发表", "公开发布过吗?")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Subject(Choice):
    PRODUCT = "product", "产品结构"
    METHOD = "method", "方法或工艺"
    LOOK = "look", "外观"
    UNSURE = "unsure", "说不清"


class Origin(Choice):
    OWN = "own", "自己研发的"
    JOINT = "joint", "和别人合作的"
    BOUGHT = "bought", "买来的现成方案"


class PatentForm(Form):
    title: Annotated[Line, Ask("名称", "是什么东西?一句话,别写技术细节。", "一种水龙头阀芯")]
    kind: Annotated[Subject, Ask("保护什么", "想保护的是什么?")]
    made_by: Annotated[Origin, Ask("怎么来的", "方案是怎么来的?")]
    disclosed: Annotated[YesNo, Ask("是否公开过", "公开过吗?比如上架、参展、发视频。")]
    note: Annotated[Paragraph | None, Ask("补充", "还有要交代的吗?技术细节当面再说。", privacy=Privacy.SECRET)] = None
    company: CompanyField
    region: RegionField
    phone: PhoneField


TRADEMARK = Service(
    key="trademark_filing",
    letters="SQ",
    name="商标注册",
    intro="商标注册由代理机构递交,能不能注册由商标局审查决定。",
    topic="patent",
    intents=frozenset({"filing_request"}),
    words=("商标", "logo", "品牌"),
    form=TrademarkForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(LICENCE, WantedDocument("drawing", "商标图样", "递交要用清晰图样", for_parties=True), CERTIFICATE),
    tasks=filing_tasks("mark", "goods", "classes", "in_use", "company"),
    stages=filing_stages("商标注册", "licence"),
    clocks=FILING_CLOCKS,
    check=check_trademark,
    goes_with=("copyright_filing", "patent_filing"),
)
COPYRIGHT = Service(
    key="copyright_filing",
    letters="SQ",
    name="著作权登记",
    intro="著作权登记先核对权属,再递交登记机构。",
    topic="patent",
    intents=frozenset({"filing_request"}),
    words=("软著", "著作权", "版权", "软件登记", "作品登记"),
    form=CopyrightForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(
        LICENCE,
        WantedDocument("material", "源代码或作品样本", "登记要交样本,软件一般交前后各30页"),
        WantedDocument("ownership", "权属证明", "委托或合作的要有协议", for_parties=True),
        CERTIFICATE,
    ),
    tasks=filing_tasks("work", "title", "made_by", "published", "company"),
    stages=filing_stages("著作权登记", "licence", "material"),
    clocks=FILING_CLOCKS,
    check=check_copyright,
    goes_with=("trademark_filing",),
)
PATENT = Service(
    key="patent_filing",
    letters="SQ",
    name="专利申请",
    intro="专利申请由代理机构撰写递交,能不能授权由国家知识产权局审查。技术细节先别发在聊天里。",
    topic="patent",
    intents=frozenset({"filing_request"}),
    form=PatentForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您,技术细节到时再交。",
    documents=(LICENCE, WantedDocument("disclosure", "技术交底书", "代理机构据此撰写", for_parties=True), CERTIFICATE),
    tasks=filing_tasks("title", "kind", "made_by", "disclosed", "company"),
    stages=filing_stages("专利申请", "licence", "disclosure"),
    clocks=FILING_CLOCKS,
    check=check_patent,
    goes_with=("trademark_filing", "programme_application"),
)
