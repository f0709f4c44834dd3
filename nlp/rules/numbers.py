"""The check digit of an application number (standard ZC 0006): weights 2 to 9, sum modulo 11, ten is X."""

from datetime import date

from nlp.patent_numbers import CHECK_CHARACTERS, WEIGHTS, check_digit
from nlp.rules.model import Figure, Inputs, Rule, RuleResult


def application_check_digit(inputs: Inputs) -> RuleResult:
    """The check digit that belongs to a body of 8 or 12 digits, and whether a given one fits."""
    body = inputs.word("body", "申请号小数点前面的12位是什么?")
    right = check_digit(body)
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=False))
    weights = "、".join(str(weight) for weight in WEIGHTS[: len(body)])
    lines = (
        f"各位依次乘{weights},加起来是{total}。",
        f"{total}÷11余{total % 11},余10写X,所以是{CHECK_CHARACTERS[total % 11]}。",
    )
    given = inputs.find_word("given")
    headline = f"校验位是{right},完整号码{body}.{right}。"
    if given is not None:
        headline = f"校验位对,{body}.{right}。" if given == right else f"校验位不对,应该是{right}:{body}.{right}。"
    return RuleResult("check_digit", right, "", headline, lines, (), (), (Figure("校验位", right),))


NUMBERS = (
    Rule("check_digit", "申请号校验位", frozenset({"body", "given"}), (), date(1989, 1, 1), application_check_digit),
)
