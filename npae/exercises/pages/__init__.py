"""One page for each exercise: its cases, and how wrong answers to it come about."""
