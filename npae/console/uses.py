"""The commands that show what autoencoders are for: `npae anomaly` and `npae explore`."""

from __future__ import annotations

from pathlib import Path

from npae.console.commandline import about, add_compute, load_data, natural, positive, warn


def add_uses(commands) -> None:
    """Add ``anomaly`` and ``explore`` to the commands of `npae.console.cli`."""
    command = commands.add_parser(
        "anomaly", help="tell every digit from all others by the reconstruction error"
    )
    command.description = (
        "Train on all digits but one, for each one, and on one digit alone; score the test images by their "
        "reconstruction error; and tell how well the score finds what was never seen."
    )
    command.add_argument(
        "--model", choices=("dense", "deep"), help="default: deep, with codes of 2, 32 and 16"
    )
    command.add_argument("--code", type=positive, metavar="N", help="numbers in the model's code")
    command.add_argument(
        "--data",
        metavar="NAME",
        help="auto (default), mnist, fashion-mnist, synthetic, or a path",
    )
    command.add_argument(
        "--epochs", type=positive, metavar="N", help="of every training; default: 10, or 20 for one digit"
    )
    command.add_argument("--seed", type=natural, metavar="N", help="default: 0")
    command.add_argument("--limit", type=positive, metavar="N", help="use only the first N images")
    command.add_argument("--out", metavar="DIR", default="runs/anomaly", help="default: runs/anomaly")
    command.add_argument(
        "--resume", action="store_true", help="go on with the run in --out; what is trained stays as it is"
    )
    command.add_argument(
        "--quiet", action="store_true", help="print nothing but errors, and a warning of synthetic data"
    )
    add_compute(command)
    command.set_defaults(command=anomaly)

    command = commands.add_parser("explore", help="look into the code space of a trained model")
    command.add_argument("directory", metavar="DIR", help="where npae train wrote to")
    command.add_argument(
        "--pair",
        type=natural,
        nargs=2,
        action="append",
        metavar=("A", "B"),
        help="go from test image A to test image B, counted from 0; may be given several times",
    )
    command.add_argument("--data", metavar="NAME", help="another data set than that of the training")
    add_compute(command)
    command.set_defaults(command=explore)


def anomaly(options) -> int:
    """Find anomalies by their reconstruction error."""
    from npae.kernels.backend import get_backend
    from npae.recipes.anomaly import classes_of, detectors, try_all
    from npae.recipes.anomaly_report import lesson, table, write
    from npae.recipes.folder import make_room, put_back
    from npae.recipes.trials import DEFAULTS, Shelf, settings_of
    from npae.recipes.views import limited

    get_backend()  # complains now rather than when an earlier run is out of the way
    directory = Path(options.out)
    settings = settings_of(directory, {name: getattr(options, name) for name in DEFAULTS}, options.resume)
    columns = detectors(settings["model"], settings["code"], settings["epochs"])
    dataset = limited(load_data(settings["data"], "mnist", options.quiet), settings["limit"])
    shelf, total = Shelf(directory, settings, dataset), len(columns) * len(classes_of(dataset))
    say = (lambda line: None) if options.quiet else (lambda line: print(line, flush=True))
    if options.resume:
        shelf.check_data()
    moved = None if options.resume else make_room(directory)
    try:
        if moved:
            say(f"{directory} held an earlier run; it is now {moved}")
        say(about(dataset))
        if options.resume:
            say(f"{len(shelf)} of {total} trainings are done")
        found = try_all(dataset, columns, settings["seed"], options.threads, say, shelf.trial)
        write(found, dataset, settings, directory, options.threads)
    except KeyboardInterrupt:
        back = put_back(directory, moved)
        kept = f"nothing is written to {directory}"
        if not back and len(shelf):
            kept = f"{len(shelf)} of {total} trainings are in {directory}; --resume goes on from there"
        earlier = f"the earlier run is {'back there' if back else f'now {moved}'}"
        warn(f"npae: interrupted; {kept}" + (f", and {earlier}" if moved else ""))
        return 1
    except BaseException:
        put_back(directory, moved)
        raise
    say(f"\nROC-AUC of the reconstruction error of test images\n{table(found, dataset)}\n")
    say(f"{lesson(found, dataset)}\n\nthe table, the numbers and the figures are in {directory}")
    return 0


def explore(options) -> None:
    """Draw the code space of a trained model."""
    from npae.recipes.explore import explore as figures
    from npae.recipes.run import load_run

    run = load_run(options.directory, options.data, warn)
    run.threads = options.threads
    for path in figures(run, options.pair):
        print(path, flush=True)
