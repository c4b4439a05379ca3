"""Prints what the checker says of learners' answers beside what is wrong with them, for a person to judge.

Usage, from this folder: ``python naming.py look [name ...] [--json FILE]``, with the half of `halves.json`
or "new", the answers to exercises that came later, or "look2" to "aside7", the halves of further sets, and
the beginnings of names, as ``adam`` or ``conv2d-0``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from npae.exercises import sandbox

HERE = Path(__file__).parent
ANSWERS = HERE / "answers_unseen"
NEW = HERE / "answers_unseen_new"
FURTHER = {path.name[-1]: path for path in sorted(HERE.glob("answers_unseen_[0-9]"))}
HALVES = [f"{half}{number}" for number in ("", *FURTHER) for half in ("look", "aside")]


def judge(answer: str, folder: Path = ANSWERS) -> dict:
    """Return what a learner is told of an answer, as "wrong/adam-01", its bug, and the seconds it took."""
    file = folder / f"{answer}.py"
    outcome = sandbox.check(file.stem.rpartition("-")[0], file)
    report = outcome.report
    told = {"answer": answer, "seconds": round(outcome.seconds, 2), "passed": outcome.passed}
    told |= {"key": report["diagnosis"], "confident": report["confident"], "sentence": report["sentence"]}
    told |= {"also": report["also"], "evidence": report["evidence"][:3]}
    bug = file.with_suffix(".txt")
    return {**told, "bug": bug.read_text().strip() if bug.exists() else ""}


def main() -> None:
    """Judge all answers of a half, and print one paragraph for each, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("half", choices=("new", *HALVES))
    parser.add_argument("names", nargs="*", help="beginnings of names; default: all")
    parser.add_argument("--json", type=Path, help="write all of it there")
    options = parser.parse_args()
    folder = NEW if options.half == "new" else FURTHER.get(options.half[-1], ANSWERS)
    if options.half == "new":
        half = [str(path.relative_to(NEW))[:-3] for path in NEW.glob("*/*.py")]
    else:
        half = json.loads((folder / "halves.json").read_text())[options.half.rstrip("".join(FURTHER))]
    told = []
    for answer in sorted(half):
        if answer.partition("/")[2].startswith(tuple(options.names) or ("",)):
            one = judge(answer, folder)
            told.append(one)
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
