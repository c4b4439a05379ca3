"""The rooms of npae: which folder may import which, and that an object is changed by its own class alone."""

from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "npae").rglob("*.py"))

# From the command line down: a room imports only rooms that stand below it in this list.
COLUMN = [
    "__main__",
    "console",
    "exercises",
    "gradcheck",
    "inside",
    "recipes",
    "interop",
    "measures",
    "training",
    "objectives",
    "model",
    "layers",
    "kernels",
]
# The ground: what each of its rooms may import of npae beside itself. The whole column may import them.
GROUND = {
    "plotting": {"arguments", "files"},
    "datasets": {"arguments", "files", "terminal"},
    "files": {"arguments"},
    "interrupts": set(),
    "geometry": {"arguments"},
    "initializers": {"arguments"},
    "markup": {"arguments"},
    "terminal": {"arguments"},
    "arguments": set(),
}
# Numba requires llvmlite, with which kernels/vectors_llvm.py writes loops; matplotlib requires Pillow, with
# which plotting writes GIFs and datasets/pictures.py reads pictures.
RUNTIME = {"numpy", "numba", "llvmlite", "matplotlib", "PIL"}


def room_of(module: str) -> str:
    """Return the room of a dotted name: ``"layers"`` of ``npae.layers.dense``, ``""`` of ``npae`` itself."""
    return (module.split(".") + [""])[1]


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(node: ast.expr) -> str:
    """Return a plain or dotted name as text, and "" of all else: faster than `ast.unparse`."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def modules_imported(path: Path) -> set[tuple[int, str]]:
    """Return (line, dotted name) of every import in a file, also inside functions."""
    package = list(path.relative_to(ROOT).parts[:-1])
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {(node.lineno, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            # "from npae import gradcheck" imports npae.gradcheck; "from npae import Dense" npae itself.
            names = {f"{origin}.{alias.name}" for alias in node.names} if origin == "npae" else {origin}
            found |= {(node.lineno, name if is_module(name) else origin) for name in names}
    return found


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def module_of(path: Path) -> str:
    """Return the dotted name of a file: ``npae.layers.dense``, and ``npae.layers`` of its ``__init__.py``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def all_imports() -> dict[Path, set[tuple[int, str]]]:
    """Return what each file imports."""
    return {path: modules_imported(path) for path in FILES}


def imports_between_rooms() -> dict[tuple[str, str], list[str]]:
    """Return, for each pair of different rooms (importing, imported), the places of these imports."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for path, imports in all_imports().items():
        room = room_of(module_of(path))
        for line, module in sorted(imports):
            if module.split(".")[0] == "npae" and room_of(module) != room:
                place = f"{path.relative_to(ROOT)}:{line} imports {module}"
                pairs.setdefault((room, room_of(module)), []).append(place)
    return pairs


def test_every_room_has_its_place():
    assert {room_of(module_of(path)) for path in FILES} <= {"", *COLUMN, *GROUND}


def test_a_room_imports_only_rooms_below_it():
    wrong = []
    for (importing, imported), places in imports_between_rooms().items():
        if importing == "":  # npae/__init__.py gathers the public names; no room imports it
            continue
        if importing in GROUND:
            allowed = imported in GROUND[importing]
        else:
            below = COLUMN[COLUMN.index(importing) + 1 :]
            allowed = imported in below or imported in GROUND
        if not allowed:
            wrong += places
    assert not wrong, "\n".join(wrong)


def test_no_file_imports_itself_by_way_of_others():
    """Imports inside of functions count too: a circle that is put off is a circle."""
    names = {module_of(path): path for path in FILES}
    targets = {
        name: {module for _, module in all_imports()[path] if module in names and module != name}
        for name, path in names.items()
    }

    def reached(start):
        todo, found = [start], set()
        while todo:
            new = targets[todo.pop()] - found
            found |= new
            todo += new
        return found

    circle = sorted(name for name in names if name in reached(name))
    assert not circle, ", ".join(circle)


def test_only_terminal_prints():
    """What it prints is free of control characters, whichever stranger's text is in it."""
    own = [path for path in FILES if not {"path", "worker"} & set(path.relative_to(ROOT / "npae").parts)]
    printing = {
        path.name
        for path in own
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name) and node.id == "print"
    }
    assert printing == {"terminal.py"}


def test_only_plotting_imports_matplotlib_and_nothing_else_needs_installing():
    for path, imports in all_imports().items():
        for line, module in imports:
            root = module.split(".")[0]
            where = f"{path.relative_to(ROOT)}:{line} imports {module}"
            assert root in RUNTIME or root == "npae" or root in sys.stdlib_module_names, where
            pictures = root == "PIL" and path.name == "pictures.py"
            assert root not in ("matplotlib", "PIL") or "plotting" in path.parts or pictures, where


# What may be set on an object from outside its class, and why.
MAY_BE_SET = {
    "stop": "a callback ends a training by it, as its documentation says",
    "__name__": "of a function that was made here, for messages",
    "description": "of a command's parser: argparse takes it from nowhere else once the command is added",
    "align": "of an instruction of LLVM: llvmlite takes it from nowhere else",
    "writeable": "a flag of NumPy's arrays",
    "state": "of a generator's source of bits: NumPy knows no other way to continue a stream",
    "argtypes": "of a function of a C library: ctypes knows no other way",
    "restype": "of a function of a C library: ctypes knows no other way",
}
# Files that are excepted, and why.
EXCEPTED = {
    "npae/exercises/": "until the issue that rewrites the exercises",
    "npae/kernels/backend.py": "Numba's cache on disk, its folder and its index, have no other door",
}


def attributes_set_from_outside(path: Path) -> list[str]:
    """Return the places where a file sets an attribute of an object outside of that object's class.

    Assignments of every kind count (plain, augmented, annotated, in a tuple, as the target of ``for`` and
    ``with``), deletions too, and ``setattr``. Not counted: ``self`` and ``cls``, a copy of itself that a
    method makes (``other = copy.copy(self)``), ``threading.local()`` at the top of the file, and ``sys``.
    """
    found = []

    def look(node: ast.AST, own: set[str]) -> None:
        if isinstance(node, (ast.FunctionDef, ast.Module)):
            own = own | {
                target.id
                for inner in ast.walk(node)
                if isinstance(inner, ast.Assign)
                and ast.unparse(inner.value)
                in ("threading.local()", "copy.copy(self)", "copy.deepcopy(self)")
                and (isinstance(node, ast.FunctionDef) or inner in node.body)
                for target in inner.targets
                if isinstance(target, ast.Name)
            }
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            check(node, ast.unparse(node.value), node.attr, own)
        elif isinstance(node, ast.Call) and name_of(node.func) in ("setattr", "object.__setattr__"):
            check(node, ast.unparse(node.args[0]), ast.unparse(node.args[1]), own)
        for child in ast.iter_child_nodes(node):
            look(child, own)

    def check(node: ast.AST, changed: str, name: str, own: set[str]) -> None:
        if changed not in own and name not in MAY_BE_SET:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} sets {changed}.{name}")

    look(tree_of(path), {"self", "cls", "sys"})
    return found


OWN_FILES = {path.relative_to(ROOT).as_posix(): path for path in FILES}


@pytest.mark.parametrize("name", [name for name in OWN_FILES if not name.startswith(tuple(EXCEPTED))])
def test_an_attribute_is_set_by_its_own_class_alone(name):
    found = attributes_set_from_outside(OWN_FILES[name])
    assert not found, "\n".join(found)


def test_a_plain_a_tuple_and_a_setattr_are_all_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    text = """
import threading
mine = threading.local()
class A:
    def other(self):
        other = copy.copy(self)
        other.x = mine.x = 1
        return other
    def __init__(self, run, other):
        self.x = 1
        other.x = 2
        run.a = 2
        run.b, self.y = 3, 4
        self.run.c += 5
        setattr(run, "d", 6)
        for run.e in range(3):
            run.stop = True
"""
    (tmp_path / "file.py").write_text(text)
    found = [line.split(" sets ")[1] for line in attributes_set_from_outside(tmp_path / "file.py")]
    assert sorted(found) == ["other.x", "run.'d'", "run.a", "run.b", "run.e", "self.run.c"]
