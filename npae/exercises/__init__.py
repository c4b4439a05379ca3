"""Exercises whose checker names the mistake: `npae exercises`.

Read `exercise` for what an exercise consists of, and ``pages/relu.py`` for one; `checking` for how an answer
is checked; `hypotheses` and `diagnosis` for how a mistake gets its name, `explaining` and `edits` for how one
gets it that no exercise lists.
"""
