"""Longer talks with a state: forms that are filled in question by question, and can be left and taken up again."""
