"""Counts Pabulib files with pabutools, a process of its own (GPL-3.0), and prints one JSON line.

Reads JSON from standard input: a list of {"file": path, "rules": [names]}. A name is
RULE:SATISFACTION:COMPLETION, as in `linli budget tally`, with add1-exhaustive for Add1 that stops
when exhaustive. Prints a list of {name: {"winners": [ids], "welfare": text}} in the same order.
"""

import json
import sys

from pabutools.election import (
    Additive_Borda_Sat,
    Additive_Cardinal_Sat,
    Cardinality_Sat,
    Cost_Sat,
    parse_pabulib,
)
from pabutools.fractions import frac
from pabutools.rules import (
    MaxAddUtilWelfareAlgo,
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    max_additive_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)


def satisfaction(name, profile):
    if name == "score":
        ordinal = type(profile).__name__ == "OrdinalProfile"
        return Additive_Borda_Sat if ordinal else Additive_Cardinal_Sat
    return {"cost": Cost_Sat, "cardinality": Cardinality_Sat}[name.removeprefix("listed-")]


def equal_shares(instance, profile, sat, completion):
    if completion.startswith("add1-to-the-end"):
        # Endowments grow by one each time the budget grows by one for every voter.
        won = exhaustion_by_budget_increase(
            instance,
            profile,
            method_of_equal_shares,
            {"sat_class": sat},
            exhaustive_stop=False,
            budget_step=frac(profile.num_ballots(), 1),
            budget_bound=(instance.budget_limit + sum(p.cost for p in instance) + 2)
            * (profile.num_ballots() + 1),
        )
    else:
        options = {"voter_budget_increment": 1} if completion.startswith("add1") else {}
        won = method_of_equal_shares(instance, profile, sat_class=sat, **options)
    if completion.endswith("utilitarian"):
        won = greedy_utilitarian_welfare(
            instance, profile, sat_class=sat, initial_budget_allocation=won
        )
    return won


def count(instance, profile, name):
    rule, sat_name, completion = name.split(":")
    sat = satisfaction(sat_name, profile)
    if rule == "greedy":
        won = greedy_utilitarian_welfare(instance, profile, sat_class=sat)
    elif rule == "max-welfare":
        try:
            won = max_additive_utilitarian_welfare(instance, profile, sat_class=sat)
        except IndexError:
            # The default solver has no answer where nothing costs anything.
            solver = MaxAddUtilWelfareAlgo.ILP_SOLVER
            won = max_additive_utilitarian_welfare(
                instance, profile, sat_class=sat, inner_algo=solver
            )
    elif rule == "phragmen":
        won = sequential_phragmen(instance, profile)
    else:
        won = equal_shares(instance, profile, sat, completion)
    satisfied = profile.as_sat_profile(sat)
    welfare = sum(frac(satisfied.total_satisfaction_project(p)) for p in won)
    return {"winners": sorted(p.name for p in won), "welfare": str(welfare)}


def main():
    answers = []
    for job in json.load(sys.stdin):
        instance, profile = parse_pabulib(job["file"])
        answers.append({name: count(instance, profile, name) for name in job["rules"]})
    print(json.dumps(answers))


main()
