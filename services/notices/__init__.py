"""What people are told of by topic: grants, templates, preferences, channels, and messages to many."""
