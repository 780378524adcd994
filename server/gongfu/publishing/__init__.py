"""How does an agency publish its catalogue? Tokens, what was sent, whether it is accepted, what it becomes."""
