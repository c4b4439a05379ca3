"""The command line: parses the arguments, calls the other packages, and prints every error in one line."""
