"""Runs the shell blocks of README.md after the first two, shortened, and its Python blocks, in a folder.

    python .ci/readme.py FOLDER

The first two blocks install npae and run its tests; `.ci/run` runs these as they stand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
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


def main(folder: str) -> int:
    """Run everything; returns the status of the first command that fails."""
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
    shell = [text for language, text in blocks if language == "sh"][2:]
    commands = [line.partition("  #")[0].strip() for text in shell for line in text.splitlines() if line]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    todo = [["bash", "-euo", "pipefail", "-c", shortened(command)] for command in commands]
    todo += [
        [sys.executable, "-c", text] for language, text in blocks if language == "python" and "import" in text
    ]
    Path(folder, "my_layers.py").write_text(MY_LAYER, encoding="utf-8")
    draw_pictures(Path(folder))
    for command in todo:
        print(f"$ {command[-1]}", flush=True)
        status = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}).returncode
        if status:
            print(f"this command of README.md ended with status {status}", file=sys.stderr)
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
