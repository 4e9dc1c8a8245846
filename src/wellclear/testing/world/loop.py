"""An event loop whose time is simulated: it never waits, and it knows which process each callback belongs to.

The programs run on it as they are. When nothing is ready, time jumps to the next timer. What a program would hand to a
thread runs in the loop, a little later. A process that has lost its power runs nothing any more: its callbacks are
dropped at the moment when they would run, and its coroutines are closed.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVarTuple

_Args = TypeVarTuple("_Args")

THREAD_S = 0.0005
"""How long what runs on another thread takes, if nothing is said."""


class PowerCut(BaseException):
    """The process ends here, in the middle of whatever it does. No program may catch it."""


class Life:
    """One run of one process, from its start to its end. `name` is the process; `number` counts its lives."""

    def __init__(self, loop: SimLoop, name: str, number: int) -> None:
        self.loop, self.name, self.number = loop, name, number
        self.alive = True
        self.thread_s: Callable[[], float] = lambda: THREAD_S
        self.faults: list[BaseException] = []
        """What ended a task of it that should not have ended."""
        self._tasks: list[asyncio.Task[Any]] = []
        self._context = contextvars.copy_context()
        self._context.run(_LIFE.set, self)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this process."""
        return self.loop.create_task(work, context=self._context.run(contextvars.copy_context))

    def within(self, call: Callable[[], Any]) -> Any:
        """Run something as this process does; a loss of power in it ends the process and is `PowerCut` here."""
        return self._context.run(call)

    def remember(self, task: asyncio.Task[Any]) -> None:
        """One more task that ends with it."""
        self._tasks = [known for known in self._tasks if not known.done()]
        self._tasks.append(task)

    def end(self) -> None:
        """From now on nothing of it runs. Its coroutines are closed as soon as none of them is running."""
        if self.alive:
            self.alive = False
            self.loop.call_outside(self._reap)

    def _reap(self) -> None:
        for task in self._tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is meant to be lost
                coroutine = task.get_coro()
                try:
                    if coroutine is not None:
                        coroutine.close()
                except (RuntimeError, PowerCut):
                    continue  # it would have gone on; it has no power
        self._tasks.clear()


_LIFE: contextvars.ContextVar[Life | None] = contextvars.ContextVar("life", default=None)


def life_now() -> Life | None:
    """The process that is running, or None for the world itself."""
    return _LIFE.get()


class _Jumping(selectors.BaseSelector):
    """Waits for nothing: time goes on instead."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen in this world again")
        self.now_s += max(0.0, timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class SimLoop(asyncio.SelectorEventLoop):
    """The loop of one world. Its `time` begins at 0 and is in seconds."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        self.faults: list[BaseException] = []
        """What went wrong in the world itself, not in a process of it."""
        super().__init__(self._jumping)
        self._clock_resolution = 1e-6
        self.set_task_factory(_task)
        self.set_exception_handler(_keep)

    def time(self) -> float:
        """Simulated seconds since the world began."""
        return self._jumping.now_s

    @property
    def now_us(self) -> int:
        """The same in whole microseconds."""
        return round(self._jumping.now_s * 1_000_000)

    def call_soon(
        self, callback: Callable[[*_Args], object], *args: *_Args, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """As asyncio does it, but for a process without power."""
        return super().call_soon(self._guard(callback, context), *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Args], object],
        *args: *_Args,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio does it, but for a process without power."""
        return super().call_at(when, self._guard(callback, context), *args, context=context)

    def call_outside(self, callback: Callable[..., Any], *args: Any, after_s: float = 0.0) -> asyncio.TimerHandle:
        """Call something of the world's own, whoever is running now."""
        return self.call_at(self.time() + after_s, callback, *args, context=contextvars.Context())

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # no thread is ever needed
        """Run it here, a little later; the process may lose its power before, while and after it runs."""
        life = life_now()
        done: asyncio.Future[Any] = self.create_future()
        self.call_later(THREAD_S if life is None else life.thread_s(), _run_into, done, func, args)
        return done

    def _guard(
        self, callback: Callable[[*_Args], object], context: contextvars.Context | None
    ) -> Callable[[*_Args], object]:
        life = _LIFE.get() if context is None else context.get(_LIFE)
        if life is None:
            return callback

        def guarded(*args: *_Args) -> None:
            if life.alive:
                callback(*args)

        return guarded

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """A generator that nobody will finish: closed at once, as far as it does not wait for anything."""
        try:
            agen.aclose().send(None)
        except (StopIteration, StopAsyncIteration, RuntimeError, PowerCut):
            return


def _run_into(done: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        found = func(*args)
    except PowerCut:
        return
    except Exception as error:  # noqa: BLE001  # it goes where it belongs: to whoever waits
        if not done.done():
            done.set_exception(error)
    else:
        if not done.done():
            done.set_result(found)


def _task(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
    context = more.get("context")
    life = _LIFE.get() if context is None else context.get(_LIFE)
    if life is not None:
        life.remember(task)
    return task


def _keep(loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    error, task = told.get("exception"), told.get("task") or told.get("future")
    life = life_now()
    if isinstance(task, asyncio.Task):
        life = task.get_context().get(_LIFE) if hasattr(task, "get_context") else life
    if error is not None and not isinstance(error, PowerCut):
        assert isinstance(loop, SimLoop), "it is the handler of one"
        (loop if life is None else life).faults.append(error)
        if life is None:
            loop.stop()
