"""A loss curve as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 320, 52, 40


def loss_curve(tokens: Sequence[float], curves: dict[str, Sequence[float]], colours: Sequence[str] = ("#8a8f98", "#d9480f")) -> str:
    """Loss on a logarithmic scale over millions of tokens."""
    low, high = math.log(min(min(c) for c in curves.values()) * 0.9), math.log(max(max(c) for c in curves.values()) * 1.1)
    wide, tall = _WIDTH - _LEFT - 12, _HEIGHT - _BOTTOM - 12

    def x(value: float) -> float:
        return _LEFT + wide * value / max(tokens)

    def y(loss: float) -> float:
        return 12 + tall * (high - math.log(loss)) / (high - low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>']
    for mark in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        if low <= math.log(mark) <= high:
            parts.append(f'<path d="M{_LEFT} {y(mark):.1f}H{_LEFT + wide}" stroke="#e5e5e5"/><text x="{_LEFT - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark}</text>')
    decimals = 0 if max(tokens) >= 5e6 else 1
    for fifth in range(6):
        at = max(tokens) * fifth / 5
        parts.append(f'<text x="{x(at):.1f}" y="{_HEIGHT - 22}" text-anchor="middle">{at / 1e6:.{decimals}f}</text>')
    parts.append(f'<text x="{_LEFT + wide / 2}" y="{_HEIGHT - 5}" text-anchor="middle">million tokens</text>')
    for number, (name, losses) in enumerate(curves.items()):
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(tokens, losses))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colours[number]}" stroke-width="1.6"/>'
                     f'<text x="{_LEFT + wide - 6}" y="{30 + 18 * number}" text-anchor="end" fill="{colours[number]}">{name}</text>')
    return "\n".join(parts) + "\n</svg>\n"
