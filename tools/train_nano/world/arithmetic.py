"""Sums, differences, products and exact quotients, with the steps a pupil would write."""

from __future__ import annotations

from random import Random

from .conversation import Conversation, ask
from .words import FRUITS, person

_WORD = {"+": "plus", "-": "minus", "×": "times", "/": "divided by"}


def _sum_steps(a: int, b: int) -> str:
    """Column addition, units first, for any number of digits."""
    steps, carry, place = [], 0, 0
    while place == 0 or a // 10**place or b // 10**place:
        x, y = a // 10**place % 10, b // 10**place % 10
        total = x + y + carry
        line = f"{x} + {y}" + (" + 1" if carry else "") + f" = {total}"
        carry = total // 10
        steps.append(line + (f", write {total % 10}, carry 1" if carry else f", write {total}"))
        place += 1
    return ". ".join(steps) + (". Write the carried 1" if carry else "") + f". So {a} + {b} = {a + b}."


def _difference_steps(a: int, b: int) -> str:
    if a < b:
        return f"{a} is smaller than {b}, so the result is negative. {b} - {a} = {b - a}. So {a} - {b} = {a - b}."
    tens, units = a // 10 - b // 10, a % 10 - b % 10
    if units >= 0:
        first = f"{a % 10} - {b % 10} = {units}. {a // 10} - {b // 10} = {tens}"
    else:
        first = f"{a % 10} - {b % 10} needs a borrow. {a % 10 + 10} - {b % 10} = {units + 10}. {a // 10} - 1 - {b // 10} = {tens - 1}"
    return f"{first}. So {a} - {b} = {a - b}."


def product_steps(a: int, b: int) -> str:
    """Splits the second factor into tens and units; one-digit factors need no steps."""
    if a < 10 or b < 10 or b % 10 == 0:
        return f"{a} × {b} = {a * b}."
    tens, units = b // 10 * 10, b % 10
    return f"{a} × {tens} = {a * tens}. {a} × {units} = {a * units}. {a * tens} + {a * units} = {a * b}. So {a} × {b} = {a * b}."


def _numbers(rng: Random, operation: str) -> tuple[int, int]:
    if operation == "/":
        b = rng.randrange(1, 13)
        return b * rng.randrange(0, 13), b
    if operation == "×" and rng.random() < 0.5:
        pair = [rng.randrange(0, 100), rng.randrange(0, 13)]
        rng.shuffle(pair)
        return pair[0], pair[1]
    high = rng.choice((10, 21, 100, 100, 100))
    return rng.randrange(0, high), rng.randrange(0, high)


def _result(a: int, operation: str, b: int) -> int:
    return {"+": a + b, "-": a - b, "×": a * b, "/": a // b if b else 0}[operation]


def _steps(a: int, operation: str, b: int) -> str:
    if operation == "+":
        return _sum_steps(a, b)
    if operation == "-":
        return _difference_steps(a, b)
    return product_steps(a, b) if operation == "×" else f"{b} × {a // b} = {a}. So {a} / {b} = {a // b}."


def calculation(rng: Random) -> Conversation:
    operation = rng.choice("++--××/")
    a, b = _numbers(rng, operation)
    sign = rng.choice("×*x") if operation == "×" else operation
    spoken = rng.random() < 0.35
    term = f"{a} {_WORD[operation]} {b}" if spoken else f"{a}{sign}{b}" if rng.random() < 0.15 else f"{a} {sign} {b}"
    user = rng.choice(("What is {}?", "What is {}?", "How much is {}?", "{}", "{} =", "Calculate {}.", "Compute {}.", "Please work out {}.",
                       "Can you tell me what {} is?", "what's {}?", "{}?", "Solve {}.")).format(term)
    if operation == "×" and a > 9 and b > 9 and b % 10:
        answer = f"{a} × {b} = {a * (b // 10 * 10)} + {a * (b % 10)} = {a * b}."
    else:
        answer = f"{a} {operation} {b} = {_result(a, operation, b)}."
    kind = {"+": "sum", "-": "difference", "×": "product", "/": "quotient"}[operation]
    return ask(kind, f"{a}{operation}{b}", user, answer, _steps(a, operation, b))


def word_problem(rng: Random) -> Conversation:
    name, thing = person(rng), rng.choice(FRUITS)
    a, b = rng.randrange(2, 60), rng.randrange(2, 40)
    shape = rng.randrange(4)
    if shape == 0:
        user, sign = f"{name} has {a} {thing} and gets {b} more. How many {thing} does {name} have now?", "+"
    elif shape == 1:
        a, b = max(a, b) + 1, min(a, b)
        user, sign = f"{name} has {a} {thing} and gives away {b}. How many {thing} are left?", "-"
    elif shape == 2:
        other = person(rng)
        user, sign = f"{name} picks {a} {thing} and {other} picks {b}. How many {thing} do they have together?", "+"
    else:
        a, b = rng.randrange(2, 13), rng.randrange(2, 11)
        user, sign = f"There are {a} baskets with {b} {thing} each. How many {thing} are there?", "×"
    total = _result(a, sign, b)
    who = {0: f"{name} has {total} {thing} now.", 1: f"{total} {thing} are left.", 2: f"Together they have {total} {thing}.",
           3: f"There are {total} {thing}."}[shape]
    verb = {"+": "add", "-": "subtract", "×": "multiply"}[sign]
    think = f"I have to {verb}: {a} {sign} {b}. " + _steps(a, sign, b)
    return ask("word problem", f"{a}{sign}{b}{thing}", user, f"{a} {sign} {b} = {total}. {who}", think)


def comparison(rng: Random) -> Conversation:
    """Order and parity of numbers below a hundred."""
    a, b, c = rng.sample(range(100), 3)
    shape = rng.randrange(5)
    if shape == 0:
        return ask("comparison", f"max{a},{b}", f"Which is {rng.choice(('bigger', 'larger', 'greater'))}, {a} or {b}?",
                   f"{max(a, b)} is bigger than {min(a, b)}.", f"Compare {a} and {b}: the bigger one is {max(a, b)}.")
    if shape == 1:
        return ask("comparison", f"min{a},{b}", f"Which is smaller, {a} or {b}?", f"{min(a, b)} is smaller than {max(a, b)}.",
                   f"Compare {a} and {b}: the smaller one is {min(a, b)}.")
    if shape == 2:
        order = ", ".join(str(n) for n in sorted((a, b, c)))
        return ask("comparison", f"sort{a},{b},{c}", rng.choice(("Sort {}, {}, {}.", "Put {}, {} and {} in order.")).format(a, b, c), f"{order}",
                   f"The smallest is {min(a, b, c)} and the biggest is {max(a, b, c)}, so the order is {order}.")
    if shape == 3:
        word = "even" if a % 2 == 0 else "odd"
        return ask("comparison", f"parity{a}", f"Is {a} even or odd?", f"{a} is {word}.", f"The last digit is {a % 10}, so {a} is {word}.")
    step = rng.choice((1, -1))
    where = "after" if step > 0 else "before"
    a = max(a, 1)
    return ask("comparison", f"next{a}{where}", f"Which number comes {where} {a}?", f"{a + step} comes {where} {a}.", f"{a} {'+' if step > 0 else '-'} 1 = {a + step}.")


def counting(rng: Random) -> Conversation:
    first, last = sorted(rng.sample(range(0, 31), 2))
    last = min(last, first + 14)
    if rng.random() < 0.25:
        return ask("counting", f"{last}-{first}", f"Count down from {last} to {first}.",
                   ", ".join(str(n) for n in range(last, first - 1, -1)) + ".", f"I count down from {last} to {first}.")
    return ask("counting", f"{first}+{last}", rng.choice(("Count from {} to {}.", "Please count from {} to {}.")).format(first, last),
               ", ".join(str(n) for n in range(first, last + 1)) + ".", f"I count up from {first} to {last}.")
