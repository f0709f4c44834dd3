"""The question bank: practice with an answer at once, timed mock papers, what was wrong and comes again."""
