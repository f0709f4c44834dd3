"""The unified social credit code of a company: 18 signs, the last one computed from the others (GB 32100-2015)."""

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def read_credit_code(text: str) -> str | None:
    """The code as it is stored; None for what cannot be one."""
    code = text.strip().upper()
    if len(code) != LENGTH or any(sign not in SIGNS for sign in code):
        return None
    return code if code[-1] == check_sign(code[:-1]) else None


def check_sign(body: str) -> str:
    """The last sign that belongs to the first seventeen: weights are the powers of 3, modulo 31."""
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return SIGNS[-total % 31]
