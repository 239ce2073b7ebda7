from typing import Any

import numpy as np

__version__: str

def available_threads() -> int: ...
def simd_levels() -> list[str]: ...
def nearest_neighbors(points: np.ndarray, k: int, threads: int, simd: str, search: str) -> tuple[np.ndarray, np.ndarray]: ...
def label_sharpness(
    points: np.ndarray,
    labels: list[int],
    classes: list[str],
    images_per_draw: int,
    draws: int,
    seed: int,
    published_code: bool,
    threads: int,
    simd: str,
    search: str,
) -> dict[str, Any]: ...
class MethodArguments:
    def __init__(self, k: int, noise_std: float | None = ..., components: int = ...) -> None: ...

def estimator_names() -> list[str]: ...
def points_needed(name: str, k: int) -> int: ...
def neighbors_to_list(names: list[str], arguments: MethodArguments, intervals: bool) -> int: ...
def estimate_dimension(
    points: np.ndarray,
    names: list[str],
    arguments: MethodArguments,
    seed: int,
    intervals: bool,
    local: bool,
    neighborhoods: bool,
    threads: int,
    simd: str,
    search: str,
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]: ...
def estimate_from_neighbors(
    distances: np.ndarray,
    indices: np.ndarray,
    names: list[str],
    arguments: MethodArguments,
    seed: int,
    intervals: bool,
    local: bool,
    threads: int,
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]: ...
def estimate_in_neighborhoods(
    points: np.ndarray,
    indices: np.ndarray,
    names: list[str],
    arguments: MethodArguments,
    variant: str,
    n1: int,
    seed: int,
    threads: int,
) -> np.ndarray: ...
def measure_path(path: bytes, options: dict[str, Any]) -> str: ...
def measure_array(
    images: np.ndarray, labels: np.ndarray | None, classes: list[str], groups: list[int], options: dict[str, Any]
) -> str: ...
def has_html_page() -> bool: ...
def html_page(json: str) -> str: ...
