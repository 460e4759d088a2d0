"""Which functions may be compiled, which of them an entry point reaches, and copies of them that call one another."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Calls = dict[FunctionType, set[FunctionType]]
Own = Mapping[FunctionType, FunctionType]
_REGISTERED: set[Callable[..., Any]] = set()


def compiled(function: AnyFunction) -> AnyFunction:
    """Register a function for the compiler and leave it as it is.

    It may call other registered functions by name or as attributes of their modules, and read constants of its module.
    """
    _REGISTERED.add(function)
    return function


def reached(entry: FunctionType, own: Own) -> Calls:
    """The registered functions that an entry point needs, each with those that it calls itself.

    Parameters
    ----------
    own : mapping
        Functions of the user's, by the registered functions that they stand in for.  Where one of them calls the function that
        it stands in for, it gets that function.
    """
    calls: Calls = {}
    todo = [own.get(entry, entry)]
    while todo:
        if (function := todo.pop()) not in calls:
            places = {} if function in own.values() else own
            calls[function] = {places.get(called, called) for called in _called(function)}
            todo.extend(calls[function])
    return calls


def constants(function: FunctionType) -> str:
    """What a function reads of its module and of others besides functions: machine code has these values in it."""
    return f"{function.__defaults__} {[(name, _written(value)) for name, value in sorted(_read(function), key=lambda r: r[0])]}"


def _written(value: object) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    if isinstance(value, enum.EnumType):
        members: list[enum.Enum] = list(value)
        return str([(member.name, member.value) for member in members])
    if isinstance(value, tuple):
        return str([_written(item) for item in value])
    is_number = isinstance(value, int | float | complex | str | bytes | None)
    return repr(value) if is_number else str(getattr(value, "__qualname__", type(value).__qualname__))


def those_that_reach(calls: Calls, targets: set[FunctionType]) -> set[FunctionType]:
    """The targets, and the functions that call any of them, however indirectly."""
    found, grown = set[FunctionType](), targets
    while grown != found:
        found = grown
        grown = found | {function for function, called in calls.items() if called & found}
    return found


def linked(calls: Calls, own: Own, make: Callable[[FunctionType, FunctionType], Any]) -> dict[FunctionType, Any]:
    """What ``make`` makes of a copy of each function, given both; names in the copies lead to what was made of the others."""
    spaces: dict[tuple[int, bool], dict[str, Any]] = {}
    made: dict[FunctionType, Any] = {}
    for function in calls:
        place = (id(function.__globals__), function in own.values())
        made[function] = make(_copy(function, spaces.setdefault(place, dict(function.__globals__))), function)
    for (_, is_own), space in spaces.items():
        places = {} if is_own else own
        for name, value in list(space.items()):
            if isinstance(value, ModuleType) and (inside := _found(vars(value), places, made)):
                space[name] = ModuleType(value.__name__)
                vars(space[name]).update(vars(value) | inside)
        space.update(_found(space, places, made))
    return made


def _found(names: Mapping[str, Any], places: Own, made: Mapping[FunctionType, Any]) -> dict[str, Any]:
    """What was made of the functions that stand under some names."""
    functions = {name: places.get(value, value) for name, value in names.items() if isinstance(value, FunctionType)}
    return {name: made[function] for name, function in functions.items() if function in made}


def _copy(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__, copy.__qualname__ = function.__kwdefaults__, function.__qualname__
    copy.__module__, copy.__doc__ = function.__module__, function.__doc__
    return copy


def _called(function: FunctionType) -> Iterator[FunctionType]:
    yield from (value for _, value in _read(function) if isinstance(value, FunctionType) and value in _REGISTERED)


def _read(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The globals that a function names, and of modules the attributes."""
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            yield from ((f"{value.__name__}.{n}", vars(value)[n]) for n in names & vars(value).keys())
        else:
            yield name, value


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
