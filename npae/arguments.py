"""The errors and checks of arguments that all rooms share; this file imports nothing of npae."""


class UnknownName(ValueError):
    """A name that npae does not know: of a recipe, a data set, a check or an exercise."""
