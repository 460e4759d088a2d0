"""Entry points in machine code: made once per process, from the user's cache where another process has made them before."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Protocol, cast

import numpy as np

from wutong.model.compiled import keeping
from wutong.model.compiled.helping import helped
from wutong.model.compiled.registry import Own, constants, linked, reached, those_that_reach
from wutong.model.facts import Label

Function = Callable[..., Any]
Types = tuple[Any, ...]
OPTIONS = {"nogil": True, "fastmath": False, "error_model": "numpy", "boundscheck": True, "no_cfunc_wrapper": True}
INNER = {**OPTIONS, "no_cpython_wrapper": True}  # never called from Python


class EngineMissingError(ImportError):
    """The compiler cannot be imported; what is uncompiled still runs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.message = Label(
            f"这里无法导入编译引擎用的 numba（{why}）。设置环境变量 WUTONG_UNCOMPILED=1 可以不编译运行，但要慢数百倍以上。",
            f"numba, which compiles the engine, cannot be imported here ({why}). "
            "With WUTONG_UNCOMPILED=1 in the environment it runs uncompiled, hundreds of times slower or more.",
        )

    def __str__(self) -> str:
        return self.message.en

    def __reduce__(self) -> tuple[type[EngineMissingError], tuple[object, ...]]:
        return type(self), self.args  # a worker's error reaches the user whole


def _silent(_: OSError) -> None:
    pass


@dataclass
class Hooks:
    """What a program may show of the making of an engine; the model itself says nothing.

    Attributes
    ----------
    preparing : callable
        Entered while an entry point is compiled, which takes some seconds and happens once on a machine.
    not_kept : callable
        Told, once for each reason, why compiled code could not be kept in a folder.
    """

    preparing: Callable[[], AbstractContextManager[object]] = nullcontext
    not_kept: Callable[[OSError], None] = _silent


class EntryPoint(Protocol):
    """What :func:`engine` returns.

    Attributes
    ----------
    folder : Path or None
        Where its machine code is kept, once it has been made; None if it is nowhere.
    """

    folder: Path | None

    def __call__(self, *arguments: object) -> Any:
        """Run."""

    def prepare(self, *arguments: object, beside: Sequence[tuple[EntryPoint, tuple[object, ...]]] = ()) -> None:
        """Compile for the types of these arguments, without running, unless it is done.

        Parameters
        ----------
        beside : sequence, optional
            Other entry points with their arguments, made at the same time in processes of their own if this one must be.

        Raises
        ------
        EngineMissingError
            Where the compiler cannot be imported.
        """


HOOKS = Hooks()
_MAKING = threading.RLock()
_ENGINES: dict[object, EntryPoint] = {}
_TOLD: set[str] = set()


def uncompiled() -> bool:
    """Whether the functions are to run as the plain Python that they are: ``WUTONG_UNCOMPILED=1``, to debug and to trace them."""
    return any(os.environ.get(name, "0") not in ("", "0") for name in ("WUTONG_UNCOMPILED", "NUMBA_DISABLE_JIT"))


def engine(entry: Function, own: Mapping[Function, Function] | None = None, *, plain: bool | None = None) -> EntryPoint:
    """An entry point to call: a registered function, compiled at its first call together with all that it reaches.

    It takes arguments of one set of types, those of its first call.  Asked again, the same entry point is returned.

    Parameters
    ----------
    own : mapping, optional
        Functions of the user's, by the registered functions that they stand in for; what calls them is compiled anew in every
        process.
    plain : bool, optional
        Uncompiled, slowly, with every division by zero raised; by default what :func:`uncompiled` says.
    """
    places = cast(Own, own or {})
    plain = uncompiled() if plain is None else plain
    with _MAKING:
        key = (entry, frozenset(places.items()), plain)
        if key not in _ENGINES:
            _ENGINES[key] = (Plain if plain else Engine)(cast(FunctionType, entry), places)
        return _ENGINES[key]


def folders() -> set[Path]:
    """Where the machine code of this process is kept."""
    return {entry.folder for entry in _ENGINES.values() if entry.folder is not None}


class Plain:
    """An entry point as plain Python."""

    folder: Path | None = None

    def __init__(self, entry: FunctionType, own: Own) -> None:
        self._run = linked(reached(entry, own), own, lambda copy, _: copy)[own.get(entry, entry)] if own else entry

    def __call__(self, *arguments: object) -> Any:
        with np.errstate(over="ignore", divide="raise", invalid="raise"):  # keys wrap around, as they do when compiled
            return self._run(*arguments)

    def prepare(self, *arguments: object, beside: Sequence[tuple[EntryPoint, tuple[object, ...]]] = ()) -> None:
        pass


class Engine:
    """An entry point in machine code."""

    def __init__(self, entry: FunctionType, own: Own) -> None:
        self._entry, self._own = entry, own
        self._run: Function | None = None
        self.folder: Path | None = None

    def __call__(self, *arguments: object) -> Any:
        if self._run is None:
            self.prepare(*arguments)
        assert self._run is not None
        return self._run(*arguments)

    def prepare(self, *arguments: object, beside: Sequence[tuple[EntryPoint, tuple[object, ...]]] = ()) -> None:
        with _MAKING:
            if self._run is None:
                types = _types_of(arguments)
                self._run = self._with_own(types, arguments) if self._own else self._kept(types, beside)
        for other, its_arguments in beside:
            other.prepare(*its_arguments)

    def _kept(self, types: Types, beside: Sequence[tuple[EntryPoint, tuple[object, ...]]]) -> Function:
        """From the first folder that can be used, where it is made unless it is there; else from memory alone."""
        for root in keeping.roots():
            try:
                return self.made_in(root, types, beside)
            except OSError as error:
                tell(error)
        with HOOKS.preparing():
            return self._compiled(types, None)

    def made_in(self, root: Path, types: Types, beside: Sequence[tuple[EntryPoint, tuple[object, ...]]] = ()) -> Function:
        """The function, loaded from below a root; there it is made unless it is there."""
        version = keeping.made(keeping.made(root) / self._version(types))
        home = version / "code"
        if not keeping.is_whole(home):
            with HOOKS.preparing(), keeping.locked(version):
                if not keeping.is_whole(home):  # nobody else has made it meanwhile
                    others = [(other._entry, root, _types_of(its)) for other, its in beside if isinstance(other, Engine)]
                    with helped(others), keeping.building(home) as aside:
                        run = self._compiled(types, aside)
                    self.folder = home
                    keeping.prune(version)
                    return run
        self.folder = home
        keeping.prune(version)
        return self._compiled(types, home)

    def _with_own(self, types: Types, arguments: tuple[object, ...]) -> Function:
        """All that does not call the user's functions is taken from a copy of the ordinary engine's code."""
        ordinary = cast(Engine, engine(self._entry, plain=False))
        ordinary.prepare(*arguments)
        if ordinary.folder is not None:
            try:
                with tempfile.TemporaryDirectory(prefix="wutong-", ignore_cleanup_errors=True) as folder:
                    return self._compiled(types, Path(shutil.copytree(ordinary.folder, Path(folder) / "copy")))
            except OSError as error:
                tell(error)
        with HOOKS.preparing():
            return self._compiled(types, None)

    def _compiled(self, types: Types, folder: Path | None) -> Function:
        """Compile, or load from a folder what is there and write there what is not."""
        calls = reached(self._entry, self._own)
        anew = those_that_reach(calls, set(self._own.values()))
        top = self._own.get(self._entry, self._entry)

        def made(copy: FunctionType, original: FunctionType) -> Any:
            options: Mapping[str, object] = OPTIONS if original is top else INNER
            return _kept_in(folder, copy, options) if folder and original not in anew else _numba().njit(**options)(copy)

        run = linked(calls, self._own, made)[top]
        run.compile(types)
        run.disable_compile()
        return cast(Function, run)

    def _version(self, types: Types) -> str:
        """Name of the folder of this entry point for one set of types."""
        functions = sorted(reached(self._entry, self._own), key=lambda f: (f.__module__, f.__qualname__))
        sources = keeping.content(sorted({Path(function.__code__.co_filename).resolve() for function in functions}))
        return keeping.version(
            self._entry.__name__,
            self._entry.__module__,
            sources,
            *map(constants, functions),
            *map(_described, types),
            *_surroundings(),
        )


def _types_of(arguments: tuple[object, ...]) -> Types:
    return tuple(_numba().typeof(argument) for argument in arguments)


def _described(kind: Any) -> str:
    """A type in full: numba's own name of a named tuple leaves out its fields."""
    return f"{kind} {getattr(kind, 'fields', '')} {[_described(inner) for inner in getattr(kind, 'types', ())]}"


def _kept_in(folder: Path, function: FunctionType, options: Mapping[str, object]) -> Any:
    """A function to be compiled whose code is kept in a folder.

    Raises
    ------
    OSError
        Where the compiler cannot write there: it would keep the code wherever it can, beside the source or in a cache of its own.
    """
    numba = _numba()
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(folder)
        dispatcher = numba.njit(**options, cache=True)(function)
    except RuntimeError as error:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder)) from error
    finally:
        numba.config.CACHE_DIR = before
    if folder not in Path(dispatcher.stats.cache_path).parents:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder))
    return dispatcher


def tell(error: OSError) -> None:
    """Say once why code is not kept."""
    if str(error) not in _TOLD:
        _TOLD.add(str(error))
        HOOKS.not_kept(error)


@functools.cache
def _numba() -> ModuleType:
    try:
        import numba
    except (ImportError, OSError) as error:  # no wheel for this machine, a Python too new, a library that cannot be loaded
        raise EngineMissingError(str(error)) from error
    return numba


@functools.cache
def _surroundings() -> tuple[str, ...]:
    """What compiled code depends on besides the model and Python."""
    import llvmlite
    from llvmlite import binding

    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    return (f"numba {_numba().__version__}", f"llvmlite {llvmlite.__version__}", f"numpy {np.__version__}", *processor)
