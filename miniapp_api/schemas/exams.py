"""Practice, mock papers, the wrong-answer book, progress and the leaderboard."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import Input, NextCursor, Output
from services.exams.practice import MOST_QUESTIONS, USUAL_COUNT

Subject = Literal["patent_law", "related_law"]
Topic = Literal[
    "conditions", "ownership", "filing", "priority", "examination", "invalidation", "term_fees", "exploitation",
    "protection", "foreign", "agency", "trademark", "copyright", "trade_secret", "competition", "contracts",
    "other_ip", "past_papers",
]  # fmt: skip
Letters = Annotated[str, StringConstraints(pattern=r"^[A-Fa-f]{0,6}$")]
QuestionId = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9_-]+$")]


class PracticeIn(Input):
    kind: Literal["practice", "review"] = Field("practice", description="练新题,或者只练到期的错题")
    subject: Subject | None = Field(None, description="专利法律知识、相关法律知识;不填不限")
    topic: Topic | None = Field(None, description="专题;不填不限")
    count: int = Field(USUAL_COUNT, ge=1, le=MOST_QUESTIONS, description="几道题")


class AnswerIn(Input):
    question: QuestionId | None = Field(None, description="答的是哪道题;和当前的题不一样就不收。不填就是当前的题")
    letters: Letters = Field(description="选的字母,顺序不限;空的是跳过", examples=["AC"])


class PaperIn(Input):
    subject: Subject = Field(description="专利法律知识、相关法律知识")


class PaperAnswerIn(Input):
    letters: Letters = Field(description="选的字母;空的是收回", examples=["AC"])


class SolutionOut(Output):
    letters: str = Field(description="正确答案", examples=["AC"])
    explanation: str
    basis: str = Field(description="依据的条文,或者题目出处", examples=["《专利法》第四十二条"])


class QuestionOut(Output):
    id: str = Field(examples=["term-fees-01"])
    subject: Subject
    topic: str = Field(description="专题名", examples=["期限和费用"])
    is_multiple: bool = Field(description="多选")
    stem: str
    options: list[str] = Field(description="按 A、B、C、D 的顺序")
    difficulty: str = Field(description="易、中、难;答的人还少为空", examples=["中"])
    source: str = Field(examples=["知桥自编"])


class RunOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    kind: Literal["practice", "review"]
    state: Literal["open", "done", "left"] = Field(description="进行中、做完了、中途结束")
    count: int = Field(description="一共几道")
    answered: int
    right: int
    question: QuestionOut | None = Field(description="当前的题;结束了为 null")


class AnsweredOut(Output):
    is_right: bool
    letters: str = Field(description="收到的字母", examples=["AC"])
    solution: SolutionOut
    run: RunOut


class PaperQuestionOut(QuestionOut):
    letters: str = Field(description="现在填的;没填为空")
    is_right: bool | None = Field(description="交卷后才有;没答的为 null")
    solution: SolutionOut | None = Field(description="交卷后才有")


class PaperResultOut(Output):
    points: float = Field(examples=[97.5])
    of: float = Field(description="满分", examples=[150.0])
    usual_pass: float = Field(description="往年合格线按比例折算;正式的每年另定", examples=[90.0])
    right: int
    answered: int


class PaperOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    subject: Subject
    state: Literal["open", "done"]
    started_at: datetime
    due_at: datetime = Field(description="到时自动收卷")
    ended_at: datetime | None
    points_each: float = Field(description="每题几分;多选、少选、错选不得分", examples=[1.5])
    rule_source: str = Field(description="计分规则的出处")
    questions: list[PaperQuestionOut]
    result: PaperResultOut | None = Field(description="交卷后才有")


class PaperAnswerOut(Output):
    question: str = Field(examples=["term-fees-01"])
    letters: str = Field(examples=["AC"])


class WrongAnswerOut(Output):
    question: QuestionOut
    solution: SolutionOut
    wrong_count: int = Field(description="答错过几次")
    due_at: datetime = Field(description="什么时候该再练")


class WrongAnswersOut(Output):
    """错题本,新的在前;连对几次就移出。"""

    items: list[WrongAnswerOut]
    next_cursor: NextCursor
    due: int = Field(description="今天该复习几道")


class TopicProgressOut(Output):
    topic: str = Field(examples=["term_fees"])
    name: str = Field(examples=["期限和费用"])
    subject: Subject
    questions: int = Field(description="题库里有几道")
    seen: int = Field(description="练过几道")
    answers: int = Field(description="答了几次")
    right: int = Field(description="对了几次")


class ProgressOut(Output):
    """练过的专题在前。"""

    items: list[TopicProgressOut]


class RankOut(Output):
    place: int
    name: str = Field(examples=["考友0427"])
    right: int = Field(description="本月答对几道不同的题")
    is_own: bool


class LeaderboardOut(Output):
    """本月的排行榜,只有加入的人。"""

    items: list[RankOut]
    own_name: str | None = Field(description="自己在榜上的代号;没加入为 null")
