"""Runs the shell blocks of README.md after the first two, shortened, and its Python blocks, in a folder.

Two blocks run at a time, so a block must not need what another one leaves.

    python .ci/readme.py FOLDER

The first two blocks install npae and run its tests; `.ci/run` runs these as they stand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
# A layer of one's own, which the README calls my_layers.py:MyLayer.
MY_LAYER = """from npae import ReLU


class MyLayer(ReLU):
    pass
"""


def draw_pictures(folder: Path) -> None:
    """Write what the README calls your own: two folders of pictures of several sizes, and a photograph."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    pictures = [folder / name / f"{k}.png" for name in ("my-pictures", "my-parts") for k in range(20)]
    for path in [*pictures, folder / "photo.jpg"]:
        path.parent.mkdir(exist_ok=True)
        height, width = rng.integers(70, 300, 2)
        Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)).save(path)


def shortened(command: str) -> str:
    """Return a command that trains on few images for few epochs; every other command as it stands."""
    if not re.match(r"npae (train|anomaly)\b", command):
        return command
    few = command if "--resume" in command else f"{command} --limit 200"
    return few if "--epochs" in command else f"{few} --epochs 1"


def run(commands: list[list[str]], folder: str) -> int:
    """Run commands one after the other; returns the status of the first that fails, otherwise 0."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        print(f"$ {command[-1]}\n{done.stdout}", end="", flush=True)
        if done.returncode:
            print(f"this command of README.md ended with status {done.returncode}", file=sys.stderr)
            return done.returncode
    return 0


def main(folder: str) -> int:
    """Run everything, two blocks at a time; returns 1 if a command fails, otherwise 0."""
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
    shell = [text for language, text in blocks if language == "sh"][2:]
    todo = [
        [
            ["bash", "-euo", "pipefail", "-c", shortened(line.partition("  #")[0].strip())]
            for line in text.splitlines()
            if line
        ]
        for text in shell
    ]
    todo += [
        [[sys.executable, "-c", text]]
        for language, text in blocks
        if language == "python" and "import" in text
    ]
    Path(folder, "my_layers.py").write_text(MY_LAYER, encoding="utf-8")
    draw_pictures(Path(folder))
    with ThreadPoolExecutor(2) as pool:
        return int(any(pool.map(run, todo, [folder] * len(todo))))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
