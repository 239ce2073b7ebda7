"""The functions of the published code of the ICLR 2024 paper by their names, right by default.

https://github.com/mazurowski-lab/intrinsic-properties: a user of it changes one import. docs/migrating.md says what
changes in the numbers, and why.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fathom._dimension import estimate_dimension
from fathom._errors import InputError, UsageError
from fathom._sharpness import label_sharpness

_CODE = "iclr2024-code"
_VARIANTS = {("mle", None): "pooled", ("mle", _CODE): "as_published",
             ("twonn", None): "ml", ("twonn", _CODE): "as_published", ("geomle", None): "intercept"}


def _check(compat: str | None, estimator: str = "mle") -> None:
    if compat not in (None, _CODE):
        raise UsageError("compat", f"is {compat!r}", f'the one there is: "{_CODE}"')
    if (estimator, None) not in _VARIANTS:
        raise UsageError("estimator", f"is {estimator!r}", 'use "mle", "geomle" or "twonn"')
    if (estimator, compat) not in _VARIANTS:
        raise UsageError("compat", f"is not there for {estimator!r}, whose published form draws without a seed", "leave it out")


def _values(item: Any) -> np.ndarray:
    """The numbers of one image, whose type is kept."""
    if hasattr(item, "detach"):
        item = item.detach().cpu().numpy()
    return np.asarray(item)


def _table(dataset: Any) -> tuple[np.ndarray, np.ndarray]:
    """(n, d) values and n labels of a dataset of (image, label)."""
    rows = len(dataset)
    if rows == 0:
        raise InputError("dataset", "holds no images", "give at least one image")
    points: np.ndarray | None = None
    labels = []
    for index in range(rows):
        image, label = dataset[index]
        values = _values(image)
        if points is None:
            # The distances of whole numbers up to 255 are exact in uint8.
            dtype = values.dtype if values.dtype in (np.uint8, np.float32, np.float64) else np.float64
            points, shape = np.empty((rows, values.size), dtype), values.shape
        if values.shape != shape:
            raise InputError("dataset", f"image {index} has shape {values.shape}, the first {shape}",
                             "resize images to one size")
        points[index] = values.ravel()
        labels.append(int(label))
    return points, np.array(labels)


def _dimension(points: np.ndarray, estimator: str, k: int, compat: str | None) -> float:
    estimates = estimate_dimension(points, [estimator], n_neighbors=k, intervals=False)
    try:
        return estimates.select(estimator, _VARIANTS[estimator, compat]).value
    except KeyError as error:
        raise InputError("dataset", str(error.args[0]), "give more images") from None


def compute_labelsharpness(
    dataset: Any, batchsize: int = 500, M: int = 1000, device: Any = None, *, compat: str | None = None,
    draws: int = 25, random_state: Any = 0
) -> float:
    """Label sharpness of a torch Dataset (Konz and Mazurowski, ICLR 2024, section 3.2).

    Parameters
    ----------
    dataset : torch.utils.data.Dataset
        Of (image, label); the unit of the images decides that of the result.
    batchsize, device
        Of the published code; nothing depends on them.
    M : int
        Images in a draw.
    compat : {None, "iclr2024-code"}
        None: the mean over `draws` class-balanced draws of M images, all pairs with different labels of each.
        "iclr2024-code": about 2,000 random pairs of M = 1000 images, with true labels; the inverted numerator of
        the released code is not reproduced.
    draws : int
    random_state : int, RandomState, Generator or None

    Returns
    -------
    float
        1 / unit of the images.
    """
    _check(compat)
    points, labels = _table(dataset)
    if compat is None:
        return label_sharpness(points, labels, draws=max(1, draws), samples_per_draw=M, random_state=random_state).sampled_mean
    if M != 1000:
        raise UsageError("M", f"is {M}", 'compat="iclr2024-code" draws 1000 images')
    found = label_sharpness(points, labels, draws=0, compat=compat, random_state=random_state).as_published
    if found is None:
        raise InputError("dataset", "no pair that the published code draws has different labels", "leave compat out")
    return found


def compute_intrinsic_datadim(
    dataset: Any, estimator: str = "mle", estimator_batchsize: int = 1000, hyperparam_k: int = 20,
    dataset_name: str = "dataset", *, compat: str | None = None
) -> float:
    """Intrinsic dimension of a torch Dataset (Konz and Mazurowski, ICLR 2024, section 3.1).

    Parameters
    ----------
    dataset : torch.utils.data.Dataset
        Of (image, label).
    estimator : {"mle", "geomle", "twonn"}
    estimator_batchsize, dataset_name
        Of the published code; nothing depends on them.
    hyperparam_k : int
        Neighbours of "mle".
    compat : {None, "iclr2024-code"}
        "iclr2024-code": the published code's arithmetic, (k-2) in place of (k-1), and a TwoNN fit that drops only
        the last point.

    Returns
    -------
    float
    """
    _check(compat, estimator)
    return _dimension(_table(dataset)[0], estimator, hyperparam_k, compat)


def compute_intrinsic_reprdim(
    dataset: Any, model: Any, layer: Any, estimator: str = "mle", batchsize: int = 256,
    estimator_batchsize: int = 1000, hyperparam_k: int = 20, dataset_name: str = "dataset", device: Any = None, *,
    compat: str | None = None
) -> float:
    """Intrinsic dimension of what a layer of a network makes of a torch Dataset.

    The model is used in evaluation mode and left in the mode it was in; the published code uses it in the mode it
    happens to be in, so that a model in training mode changes with every call.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset
        Of (image, label).
    model : torch.nn.Module
    layer : torch.nn.Module or str
        Of the model, or its name among ``model.named_modules()``.
    estimator : {"mle", "geomle", "twonn"}
    batchsize : int
        Images that the network takes at a time.
    estimator_batchsize, dataset_name
        Of the published code; nothing depends on them.
    hyperparam_k : int
        Neighbours of "mle".
    device : torch.device or str, optional
        Default: where the model is. Given: the model is moved there.
    compat : {None, "iclr2024-code"}
        As of :func:`compute_intrinsic_datadim`.

    Returns
    -------
    float
    """
    _check(compat, estimator)
    return _dimension(_representation(dataset, model, layer, batchsize, device), estimator, hyperparam_k, compat)


def _module(model: Any, layer: Any) -> Any:
    if not isinstance(layer, str):
        return layer
    modules = dict(model.named_modules())
    if layer not in modules:
        raise UsageError("layer", f"is {layer!r}, and the model has no such module",
                         "choose from " + ", ".join(name for name in modules if name))
    return modules[layer]


def _representation(dataset: Any, model: Any, layer: Any, batchsize: int, device: Any) -> np.ndarray:
    """(n, d) values of the layer."""
    import torch

    if len(dataset) == 0:
        raise InputError("dataset", "holds no images", "give at least one image")
    if device is not None:
        model.to(device)
    else:
        device = next((parameter.device for parameter in model.parameters()), "cpu")
    outputs = []

    def keep(_module: Any, _input: Any, output: Any) -> None:
        # A copy: the next module may write into the same memory.
        outputs.append(output.detach().flatten(1).cpu().clone())

    training = {module: module.training for module in model.modules()}
    handle = _module(model, layer).register_forward_hook(keep)
    try:
        model.eval()
        with torch.no_grad():
            for images, _ in torch.utils.data.DataLoader(dataset, batch_size=batchsize):
                model(images.to(device))
    finally:
        handle.remove()
        for module, mode in training.items():
            module.training = mode
    if not outputs:
        raise UsageError("layer", "is not used by the model", "give a module of the model")
    return torch.cat(outputs).float().numpy()
