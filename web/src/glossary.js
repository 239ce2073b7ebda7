// What the words of the page mean.

import { element, typeset } from "./element.js";

const EVERYWHERE = [
  ["Intrinsic dimension, d", "The number of directions in which the images really vary near one of them, however many pixels they have. " +
    "It is estimated from distances to nearest neighbours, never known."],
  ["MLE", "Maximum-likelihood estimate from the distances to the k nearest neighbours (Levina and Bickel 2004; pooled over images as " +
    "MacKay and Ghahramani 2005)."],
  ["Label sharpness, K_F", "How fast labels change between images: the largest 1 / distance over pairs of images with different labels " +
    "(Konz and Mazurowski, ICLR 2024). It grows with the number of images and depends on the protocol, so compare it at equal numbers " +
    "and under one protocol."],
  ["Protocol", "How pixels become a vector: size, channels, range of values. Distances, and so K_F, depend on it."],
  ["95 % interval", "Made so that, repeated with other images of the same kind, 19 of 20 such intervals hold the value that the estimator has on average."],
];

const MEASURE = [
  ["TwoNN", "Estimate from the ratio of the distances to the second and the first neighbour (Facco et al. 2017): the dimension at the " +
    "smallest scale, which near-duplicates lower."],
  ["Gride", "The same from neighbours of rank n and 2n (Denti et al. 2022): the dimension against scale. A plateau is the credible value."],
  ["Copies", "Images equal in every pixel after preparing. One of each group stands for all in the dimension."],
  ["Label conflict", "Two equal images with different labels. K_F would be infinite; they are listed and left out of it."],
];

const NETWORK = [
  ["Representation", "What a layer of the network makes of the images; its dimension is estimated as that of the images is."],
  ["Relative depth", "Convolutions and linear layers passed, as a share of all: 0 is the input, 1 the output."],
  ["Peak", "The layer whose estimate is largest."],
];

const STUDY = [
  ["Cell", "One network, trained on so many images of one data set with one seed, and everything measured of it."],
  ["d_data, d_repr", "Intrinsic dimension of the training images, and of what the last hidden layer makes of them."],
  ["Test loss", "Cross-entropy of the test images, in nats."],
  ["Generalization law", "log L = a \u2212 c (log N) / d + b log K_F: test loss L falls with the number N of training images, more slowly " +
    "where d is large, and is higher where labels are sharp."],
  ["FGSM, PGD", "Attacks that change every pixel by at most \u03b5 grey levels so that the loss rises: one step of the gradient's sign, or several."],
  ["Penalty", "What an attack costs: attacked loss minus clean loss, or clean accuracy minus attacked accuracy."],
];

export function glossary(schemas) {
  const has = (name) => schemas.some((schema) => schema.startsWith(`fathom.${name}/`));
  const words = [...EVERYWHERE, ...(has("measure") ? MEASURE : []), ...(has("represent") || has("study") ? NETWORK : []),
    ...(has("study") ? STUDY : [])];
  return { title: "Glossary", parts: [element("dl", { class: "glossary" },
    ...words.flatMap(([word, meaning]) => [element("dt", {}, ...typeset(word)), element("dd", {}, ...typeset(meaning))]))] };
}
