"""The gradient check: `npae gradcheck` runs it, and learners call it on layers of their own.

`differences` explains the method; `promises` checks what needs no differences; `checks` puts both together
for layers, losses, penalties and models; `catalogue` lists the checks of the command; `reports` holds their
results.
"""

from npae.gradcheck.catalogue import cases, run
from npae.gradcheck.checks import check_layer, check_loss, check_model, check_recipe
from npae.gradcheck.reports import ArrayReport, Report, as_json, as_table

__all__ = [
    "ArrayReport",
    "Report",
    "as_json",
    "as_table",
    "cases",
    "check_layer",
    "check_loss",
    "check_model",
    "check_recipe",
    "run",
]
