"""What the DAGs' tasks do: the same functions as the command line, without a terminal."""
