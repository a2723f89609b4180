"""What the peers answer on a synthetic instance, as one line of JSON.

usage: peer.py place FOLDER P RADIUS      spopt's PMedian, MCLP and PCenter, with HiGHS
       peer.py crowding FOLDER METRES     access' two-step floating catchments, plain and enhanced
       peer.py pmed FILE LIMIT            spopt's PMedian on an OR-Library instance, with HiGHS
       peer.py median FOLDER P LIMIT      spopt's PMedian, with HiGHS
       peer.py covering FOLDER P RADIUS LIMIT   spopt's MCLP, with CBC
Values are recomputed from the chosen sites. `seconds` is processor time, the solver's child included.
"""

import csv
import json
import logging
import resource
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def read(folder):
    columns = []
    for name in ("demand", "sites"):
        with open(f"{folder}/{name}.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        last = "weight" if name == "demand" else "capacity"
        columns.append([np.array([int(row[key]) for row in rows]) for key in ("x", "y", last)])
    (dx, dy, people), (sx, sy, capacity) = columns
    square = (dx[:, None] - sx[None]) ** 2 + (dy[:, None] - sy[None]) ** 2
    return np.floor(np.sqrt(square) + 0.5).astype(np.int64), people, capacity


def read_pmed(path):
    numbers = [int(word) for word in open(path, encoding="utf-8").read().split()]
    vertices, edges, choose = numbers[:3]
    ways = np.full((vertices, vertices), 10**9, dtype=np.int64)
    np.fill_diagonal(ways, 0)
    for at in range(edges):
        a, b, length = numbers[3 + 3 * at : 6 + 3 * at]
        ways[a - 1, b - 1] = ways[b - 1, a - 1] = length
    for via in range(vertices):
        np.minimum(ways, ways[:, via : via + 1] + ways[via : via + 1, :], out=ways)
    return ways, np.ones(vertices, dtype=np.int64), choose


def processor_seconds():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def near(model, solver, ways):
    """Solves; returns each demand's way to its nearest chosen site, and whether the solver ended."""
    import pulp

    model = model.solve(solver, results=False)
    chosen = [at for at, site in enumerate(model.fac_vars) if (site.value() or 0) > 0.5]
    ended = pulp.LpStatus[model.problem.status] == "Optimal"
    return ways[:, chosen].min(axis=1), ended


def place(folder, choose, radius):
    import pulp
    from spopt.locate import MCLP, PCenter, PMedian

    ways, people, _ = read(folder)
    solver = pulp.HiGHS(msg=False, threads=1)
    median, _ = near(PMedian.from_cost_matrix(ways.astype(float), people, p_facilities=choose), solver, ways)
    covering, _ = near(MCLP.from_cost_matrix(ways, people, service_radius=radius, p_facilities=choose), solver, ways)
    # PCenter is slow: the first hundred communities will do.
    few = ways[:100]
    centre, _ = near(PCenter.from_cost_matrix(few.astype(float), p_facilities=choose), solver, few)
    return {
        "median": int((people * median).sum()),
        "covering": int(people[covering <= radius].sum()),
        "centre": int(centre.max()),
    }


def solve(ways, people, choose, limit, radius=None):
    """One instance, timed from the distances on."""
    import pulp
    from spopt.locate import MCLP, PMedian

    before = processor_seconds()
    if radius is None:
        model = PMedian.from_cost_matrix(ways.astype(float), people, p_facilities=choose)
        solver = pulp.HiGHS(msg=False, threads=1, timeLimit=limit)
    else:
        model = MCLP.from_cost_matrix(ways, people, service_radius=radius, p_facilities=choose)
        solver = pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=limit)
    far, ended = near(model, solver, ways)
    seconds = processor_seconds() - before
    value = int((people * far).sum()) if radius is None else int(people[far <= radius].sum())
    return {"value": value, "ended": bool(ended and seconds < 0.95 * limit), "seconds": seconds}


def crowding(folder, metres):
    import pandas as pd
    from access import Access, weights

    ways, people, capacity = read(folder)
    demands, sites = ways.shape
    cost = pd.DataFrame({
        "origin": np.repeat(np.arange(demands), sites),
        "dest": np.tile(np.arange(sites), demands),
        "cost": ways.ravel(),
    })
    access = Access(
        demand_df=pd.DataFrame({"geoid": np.arange(demands), "people": people}),
        demand_index="geoid", demand_value="people",
        supply_df=pd.DataFrame({"geoid": np.arange(sites), "capacity": capacity}),
        supply_index="geoid", supply_value=["capacity"],
        cost_df=cost, cost_origin="origin", cost_dest="dest", cost_name="cost",
    )
    third = metres // 3
    steps = weights.step_fn({third: 1.0, 2 * third: 0.68, metres: 0.22})
    told, seconds = {}, {}
    for name in ("plain", "enhanced"):
        times = []
        for _ in range(5):
            before = processor_seconds()
            if name == "plain":
                access.two_stage_fca(name=name, max_cost=metres)
            else:
                access.enhanced_two_stage_fca(name=name, max_cost=metres, weight_fn=steps)
            times.append(processor_seconds() - before)
        values = access.access_df[f"{name}_capacity"].fillna(0).sort_index()
        told[name] = [float(value) for value in values]
        seconds[name] = sorted(times)[2]
    return {**told, "seconds": seconds}


def main():
    kind, source, *numbers = sys.argv[1:]
    numbers = [int(number) for number in numbers]
    if kind == "place":
        told = place(source, *numbers)
    elif kind == "crowding":
        told = crowding(source, *numbers)
    elif kind == "pmed":
        ways, people, choose = read_pmed(source)
        told = solve(ways, people, choose, *numbers)
    elif kind == "median":
        ways, people, _ = read(source)
        told = solve(ways, people, *numbers)
    else:
        ways, people, _ = read(source)
        choose, radius, limit = numbers
        told = solve(ways, people, choose, limit, radius)
    print(json.dumps(told))


main()
