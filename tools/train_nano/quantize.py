"""MLX's affine quantisation: the rule in torch (to train with it in the loop) and the packing of codes.

Rule of `mlx.core.quantize(mode="affine")`: each group of consecutive inputs has a scale and a bias, w = scale * code + bias. The bias is the
end of the group's range that is farther from zero, and the scale is bent a little so that zero is hit exactly. Codes are rounded with the scale
in f32; scale and bias are then stored in the weights' own type, f16 here.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

BITS = 4
GROUP = 64
_SMALLEST = 1e-7


class Affine(NamedTuple):
    """`codes` has the weight's shape, `scales` and `biases` one column a group."""

    codes: torch.Tensor
    scales: torch.Tensor
    biases: torch.Tensor

    def dense(self) -> torch.Tensor:
        rows, columns = self.codes.shape
        codes = self.codes.view(rows, -1, GROUP)
        return (self.scales[..., None] * codes + self.biases[..., None]).view(rows, columns)


def quantize(weight: torch.Tensor) -> Affine:
    """Values stay f32; scales and biases are already rounded to f16."""
    rows, columns = weight.shape
    groups = weight.half().float().view(rows, columns // GROUP, GROUP)
    low, high = groups.amin(-1), groups.amax(-1)
    from_low = low.abs() > high.abs()
    scale = ((high - low) / (2**BITS - 1)).clamp(min=_SMALLEST)
    scale = torch.where(from_low, scale, -scale)
    edge = torch.where(from_low, low, high)
    steps = torch.round(edge / scale)
    scale = torch.where(steps != 0, edge / torch.where(steps != 0, steps, torch.ones_like(steps)), scale)
    bias = torch.where(steps != 0, edge, torch.zeros_like(edge))
    codes = torch.round((groups - bias[..., None]) / scale[..., None]).clamp(0, 2**BITS - 1)
    return Affine(codes.view(rows, columns), scale.half().float(), bias.half().float())


def pack(codes: torch.Tensor) -> torch.Tensor:
    """Eight codes to an unsigned 32-bit word, the first code in the lowest bits."""
    rows, columns = codes.shape
    shifts = torch.arange(0, 32, BITS, dtype=torch.int64)
    words = (codes.to(torch.int64).view(rows, columns * BITS // 32, 32 // BITS) << shifts).sum(-1)
    return words.to(torch.uint32)


class InTheLoop:
    """Within the context the weights have the values that 4 bits can hold; afterwards they have their own again.

    A loss and its gradient taken inside, and a step taken outside, are the straight-through estimator, and the model itself needs no change.
    """

    def __init__(self, weights: list[torch.Tensor]) -> None:
        self._weights = [weight.detach() for weight in weights]
        self._own: list[torch.Tensor] = []

    def __enter__(self) -> None:
        self._own = [weight.clone() for weight in self._weights]
        stored = quantize(torch.cat([weight.view(-1, GROUP) for weight in self._weights])).dense().flatten()
        parts = stored.split([weight.numel() for weight in self._weights])
        torch._foreach_copy_(self._weights, [part.view_as(weight) for part, weight in zip(parts, self._weights)])

    def __exit__(self, *_: object) -> None:
        torch._foreach_copy_(self._weights, self._own)
