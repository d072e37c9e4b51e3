"""Which acts there are, and by which faces they are offered: read from the modules themselves, so that none is forgotten."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import hotline.cli
import hotline.console
import hotline.service
from hotline.service.acts import Face, Result
from hotline.service.faces import rung, staff_sms, voice


def acts_of_the_service() -> dict[str, Callable[..., Result]]:
    """Every function that is handed an `Act` and returns a `Result`, by name."""
    found: dict[str, Callable[..., Result]] = {}
    for module in pkgutil.walk_packages(hotline.service.__path__, "hotline.service."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            is_act = first is not None and (first.annotation, inspect.signature(function).return_annotation) == ("Act", "Result")
            if is_act and not name.startswith("_"):
                assert found.setdefault(name, function) is function, f"two acts are called {name}"
    return found


def modules_of(*packages: ModuleType) -> list[ModuleType]:
    """These, and all below them."""
    below = (
        module.name for package in packages for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}.")
    )
    return [*packages, *map(importlib.import_module, below)]


FACES: dict[Face, list[ModuleType]] = {
    "page": modules_of(hotline.console),
    "sms": modules_of(staff_sms),
    "voice": modules_of(rung, voice),
    "shell": modules_of(hotline.cli),
}


def acts_run_by(face: Face) -> set[str]:
    """The acts that this face's modules name, and those that a use case names which they hand their `By` to: playing the cover is two acts."""
    acts, found, own = acts_of_the_service(), set(), {module.__name__ for module in FACES[face]}
    for module in FACES[face]:
        for function in functions_named(ast.parse(Path(str(module.__file__)).read_text()), module):
            if acts.get(function.__name__) is function:
                found.add(function.__name__)
            elif "By" in function.__annotations__.values() and function.__module__ not in own:
                inside = functions_named(ast.parse(inspect.getsource(function)), importlib.import_module(function.__module__))
                found |= {named.__name__ for named in inside if acts.get(named.__name__) is named}
    return found


def functions_named(tree: ast.AST, module: ModuleType) -> Iterator[FunctionType]:
    """What `take` or `taking.take` stands for in this module, wherever in it that is written; what a command imports when it is run, too."""
    here = vars(module) | {
        alias.asname or alias.name: imported(node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hotline.service")
        for alias in node.names
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                value = here.get(name)
            case ast.Attribute(value=ast.Name(id=base), attr=name) if isinstance(here.get(base), ModuleType):
                value = vars(here[base]).get(name)
            case _:
                continue
        if isinstance(value, FunctionType):
            yield value


def imported(module: str, name: str) -> object:
    """What `from module import name` gives."""
    found = getattr(importlib.import_module(module), name, None)
    return importlib.import_module(f"{module}.{name}") if found is None else found
