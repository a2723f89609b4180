"""A second reading of the policy language, in plain Python, over the files of the catalogue.

It shares no code with the engine: formulas are parsed and walked as they stand, unknown is None
(strong Kleene), numbers are exact fractions. It invents households, answers for them, and prints
each policy with those answers as its `[[cases]]`, for the engine to be compared with.

    catalogue.py CASES SEED FILE...      ->  "#### file" and its text, for every file
"""

import calendar
import datetime
import functools
import json
import random
import re
import sys
import tomllib
from fractions import Fraction

TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d\d-\d\d)|(?P<num>\d+(?:\.\d+)?)|'(?P<code>[^']*)'"
    r"|(?P<op><=|>=|!=|[-+*/()<>=,.])|(?P<id>\w+))"
)


def tokens(text):
    text = re.sub(r"#.*", "", text)
    at, found = 0, []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        at = match.end()
        kind = match.lastgroup
        value = match[kind]
        if kind == "date":
            value = datetime.date.fromisoformat(value)
        if kind == "num":
            value = Fraction(value)
        found.append((kind, value))
    return found


class Parser:
    """Formulas as nested tuples, by the grammar of language.md, section 6."""

    LEVELS = [("or",), ("and",), None, ("<=", ">=", "!=", "=", "<", ">"), ("+", "-"), ("*", "/")]

    def __init__(self, text):
        self.rest = tokens(text)

    def eat(self, value):
        if self.rest and self.rest[0] in (("op", value), ("id", value)):
            self.rest.pop(0)
            return True
        return False

    def need(self, value):
        if not self.eat(value):
            raise SyntaxError(f"expected {value} before {self.rest}")

    def choice(self):
        if self.eat("if"):
            condition = self.choice()
            self.need("then")
            yes = self.choice()
            self.need("else")
            return ("if", condition, yes, self.choice())
        return self.level(0)

    def level(self, at):
        if at == len(self.LEVELS):
            return self.atom()
        if self.LEVELS[at] is None:
            if self.eat("not"):
                return ("not", self.level(at))
            return self.level(at + 1)
        left = self.level(at + 1)
        while op := next((op for op in self.LEVELS[at] if self.eat(op)), None):
            left = (op, left, self.level(at + 1))
        if at == 3 and self.eat("in"):
            return ("in", left, self.arguments())
        return left

    def arguments(self):
        self.need("(")
        found = [self.choice()]
        while self.eat(","):
            found.append(self.choice())
        self.need(")")
        return found

    def atom(self):
        kind, value = self.rest.pop(0)
        if kind == "num":
            self.eat("yuan")
        if kind in ("num", "date", "code"):
            return ("literal", value)
        if value == "(":
            inner = self.choice()
            self.need(")")
            return inner
        if value in ("true", "false"):
            return ("literal", value == "true")
        if self.eat("."):
            return ("name", value, self.rest.pop(0)[1])
        if self.rest and self.rest[0] == ("op", "("):
            return ("call", value, self.arguments())
        return ("name", None, value)


@functools.cache
def parsed(formula):
    return Parser(formula).choice()


def date(text):
    return datetime.date.fromisoformat(str(text))


def number(value):
    """A figure of the file: floats were read as text, so that no digit is lost."""
    plain = not isinstance(value, bool) and re.fullmatch(r"[\d.]+", str(value))
    return Fraction(str(value)) if plain else value


def in_time(versions, on):
    held = [one for one in versions if date(one["from"]) <= on]
    last = max(held, key=lambda one: one["from"], default=None)
    return last if last and ("to" not in last or on <= date(last["to"])) else None


def age(birth, on):
    try:
        birthday = birth.replace(year=on.year)
    except ValueError:
        birthday = datetime.date(on.year, 2, 28)
    return Fraction(on.year - birth.year - (on < birthday))


def add_months(day, count):
    year, month = divmod(day.year * 12 + day.month - 1 + int(count), 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def rounded(value):
    fen = int(abs(value) * 100 + Fraction(1, 2))
    return Fraction(fen if value >= 0 else -fen, 100)


def both(values):
    return False if False in values else None if None in values else True


def either(values):
    return True if True in values else None if None in values else False


PLAIN = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "max": max,
    "min": min,
    "age": age,
    "round": rounded,
    "add_months": add_months,
    "month_end": lambda day: day.replace(day=calendar.monthrange(day.year, day.month)[1]),
    "quarter_start": lambda day: datetime.date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
}
GATHER = {
    "any": either,
    "all": both,
    "sum": lambda values: None if None in values else sum(values, Fraction(0)),
    "count": lambda values: None if None in values else Fraction(sum(values)),
}


class Household:
    """Facts of a household and its persons, asked by the policies."""

    def __init__(self, policies, group, members):
        self.policies, self.group, self.members = policies, group, members

    def rule(self, policy, key, who, on):
        file = self.policies[policy]
        own = who if file["entity"] == "person" else None
        if key == "eligible":
            return both([self.body(policy, one, own, on) for one in file["eligible"]])
        rule = file["amount"] if key == "amount" else file["rules"][key]
        entity = rule.get("entity", file["entity"])
        return self.body(policy, rule, who if entity == "person" else None, on)

    def body(self, policy, rule, who, on):
        if "formulas" in rule:
            version = in_time(rule["formulas"], on)
            return version and self.body(policy, version, who, on)
        if "since" in rule and in_time(rule["since"], on) is None:
            return None
        if "readings" in rule:
            read = {self.body(policy, one, who, on) for one in rule["readings"]}
            return read.pop() if len(read) == 1 else None
        return self.value(policy, parsed(rule["formula"]), who, on)

    def name(self, policy, key, who, on):
        file = self.policies[policy]
        if key in ("on", "size"):
            return on if key == "on" else Fraction(len(self.members))
        if key in file.get("facts", {}):
            field = file["facts"][key]["field"]
            facts = self.group if field.startswith("household.") else self.members[who]
            return facts.get(field)
        if key in file.get("parameters", {}):
            dated = in_time(file["parameters"][key]["values"], on)
            return dated and number(dated["value"])
        return self.rule(policy, key, who, on)

    def bands(self, policy, key, value, on):
        dated = in_time(self.policies[policy]["parameters"][key]["values"], on)
        if dated is None or value is None:
            return None
        held = [one["value"] for one in dated["bands"] if value >= number(one["at_least"])]
        return number(held[-1]) if held else Fraction(0)

    def value(self, policy, formula, who, on):
        kind, *parts = formula
        of = lambda part: self.value(policy, part, who, on)
        match kind:
            case "literal":
                return parts[0]
            case "name":
                return self.name(parts[0] or policy, parts[1], who, on)
            case "if":
                condition = of(parts[0])
                if condition is None:
                    yes, no = of(parts[1]), of(parts[2])
                    return yes if yes == no else None
                return of(parts[1] if condition else parts[2])
            case "and" | "or":
                return (both if kind == "and" else either)([of(part) for part in parts])
            case "not":
                inner = of(parts[0])
                return None if inner is None else not inner
            case "in":
                value = of(parts[0])
                return None if value is None else value in [of(one) for one in parts[1]]
            case "call":
                return self.call(policy, *parts, who, on)
        return self.plain(kind, [of(part) for part in parts])

    def call(self, policy, function, arguments, who, on):
        if function in GATHER:
            each = range(len(self.members))
            return GATHER[function]([self.value(policy, arguments[0], one, on) for one in each])
        if function == "bands":
            value = self.value(policy, arguments[1], who, on)
            return self.bands(policy, arguments[0][2], value, on)
        if function == "at":
            day = self.value(policy, arguments[0], who, on)
            return day and self.value(policy, arguments[1], who, day)
        values = [self.value(policy, one, who, on) for one in arguments]
        return self.plain(function, values + [on] if function == "age" and not values[1:] else values)

    @staticmethod
    def plain(function, values):
        return None if None in values else PLAIN[function](*values)


def facts_of(policies, policy):
    """The facts of a policy and of those it asks, by field: key and description."""
    found, ask = {}, [policy]
    for one in ask:
        for key, fact in policies[one].get("facts", {}).items():
            found.setdefault(fact["field"], (key, fact))
        ask += [used.replace("-", "_") for used in policies[one].get("uses", [])]
    return found


def drawn(dice, fact):
    match fact["type"]:
        case "money":
            plain = [0, 0, 500, 1000, "1594.99", 1595, 2000, 3190, 5000, 8000]
            odd = [f"{dice.randrange(high) / 100:.2f}" for high in (2_000_000, 10_000_000)]
            return Fraction(dice.choice(plain + odd))
        case "boolean":
            return dice.random() < 0.5
        case "integer":
            return Fraction(dice.randrange(int(fact.get("min", 0)), min(int(fact["max"]), 12) + 1))
        case "date":
            days = dice.randrange(36_000)
            return datetime.date(1928, 1, 1) + datetime.timedelta(days=days)
    code = dice.choice(fact["codes"])
    return code if isinstance(code, str) else code["code"]


def written(value):
    if value is None:
        return '"unknown"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}"
    return json.dumps(str(value))


def table(values):
    return "{ " + ", ".join(f"{key} = {written(value)}" for key, value in values.items()) + " }"


def case(policies, policy, dice, at):
    file, facts = policies[policy], facts_of(policies, policy)
    start = max(date(file["valid_from"]), datetime.date(2012, 4, 1))
    on = start + datetime.timedelta(days=dice.randrange((datetime.date(2027, 1, 1) - start).days))
    on = on if dice.random() < 0.1 else max(start, on.replace(day=1))
    unknown = dice.choice([0, 0.05, 0.3])

    def some(entity):
        asked = [field for field in facts if field.startswith(entity)]
        return {field: drawn(dice, facts[field][1]) for field in asked if dice.random() >= unknown}

    group = some("household.")
    members = [some("person.") for _ in range(dice.choice([1, 1, 2, 3]))]
    household = Household(policies, group, members)
    expect = []
    for who in range(len(members) if file["entity"] == "person" else 1):
        answer = {"eligible": household.rule(policy, "eligible", who, on)}
        if answer["eligible"] and "amount" in file:
            answer["amount"] = household.rule(policy, "amount", who, on)
        expect.append(table(answer))
    keyed = lambda values: table({facts[field][0]: value for field, value in values.items()})
    persons = "".join(f"  {keyed(one)},\n" for one in members)
    return (
        f'[[cases]]\nname = "random {at}"\non = "{on}"\nhousehold = {keyed(group)}\n'
        f"persons = [\n{persons}]\nexpect = [{', '.join(expect)}]\n"
    )


def main():
    count, seed, *paths = sys.argv[1:]
    texts = {path: open(path, encoding="utf-8").read() for path in paths}
    files = {path: tomllib.loads(text, parse_float=str) for path, text in texts.items()}
    policies = {file["id"].replace("-", "_"): file for file in files.values()}
    dice = random.Random(int(seed))
    for path, file in files.items():
        print(f"#### {path}")
        print(texts[path][: texts[path].index("[[cases]]")])
        for at in range(int(count)):
            print(case(policies, file["id"].replace("-", "_"), dice, at))


main()
