"""Files on disk: written whole or not at all, read within a budget, in folders of one run at a time."""
