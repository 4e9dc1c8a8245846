"""A host in a process of its own, which the test may kill. Run as a script: HOME FILE_FOR_ADDRESS PASSPHRASE LIMIT."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from wellclear.apps.host.serve import serve
from wellclear.edges.settings import load_host

START_S_MAX = 60


@dataclass(slots=True)
class HostProcess:
    """A running host; `url` is where it answers."""

    process: subprocess.Popen[bytes]
    url: str

    @classmethod
    def start(cls, home: Path, passphrase: str, file_bytes_max: int = 0) -> HostProcess:
        """Start the host and wait until it says where it listens; with a limit, its disk is full at that size."""
        told = home / "address"
        told.unlink(missing_ok=True)
        log = (home / "log").open("ab")
        process = subprocess.Popen(
            [sys.executable, __file__, str(home), str(told), passphrase, str(file_bytes_max)], stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        give_up = time.monotonic() + START_S_MAX
        while not told.exists():
            if process.poll() is not None or time.monotonic() > give_up:
                process.kill()
                raise AssertionError((home / "log").read_text())
            time.sleep(0.01)  # waits for a process, not for a time
        return cls(process, told.read_text())

    def kill(self) -> None:
        """As a power cut would end it: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=START_S_MAX)


def main(home: str, told: str, passphrase: str, file_bytes_max: str) -> None:
    """Serve the home, and write the address once it answers."""
    if int(file_bytes_max):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(file_bytes_max), resource.RLIM_INFINITY))

    def ready(address: str) -> None:
        fresh = Path(told + ".new")
        fresh.write_text(address)
        fresh.replace(told)  # whole or not at all, for the reader who polls

    serve(load_host(Path(home)), passphrase, on_ready=ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
