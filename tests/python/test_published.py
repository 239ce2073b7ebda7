"""A script for the published code with its import changed."""

import sys

import numpy as np
import pytest
from conftest import brute_force

import fathom

SCRIPT = """
from fathom import compute_labelsharpness, compute_intrinsic_datadim, compute_intrinsic_reprdim

KF = compute_labelsharpness(dataset)
datadim = compute_intrinsic_datadim(dataset)
layer = model.features
reprdim = compute_intrinsic_reprdim(dataset, model, layer)
"""


def test_torch_is_not_imported_with_fathom():
    import subprocess

    code = "import sys, fathom; print([name for name in ('torch', 'sklearn', 'scipy', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture(scope="module")
def dataset(torch):
    rng = np.random.default_rng(0)
    images = (rng.normal(size=(300, 4)) @ rng.normal(size=(4, 75))).astype(np.float32).reshape(300, 3, 5, 5)
    return torch.utils.data.TensorDataset(torch.from_numpy(images), torch.from_numpy(np.arange(300) % 2))


@pytest.fixture(scope="module")
def model(torch):
    torch.manual_seed(0)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.features = torch.nn.Linear(75, 20)
            self.rest = torch.nn.Sequential(torch.nn.ReLU(inplace=True), torch.nn.Dropout(0.5), torch.nn.Linear(20, 2))

        def forward(self, x):
            return self.rest(self.features(x.flatten(1)))

    return Model().train()


def pixels(dataset):
    return dataset.tensors[0].numpy().reshape(300, -1)


def test_the_script_runs_and_is_right(dataset, model):
    names = {"dataset": dataset, "model": model}
    exec(SCRIPT, names)
    points, labels = pixels(dataset), dataset.tensors[1].numpy()
    logs = np.log(brute_force(points, 20)[0])
    sums = (logs[:, -1:] - logs[:, :-1]).sum()
    assert names["datadim"] == pytest.approx(300 * 19 / sums, rel=1e-9)
    # All 300 images are in every draw of 1000.
    assert names["KF"] == pytest.approx(fathom.label_sharpness(points, labels).value, rel=1e-12)
    weight, bias = (one.detach().numpy().astype(np.float64) for one in model.features.parameters())
    # Before the ReLU that writes into the same memory, and in evaluation mode.
    expected = fathom.MLE().fit(points.astype(np.float64) @ weight.T + bias).dimension_
    assert names["reprdim"] == pytest.approx(expected, rel=1e-4)
    assert model.training and model.rest[1].training


def test_compat_gives_the_published_arithmetic(dataset, model):
    points = pixels(dataset)
    right = fathom.compute_intrinsic_datadim(dataset)
    assert fathom.compute_intrinsic_datadim(dataset, compat="iclr2024-code") == pytest.approx(right * 18 / 19, rel=1e-12)
    near = brute_force(points, 2)[0]
    logs = np.sort(np.log(near[:, 1] / near[:, 0]))[:-1]
    height = -np.log(1 - np.arange(1, 300) / 300)
    published = fathom.compute_intrinsic_datadim(dataset, "twonn", compat="iclr2024-code")
    assert published == pytest.approx((logs @ height) / (logs @ logs), rel=1e-9)
    by_name = fathom.compute_intrinsic_reprdim(dataset, model, "features", "twonn", compat="iclr2024-code")
    assert by_name == fathom.compute_intrinsic_reprdim(dataset, model, model.features, "twonn", compat="iclr2024-code")
    drawn = fathom.compute_labelsharpness(dataset, compat="iclr2024-code")
    assert 0 < drawn <= fathom.label_sharpness(points, np.arange(300) % 2).value


def test_what_cannot_be(dataset, model):
    with pytest.raises(fathom.UsageError, match="estimator"):
        fathom.compute_intrinsic_datadim(dataset, "pca")
    with pytest.raises(fathom.UsageError, match="without a seed"):
        fathom.compute_intrinsic_datadim(dataset, "geomle", compat="iclr2024-code")
    found = fathom.estimate_dimension(pixels(dataset), ["geomle"], intervals=False)["geomle"].value
    assert fathom.compute_intrinsic_datadim(dataset, "geomle") == found
    with pytest.raises(fathom.UsageError, match="choose from features"):
        fathom.compute_intrinsic_reprdim(dataset, model, "layer4")
    with pytest.raises(fathom.UsageError, match="compat"):
        fathom.compute_labelsharpness(dataset, compat="iclr2023")
