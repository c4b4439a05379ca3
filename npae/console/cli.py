"""The front door: reads the command line, calls the rooms behind it, and puts every failure into one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from npae.console.commandline import about, add_backend, add_compute, load_data, natural, positive, warn
from npae.console.exercises import add_exercises
from npae.console.uses import add_uses


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 success, 2 wrong usage, 1 any other failure."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell, as in "npae list >&-"
            setattr(sys, name, open(os.devnull, "w"))
    try:
        options = build_parser().parse_args(arguments)
        if getattr(options, "backend", None):
            from npae.kernels.backend import set_backend

            set_backend(options.backend)
        status = options.command(options) or 0
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of our output has gone: nothing to say to anyone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError, MemoryError) as error:
        warn(f"npae: error: {error or type(error).__name__}")
        return 1
    except KeyboardInterrupt:
        warn("npae: interrupted")
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="npae", description="Autoencoders from scratch, to be read and checked."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("list", help="the recipes, one line each")
    command.set_defaults(command=list_recipes)

    _add_train(commands)

    command = commands.add_parser("evaluate", help="measure a trained model on its test set")
    command.add_argument("directory", metavar="DIR", help="where npae train wrote to")
    command.add_argument("--data", metavar="NAME", help="another data set than that of the training")
    add_compute(command)
    command.set_defaults(command=evaluate)

    command = commands.add_parser("plot", help="draw the figures of a run again")
    command.add_argument("directory", metavar="DIR", help="where npae train wrote to")
    add_compute(command)
    command.set_defaults(command=plot)

    command = commands.add_parser("denoise", help="send pictures of your own through a trained model")
    command.add_argument("directory", metavar="DIR", help="where npae train wrote to")
    command.add_argument(
        "images", metavar="IMAGE", nargs="+", help="PNG; any size, digits in dark on light or light on dark"
    )
    command.add_argument("--out", metavar="DIR", help="default: the folder denoised/ in the run's folder")
    add_compute(command)
    command.set_defaults(command=denoise)

    command = commands.add_parser("gradcheck", help="prove the gradients by finite differences")
    command.add_argument(
        "names", metavar="NAME", nargs="*", help="layers, losses, recipes, or your own: my_layers.py:MyLayer"
    )
    command.add_argument("--input-shape", metavar="N,N,N", help="for a layer of your own, as 2,6,5")
    command.add_argument("--json", action="store_true", help="the report as JSON")
    add_backend(command)
    command.set_defaults(command=gradcheck)

    add_uses(commands)
    add_exercises(commands)
    _add_data(commands)

    command = commands.add_parser("warmup", help="compile all kernels now rather than in the first training")
    command.set_defaults(command=warmup)
    return parser


def _add_train(commands) -> None:
    command = commands.add_parser("train", help="train a recipe and draw its figures")
    command.add_argument("recipe", metavar="RECIPE", help="a name that npae list shows")
    command.add_argument(
        "--data", metavar="NAME", help="auto (default), mnist, fashion-mnist, synthetic, or a path"
    )
    command.add_argument("--epochs", type=positive, metavar="N", help="default: as published")
    command.add_argument("--batch-size", type=positive, metavar="N", help="default: as published")
    command.add_argument("--seed", type=natural, metavar="N", help="default: 0")
    command.add_argument("--limit", type=positive, metavar="N", help="use only the first N images")
    command.add_argument(
        "--noise", action="store_true", default=None, help="train dense or conv as a denoiser"
    )
    command.add_argument(
        "--layers", metavar="DIR", help="train dense or conv on your own functions, from npae exercises"
    )
    command.add_argument(
        "--animate", action="store_true", help="film how a code of two numbers unfolds, as a GIF"
    )
    command.add_argument("--out", metavar="DIR", help="default: runs/RECIPE")
    command.add_argument(
        "--resume", action="store_true", help="go on with the run in --out after its last epoch"
    )
    command.add_argument(
        "--quiet", action="store_true", help="print nothing but errors, and a warning of synthetic data"
    )
    add_compute(command)
    command.set_defaults(command=train)


def _add_data(commands) -> None:
    command = commands.add_parser("data", help="find or fetch the data sets")
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = actions.add_parser("where", help="what was looked for where, and found")
    action.set_defaults(command=data_where)
    action = actions.add_parser("fetch", help="download what is missing")
    action.add_argument("names", metavar="NAME", nargs="*", help="mnist, fashion-mnist; default: both")
    action.set_defaults(command=data_fetch)


def list_recipes(options) -> None:
    """Print the recipes."""
    from npae.recipes import RECIPES

    width = max(map(len, RECIPES))
    for recipe in RECIPES.values():
        print(f"{recipe.name:<{width}}  {recipe.summary}\n{'':<{width}}  {recipe.source}")


def train(options) -> int:
    """Train a recipe."""
    from npae.kernels.backend import get_backend
    from npae.recipes import unfold
    from npae.recipes.folder import make_room, put_back
    from npae.training.callbacks import Progress

    get_backend()  # complains now rather than when an earlier run is out of the way
    run = _new_run(options)
    callbacks = [] if options.quiet else [Progress()]
    if options.animate:
        callbacks.append(unfold.Unfold(run))
    say = (lambda line: None) if options.quiet else print
    directory = run.directory
    moved = None if options.resume else make_room(directory)
    try:
        if moved:
            say(f"{directory} held an earlier run; it is now {moved}")
        say(about(run.dataset))
        say(run.model.summary())
        run.train(callbacks, options.threads, options.resume)
        if options.animate:
            unfold.draw(run)
    except KeyboardInterrupt:
        warn(f"npae: interrupted; {_what_is_kept(run, moved, put_back(directory, moved))}")
        return 1
    except BaseException:
        put_back(directory, moved)
        raise
    say(
        f"validation loss {run.history['val_loss'][-1]:.4f}; "
        f"the model, its metrics and figures are in {directory}"
    )
    return 0


def _new_run(options):
    from npae.recipes import get_recipe
    from npae.recipes.folder import Settings, resumed_settings
    from npae.recipes.run import Run

    recipe = get_recipe(options.recipe)
    if options.layers and options.resume:
        raise ValueError("--layers and --resume do not go together: what your adam remembers is not on disk")
    asked = {
        name: getattr(options, name) for name in ("data", "epochs", "batch_size", "seed", "limit", "noise")
    }
    asked = {"recipe": recipe.name, **{name: value for name, value in asked.items() if value is not None}}
    kind = ("-noise" if options.noise else "") + ("-layers" if options.layers else "")
    directory = Path(options.out or f"runs/{recipe.name}{kind}")
    settings = resumed_settings(directory, asked) if options.resume else Settings(**asked)
    dataset = load_data(settings.data, recipe.dataset, options.quiet)
    if options.layers:
        from npae.exercises.plug import LearnersRun

        say = (lambda line: None) if options.quiet else print
        return LearnersRun(settings, dataset, directory, options.layers, say)
    return Run(settings, dataset, directory)


def _what_is_kept(run, moved: Path | None, back: bool) -> str:
    from npae.recipes.folder import begun

    done = len(run.history.get("loss", []))
    if back:
        return f"no epoch was complete, and the earlier run is back in {run.directory}"
    earlier = f"; the earlier run is now {moved}" if moved else ""
    if not done and begun(run.directory):
        return f"what came before the first epoch is in {run.directory}; --resume goes on from there{earlier}"
    if not done:
        return f"no epoch was complete{earlier}"
    kept = f"{done} of {run.settings.epochs} epochs are in {run.directory}"
    return kept + ("; --resume goes on from there" if begun(run.directory) else "") + earlier


def evaluate(options) -> None:
    """Measure a trained model."""
    from npae.recipes.code_measures import all_metrics
    from npae.recipes.run import load_run
    from npae.training.callbacks import Progress

    run = load_run(options.directory, options.data, warn)
    run.threads, run.progress = options.threads, Progress(sys.stderr)
    print(about(run.dataset))
    for numbers in all_metrics(run):
        for name, value in numbers.items():
            print(f"{name:<36} {value:.6g}")


def plot(options) -> None:
    """Draw the figures of a run again."""
    from npae.recipes import unfold
    from npae.recipes.run import load_run
    from npae.training.callbacks import Progress

    run = load_run(options.directory, report=warn)
    run.threads, run.progress = options.threads, Progress(sys.stderr)
    run.draw()
    if unfold.kept(run.path(unfold.FOLDER)):
        unfold.draw(run)
    print(f"the figures in {run.directory} are drawn again")


def denoise(options) -> None:
    """Send a person's own pictures through a trained model."""
    from npae.recipes.denoise import denoise_images

    written = denoise_images(options.directory, options.images, options.out, options.threads)
    for cleaned, comparison in written:
        print(f"{cleaned}  (beside the original: {comparison})")


def gradcheck(options) -> int:
    """Compare gradients with finite differences."""
    from npae import gradcheck as check

    if any(".py" in name for name in options.names):
        from npae.exercises.own_layers import gradcheck_own

        return gradcheck_own(options.names, options.input_shape, options.json)
    reports = check.run(options.names or None)
    print(check.as_json(reports) if options.json else check.as_table(reports))
    return 0 if all(report.passed for report in reports) else 1


def data_where(options) -> None:
    """Tell for each data set what was looked for where, and what was found."""
    from npae.datasets import NAMES, where

    for name in NAMES:
        places = where(name)
        first = next((place for place in places if place.found), None)
        missing = "not on this machine; npae data fetch gets it"
        verdict = f"will be taken from {first.place}" if first else missing
        print(f"{name}: {verdict}")
        for place in places:
            print(f"  {'found' if place.found else '-':<5}  {place.place}: {place.detail}")


def data_fetch(options) -> None:
    """Download data sets into npae's cache."""
    from npae.datasets import NAMES, fetch

    for name in options.names or NAMES:
        print(f"{name} is in {fetch(name)}")


def warmup(options) -> None:
    """Compile all kernels, or find them compiled."""
    from npae.recipes.warmup import warm_up

    for name, seconds in warm_up():
        print(f"{name:<22} {seconds:.1f} s", flush=True)
