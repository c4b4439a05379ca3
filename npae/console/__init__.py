"""The command line: parses what was typed, calls the rooms below, and puts every failure into one line."""
