"""The market's matching: what one side seeks against what the other offers, with reasons. Knows no rows."""
