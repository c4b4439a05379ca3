"""Explains what a learner's program computes by the smallest edit of a right program that does so too."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from npae.exercises import catalogue
from npae.exercises.alarm import alarm
from npae.exercises.diagnosis import told
from npae.exercises.edits.edit import Edit, names
from npae.exercises.exercise import Check
from npae.exercises.learner import Functions
from npae.exercises.observing import Observer, Target, Tried, observer_of
from npae.exercises.repairing import ADDED, ALIASES, Mended, Repairs
from npae.exercises.values import Values

SECONDS = 15.0  # of this process for all of it: an outer limit, for names depend on numbers of tries alone
TRIES = 1800  # edits of right programs
MEND_TRIES, MEND_PAIR_TRIES = 500, 100  # of the learner's own program; for the second of two edits
STRANGE = 0.75  # cost of names that the learner's program does not have
USUAL, LIKELY = 2.75, 1.25  # costs of edits that are tried first, of the plainest program and of the others
ENGLISH = ("for", "in", "if", "is", "not", "and", "or", "return", "else", "np")
MOST_MISTAKES = 2  # that are told beside the first
FEWEST_NUMBERS = 3
MANY = 1000  # calls of a test: a training, which nothing here explains in time


@dataclass
class Explanation:
    """Edits that all compute what the learner's program computes: one, if its name is certain.

    None, if it computes what is right as long as nothing was called before.
    """

    edits: list[tuple[Edit, ...]]
    by_numbers: bool = True
    also: list[tuple[str, str]] = field(default_factory=list)  # a further quantity, and what is wrong with it
    own: bool = False  # whether they are edits of the learner's program
    whole: bool = True  # whether they explain all that is wrong
    first_wrong: str = ""  # where nothing explains it: what in the learner's program is the first to be wrong

    @property
    def confident(self) -> bool:
        """Whether one edit alone explains numbers, and not only that there is an error."""
        return len(self.edits) == 1 and len(self.edits[0]) == 1 and self.by_numbers


def explain(
    exercise: str,
    check: Check,
    functions: Functions,
    seed: int,
    quantity: str = "",
    general: bool = True,
) -> Explanation | None:
    """Return the edits that explain what a learner's functions compute for a check; None if none does.

    Parameters
    ----------
    exercise : str
    check : Values, Gradients or Property
    functions : Functions
        The learner's.
    seed : int
    quantity : str
        The first that is wrong: an edit that explains it, and leaves right what is right, is enough.
    general : bool
        Whether, where no slip fits, general edits are tried.
    """
    with alarm(SECONDS):
        return _explained(exercise, check, functions, seed, quantity, general)
    return None


def _explained(
    exercise: str, check: Check, functions: Functions, seed: int, quantity: str, general: bool
) -> Explanation | None:
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    observer = observer_of(exercise, position, seed)
    seen = list(observer.observe(functions.program.anew(plain=True)))
    target = Target(seen, observer.tried(0).right, observer.tolerance)
    if not target.wrong or len(target.seen) > MANY:
        return Explanation([]) if not target.wrong else None
    wanted = target.wanted(quantity)
    repairs = Repairs(observer, functions, [functions.source], target, wanted)
    own = repairs.single(MEND_TRIES, ADDED)
    slips = [] if own else _fitting(observer.tried(0), observer.tried(0).slips, position, target, wanted)
    rest = functools.partial(_with_the_rest, *(observer, functions, target, quantity))

    def with_further(found: Explanation | None) -> Explanation | None:
        if found is not None and not found.whole:
            further = rest(repairs.single(MEND_TRIES))
            found.also = further.also if further else []
        return found

    if slips:
        return with_further(_chosen(slips, target, wanted, observer.tried(0)))
    own = own or repairs.single(MEND_TRIES, ALIASES if general else ())
    if own or not general:
        return rest(own) if own else None
    found = _general(observer, position, seen, quantity, repairs, TRIES)
    readable = found is not None and _names_of(found) <= repairs.names
    if found and found.confident and readable:
        return with_further(found)
    own = repairs.single(MEND_TRIES)
    if own and (found is None or _says_more(own, found, readable)):
        return rest(own)
    two = None if found else repairs.two(MEND_PAIR_TRIES)
    if two:
        return rest(two)
    found = found or rest(None) or Explanation([])
    found.first_wrong = "" if found.edits else repairs.first_wrong()
    return found if found.edits or found.also or found.first_wrong else None


def _says_more(own: Mended, found: Explanation, readable: bool) -> bool:
    """Whether repairs of the learner's program say more than edits of a right one, which has other names."""
    mine, theirs = own.mistakes[0][0].cost, found.edits[0][0].cost
    fewer = len(own.mistakes) < len(found.edits) or not found.by_numbers
    return fewer or mine < theirs or len(own.mistakes) == 1 and not readable and mine <= theirs + STRANGE


def _names_of(found: Explanation) -> set[str]:
    """Return the names of variables that an explanation mentions: those of a right program."""
    edit = found.edits[0][0]
    words = set(re.findall(r"[A-Za-z_]\w*", edit.sentence))
    code = edit.text or " ".join(
        ast.unparse(one) for change in edit.changes for one in change.new if isinstance(one, ast.AST)
    )
    before = set().union(*map(names, edit.lines))  # a name that is missing with the edit is told, too
    mentioned = words & (before | set(re.findall(r"\w+", code))) - set(ENGLISH)
    return mentioned | {name for name in (edit.target,) if name.isidentifier()}


def _with_the_rest(
    observer: Observer, functions: Functions, target: Target, quantity: str, own: Mended | None
) -> Explanation | None:
    """Return what is undone, and what else is to be undone until nothing is wrong that can be repaired."""
    parts, tried, also = own.parts if own else [functions.source], {quantity}, list[tuple[str, str]]()
    while observer.run is not None and len(also) < MOST_MISTAKES:
        program = functions.program.edited(parts)
        if program is None:
            break
        target = Target(list(observer.observe(program)), target.right, observer.tolerance)
        further = [name for name in observer.check.quantities if name in target.wrong and name not in tried]
        if not further:
            break
        tried.add(further[0])
        repairs = Repairs(observer, functions, parts, target, target.wanted(further[0]))
        more = repairs.single(MEND_TRIES)
        if more is not None:
            parts = more.parts
            also.append((further[0], told([sentence_of(one) for one in more.mistakes]).rstrip(".")))
    return Explanation(own.mistakes if own else [], also=also, own=True) if own or also else None


def sentence_of(edits: tuple[Edit, ...]) -> str:
    """Return what some edits together are in words."""
    return "; besides: ".join(dict.fromkeys(edit.sentence.rstrip(".") for edit in edits)) + "."


def _fitting(
    tried: Tried, edits: Iterable[Edit], position: int, target: Target, wanted: list[str]
) -> list[Edit]:
    return [
        edit for edit in edits if _fits(tried, edit, target, wanted) and _right_before(edit, position, tried)
    ]


def _general(
    observer: Observer,
    position: int,
    seen: list,
    quantity: str,
    repairs: Repairs,
    tries: int,
) -> Explanation | None:
    """Return the general edits of a right program that explain what is wrong, best in the learner's names."""
    refuted, strange = set[int](), None
    numbers = range(len(observer.programs))
    rounds = [(0, USUAL), *((k, LIKELY) for k in numbers[1:]), *((k, np.inf) for k in numbers)]
    for number, most in rounds:
        tried = observer.tried(number)
        target = Target(seen, tried.right, observer.tolerance)
        wanted = target.wanted(quantity)
        found: list[Edit] = []
        complete = False  # whether one of them explains all that is wrong; it may be a little less likely
        settled = _settled(observer, number, repairs)  # what the learner's program has right is edited last
        lines = {id(line): line for edit in tried.edits for line in edit.lines}  # many edits have one line
        settled_lines = {number for number, line in lines.items() if names(line, stored=True) & settled}
        far = {
            id(edit): edit.cost
            + (not observer.matters(edit, target, wanted))
            + (not settled_lines.isdisjoint(map(id, edit.lines)))
            for edit in tried.edits
        }
        for edit in sorted(
            (one for one in tried.edits if far[id(one)] <= most), key=lambda one: far[id(one)]
        ):
            if found and edit.cost > found[0].cost + (not complete) or not tries:
                break
            if id(edit) in refuted:
                continue
            tries -= 1
            if not _fitting(tried, [edit], position, target, wanted):
                refuted.add(id(edit))
            else:
                whole = wanted == target.wrong or _fits(tried, edit, target, target.wrong)
                complete = complete or whole
                if not found or whole or edit.cost == found[0].cost:
                    found.append(edit)
        if found:
            chosen = _chosen(found, target, wanted, tried)
            if number == 0 or chosen is None or _names_of(chosen) <= repairs.names:
                return chosen
            strange = strange or chosen
        if not tries:
            break
    return strange


def _settled(observer: Observer, number: int, repairs: Repairs) -> set[str]:
    """Return the variables of a right program whose arrays the learner's program makes, too."""
    case, arrays = repairs.traced
    own = Values()
    for one in arrays:
        own.add(one.array if one.array.size > 1 and one.array.std() > 0 else None, one.name)
    if not arrays:
        return set()
    _, made = observer.traced(observer.programs[number].module(), case)
    return {one.name for one in made if own.group(one.array)}


def _right_before(edit: Edit, position: int, tried: Tried) -> bool:
    """Whether an edit passes the earlier checks, as the learner has."""
    observer = tried.observer
    for earlier in range(position):
        before = observer_of(observer.exercise, earlier, observer.seed)
        if before.run is not None:
            same = before.tried(observer.programs.index(tried.program))
            judged = same.right[: len(before.run.cases)]  # squares explain, and judge nothing
            if not _fits(same, edit, Target(judged, judged, before.tolerance), []):
                return False
    return True


def _chosen(found: list[Edit], target: Target, wanted: list[str], tried: Tried) -> Explanation | None:
    """Return those that explain most, without those that say the same."""
    everything = [edit for edit in found if _fits(tried, edit, target, target.wrong)]
    kept: dict[str, tuple[Edit, ...]] = {}
    for edit in everything or found:  # several slips have one name; two operators may make one program
        kept.setdefault(edit.key if edit.cost == 0 else edit.text or edit.sentence, (edit,))
    slips = all(edit.cost == 0 for edit in everything or found)
    numbers = _has_numbers(target, wanted, 1 if slips else FEWEST_NUMBERS)
    found_some = numbers or len(kept) == 1
    return Explanation(list(kept.values())[:3], numbers, whole=bool(everything)) if found_some else None


def _fits(tried: Tried, edit: Edit, target: Target, wanted: list[str]) -> bool:
    """Whether an edit gives the learner's numbers of what is wanted, and leaves right what is right."""
    for case in target.order:
        made = tried.made(edit, case, target)
        if made is None:
            return False
        seen, right = target.seen[case], target.right[case] if case < len(target.right) else {}
        for label in {**seen, **made}:
            if not _alike(seen.get(label), made.get(label), right.get(label), target):
                learner_right = _alike(seen.get(label), right.get(label), None, target)
                harmless = _alike(made.get(label), right.get(label), None, target)
                if label in wanted or learner_right and not harmless:
                    return False
    return True


def _alike(one: object, other: object, right: object, target: Target) -> bool:
    return one is None and other is None or one is not None and target.same(one, other, right)


def _has_numbers(target: Target, wanted: list[str], fewest: int = FEWEST_NUMBERS) -> bool:
    """Whether there is enough to explain: more than errors, and more than a number or two."""
    count = 0
    for case, seen in enumerate(target.seen):
        for label in set(wanted) & set(target.wrong_in(case)):
            count += seen[label].size if isinstance(seen[label], np.ndarray) else 0
    return count >= fewest
