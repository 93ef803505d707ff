"""The desk: what people and machines answer in small steps, beside the warehouse."""
