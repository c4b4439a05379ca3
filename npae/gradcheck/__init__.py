"""The gradient check: `npae gradcheck` runs it, and you can call it for layers of your own.

`differences` explains the method; `promises` checks requirements that need no differences; `checks` applies
both to layers, losses, penalties and models; `catalogue` lists the checks of the command; `reports` defines
their results.
"""

from npae.gradcheck.catalogue import cases, run
from npae.gradcheck.checks import (
    LayerCheck,
    check_layer,
    check_loss,
    check_model,
    check_recipe,
    compare_layer,
)
from npae.gradcheck.reports import ArrayReport, Report, as_json, as_table

__all__ = [
    "ArrayReport",
    "LayerCheck",
    "Report",
    "as_json",
    "as_table",
    "cases",
    "check_layer",
    "check_loss",
    "check_model",
    "check_recipe",
    "compare_layer",
    "run",
]
