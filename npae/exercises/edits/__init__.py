"""Small edits of right programs, as people make them by mistake, each with a sentence for it.

An operator looks at one node of the syntax tree and yields what may stand in its place. It knows nothing of
any exercise: names come from the program, their kinds (sizes, arrays of so many axes) from a run of it.
`edit` says what an operator is; `arithmetic`, `calls`, `variables` and `statements` hold them, `insertions`
and `exchanges` those that only mend; `making` applies them all.
"""
