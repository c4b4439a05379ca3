"""The gradient check: what `npae gradcheck` runs, and what a learner calls on a layer of their own.

`differences` explains the method; `promises` is what is checked without any step; `checks` puts both together
for layers, losses, penalties and models; `catalogue` lists what the command checks; `reports` is what comes
out.
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
