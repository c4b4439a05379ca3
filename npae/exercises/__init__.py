"""Exercises whose checker names the mistake: `npae exercises`.

An exercise is one folder of ``path``, and its line in `order`:

    path/dense/right.py      what the learner reads, with the right program; the stub comes from it (`texts`)
    path/dense/right_*.py    further right programs, written in other ways
    path/dense/exercise.py   cases, properties and hints, as `exercise` describes them
    path/dense/slips.txt     mistakes that general edits name badly, as edits of right programs (`slips`)

`checking` compares an answer with what the first right program computes (`running`, `gradients`). `diagnosis`
names mistakes that change a result as a whole (`whole_results`); `explaining` finds the slip, or the smallest
general edit (`edits`), that computes exactly what the learner's program computes, or the edit of that program
that makes it right (`repairing`), first where its first wrong array is made (`suspects`), also by what right
programs compute (`substitutions`); `undoing` says what was wrong then, and `named_results` puts it into the
result. Sentences stand in `sentences`, in the operators of ``edits`` and in the slips; tables and pictures in
`evidence`.
"""
