"""Numbers and addresses that lead to a person or a firm, as people type them.

Wide on purpose: whoever looks for them wants to hide them, and hides rather one too many.
"""

import re

MAIL = re.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)+")
# An identity card has 18 signs (15 before 1999), a bank card 13 to 19 digits, in groups as people type them.
IDENTITY_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:18|19|20)\d\d[ -]?(?:0\d|1[0-2])[0-3]\d[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[1-9]\d{5}\d{2}(?:0\d|1[0-2])[0-3]\d\d{3}(?![0-9A-Za-z])"
)
BANK_CARD = re.compile(r"(?<![0-9A-Za-z.])\d(?:[ -]?\d){14,18}(?![0-9A-Za-z])")
CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[159AY][0-9A-Z]\d{6}[0-9A-Z]{10}(?![0-9A-Za-z])", re.IGNORECASE)
