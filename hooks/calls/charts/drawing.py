"""The places of bars, lines and texts in a chart of 400 by 220 units; CSS colours them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 24
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MAX_LABELS = 6  # under the axis
ROW_HEIGHT = 34  # of a horizontal bar with its label
VALUE_WIDTH = 70  # room for the number behind a horizontal bar


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    kind: str  # a class of the style sheet
    title: str


class Text(NamedTuple):
    x: float
    y: float
    text: str


class Chart(NamedTuple):
    height: float
    boxes: Sequence[Box] = ()
    lines: Sequence[str] = ()  # paths
    dots: Sequence[Text] = ()  # the points of a line, with their titles
    values: Sequence[Text] = ()  # along the vertical axis
    labels: Sequence[Text] = ()  # along the horizontal axis
    width: float = WIDTH
    left: float = LEFT


def draw_stacked_bars(
    labels: Sequence[str], kinds: Sequence[str], bars: Sequence[Sequence[int]]
) -> Chart:
    """`bars` holds a number for each kind."""
    top = axis_end(max((sum(bar) for bar in bars), default=0))
    place = INNER_WIDTH / max(len(bars), 1)
    boxes = []

    for position, (label, bar) in enumerate(zip(labels, bars, strict=True)):
        below = 0
        for kind, number in zip(kinds, bar, strict=True):
            height = INNER_HEIGHT * number / top
            y = TOP + INNER_HEIGHT - INNER_HEIGHT * below / top - height
            if number:
                x, title = LEFT + place * (position + 0.1), f"{label}: {number:,} {kind}"
                boxes.append(_box(x, y, place * 0.8, height, kind, title))
            below += number

    return Chart(HEIGHT, boxes=boxes, values=_axis_values(top), labels=_axis_labels(labels))


def draw_line(
    labels: Sequence[str], numbers: Sequence[float | None], top: float, unit: str
) -> Chart:
    """The line has a gap where there is no number."""
    place = INNER_WIDTH / max(len(numbers), 1)
    points = [
        None if number is None else (round(LEFT + place * (position + 0.5), 1), _y(number, top))
        for position, number in enumerate(numbers)
    ]

    dots = [
        Text(point[0], point[1], f"{label}: {number:.0f} {unit}")
        for label, number, point in zip(labels, numbers, points, strict=True)
        if point is not None and number is not None
    ]
    paths = [
        "M" + " L".join(f"{x} {y}" for x, y in run)
        for run in _unbroken_runs(points)
        if len(run) > 1
    ]

    return Chart(
        HEIGHT, lines=paths, dots=dots, values=_axis_values(top), labels=_axis_labels(labels)
    )


def draw_steps(labels: Sequence[str], numbers: Sequence[int]) -> Chart:
    top = axis_end(max(numbers, default=0))
    place = INNER_WIDTH / max(len(numbers), 1)

    path = f"M{LEFT} {_y(numbers[0] if numbers else 0, top)}"
    for position, number in enumerate(numbers):
        path += f" V{_y(number, top)} H{round(LEFT + place * (position + 1), 1)}"

    return Chart(HEIGHT, lines=[path], values=_axis_values(top), labels=_axis_labels(labels))


def draw_horizontal_bars(bars: Sequence[tuple[str, int]]) -> Chart:
    """Each bar has its label above it and its number behind it."""
    most = max((number for _, number in bars), default=1)
    room = WIDTH - VALUE_WIDTH
    boxes = [
        _box(0, ROW_HEIGHT * row + 18, room * number / most, 10, "refused", f"{label}: {number:,}")
        for row, (label, number) in enumerate(bars)
    ]

    values = [
        Text(box.width + 6, box.y + 9, f"{number:,}")
        for box, (_, number) in zip(boxes, bars, strict=True)
    ]
    labels = [Text(0, ROW_HEIGHT * row + 12, label) for row, (label, _) in enumerate(bars)]

    return Chart(ROW_HEIGHT * len(bars) + 4, boxes=boxes, values=values, labels=labels, left=0)


def axis_end(most: float) -> int:
    """1, 2, 4, 5 or 10 times a power of ten, at least as high as the highest number."""
    if most <= 4:
        return 4

    power = 10 ** math.floor(math.log10(most))
    return int(next(step * power for step in (1, 2, 4, 5, 10) if step * power >= most))


def _axis_values(top: float) -> list[Text]:
    return [
        Text(LEFT - 5, _y(top * quarter / 4, top), _short_number(top * quarter / 4))
        for quarter in range(5)
    ]


def _short_number(number: float) -> str:
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"


def _axis_labels(labels: Sequence[str]) -> list[Text]:
    place = INNER_WIDTH / max(len(labels), 1)
    every = max(1, math.ceil(len(labels) / MAX_LABELS))

    return [
        Text(round(LEFT + place * (position + 0.5), 1), HEIGHT - 8, label)
        for position, label in enumerate(labels)
        if position % every == 0
    ]


def _unbroken_runs(
    points: Sequence[tuple[float, float] | None],
) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return runs


def _y(number: float, top: float) -> float:
    return round(TOP + INNER_HEIGHT * (1 - number / top), 1)


def _box(x: float, y: float, width: float, height: float, kind: str, title: str) -> Box:
    return Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1), kind, title)
