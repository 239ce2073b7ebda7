#!/usr/bin/python3
"""A fathom.study/1 document of cells that obey a known law, and what least squares makes of them.

Usage: made_study.py CELLS > STUDY.json

log L = A - C (log N) / d + B log K_F + noise, loss penalty = P K_F + noise, d_repr = 0.8 d + noise. Names of the first data
set and of a class are text that would be markup, were it not kept text.
"""

import json
import sys

import numpy

A, B, C, P, NOISE = 9.0, 1.0, 6.0, 9.5e4, 0.25
HOSTILE = "</script><img src=x onerror=alert(1)>&\u2028"
DATASETS = [  # name, domain, dimension, label sharpness; P1's figure 1, rounded
    (f"brats {HOSTILE}", "medical", 11.0, 2.0e-4), ("dbc", "medical", 17.0, 3.1e-4), ("oai", "medical", 8.6, 3.4e-4),
    ("chexpert", "medical", 15.4, 1.4e-4), ("mura", "medical", 10.7, 2.8e-4), ("rsna", "medical", 11.2, 2.1e-4),
    ("prostate", "medical", 5.7, 1.8e-4), ("MNIST", "natural", 9.3, 1.6e-4), ("CIFAR10", "natural", 16.3, 0.6e-4),
    ("SVHN", "natural", 12.6, 1.0e-4), ("ImageNet", "natural", 18.0, 0.6e-4)]
MODELS = ["resnet18", "resnet34", "resnet50", "vgg13", "vgg16", "vgg19"]
SAMPLES = [500, 750, 1000, 1250, 1500, 1750]
EPSILONS = [1, 2, 4, 8]
LAYERS = [("input", 0.0), ("maxpool", 0.06), ("layer1", 0.28), ("layer2", 0.5), ("layer3", 0.72), ("layer4", 0.94), ("fc", 1.0)]


def layers(dimension, generator):
    """A curve with its peak at layer2."""
    heights = [1.0, 1.3, 1.7, 2.0, 1.6, 0.8, 0.4]
    return [{"name": name, "relative_depth": depth, "dimension": dimension * height * generator.normal(1, 0.03)}
            for (name, depth), height in zip(LAYERS, heights)]


def attacks(sharpness, clean_loss, accuracy, generator):
    rows = []
    for epsilon in EPSILONS:
        penalty = max(0.0, (P * sharpness + generator.normal(0, 3)) * epsilon / 2)
        lost = float(numpy.clip(0.1 * epsilon * sharpness / 2e-4 + generator.normal(0, 0.02), 0, accuracy))
        rows.append({"method": "fgsm", "epsilon": epsilon, "loss": clean_loss + penalty, "accuracy": accuracy - lost,
                     "loss_penalty": penalty, "accuracy_penalty": lost})
    return rows


def cells(count, generator):
    """`count` cells; the whole grid comes again with another seed."""
    made = []
    grid = [(data, model, samples) for data in DATASETS for model in MODELS for samples in SAMPLES]
    for index in range(count):
        seed, place = divmod(index, len(grid))
        (name, domain, dimension, sharpness), model, samples = grid[place]
        own = numpy.random.default_rng([seed, samples, len(name)])  # images are those of all models
        d = dimension * own.normal(1, 0.04)
        k = sharpness * own.normal(1, 0.06)
        loss = float(numpy.exp(A - C * numpy.log(samples) / d + B * numpy.log(k) + generator.normal(0, NOISE)))
        accuracy = float(numpy.clip(1.05 - 0.015 * d + generator.normal(0, 0.02), 0.5, 1.0))
        made.append({
            "dataset": name, "classes": ["no <b>finding</b>", "finding"], "domain": domain, "model": model, "samples": samples,
            "seed": seed, "dimension": {"value": d, "interval": [0.95 * d, 1.05 * d]},
            "label_sharpness": {"value": k, "interval": [0.9 * k, k]},
            "dimension_repr": {"value": 0.8 * d * generator.normal(1, 0.15), "interval": None},
            "layers": layers(d, generator) if count <= 1000 else [],
            "test_loss": loss, "test_accuracy": accuracy - 0.01, "best_test_accuracy": accuracy,
            "attacks": attacks(k, loss, accuracy, generator)})
    return made


def least_squares(columns, response):
    """Estimates and classical standard errors."""
    design = numpy.column_stack(columns)
    estimate, *_ = numpy.linalg.lstsq(design, response, rcond=None)
    residuals = response - design @ estimate
    variance = residuals @ residuals / (len(response) - design.shape[1])
    errors = numpy.sqrt(variance * numpy.diag(numpy.linalg.inv(design.T @ design)))
    r_squared = 1 - residuals @ residuals / numpy.sum((response - response.mean()) ** 2)
    return estimate, errors, r_squared, residuals


def fit(name, law, response, terms, response_name, subset, datasets):
    estimate, errors, r_squared, residuals = least_squares(list(terms.values()), response)

    def half_widths(factor):
        return [[e - factor * s, e + factor * s] for e, s in zip(estimate, errors)]

    n, p = len(response), len(terms)
    sigma = float(numpy.sqrt(residuals @ residuals / n))
    likelihood = -n / 2 * (numpy.log(2 * numpy.pi * sigma**2) + 1)
    rows = [{"name": term, "estimate": e, "std_error": s, "interval": i, "robust": {"std_error": 1.1 * s, "interval": r, "degrees_of_freedom": 90},
             "cluster": {"std_error": 2.5 * s, "interval": c, "degrees_of_freedom": 4.3}}
            for term, e, s, i, r, c in zip(terms, estimate, errors, half_widths(1.96), half_widths(2.16), half_widths(4.9))]
    return {"law": law, "name": name, "response": response_name, "subset": {"model": None, "domain": None, "samples": None, **subset},
            "n": n, "datasets": datasets, "terms": rows, "r_squared": r_squared, "adjusted_r_squared": r_squared, "sigma": sigma,
            "log_likelihood": likelihood, "aic": 2 * p - 2 * likelihood, "bic": numpy.log(n) * p - 2 * likelihood,
            "influence": [{"left_out": "prostate", "n": n, "r_squared": r_squared * 0.7,
                           "terms": [{"name": term, "estimate": 0.8 * e} for term, e in zip(terms, estimate)]}]}


def correlation(x, y, law, y_name, subset):
    r = float(numpy.corrcoef(x, y)[0, 1])
    slope, intercept = numpy.polyfit(x, y, 1)
    ends = [float(numpy.tanh(numpy.arctanh(r) + step / numpy.sqrt(len(x) - 3))) for step in (-1.96, 1.96)]
    both = {"r": r, "interval": ends, "bootstrap_interval": ends, "p_value": 1e-9}
    return {"law": law, "x": "label_sharpness" if law == "robustness" else "dimension", "y": y_name,
            "subset": {"model": None, "method": None, "epsilon": None, **subset}, "level": "cells", "n": len(x), "pearson": both,
            "spearman": both, "slope": slope, "intercept": intercept,
            "influence": [{"left_out": "oai", "pearson": 0.9 * r, "slope": 0.9 * slope}]}


def relate(made):
    d = numpy.array([cell["dimension"]["value"] for cell in made])
    k = numpy.array([cell["label_sharpness"]["value"] for cell in made])
    n = numpy.array([cell["samples"] for cell in made])
    loss = numpy.log([cell["test_loss"] for cell in made])
    domain = numpy.array([cell["domain"] for cell in made])
    one, ratio = numpy.ones(len(made)), -numpy.log(n) / d
    datasets = len({cell["dataset"] for cell in made})
    full = fit("with label sharpness", "generalization", loss, {"intercept": one, "negative_log_samples_over_dimension": ratio,
               "log_label_sharpness": numpy.log(k)}, "log_test_loss", {}, datasets)
    reduced = fit("without label sharpness", "generalization", loss, {"intercept": one, "negative_log_samples_over_dimension": ratio},
                  "log_test_loss", {}, datasets)
    fits = [full, reduced]
    accuracy = numpy.array([cell["best_test_accuracy"] for cell in made])
    for name in ("medical", "natural"):
        own = domain == name
        if own.sum() > 2:
            fits.append(fit("accuracy on dimension", "accuracy", accuracy[own], {"intercept": one[own], "dimension": d[own]},
                            "best_test_accuracy", {"domain": name}, datasets))
    correlations = []
    for index, epsilon in enumerate(EPSILONS):
        for key in ("loss_penalty", "accuracy_penalty"):
            penalty = numpy.array([cell["attacks"][index][key] for cell in made])
            correlations.append(correlation(k, penalty, "robustness", key, {"method": "fgsm", "epsilon": epsilon}))
    if made[0]["layers"]:
        peaks = numpy.array([max(layer["dimension"] for layer in cell["layers"]) for cell in made])
        correlations.append(correlation(d, peaks, "peak_dimension", "peak_dimension", {}))
    below = sum(cell["dimension_repr"]["value"] < cell["dimension"]["value"] for cell in made)
    share = below / len(made)
    return {"schema": "fathom.relate/1", "version": "0.1.0", "command": [], "cells": len(made), "datasets": sorted({c["dataset"] for c in made}),
            "fits": fits,
            "comparisons": [{"name": "does label sharpness help?", "full": full["name"], "reduced": reduced["name"],
                             "likelihood_ratio": 2 * (full["log_likelihood"] - reduced["log_likelihood"]), "degrees_of_freedom": 1,
                             "p_value": 1e-12, "delta_aic": reduced["aic"] - full["aic"], "delta_bic": reduced["bic"] - full["bic"]}],
            "correlations": correlations,
            "shares": [{"name": "d_repr below d_data", "model": None, "below": below, "n": len(made), "share": share,
                        "interval": [max(0.0, share - 0.02), min(1.0, share + 0.02)]}],
            "warnings": ["made data: the law is known, and nothing is learned from it"]}


def reference():
    bars = [{"source": "Konz and Mazurowski 2024, figure 1", "dataset": name.split(" ")[0].lower(), "domain": domain, "samples": None,
             "dimension": 1.1 * d, "label_sharpness": 1.05 * k, "test_loss": None} for name, domain, d, k in DATASETS]
    points = [(500, 7.28, 1.26), (750, 7.93, 1.24), (1000, 8.63, 0.59), (1250, 9.12, 0.58), (1500, 9.59, 1.05), (1750, 9.80, 0.52)]
    return bars + [{"source": "Konz and Mazurowski 2024, figure 2", "dataset": "oai", "domain": "medical", "samples": n, "dimension": d,
                    "label_sharpness": None, "test_loss": loss} for n, d, loss in points]


def study(count):
    made = cells(count, numpy.random.default_rng(0))
    return {"schema": "fathom.study/1", "version": "0.1.0", "name": "A made study",
            "study": {"models": MODELS, "samples": SAMPLES, "training": {"recipe": "iclr2024", "epochs": 100}, "note": HOSTILE},
            "cells": made, "relate": relate(made), "reference": reference(),
            "failed": [{"cell": "oai, vgg19, 1750", "error": "the loss is not finite " + HOSTILE}], "warnings": []}


if __name__ == "__main__":
    json.dump(study(int(sys.argv[1])), sys.stdout, default=float, ensure_ascii=False)
