"""Under what files of strangers are opened: no code, little memory, little time."""

from __future__ import annotations

import contextlib
import encodings
import importlib
import os
import pkgutil
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

FORBIDDEN = (
    *("exec", "compile", "import", "pickle.", "marshal.", "code.__new__", "ctypes."),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.putenv", "os.startfile"),
    *("subprocess.", "socket.", "urllib.", "ftplib.", "smtplib.", "webbrowser."),
)
"""Beginnings of audit events that nothing in a file may cause."""
IMPORTED = ("encodings.", "unicodedata", "_codecs")
"""What may be looked for even so: a charset that a file names, of which Python's are loaded."""
SPARE_BYTES = 64 << 20
MOST_ADDRESSES = 1 << 30
CODE_RAN = 9  # exit code

_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(kw_only=True)
class Spent:
    """What opening has taken at most.

    Attributes:
        seconds: of this thread, the longest.
        spare_bytes: memory beyond what was there before and the size of the file, the most.
    """

    seconds: float = 0.0
    spare_bytes: int = 0


class Guard:
    """Watches this process; once there, for its whole life."""

    def __init__(self) -> None:
        """Begin: whatever is needed has been imported, and the memory in use is the usual one."""
        self.spent = Spent()
        self._watching = False
        for module in pkgutil.iter_modules(encodings.__path__, "encodings."):
            with contextlib.suppress(ImportError):  # those of other systems
                importlib.import_module(module.name)
        self._before = _peak()
        used = _addresses()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_ADDRESSES, resource.RLIM_INFINITY))
        sys.addaudithook(self._heard)

    @contextlib.contextmanager
    def opening(self, size: int) -> Iterator[None]:
        """Watch what is done within, with a file of so many bytes."""
        start = time.thread_time()
        self._watching = True
        try:
            yield
        finally:
            self._watching = False
            self.spent.seconds = max(self.spent.seconds, time.thread_time() - start)
            spare = _peak() - self._before - size
            self.spent.spare_bytes = max(self.spent.spare_bytes, spare)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._watching or not event.startswith(FORBIDDEN):
            return
        if event == "import" and str(arguments[0]).startswith(IMPORTED):
            return
        self._watching = False
        os.write(2, f"forbidden: {event} {arguments!r}\n".encode(errors="replace"))
        os._exit(CODE_RAN)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _addresses() -> int:
    """Return the bytes of addresses in use; where the system does not tell, none are known."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 34
