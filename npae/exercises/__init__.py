"""Exercises whose checker names the mistake: `npae exercises`.

An exercise is one folder of ``path``, and its line in `order`:

    path/dense/right.py       what the learner reads, and the right program; the stub is made from it (`texts`)
    path/dense/right_*.py     further right programs, written in other ways
    path/dense/exercise.py    cases, properties and hints, as `exercise` describes them
    path/dense/slips.txt      mistakes that no general edit names well, each an edit of a right program (`slips`)

`checking` compares an answer with what the first right program computes (`running`, `gradients`). `diagnosis`
names mistakes that change a result as a whole (`whole_results`); `explaining` finds the slip, or the smallest
general edit (`edits`), that computes exactly what the learner's program computes; `first_wrong_line` is the
last resort. Sentences stand in `sentences`, in the operators of ``edits`` and in the slips; tables and
pictures in `evidence`.
"""
