"""What the platforms' modules share: transport, paging, reading answers, queries, plain text."""
