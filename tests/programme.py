"""The judge of what is hidden: a linear programme by HiGHS, which knows the tables alone and nothing of how cells were chosen."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import highspy


def ranges(unknown: Iterable[Hashable], equations: Iterable[tuple[Mapping[Hashable, int], int]]) -> dict[Hashable, tuple[float, float]]:
    """The least and the most of each unknown, none below zero; infinity: without end."""
    names = list(dict.fromkeys(unknown))
    places = {name: place for place, name in enumerate(names)}
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("presolve", "off")  # so that each aim begins where the last one ended
    for _ in names:
        solver.addVar(0, highspy.kHighsInf)
    for given, value in equations:
        terms = {name: times for name, times in given.items() if times}
        solver.addRow(value, value, len(terms), [places[name] for name in terms], list(terms.values()))
    found = {}
    for name in names:
        ends = []
        solver.changeColCost(places[name], 1.0)
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            solver.changeObjectiveSense(sense)
            solver.run()
            status = solver.getModelStatus()
            if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                ends.append(float("inf"))
            else:
                assert highspy.HighsModelStatus.kOptimal == status
                ends.append(solver.getInfo().objective_function_value)
        solver.changeColCost(places[name], 0.0)
        found[name] = (ends[0], ends[1])
    return found
