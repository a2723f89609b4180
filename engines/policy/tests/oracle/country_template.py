"""OpenFisca's country template as the oracle: its answers for a population folder, month by month.

It reads the folder `linli policy sweep` reads (persons.csv, households.csv), so both sides see the
same bytes, and it runs in a process of its own (OpenFisca is AGPL-3.0; nothing of it is linked).

usage: country_template.py make HOUSEHOLDS SEED DIR         write a random population
       country_template.py run DIR OUT MONTH...              one CSV an entity and month into OUT
       country_template.py time DIR OUT MONTH RUNS           the same, timed, as the peer ships
       country_template.py one RUNS                          one household, seven variables, timed

`run` counts in 64-bit floats, so that its answers can be rounded to the fen and compared without a
tolerance; `time` leaves the 32-bit floats the peer ships with, which is what it should be timed as.
Amounts are multiples of ¥0.20 and areas of half a square metre: no answer then lies on half a fen,
where a float could fall to either side.
The last line printed is JSON.
"""

import csv
import gc
import json
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np

PERSON = ["basic_income", "pension", "income_tax", "social_security_contribution"]
HOUSEHOLD = ["housing_allowance", "parenting_allowance", "total_benefits", "total_taxes", "disposable_income"]
OCCUPANCY = ["owner", "tenant", "free_lodger", "homeless"]
# The ages at which a rule of the template changes its mind, and their neighbours.
EDGES = [0, 5, 6, 7, 8, 17, 18, 19, 60, 61, 62, 63, 99]


def make(households, seed, folder):
    """Mostly ordinary households, with edges, empty homes' rents and members in odd roles mixed in."""
    draw = np.random.default_rng(seed)
    size = draw.choice([1, 2, 3, 4, 5, 6], size=households, p=[0.25, 0.30, 0.19, 0.17, 0.06, 0.03])
    home = np.repeat(np.arange(households), size)
    persons = len(home)
    first = np.cumsum(size) - size
    place = np.arange(persons) - first[home]
    adult = (place < 2) ^ (draw.random(persons) < 0.03)
    age = np.where(adult, draw.integers(18, 91, persons), draw.integers(0, 18, persons))
    age = np.where(draw.random(persons) < 0.10, draw.choice(EDGES, persons), age)
    idle = (age < 16) | (draw.random(persons) < 0.35)
    wage = np.floor(draw.random(persons) * draw.random(persons) * 100_000) * 20
    wage = np.where(draw.random(persons) < 0.05, draw.choice([0, 1, 25_000, 49_999, 50_000, 600_000, 1_240_000], persons) // 20 * 20, wage)
    wage = np.where(idle, 0, wage).astype(np.int64)
    gains = np.where(draw.random(persons) < 0.10, draw.integers(0, 10_000, persons) * 20, 0)
    with open(folder / "persons.csv", "w", newline="") as out:
        out.write("person,household,role,age,salary,capital_returns\n")
        for p in range(persons):
            out.write(f"p{p},h{home[p]},{'adult' if adult[p] else 'child'},{age[p]},{yuan(wage[p])},{yuan(gains[p])}\n")
    rent = draw.integers(0, 10_000, households) * 20
    area = draw.integers(20, 400, households) / 2
    status = draw.integers(0, 4, households)
    with open(folder / "households.csv", "w", newline="") as out:
        out.write("household,area,rent,accommodation_size,occupancy\n")
        for h in range(households):
            out.write(f"h{h},A{h % 20},{yuan(rent[h])},{area[h]:.1f},{OCCUPANCY[status[h]]}\n")
    return persons


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02}"


def read(folder):
    """The columns of the folder, persons in the order of the file."""
    columns = {}
    homes = {}
    with open(folder / "households.csv", newline="") as rows:
        table = list(csv.reader(rows))
    names, table = table[0], table[1:]
    at = {name: names.index(name) for name in names}
    homes = {row[at["household"]]: n for n, row in enumerate(table)}
    columns["households"] = [row[at["household"]] for row in table]
    columns["rent"] = np.array([float(row[at["rent"]]) for row in table])
    columns["accommodation_size"] = np.array([float(row[at["accommodation_size"]]) for row in table])
    columns["occupancy"] = np.array([OCCUPANCY.index(row[at["occupancy"]]) for row in table])
    with open(folder / "persons.csv", newline="") as rows:
        table = list(csv.reader(rows))
    names, table = table[0], table[1:]
    at = {name: names.index(name) for name in names}
    columns["persons"] = [row[at["person"]] for row in table]
    columns["home"] = np.array([homes[row[at["household"]]] for row in table])
    columns["adult"] = np.array([row[at["role"]] == "adult" for row in table])
    columns["age"] = np.array([int(row[at["age"]]) for row in table], dtype=np.int32)
    columns["salary"] = np.array([float(row[at["salary"]]) for row in table])
    columns["capital_returns"] = np.array([float(row[at["capital_returns"]]) for row in table])
    return columns


def system(double):
    if double:
        from openfisca_core.variables import config

        config.VALUE_TYPES[float]["dtype"] = np.float64
    from openfisca_country_template import CountryTaxBenefitSystem

    return CountryTaxBenefitSystem()


def build(law, columns, month):
    from openfisca_core.simulation_builder import SimulationBuilder

    builder = SimulationBuilder()
    builder.create_entities(law)
    builder.declare_person_entity("person", np.arange(len(columns["home"])))
    households = builder.declare_entity("household", np.arange(len(columns["rent"])))
    builder.join_with_persons(households, columns["home"], np.where(columns["adult"], "adult", "child"))
    simulation = builder.build(law)
    january = month[:4] + "-01"
    for name, when in [("age", month), ("salary", month), ("capital_returns", month), ("rent", month), ("accommodation_size", january)]:
        simulation.set_input(name, when, columns[name])
    status = law.get_variable("housing_occupancy_status").possible_values
    simulation.set_input("housing_occupancy_status", january, status.encode(np.array(OCCUPANCY)[columns["occupancy"]]))
    return simulation


def answers(simulation, month):
    """Every variable; None where a parameter has no value yet, so that the peer refuses to answer."""
    from openfisca_core.errors import ParameterNotFoundError

    found = {}
    for name in PERSON + HOUSEHOLD:
        try:
            found[name] = simulation.calculate(name, month)
        except ParameterNotFoundError:
            found[name] = None
    return found


def write(out, columns, month, found):
    for entity, key, names in [("persons", "persons", PERSON), ("households", "households", HOUSEHOLD)]:
        values = [found[name] for name in names]
        with open(out / f"{entity}-{month}.csv", "w") as to:
            to.write(key[:-1] + "," + ",".join(names) + "\n")
            for row, who in enumerate(columns[key]):
                to.write(who + "," + ",".join("none" if value is None else f"{value[row]:.9f}" for value in values) + "\n")


def clocked(work):
    """The result of `work`, and the processor seconds it took."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    result = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return result, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_mib():
    """Of this program alone: `ru_maxrss` would count what the parent held when it started us."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


def timed(folder, out, month, runs):
    law = system(double=False)
    columns = read(folder)
    # What reading CSV left behind is no part of the peer's work: the memory is that of a process
    # which holds the input columns only, so it is measured in a child that never parsed a file.
    return in_child(law, columns, out, month, runs)


def in_child(law, columns, out, month, runs):
    arrays = {name: value for name, value in columns.items() if isinstance(value, np.ndarray)}
    np.savez(out / "columns.npz", **arrays)
    import subprocess

    script = Path(__file__).resolve()
    done = subprocess.run([sys.executable, script, "child", out / "columns.npz", out, month, str(runs)], check=True, capture_output=True, text=True)
    answered = np.load(out / "answers.npz")
    write(out, columns, month, {name: answered[name] for name in PERSON + HOUSEHOLD})
    return json.loads(done.stdout.splitlines()[-1])


def child(source, out, month, runs):
    law = system(double=False)
    with np.load(source) as stored:
        columns = {name: stored[name] for name in stored.files}
    setups, computes = [], []
    simulation = found = None
    for _ in range(runs):
        del simulation, found
        # A simulation points to itself: without this the memory would hold all of them.
        gc.collect()
        simulation, setup = clocked(lambda: build(law, columns, month))
        found, compute = clocked(lambda: answers(simulation, month))
        setups.append(setup)
        computes.append(compute)
    peak = peak_mib()
    np.savez(out / "answers.npz", **found)
    return {"setup": statistics.median(setups), "compute": statistics.median(computes), "peak_mib": peak}


def one(runs):
    """A household of three, from its description to seven answers."""
    from openfisca_core.simulation_builder import SimulationBuilder

    law = system(double=False)
    month, january = "2016-11", "2016-01"
    described = {
        "persons": {
            "p0": {"age": {month: 40}, "salary": {month: 5000}, "capital_returns": {month: 0}},
            "p1": {"age": {month: 38}, "salary": {month: 0}, "capital_returns": {month: 120}},
            "p2": {"age": {month: 7}, "salary": {month: 0}, "capital_returns": {month: 0}},
        },
        "households": {
            "h0": {
                "adults": ["p0", "p1"],
                "children": ["p2"],
                "rent": {month: 1000},
                "accommodation_size": {january: 80},
                "housing_occupancy_status": {january: "tenant"},
            }
        },
    }
    seven = ["basic_income", "income_tax", "social_security_contribution", "housing_allowance", "parenting_allowance", "total_benefits", "disposable_income"]

    def ask():
        simulation = SimulationBuilder().build_from_entities(law, described)
        return {name: [float(value) for value in simulation.calculate(name, month)] for name in seven}

    found = ask()
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        ask()
        took.append(time.perf_counter() - start)
    return {"median_seconds": statistics.median(took), "answers": found}


def main(asked):
    if asked[0] == "make":
        folder = Path(asked[3])
        folder.mkdir(parents=True, exist_ok=True)
        return {"persons": make(int(asked[1]), int(asked[2]), folder)}
    if asked[0] == "run":
        folder, out = Path(asked[1]), Path(asked[2])
        out.mkdir(parents=True, exist_ok=True)
        law, columns = system(double=True), read(folder)
        for month in asked[3:]:
            write(out, columns, month, answers(build(law, columns, month), month))
        return {"persons": len(columns["home"]), "households": len(columns["rent"]), "months": asked[3:]}
    if asked[0] == "time":
        out = Path(asked[2])
        out.mkdir(parents=True, exist_ok=True)
        return timed(Path(asked[1]), out, asked[3], int(asked[4]))
    if asked[0] == "child":
        return child(Path(asked[1]), Path(asked[2]), asked[3], int(asked[4]))
    if asked[0] == "one":
        return one(int(asked[1]))
    sys.exit(__doc__)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
