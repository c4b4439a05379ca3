"""PyTorch as a contestant: eager, channels-last or compiled.

Written as PyTorch's performance guide advises: fused Adam, activations and losses as functions, the data in
one tensor that is indexed without a DataLoader.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.peer import Peer
from benchmarks.pytorch_twin import pytorch_loss, pytorch_twin
from benchmarks.tasks import EPSILON, Data, build_model, loss_name, shapes


class PyTorch(Peer):
    """Trains a recipe's twin; see `benchmarks.contestants` for the methods.

    Parameters
    ----------
    variant : {"", "channels-last", "compile"}
        "channels-last" stores images as (n, h, w, c); "compile" does so as well, and compiles batch, forward
        pass and loss, and so the backward pass, with ``torch.compile``, which needs a C++ compiler.
    """

    def __init__(self, name: str, threads: int, variant: str = ""):
        super().__init__(name)
        torch.set_num_threads(threads)
        model = build_model(name)
        self.twin = pytorch_twin(model)
        self.format = torch.contiguous_format
        if variant and len(shapes(model)[0]) == 3:
            self.format = torch.channels_last
            self.twin = self.twin.to(memory_format=self.format)
        loss_of = pytorch_loss(self.twin, loss_name(name))
        # One fused pass over all parameters: measured to be at least as fast as PyTorch's other variants.
        self.optimizer = torch.optim.Adam(self.twin.parameters(), lr=1e-3, eps=EPSILON, fused=True)

        def loss_of_batch(images, targets, indices, data: Data):
            return loss_of(*self._batch(images, targets, indices, data))

        self.loss_of_batch = torch.compile(loss_of_batch) if variant == "compile" else loss_of_batch

    def stepper(self, data: Data) -> Callable:
        images, targets = _tensors(data)

        def step(indices):
            loss = self.loss_of_batch(images, targets, torch.from_numpy(indices), data)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            return loss.item()

        return step

    def loss_of(self, data: Data) -> Callable:
        images, targets = _tensors(data)

        @torch.no_grad()
        def loss_of(indices):
            return self.loss_of_batch(images, targets, torch.from_numpy(indices), data).item()

        return loss_of

    def _batch(self, images, targets, indices, data: Data):
        x = self._prepare(images[indices], data)
        t = x if targets is None else self._prepare(targets[indices], data)
        if data.noise is not None:
            x = (x + data.noise * torch.randn_like(x)).clamp_(0, 1)
        return x, t

    def _prepare(self, pixels: torch.Tensor, data: Data) -> torch.Tensor:
        if pixels.dtype == torch.uint8:
            pixels = pixels.float().mul_(data.scale)
            if data.offset:
                pixels = pixels.add_(data.offset)
        return pixels.contiguous(memory_format=self.format) if pixels.ndim == 4 else pixels


def _tensors(data: Data) -> list[torch.Tensor | None]:
    return [None if array is None else torch.from_numpy(array) for array in (data.x, data.y)]
