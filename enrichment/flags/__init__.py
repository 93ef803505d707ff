"""What a mention may be: a complaint, a question, news of a recall, found by rules that are data."""
