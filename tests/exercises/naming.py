"""Prints what the checker says of learners' answers beside what is wrong with them, for a person to judge.

Usage, from this folder: ``python naming.py look [name ...] [--json FILE]``, with the half of `halves.json`
or "new", the answers to exercises that came later, and the beginnings of names, as ``adam`` or ``conv2d-0``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import time
from pathlib import Path

import numpy as np

from npae.exercises.checking import check_file

ANSWERS = Path(__file__).parent / "answers_unseen"
NEW = Path(__file__).parent / "answers_unseen_new"


def judge(answer: str, folder: Path = ANSWERS) -> dict:
    """Return what the checker says of an answer such as "wrong/adam-01", its bug, and the seconds it took."""
    file = folder / f"{answer}.py"
    exercise = file.stem.rpartition("-")[0]
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), np.errstate():
        result = check_file(exercise, file)
    told = {"answer": answer, "seconds": round(time.perf_counter() - began, 2), "passed": result.passed}
    told |= {"key": result.diagnosis, "confident": result.confident, "sentence": result.sentence}
    told |= {"also": result.also, "evidence": result.evidence[:3]}
    bug = file.with_suffix(".txt")
    return {**told, "bug": bug.read_text().strip() if bug.exists() else ""}


def main() -> None:
    """Judge all answers of a half, and print one paragraph for each, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("half", choices=("look", "aside", "new"))
    parser.add_argument("names", nargs="*", help="beginnings of names; default: all")
    parser.add_argument("--json", type=Path, help="write all of it there")
    options = parser.parse_args()
    if options.half == "new":
        folder, half = NEW, [str(path.relative_to(NEW))[:-3] for path in NEW.glob("*/*.py")]
    else:
        folder, half = ANSWERS, json.loads((ANSWERS / "halves.json").read_text())[options.half]
    begun = tuple(options.names) or ("",)
    told = [judge(answer, folder) for answer in sorted(half) if answer.partition("/")[2].startswith(begun)]
    for one in told:
        sure = "" if one["confident"] else "not sure, "
        print(f"{one['answer']} ({sure}{one['key'] or '?'}, {one['seconds']} s)")
        print(f"    bug:  {one['bug']}\n    told: {one['sentence']}")
        for more in one["also"]:
            print(f"    also: {more}")
    wrong = [one for one in told if one["answer"].startswith("wrong")]
    refused = [one["answer"] for one in told if one not in wrong and not one["passed"]]
    passed = [one["answer"] for one in wrong if one["passed"]]
    unknown = [one["answer"] for one in wrong if not one["key"] and not one["passed"]]
    print(
        f"\n{len(wrong)} wrong answers; passed: {passed}; unknown: {len(unknown)}; "
        f"right but refused: {refused}"
    )
    if options.json:
        options.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
