"""What `pip install .` calls (PEP 517): builds the package with CMake and packs it as a wheel.

Nothing is downloaded: CMake, a compiler and Debian's packages (packages.txt, purposes build and python) must be there.
Settings, by --config-settings=NAME=VALUE: build-dir, a folder to build in (default: build/pip-TAG); and any variable of
CMake, such as FATHOM_PAGE=ON.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").split()[0]
INTERPRETER = f"cp{sys.version_info.major}{sys.version_info.minor}"
TAG = f"{INTERPRETER}-{INTERPRETER}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
INFO = f"fathom-{VERSION}.dist-info"


def _definitions(settings: dict[str, str]) -> list[str]:
    # The page's modules come from a registry: it is built in where they have been fetched already.
    page = "AUTO" if (ROOT / "web" / "node_modules").is_dir() else "OFF"
    definitions = {
        "CMAKE_BUILD_TYPE": "Release", "FATHOM_TESTS": "OFF", "FATHOM_LEARN": "OFF", "FATHOM_PAGE": page,
        **{name: value for name, value in settings.items() if name != "build-dir"},
        "FATHOM_PYTHON": "ON", "Python3_EXECUTABLE": sys.executable,
    }
    return [f"-D{name}={value}" for name, value in definitions.items()]


def _built_module(settings: dict[str, str]) -> Path:
    folder = (ROOT / settings.get("build-dir", f"build/pip-{TAG}")).resolve()
    new = not (folder / "CMakeCache.txt").exists()
    # A folder that has been configured keeps its own choices.
    choices = ["-G", "Ninja", *_definitions(settings)] if new else ["-DFATHOM_PYTHON=ON"]
    print(f"Building for {sys.executable} in {folder}", flush=True)
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, *choices], check=True)
    subprocess.run(["cmake", "--build", folder, "--target", "fathom_python"], check=True)
    module = folder / "python" / "fathom" / ("_core" + sysconfig.get_config_var("EXT_SUFFIX"))
    if not module.exists():
        raise SystemExit(f"{folder} is configured for another Python than {sys.executable}: leave build-dir out")
    return module


def _metadata() -> str:
    return (f"Metadata-Version: 2.1\nName: fathom\nVersion: {VERSION}\n"
            "Summary: Intrinsic dimension and label sharpness of image data sets\n"
            # pybind11 before 2.12 does not know NumPy 2.
            "License: Apache-2.0\nRequires-Python: >=3.9\nRequires-Dist: numpy>=1.21,<2\n")


def _wheel() -> str:
    return f"Wheel-Version: 1.0\nGenerator: fathom {VERSION}\nRoot-Is-Purelib: false\nTag: {TAG}\n"


class _Archive:
    """A wheel: its files, and at the end the list of them with their hashes."""

    def __init__(self, path: Path):
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self._record: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self._zip.writestr(name, content)
        self._record.append(f"{name},sha256={digest},{len(content)}")

    def close(self) -> None:
        self._zip.writestr(f"{INFO}/RECORD", "\n".join([*self._record, f"{INFO}/RECORD,,", ""]))
        self._zip.close()


def build_wheel(wheel_directory: str, config_settings: dict[str, str] | None = None,
                metadata_directory: str | None = None) -> str:
    module = _built_module(dict(config_settings or {}))
    name = f"fathom-{VERSION}-{TAG}.whl"
    archive = _Archive(Path(wheel_directory) / name)
    sources = [file for file in sorted((ROOT / "python" / "fathom").iterdir()) if file.suffix in (".py", ".pyi", ".typed")]
    for file in [*sources, module]:
        archive.add(f"fathom/{file.name}", file.read_bytes())
    archive.add(f"{INFO}/METADATA", _metadata().encode())
    archive.add(f"{INFO}/WHEEL", _wheel().encode())
    archive.add(f"{INFO}/LICENSE", (ROOT / "LICENSE").read_bytes())
    archive.close()
    return name
