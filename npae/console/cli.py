"""The command line: parses the arguments, calls the other packages, and prints every error in one line."""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from npae.console.commandline import (
    Commands,
    Parser,
    WrongUsage,
    about,
    add_backend,
    add_run_command,
    add_training,
    evaluated,
    is_back,
    load_data,
    say_nothing,
    whole_number,
    wrong_usage_if,
)
from npae.console.exercises import add_exercises
from npae.console.inside import add_inside, short_diagnosis
from npae.console.uses import add_uses
from npae.interrupts import raised, status_of
from npae.terminal import say, warn
from npae.training.kept import Compute

if TYPE_CHECKING:
    from npae.recipes.run import Run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    It is 0 for success, 2 for wrong usage, 1 for other errors; 130, 143 and 129 after Ctrl-C, SIGTERM and
    SIGHUP. A fault of npae itself is told in a line too; ``NPAE_TRACEBACK=1`` shows where any error is.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell, as in "npae list >&-"
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # open until the process ends
    try:
        return _run(arguments)
    except KeyboardInterrupt as interrupt:
        warn("npae: interrupted")
        return status_of(interrupt)
    except Exception as error:
        if os.environ.get("NPAE_TRACEBACK"):
            raise
        kind = type(error).__name__
        warn(f"npae: error: {kind}: {error}; this is a fault of npae, NPAE_TRACEBACK=1 shows where it is")
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    try:
        with raised(), warnings.catch_warnings():
            if not sys.warnoptions:  # a stranger's weights overflow; what follows from it is told in words
                warnings.simplefilter("ignore", RuntimeWarning)
            options = build_parser().parse_args(arguments)
            if getattr(options, "backend", None):
                from npae.kernels.backend import set_backend

                set_backend(options.backend)
            status = options.command(options) or 0
            sys.stdout.flush()
            return status
    except BrokenPipeError:  # the program that read the output has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError, MemoryError) as error:
        if os.environ.get("NPAE_TRACEBACK"):
            raise
        lines = str(error) or type(error).__name__
        # A message's further lines are indented; any other line break is of a name, and is shown as such.
        warn("npae: error: " + re.sub(r"[\n\t](?!  )", lambda found: repr(found[0])[1:-1], lines))
        return 2 if isinstance(error, WrongUsage) else 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = Parser(prog="npae", description="Autoencoders from scratch in NumPy and Numba.")
    parser.add_argument("--version", action=_Version, help="print the version of npae, and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("list", help="the recipes, one line each")
    command.set_defaults(command=list_recipes)

    _add_train(commands)

    measuring = add_run_command(commands, "evaluate", evaluate, "measure a trained model on its test set")
    measuring.add_argument("--data", metavar="NAME", help="a data set other than that of the training")
    add_run_command(commands, "plot", plot, "draw the figures of a run again")

    command = commands.add_parser("gradcheck", help="compare the gradients with finite differences")
    command.add_argument(
        "names", metavar="NAME", nargs="*", help="layers, losses, recipes, or your own: my_layers.py:MyLayer"
    )
    command.add_argument("--input-shape", metavar="N,N,N", help="for your own layer, such as 2,6,5")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    add_backend(command)
    command.set_defaults(command=gradcheck)

    add_uses(commands)
    add_inside(commands)
    add_exercises(commands)
    _add_data(commands)

    command = commands.add_parser("warmup", help="compile all kernels before the first training")
    command.set_defaults(command=warmup)
    return parser


class _Version(argparse.Action):
    """Print the version and exit; a string for argparse's own action would import npae in every command."""

    def __init__(self, option_strings: list[str], dest: str, help: str):
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from npae.recipes.measures import npae_version

        say(f"npae {npae_version()}")
        parser.exit()


def _add_train(commands: Commands) -> None:
    command = commands.add_parser("train", help="train a recipe and draw its figures")
    add = command.add_argument
    add("recipe", metavar="RECIPE", help="a name from npae list")
    add_training(command, epochs="default: as published")
    add("--batch-size", type=whole_number(1), metavar="N", help="default: as published")
    add("--noise", action="store_true", default=None, help="train dense or conv as a denoiser")
    add("--layers", metavar="DIR", help="train dense or conv with your own functions, from npae exercises")
    add("--animate", action="store_true", help="draw a two-dimensional code after every epoch, as a GIF")
    add("--out", metavar="DIR", help="default: runs/RECIPE")
    command.set_defaults(command=train)


_TRUST = """\
Find or download the data sets MNIST and Fashion-MNIST; load images of your own.

How --data understands your images
----------------------------------
A folder   of PNG and JPEG files; or of subfolders with them, each of which is a class. If it has the
           subfolders train and test, each of these is such a folder.
.npz       x_train and x_test, with y_train and y_test; train_images and test_images, with train_labels and
           test_labels; images and labels; x and y; or a single array. Labels may be missing.
.npy, IDX  images without labels. A folder of IDX files with MNIST's names has labels too.

Arrays are (n, height, width), (n, height, width, channels) or (n, channels, height, width), with one or three
channels. Integers are pixels from 0 to 255, booleans black and white, floats from 0 to 1, or from 0 to 255 if
the largest is above 16; all become bytes. What can be read in two ways is refused. Pictures of different
sizes need --size. Where there is no test set, a fixed tenth of the images is one, for every --seed. Without
labels, what needs labels is left out: probes, and the colours of classes in figures.

What you may load from strangers, and what you may not
------------------------------------------------------
Data (IDX, .gz, .npz), models, checkpoints, whole runs and pictures (PNG, JPEG) may come from anybody. They
hold numbers and text, and no code: nothing is unpickled, and a model file can name npae's own layers alone.
Every size is compared with the file's before memory is taken for it, so that reading takes at most twice
what a file holds, plus 64 MB; a file that holds more than 512 MB, or a picture of more than 16 million
pixels or 65,536 on a side, is refused. What a file says is printed without control characters. A damaged file
is refused in one line, and changes nothing on the disk.

A model's numbers can still be wrong: measure it (npae evaluate) before you rely on it.

Exercises, layers of your own and everything else that ends in .py are programs. npae runs them with all
your rights, also in "npae exercises check", "npae gradcheck FILE.py:Layer" and "npae train --layers DIR":
an answer that is checked has a process of its own, without network and without other files, as far as
Python can refuse them. That catches accidents, and no ill will: a stranger's file belongs into a container.

Numba's compiled kernels are programs too. npae loads them only from a folder that no other user can write
to: the package's own, or the one in your cache folder. Never copy a stranger's *.nbi and *.nbc files there.

Downloads are compared with the SHA-256 of the published files, and are kept only if they are the same."""


def _add_data(commands: Commands) -> None:
    command = commands.add_parser(
        "data",
        help="find or download the data sets; what may be loaded from strangers",
        description=_TRUST,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = actions.add_parser("where", help="show where npae searches for the data sets, and what it finds")
    action.set_defaults(command=data_where)
    action = actions.add_parser("fetch", help="download missing files")
    action.add_argument("names", metavar="NAME", nargs="*", help="mnist, fashion-mnist; default: both")
    action.set_defaults(command=data_fetch)


def list_recipes(options: argparse.Namespace) -> None:
    """Print the recipes."""
    from npae.recipes import RECIPES

    width = max(map(len, RECIPES))
    for recipe in RECIPES.values():
        say(f"{recipe.name:<{width}}  {recipe.summary}")
        if recipe.source:
            say(f"{'':<{width}}  {recipe.source}")


def train(options: argparse.Namespace) -> int:
    """Train a recipe."""
    from npae.kernels.backend import get_backend
    from npae.recipes import unfold
    from npae.recipes.folder import run_folder
    from npae.recipes.report import finish

    get_backend()  # raises an error before an earlier run is moved aside
    run, moved = _new_run(options), None
    report = run.compute.report
    callbacks = [unfold.Unfold(run)] if options.animate else []
    try:
        with raised(), run_folder(run.directory, options.resume) as moved:
            if moved:
                report(f"{run.directory} held an earlier run; it is now {moved}")
            report(about(run.dataset))
            report(run.model.summary())
            run.train(callbacks, options.resume)
            finish(run)
            if options.animate:
                unfold.draw(run)
    except KeyboardInterrupt as interrupt:
        warn(f"npae: interrupted; {_what_is_kept(run, moved)}")
        return status_of(interrupt)
    loss = run.history["val_loss"][-1]
    if not options.quiet:
        report(short_diagnosis(run))
    report(f"validation loss {loss:.4f}; the model, its metrics and figures are in {run.directory}")
    return 0


def _new_run(options: argparse.Namespace) -> Run:
    from npae.recipes import RECIPES, get_recipe
    from npae.recipes.folder import Settings, resumed_settings
    from npae.recipes.run import Run
    from npae.training.callbacks import Progress

    with wrong_usage_if(options.recipe not in RECIPES):
        recipe = get_recipe(options.recipe)
    if options.layers and options.resume:
        raise ValueError("--layers does not work with --resume: the state of your adam is not on disk")
    names = ("data", "epochs", "batch_size", "seed", "limit", "noise", "size")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    given["recipe"] = recipe.name
    kind = ("-noise" if options.noise else "") + ("-layers" if options.layers else "")
    directory = Path(options.out or f"runs/{recipe.name}{kind}")
    settings = resumed_settings(directory, given) if options.resume else Settings(**given)
    dataset = load_data(settings.data, recipe.dataset, options.quiet, settings.size)
    progress, report = (None, say_nothing) if options.quiet else (Progress(), say)
    compute = Compute(options.threads, progress, report)
    if options.layers:
        from npae.exercises.plug import LearnersRun

        return LearnersRun(recipe, settings, dataset, directory, options.layers, compute)
    return Run(recipe, settings, dataset, directory, compute)


def _what_is_kept(run: Run, moved: Path | None) -> str:
    from npae.recipes.folder import begun, progress_in_words

    if is_back(moved):
        return f"no epoch was complete, and the earlier run is back in {run.directory}"
    done = progress_in_words(run.directory, run.epochs)
    earlier = f"; the earlier run is now {moved}" if moved else ""
    if begun(run.directory) is None:
        lost = "what came after is lost, and --resume cannot continue: the state of your adam is not on disk"
        return (f"{done} are in {run.directory}; {lost}" if done else "no epoch was complete") + earlier
    command = f"npae train {run.settings.recipe} --out {run.directory} --resume"
    kept = f"{done} are in {run.directory}" if done else f"the parts of the run are in {run.directory}"
    return f"{kept}; {command} continues from there{earlier}"


def evaluate(options: argparse.Namespace) -> None:
    """Measure a trained model."""
    from npae.recipes.measures import all_metrics

    run = evaluated(options, options.data)
    say(about(run.dataset))
    for numbers in all_metrics(run):
        for name, value in numbers.items():
            say(f"{name:<36} {value:.6g}")


def plot(options: argparse.Namespace) -> None:
    """Draw the figures of a run again."""
    from npae.recipes import unfold
    from npae.recipes.folder import UNFOLD
    from npae.recipes.report import draw

    run = evaluated(options)
    draw(run)
    if unfold.kept(run.folder(UNFOLD)):
        unfold.draw(run)
    say(f"the figures in {run.directory} are drawn again")


def gradcheck(options: argparse.Namespace) -> int:
    """Compare gradients with finite differences."""
    from npae import gradcheck as check

    if any(".py" in name for name in options.names):
        from npae.exercises.own_layers import gradcheck_own

        return gradcheck_own(options.names, options.input_shape, options.json)
    with wrong_usage_if(not check.cases().keys() >= set(options.names)):
        reports = check.run(options.names or None)
    say(check.as_json(reports) if options.json else check.as_table(reports))
    return 0 if all(report.passed for report in reports) else 1


def data_where(options: argparse.Namespace) -> None:
    """Print for each data set the searched places and what was found."""
    from npae.datasets import NAMES, where

    for name in NAMES:
        places = where(name)
        first = next((place for place in places if place.found), None)
        missing = "not on this machine; npae data fetch downloads it"
        verdict = f"npae reads it from {first.place}" if first else missing
        say(f"{name}: {verdict}")
        for place in places:
            say(f"  {'found' if place.found else '-':<5}  {place.place}: {place.detail}")


def data_fetch(options: argparse.Namespace) -> None:
    """Download data sets into npae's cache."""
    from npae.datasets import NAMES, fetch

    for name in options.names or NAMES:
        with wrong_usage_if(name.lower().replace("_", "-") not in NAMES):
            say(f"{name} is in {fetch(name)}")


def warmup(options: argparse.Namespace) -> None:
    """Compile all kernels, or load compiled ones."""
    from npae.recipes.warmup import warm_up

    for name, seconds in warm_up():
        say(f"{name:<22} {seconds:.1f} s")
