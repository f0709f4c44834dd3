"""Credit of firms on the market: what counts against one, from which source, how long, and what follows from it.

There is no score: a band follows from how many events count, by rules that the firm reads. Nothing is punished by
itself, and nothing that counts against a firm is shown to anybody but the firm and staff.
"""
