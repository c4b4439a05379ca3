"""The tables of README.md and benchmarks/README.md, written from recorded results."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.published import DIFFERS, FAMILY, LENET_5, RESULTS, SEEDS, SYSTEMS, UNITS, Line, Row
from benchmarks.tables import MISSING, fixed, markdown, number, spread
from benchmarks.timing import geometric_mean
from npae.kernels import dense
from npae.layers import Dense
from npae.recipes import RECIPES

Result = results.Result
NOT_YET = "not yet measured"
LOSS = Line("", (("final test loss {}", "val_loss", 4),), "")  # for a recipe that is not in `FAMILY`


class Runs:
    """The recorded runs of one recipe.

    Attributes
    ----------
    own : dict
        By seed.
    others : list of (int, str, dict)
        Seed, label and result of the runs in another arithmetic.
    """

    def __init__(self, name: str, folder: Path):
        self.name = name
        self.own: dict[int, Result] = {}
        self.others: list[tuple[int, str, Result]] = []
        for stem, result in results.found("reproduce", folder).items():
            match = re.fullmatch(rf"{re.escape(name)}-(\d+)(?:@(.+))?", stem)
            if match and match[2]:
                self.others.append((int(match[1]), match[2], result))
            elif match:
                self.own[int(match[1])] = result

    def values(self, row: Row) -> dict[int, float | None]:
        """Return a number for each expected or recorded seed; None if it is missing."""
        seeds = sorted({*range(SEEDS.get(self.name, 3)), *self.own})
        return {seed: value_of(row, self.own[seed]) if seed in self.own else None for seed in seeds}

    def there(self, row: Row) -> list[float]:
        """Return the recorded numbers."""
        return [value for value in self.values(row).values() if value is not None]

    def elsewhere(self, row: Row) -> str:
        """Return the number of the same seed in another arithmetic."""
        found = []
        for seed, _, result in self.others:
            if seed in self.own:
                here, there = (fixed(value_of(row, run), row.digits) for run in (self.own[seed], result))
                found.append("the same" if here == there else f"{there} for {here}")
        return "; ".join(dict.fromkeys(found)) or "not tried"

    def repeats(self, row: Row) -> bool:
        """Return whether all runs in another arithmetic have the same number."""
        return self.elsewhere(row) in ("the same", "not tried")

    def cell(self, row: Row) -> str:
        """Return one number per seed; mean, least and greatest if they depend on the arithmetic."""
        there = self.there(row)
        if not there:
            return MISSING
        values = self.values(row)
        if self.repeats(row):
            return " / ".join(fixed(value, row.digits) for value in values.values())
        seeds = f"{len(values)}" if len(there) == len(values) else f"{len(there)} of {len(values)}"
        return f"{spread(there, row.digits)}, {seeds} seeds"


def value_of(row: Row, result: Result) -> float | None:
    """Return the number of a recorded run for a row; None if the run has none."""
    column, _, epoch = row.ours.partition(" ")
    if column not in result["history"]:
        return result["metrics"].get(column)
    values = result["history"][column]
    index = int(epoch or 0) - 1
    return values[index] if index < len(values) else None


def layer(folder: Path) -> str:
    """Return the formulas and the code of the dense layer, from its two files."""
    notes = (inspect.getdoc(Dense) or "").partition("Notes\n")[2]
    formulas = "\n".join(line.strip() for line in notes.splitlines() if line.startswith("    "))
    functions = (Dense.forward, Dense.backward, dense.forward_numpy, dense.backward_numpy)
    code = [textwrap.dedent(inspect.getsource(function)).rstrip() for function in functions]
    return "```python\n" + "\n\n".join([textwrap.indent(formulas, "# "), *code]) + "\n```"


def systems(folder: Path) -> str:
    """Return the five systems, one row each."""
    rows: list[list[str]] = []
    all_runs: list[Result] = []
    for name, (main, further) in SYSTEMS.items():
        runs = Runs(name, folder)
        all_runs += runs.own.values()
        lines = {row.what: row for row in RESULTS[name]}
        row, training = lines[main], lines.get(further)

        def cells(row: Row, runs: Runs = runs) -> tuple[str, str, str]:
            return row.published or MISSING, _listed(row.measured, row.digits), runs.cell(row)

        texts = list(cells(row))
        if training:
            texts = [f"{text} (training {more})" for text, more in zip(texts, cells(training))]
        rows.append([f"`npae train {name}`", UNITS[name], *texts, DIFFERS[name]])
    header = ["", "final test loss", "published", "original's framework, measured", "npae", "what differs"]
    return f"{markdown(header, rows, left=6)}\n\n{_made_by(all_runs)}"


def family(folder: Path) -> str:
    """Return the other recipes, one row each."""
    rows: list[list[str]] = []
    all_runs: list[Result] = []
    others = {name: LOSS for name in RECIPES if name not in SYSTEMS}
    for name, line in {**others, **FAMILY}.items():
        runs = Runs(name, folder)
        all_runs += runs.own.values()
        texts = []
        for text, ours, digits in line.numbers:
            there = runs.there(Row("", (), "", ours, digits))
            texts += [text.format(spread(there, digits))] if there else []
        command = f"`npae train {name}`" if name in RECIPES else f"`npae {name}`"
        seeds = f" ({_count(len(runs.own), 'seed')})" if texts else ""
        published = line.published or RECIPES[name].source or MISSING
        shows = line.shows or RECIPES[name].summary
        rows.append([command, published, (", ".join(texts) or NOT_YET) + seeds, shows])
    header = ["", "published", "npae: mean (least–greatest)", "what it shows"]
    return f"{markdown(header, rows, left=4)}\n\n{_made_by(all_runs)}"


def speed(folder: Path) -> str:
    """Return the ratios of npae's times to the fastest peer's, one row per processor."""
    found = results.found("peers", folder)
    if not found:
        return NOT_YET
    names = list(dict.fromkeys(name for result in found.values() for name in result["recipes"]))
    rows = []
    for slug, result in found.items():
        ratios = _ratios(result)
        where = f"{processor(result)}, {_count(result['threads'], 'thread')}, {result['date']}"
        models, epochs, run = (
            results.read(f"{group}/{slug}", folder) for group in ("models", "epochs", "speedrun")
        )
        further = [
            _mean(_ratios(models)) if models else None,
            _ratios(epochs).get("lenet-5") if epochs else None,
            _speedrun_ratio(run) if run else None,
        ]
        rows.append(
            [where, *(number(ratios.get(name)) for name in names), *map(number, [_mean(ratios), *further])]
        )
    header = ["npae / fastest peer", *(f"`{name}`" for name in names)]
    return markdown([*header, "geometric mean", "other models", "LeNet-5", "speedrun"], rows)


def _ratios(result: Result) -> dict[str, float]:
    """Return npae's time divided by the fastest peer's, by recipe, where both are known."""
    ratios = {name: against_fastest(times)[1] for name, times in result["recipes"].items()}
    return {name: ratio for name, ratio in ratios.items() if ratio is not None}


def _mean(ratios: dict[str, float]) -> float | None:
    return geometric_mean(ratios.values()) if ratios else None


def reproduction(folder: Path) -> str:
    """Return all rows of `RESULTS`, with one number per seed."""
    rows: list[list[str]] = []
    all_runs: list[Result] = []
    for name in RESULTS:
        runs = Runs(name, folder)
        all_runs += runs.own.values()
        title = f"`{name}`, {RECIPES[name].epochs} epochs" if name in RECIPES else f"`npae {name}`"
        for row in RESULTS[name]:
            measured = _listed(row.measured, row.digits) if row.measured else ""
            rows.append([title, row.what, row.published, measured, runs.cell(row), runs.elsewhere(row)])
            title = ""
    header = ["setting", "", "published", "original's framework", "npae", "same seed, other arithmetic"]
    return f"{markdown(header, rows, left=6)}\n\n{_made_by(all_runs)}"


def minutes(folder: Path) -> str:
    """Return the time of each reproduction, in its fastest run."""
    rows = []
    for name in RESULTS:
        recorded = Runs(name, folder).own.values()
        if recorded:
            best = min(recorded, key=lambda result: result["seconds"] + result["seconds_of_parts"])
            whole = best["seconds"] + best["seconds_of_parts"]
            threads = best["threads"] or MISSING
            rows.append([f"`{name}`", number(best["seconds"] / 60), number(whole / 60), threads])
    header = ["", "minutes, with validation", "with its parts", "threads"]
    return markdown(header, rows) if rows else NOT_YET


def peers(folder: Path) -> str:
    """Return the milliseconds per step of every contestant, one table per processor."""
    return _each("peers", folder, peers_table)


def models(folder: Path) -> str:
    """Return the same of the models that are no recipes."""
    return _each("models", folder, peers_table)


def lenet(folder: Path) -> str:
    """Return the seconds of ten epochs of LeNet-5, beside the published times of SimpleChains.jl."""
    return _each("epochs", folder, lambda result: f"{peers_table(result)}\n\n{lenet_table(result)}")


def lenet_table(result: Result) -> str:
    """Return ten epochs of LeNet-5, measured here and published elsewhere, as a table."""
    measured = {
        name: 10 * entry["median"]
        for name, entry in result["recipes"].get("lenet-5", {"contestants": {}})["contestants"].items()
        if "median" in entry
    }
    rows = [[name, processor(result), result["threads"], number(time)] for name, time in measured.items()]
    rows += [[name, where, threads, number(seconds)] for name, where, threads, seconds in LENET_5]
    return markdown(["LeNet-5 on MNIST", "processor", "threads", "seconds for 10 epochs"], rows, left=2)


def speedrun(folder: Path) -> str:
    """Return the seconds from a cold process to a test loss, one table per processor."""
    return _each("speedrun", folder, speedrun_table)


def speedrun_table(result: Result) -> str:
    """Return one result of `benchmarks.speedrun` as a table."""
    rows = []
    for name, run in result["runs"].items():
        losses, epochs = run.get("losses", []), run.get("seconds_of_epochs", [])
        last = (
            [f"{losses[-1]:.4f}", number(epochs[-1]), f"{run['peak_MB']:.0f}"]
            if "seconds" in run
            else [MISSING] * 3
        )
        rows.append([name, number(run.get("seconds")), len(losses) or MISSING, *last])
    header = [f"`{result['recipe']}` to a test loss of {result['until']}", "seconds", "epochs", "test loss"]
    notes = [
        f"Left out: {name} ({run['left_out']})." for name, run in result["runs"].items() if "left_out" in run
    ]
    ratio = _speedrun_ratio(result)
    notes += [f"npae from an empty cache / fastest peer: {number(ratio)}."] if ratio else []
    return f"{markdown([*header, 'last epoch, s', 'peak memory, MB'], rows)}\n\n{' '.join(notes)}".rstrip()


def _speedrun_ratio(result: Result) -> float | None:
    times = {name: run["seconds"] for name, run in result["runs"].items() if "seconds" in run}
    own = [times.pop(name) for name in list(times) if name.startswith("npae")]
    return max(own) / min(times.values()) if own and times else None


def peers_table(result: Result) -> str:
    """Return one result of `benchmarks.peers` as a table."""
    names = [name for name, facts in result["contestants"].items() if "missing" not in facts]
    factor = 1 if result["unit"] == "s/epoch" else 1000
    rows, ratios = [], []
    for recipe, times in result["recipes"].items():
        fastest, ratio = against_fastest(times)
        ratios += [] if ratio is None else [ratio]
        cells = [_scaled(times["contestants"].get(name, {}).get("median"), factor) for name in names]
        rows.append([f"`{recipe}`", times["batch_size"], *cells, fastest, number(ratio)])
    table = markdown([result["unit"], "batch", *names, "fastest peer", "npae / fastest"], rows)
    notes = [f"Geometric mean of npae / fastest: {number(geometric_mean(ratios))}."] if ratios else []
    peers = {name: facts for name, facts in result["contestants"].items() if name != "npae"}
    versions = [facts["versions"] for facts in peers.values() if "versions" in facts]
    merged = dict(sorted({name: text for each in versions for name, text in each.items()}.items()))
    if merged:
        notes += [f"Peers: {', '.join(f'{name} {text}' for name, text in merged.items())}."]
    missing = {n: f["missing"] for n, f in result["contestants"].items() if "missing" in f}
    notes += [f"Missing: {'; '.join(f'{name} ({why})' for name, why in missing.items())}."] if missing else []
    left_out: dict[tuple[str, str], list[str]] = {}
    for recipe, times in result["recipes"].items():
        for name, entry in times["contestants"].items():
            if "left_out" in entry:
                left_out.setdefault((name, entry["left_out"]), []).append(f"`{recipe}`")
    notes += [f"Left out of {', '.join(of)}: {name} ({why})." for (name, why), of in left_out.items()]
    return table + ("\n\n" + " ".join(notes) if notes else "")


def against_fastest(times: Result) -> tuple[str, float | None]:
    """Return the name of the fastest peer on a recipe, and the ratio of npae's time to its time."""
    medians = {name: t["median"] for name, t in times["contestants"].items() if "median" in t}
    own = medians.pop("npae", None)
    if own is None or not medians:
        return MISSING, None
    fastest = min(medians, key=lambda name: medians[name])
    return fastest, own / medians[fastest]


def kernels(folder: Path) -> str:
    """Return the speed of every kernel and its share of the peak, one table per processor."""
    return _each("kernels", folder, kernels_table)


def kernels_table(result: Result) -> str:
    """Return one result of `benchmarks.kernels` as a table."""
    peaks = ", ".join(f"{name} {number(value)}" for name, value in result["peaks"].items())
    header = ["recipe", "layer", "shape", "images", "what", *result["sorts"], "unit", "of peak"]
    rows = []
    before = None
    for work in result["works"]:
        speeds = [number(work[sort]) for sort in result["sorts"]]
        cells = [work["layer"], work["shape"], work["images"], work["what"], *speeds, work["unit"]]
        title = f"`{work['recipe']}`" if work["recipe"] != before else ""
        rows.append([title, *cells, f"{work['numba'] / work['peak']:.0%}"])
        before = work["recipe"]
    return f"{markdown(header, rows, left=3)}\n\nPeaks of one core: {peaks}."


def scaling(folder: Path) -> str:
    """Return how a step grows, one table per processor."""
    return _each("scaling", folder, scaling_table)


def scaling_table(result: Result) -> str:
    """Return one result of `benchmarks.scaling` as a table."""
    rows: list[list[object]] = []
    for axis, points in result["axes"].items():
        for k, (x, batch, seconds) in enumerate(points):
            name = axis if k == 0 else ""
            rows.append([name, x, batch, number(1e3 * seconds), number(1e6 * seconds / batch)])
    lines = [markdown(["", "value", "batch", "ms/step", "µs/image"], rows)] if rows else []
    lines += [_evenness(result["axes"])]
    if gains := result.get("gains"):
        lines.append(
            f"`{result['recipe']}`, against one core: {gains['cores']} threads do "
            f"{number(gains['threads'])} times as much, {gains['cores']} separate processes "
            f"{number(gains['processes'])} times: these share nothing but the machine, which gives no more."
        )
    unequal = [name for name, prints in result["weights"].items() if len(set(prints.values())) > 1]
    counts = list(next(iter(result["weights"].values()), {}))
    verdict = f"DIFFERENT in {', '.join(unequal)}" if unequal else "the same bits in all recipes"
    lines.append(f"Weights after four steps, with {', '.join(counts)} threads: {verdict}.")
    return "\n\n".join(lines)


def _evenness(axes: dict[str, Any]) -> str:
    """Return the ratio of the slowest point to the fastest where the time should be proportional."""

    def of(axis: str, what: str, work: Callable[[int, int], int], least: int) -> list[str]:
        cost = {x: 1e6 * seconds / work(x, batch) for x, batch, seconds in axes.get(axis, []) if x >= least}
        if not cost:
            return []
        (best, worst), ends = (
            (f(cost, key=lambda x: cost[x]) for f in (min, max)),
            f"{min(cost)} to {max(cost)}",
        )
        text = (
            f"{what}, {axis} {ends}: {number(cost[best])} (at {best}) to {number(cost[worst])} (at {worst})"
        )
        return [f"{text}, a factor of {number(cost[worst] / cost[best])}."]

    parts = of("pixels along an edge", "µs a pixel", lambda x, batch: batch * x * x, 1)
    parts += of("images in a batch", "µs an image", lambda x, batch: batch, 16)
    if epochs := axes.get("epoch"):
        last = epochs[-1][2] / epochs[0][2]
        parts.append(
            f"The last epoch, with gradients that are exactly 0, takes {number(last)} times the first."
        )
    return " ".join(parts)


def startup(folder: Path) -> str:
    """Return imports, first steps, memory and disk, one table per processor."""
    return _each("startup", folder, startup_table)


def startup_table(result: Result) -> str:
    """Return one result of `benchmarks.startup` as a table."""
    rows = [
        [run["what"], number(run["seconds"]), f"{run['peak_MB']:.0f}" if run["peak_MB"] else MISSING]
        if "left_out" not in run
        else [f"{run['what']}: left out, {run['left_out']}", MISSING, MISSING]
        for run in result["processes"]
    ]
    text = markdown(["from the start of a process to its end", "seconds", "peak memory, MB"], rows)
    taken = {run["what"]: run["seconds"] for run in result["processes"] if "seconds" in run}
    first = f"first step of {result['recipe']}, npae"
    for more, less, what in (
        (
            f"{first}, empty cache",
            f"{first}, warm cache",
            f"Compiling the kernels of `{result['recipe']}` takes",
        ),
        ("import npae", "import numpy", "`import npae` takes, above `import numpy`,"),
    ):
        if more in taken and less in taken:
            text += f"\n\n{what} {number(taken[more] - taken[less])} s."
    sizes = [
        f"{name} {size['MB']:.0f} MB in {size['packages']} packages" for name, size in result["disk"].items()
    ]
    return text + (f"\n\nOn disk, with all that each needs: {'; '.join(sizes)}." if sizes else "")


def ladder(folder: Path) -> str:
    """Return the versions of one convolution, one table per processor."""
    return _each("ladder", folder, ladder_table)


def ladder_table(result: Result) -> str:
    """Return one result of `benchmarks.ladder` as a table."""
    peak = result["peak"]["GFLOP/s"]
    rows = [
        [rung["name"], rung["adds"], *map(number, (rung["forward"], rung["both"])), _share(rung, peak)]
        for rung in result["rungs"]
    ]
    header = ["GFLOP/s", "what it adds", "forward", "forward and backward", "forward, of peak"]
    return (
        f"{markdown(header, rows, left=2)}\n\n{result['layer']}; one core. "
        f"Peak: {number(peak)} ({result['peak']['of']}); "
        f"multiply-adds in registers {number(result['registers'])}, "
        f"matrix product {number(result['product'])}."
    )


BLOCKS: dict[str, Callable[[Path], str]] = {
    "layer": layer,
    "systems": systems,
    "family": family,
    "speed": speed,
    "reproduction": reproduction,
    "minutes": minutes,
    "peers": peers,
    "models": models,
    "lenet": lenet,
    "speedrun": speedrun,
    "kernels": kernels,
    "scaling": scaling,
    "startup": startup,
    "ladder": ladder,
}


def processor(result: Result) -> str:
    """Return "AMD EPYC (znver3)"."""
    machine = result["machine"]
    chosen = machine.get("arithmetic", {})
    return f"{machine['processor']} ({machine['core']}{', '.join(['', *chosen.values()])})"


def description(result: Result) -> str:
    """Return machine, versions and date of a result as one line."""
    machine, versions = result["machine"], result["versions"]
    memory = f", {machine['memory_GB']} GB" if machine.get("memory_GB") else ""
    where = f"{processor(result)}, {_count(machine['cores'], 'core')}{memory}, {machine['system']}"
    what = ", ".join(f"{name} {version}" for name, version in versions.items())
    load = machine.get("load_before") or 0
    busy = f"; beside other work, a load of {load}" if load > 1 else ""
    return f"{where}; {what}; {result['date']}{busy}"


def _each(group: str, folder: Path, table: Callable[[Result], str]) -> str:
    parts = [
        f"`{result['command']}`: {description(result)}.\n\n{table(result)}"
        for result in results.found(group, folder).values()
    ]
    return "\n\n".join(parts) or NOT_YET


def _made_by(runs: Sequence[Result]) -> str:
    """Return processor and dates of runs: one clause for each processor."""
    dates: dict[str, list[str]] = {}
    for run in runs:
        dates.setdefault(processor(run), []).append(run["date"])
    where = [f"{name}, {_from_to(days)} ({_count(len(days), 'run')})" for name, days in dates.items()]
    return f"Recorded: {'; '.join(where)}." if where else NOT_YET


def _from_to(days: Sequence[str]) -> str:
    return min(days) if min(days) == max(days) else f"{min(days)} to {max(days)}"


def _listed(values: Sequence[float], digits: int) -> str:
    return " / ".join(fixed(value, digits) for value in values) or MISSING


def _scaled(value: float | None, factor: float) -> str:
    return number(None if value is None else factor * value)


def _share(rung: dict[str, Any], peak: float) -> str:
    return f"{rung['forward'] / peak:.1%}"


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
