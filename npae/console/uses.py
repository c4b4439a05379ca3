"""The commands for applications of autoencoders: denoise, score, anomaly and explore."""

from __future__ import annotations

import argparse
from pathlib import Path

from npae.console.commandline import (
    Commands,
    about,
    add_run_command,
    add_training,
    evaluated,
    is_back,
    load_data,
    say_nothing,
    whole_number,
)
from npae.interrupts import raised, status_of
from npae.terminal import say, warn
from npae.training.kept import Compute


def add_uses(commands: Commands) -> None:
    """Add ``denoise``, ``score``, ``anomaly`` and ``explore`` to the commands of `npae.console.cli`."""
    command = add_run_command(commands, "denoise", denoise, "apply a trained model to your own pictures")
    command.description = (
        "Write the model's output for each picture, at the picture's own size and in its colours. For a run "
        "trained on handwritten digits, a digit is first inverted if it is dark on light, then scaled and "
        "centred as MNIST's were. A model with dense layers knows one size: pictures are resized to it and "
        "back. Nothing is overwritten: a second result of the same name gets a number."
    )
    command.add_argument("images", metavar="IMAGE", nargs="+", help="PNG or JPEG files of any size")
    command.add_argument("--out", metavar="DIR", help="default: the folder denoised/ in the run's folder")
    command.add_argument(
        "--as",
        dest="kind",
        choices=("auto", "digit", "picture"),
        default="auto",
        help="what the pictures show; auto: a digit, if the run was trained on digits and the background is "
        "uniform",
    )

    command = add_run_command(
        commands, "score", score, "find what is unlike the training images in your pictures"
    )
    command.description = (
        "Print the anomaly score of each picture, the largest squared error of its reconstruction (averaged "
        "over small windows), beside those of the training images, and write a table and figures. Pictures "
        "are resized as the training images were. Nothing is overwritten: later results get a number."
    )
    command.add_argument("images", metavar="IMAGE", nargs="+", help="PNG or JPEG files of any size")
    command.add_argument("--out", metavar="DIR", help="default: the folder scores/ in the run's folder")

    command = commands.add_parser(
        "anomaly", help="detect digits of unknown classes by their reconstruction error"
    )
    command.description = (
        "For each digit, train on all other digits, and on that digit alone; use the reconstruction error as "
        "a score; and print how well the score separates test images of known and unknown classes."
    )
    command.add_argument(
        "--model", choices=("dense", "deep"), help="default: deep, with codes of 2, 32 and 16"
    )
    command.add_argument("--code", type=whole_number(1), metavar="N", help="units of the model's code")
    command.add_argument("--out", metavar="DIR", default="runs/anomaly", help="default: runs/anomaly")
    add_training(command, epochs="of every training; default: 10, or 20 for one digit")
    command.set_defaults(command=anomaly)

    command = add_run_command(commands, "explore", explore, "draw the code space of a trained model")
    command.add_argument(
        "--pair",
        type=whole_number(0),
        nargs=2,
        action="append",
        metavar=("A", "B"),
        help="interpolate between test images A and B, counted from 0; may be repeated",
    )
    command.add_argument("--data", metavar="NAME", help="a data set other than that of the training")
    command.add_argument(
        "--html", action="store_true", help="write one offline page to explore in a browser, explore.html"
    )


def denoise(options: argparse.Namespace) -> None:
    """Apply a trained model to image files."""
    from npae.recipes.denoise import denoise_images

    given = options.directory, options.images, options.out, options.threads, options.kind
    results = denoise_images(*given, report=warn)
    for result in results:
        say(f"{result.cleaned}  ({result.how}; with the original: {result.comparison})")


def score(options: argparse.Namespace) -> None:
    """Score image files."""
    from npae.recipes.score import score_images, table

    scored = score_images(evaluated(options), options.images, options.out)
    say(table(scored))
    names = ", ".join(path.name for path in scored.written)
    say(f"\nthe table and the figures are in {scored.folder}: {names}")


def anomaly(options: argparse.Namespace) -> int:
    """Find anomalies by their reconstruction error."""
    from npae.kernels.backend import get_backend
    from npae.recipes.anomaly import classes_of, detectors, try_all
    from npae.recipes.anomaly_report import lesson, table, write
    from npae.recipes.folder import run_folder
    from npae.recipes.trials import DEFAULTS, FinishedTrials, settings_of
    from npae.recipes.views import limited

    get_backend()  # raises an error before an earlier run is moved aside
    directory, moved = Path(options.out), None
    settings = settings_of(directory, {name: getattr(options, name) for name in DEFAULTS}, options.resume)
    columns = detectors(settings["model"], settings["code"], settings["epochs"])
    dataset = load_data(settings["data"], "mnist", options.quiet, settings["size"])
    dataset = limited(dataset, settings["limit"])
    trials, total = FinishedTrials(directory, settings, dataset), len(columns) * len(classes_of(dataset))
    report = say_nothing if options.quiet else say
    compute = Compute(options.threads, report=report)
    if options.resume:
        trials.check_data()
    try:
        with raised(), run_folder(directory, options.resume) as moved:
            if moved:
                report(f"{directory} held an earlier run; it is now {moved}")
            report(about(dataset))
            if options.resume:
                report(f"{len(trials)} of {total} trainings are done")
            found = try_all(dataset, columns, settings["seed"], compute, trials.trial)
            write(found, dataset, settings, directory, compute)
    except KeyboardInterrupt as interrupt:
        kept, done = f"nothing is written to {directory}", None if is_back(moved) else trials.in_words(total)
        if done:
            kept = f"{done} are in {directory}; --resume continues from there"
        earlier = f"the earlier run is {'back there' if is_back(moved) else f'now {moved}'}"
        warn(f"npae: interrupted; {kept}" + (f", and {earlier}" if moved else ""))
        return status_of(interrupt)
    report(f"\nROC-AUC of the reconstruction error of test images\n{table(found, dataset)}\n")
    report(f"{lesson(found, dataset)}\n\nthe table, the numbers and the figures are in {directory}")
    return 0


def explore(options: argparse.Namespace) -> None:
    """Draw the code space of a trained model."""
    run = evaluated(options, options.data)
    if options.html:
        from npae.inside.explore import write_page

        say(write_page(run, run.path("explore.html")))
        return
    from npae.recipes.explore import explore as figures

    for path in figures(run, options.pair):
        say(path)
