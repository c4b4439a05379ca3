"""The learner's process: it loads a file, calls its functions as it is asked to, and sends arrays back.

Nothing in this folder imports anything of npae, so that the process has nothing of it: no cases, no right
programs, no judgement. `npae.exercises.process` starts it, and asks.
"""
