"""What each gets of a sum, in whole fen: nothing is lost, nothing comes twice, the same plan gives the same."""

from collections.abc import Sequence

WHOLE = 10_000


def divide(fen: int, shares: Sequence[tuple[int, bool]]) -> list[int]:
    """`shares` are hundredths of a percent, and whether the line is of those who did the work. A fen that is to be cut
    between them and the unit is theirs, so that no percentage the law asks for is missed by rounding; within either
    the largest remainders get what is left over, of equal ones the first."""
    if fen <= 0:
        return [0] * len(shares)
    theirs = sum(share for share, is_theirs in shares if is_theirs)
    total = -(-fen * theirs // WHOLE)
    parts = [0] * len(shares)
    for of_people, sum_of_group in ((True, total), (False, fen - total)):
        places = [place for place, (_, is_theirs) in enumerate(shares) if is_theirs is of_people]
        group = _by_remainder(sum_of_group, [shares[place][0] for place in places])
        for place, part in zip(places, group, strict=True):
            parts[place] = part
    return parts


def nets_of(payments: Sequence[int], costs: int) -> list[int]:
    """What is left of each payment when the costs are taken off all of them in proportion."""
    total, done, before, nets = sum(payments), 0, 0, []
    for payment in payments:
        done += payment
        off = costs * done // total
        nets.append(max(payment - (off - before), 0))
        before = off
    return nets


def _by_remainder(fen: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [fen * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(fen * weights[place] % whole), place))
    for place in order[: fen - sum(parts)]:
        parts[place] += 1
    return parts
