"""The commands that look inside a run: trace, inspect, draw, doctor, report and compare."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from npae.console.commandline import (
    Commands,
    add_backend,
    add_run_command,
    evaluated,
    load_data,
    whole_number,
    wrong_usage_if,
)
from npae.terminal import json_text, say, warn

if TYPE_CHECKING:
    from npae.model import Sequential
    from npae.recipes import Recipe
    from npae.recipes.run import Run


TRIALS = "the doctor trains copies of the model for some steps: seconds, or minutes where a step takes long"


def add_inside(commands: Commands) -> None:
    """Add the commands of this file to those of `npae.console.cli`."""
    command = add_run_command(commands, "trace", trace, "show where a number of a model comes from")
    command.description = (
        "Show the inputs, weights and products that add up to one number of a trained model, or what sent "
        "gradient to it. A PLACE is LAYER,CHANNEL,ROW,COLUMN or LAYER,UNIT for an output, LAYER/kernel,... "
        "for a weight's gradient; input,..., code,... or output,...; loss or loss/reconstruction. The error "
        "for any other place lists all."
    )
    command.add_argument("--at", metavar="PLACE", required=True, help="such as conv2d_1,3,5,2")
    command.add_argument("--image", metavar="N", default="0", help="a test image; default: 0")
    command.add_argument("--backward", action="store_true", help="trace the gradient of the number")
    command.add_argument("--receptive-field", action="store_true", help="show what the output sees, by layer")
    command.add_argument("--seed", type=whole_number(0), metavar="N", help="in training mode, with noise")
    command.add_argument("--layers", metavar="DIR", help="compute with your functions, from npae exercises")
    command.add_argument("--out", metavar="FILE", help="the figure; default: trace.png in DIR")

    command = commands.add_parser("inspect", help="show the anatomy of a training step, layer by layer")
    command.add_argument("directory", metavar="RECIPE|DIR", help="a name from npae list, or an output folder")
    command.add_argument("--data", metavar="NAME", help="as of npae train")
    command.add_argument("--json", action="store_true", help="print the numbers as JSON")
    add_backend(command)
    command.set_defaults(command=inspect, threads=1)

    command = commands.add_parser("draw", help="draw a network with its shapes")
    command.add_argument("directory", metavar="RECIPE|DIR", help="a name from npae list, or an output folder")
    command.add_argument("--out", metavar="FILE", help="default: RECIPE.png, or network.png in DIR")
    command.set_defaults(command=draw)

    add_run_command(commands, "doctor", doctor, "diagnose a training: what went wrong, and what to change")
    command = add_run_command(commands, "report", report, "write a run as one page of HTML, to read offline")
    command.add_argument("--out", metavar="FILE", help="default: report.html in DIR")

    command = commands.add_parser("compare", help="put the numbers of several runs side by side")
    command.add_argument("directories", metavar="DIR", nargs="+", help="output folders of npae train")
    command.add_argument("--html", metavar="FILE", help="also write a page of HTML, with curves")
    command.set_defaults(command=compare)


def trace(options: argparse.Namespace) -> int:
    """Print a trace and draw it."""
    from npae.arguments import brief
    from npae.inside import figures
    from npae.inside.receptive_field import as_table, receptive_field
    from npae.inside.record import record
    from npae.inside.trace import trace_of

    run = evaluated(options)
    (inputs, targets), name = run.test_images(), run.settings.recipe
    model = _of_learner(run, options.layers) if options.layers else run.model
    with wrong_usage_if(True):
        image = int(options.image) if options.image.isdecimal() else -1
        if not 0 <= image < len(inputs):
            there_are = f"they count from 0 to {len(inputs) - 1}"
            raise ValueError(f"there is no test image {brief(options.image)}; {there_are}")
        chosen = slice(image, image + 1)
        found = record(model, inputs[chosen], targets[chosen], run.recipe.loss, rng=options.seed)
        place, path = found.place(options.at), options.out or run.path("trace.png")
        if options.receptive_field:
            fields, title = receptive_field(found, place), f"{name}: what {options.at} sees"
            say(f"{title}\n{as_table(fields)}\n{figures.draw_receptive_field(path, fields, title)}")
            return 0
        traced, of = trace_of(found, place, options.backward), f"{name}, test image {image}"
    say(f"{of}\n{traced}\n{figures.draw_trace(path, traced, of)}")
    return 0 if traced.adds_up else 1


def _of_learner(run: Run, directory: str) -> Sequential:
    """Return the run's model in float64 with the learner's functions."""
    from npae.exercises.plug import RECIPES, Learner
    from npae.exercises.twin import twin_of
    from npae.inside.record import in_float64

    if run.settings.recipe not in RECIPES:
        raise ValueError(f"--layers is not for {run.settings.recipe}; {' and '.join(RECIPES)} take it")
    return twin_of(in_float64(run.model), Learner(directory).function)


def inspect(options: argparse.Namespace) -> None:
    """Print the anatomy of a training step."""
    from npae.inside.anatomy import anatomy_of, described
    from npae.markup import aligned
    from npae.recipes.folder import Settings
    from npae.recipes.run import Run

    recipe = _recipe(options.directory)
    if recipe:
        settings = Settings(recipe.name, options.data or "auto")
        run = Run(recipe, settings, load_data(settings.data, recipe.dataset, quiet=True), recipe.name)
    else:
        run = evaluated(options, options.data)
    found = anatomy_of(run)
    header, rows, legend = described(found)
    say(json_text(found) if options.json else "\n".join([*aligned([header, *rows], "<<"), "", *legend]))


def draw(options: argparse.Namespace) -> None:
    """Draw a network."""
    from npae.inside.figures import draw_network
    from npae.recipes.stored import load_trained

    recipe = _recipe(options.directory)
    if recipe:
        name, model, path = recipe.name, recipe.build(), f"{recipe.name}.png"
        model.build(recipe.input_shape)
    else:
        model, settings, _ = load_trained(options.directory)
        name, path = settings.recipe, os.path.join(options.directory, "network.png")
    say(draw_network(options.out or path, model, name))


def _recipe(name: str) -> Recipe | None:
    """Return the recipe of that name, or None if it is a folder."""
    from npae.recipes import RECIPES, get_recipe

    if name not in RECIPES and os.path.isdir(name):
        return None
    with wrong_usage_if(True):
        return get_recipe(name)


def doctor(options: argparse.Namespace) -> None:
    """Print the diagnosis of a run."""
    from npae.inside.doctor import NOTHING, examine, training_of

    training = training_of(evaluated(options))
    warn(TRIALS)
    found = examine(training)
    say("\n".join(f"{each.title}: {each.sentence}\n    {each.evidence}" for each in found) or NOTHING)


def short_diagnosis(run: Run) -> str:
    """Return the line with which `npae train` ends: what the doctor sees without further training."""
    from npae.inside.doctor import examine, training_of

    names = ", ".join(each.title for each in examine(training_of(run), probe=False)) or "nothing found yet"
    return f"doctor: {names}; npae doctor {run.directory} says more, and tries other learning rates"


def report(options: argparse.Namespace) -> None:
    """Write the page of a run; where its data are missing, without what needs them."""
    from npae.files.writing import write_whole
    from npae.inside import report as pages

    record = pages.read_record(options.directory)
    try:
        run: Run | str = evaluated(options)
        warn(TRIALS)
    except (ValueError, OSError) as error:
        run = str(error)
    page = pages.report(record, run).encode("utf-8", "replace")
    say(write_whole(options.out or Path(options.directory) / "report.html", page))


def compare(options: argparse.Namespace) -> None:
    """Print the table of several runs, and write their page."""
    from npae.inside.report import comparison, read_record, write_comparison
    from npae.markup import aligned

    records = [read_record(directory) for directory in options.directories]
    header, rows = comparison(records)
    say("\n".join(aligned([header, *rows], "<")))
    if options.html:
        say(write_comparison(records, options.html))
