"""What is spoken of around a subject's name, in one to four words; never a person's name."""
