#include "fathom/study/study_file.h"

namespace fathom {

std::string_view study_template() {
  return R"(# A study for `fathom study run`: every data set x choice of classes x model x training size x seed is a cell.
# This one is the grid of P1: Konz and Mazurowski, The Effect of Intrinsic Dataset Properties on
# Generalization, ICLR 2024 (arXiv 2401.08865), as its published code has it.
# P2: Konz et al., MICCAI 2022 (arXiv 2207.02797).
# Where that is known to be at fault, the line says so, and how to have it right.
# Every key is in docs/study.md. Paths are relative to this file, or to --data DIR.

name = "iclr2024"

# P1, train.py. P2 has these and squeezenet1_1, densenet121, densenet169.
models = ["resnet18", "resnet34", "resnet50", "vgg13", "vgg16", "vgg19"]
# P1: six sizes. P2: 500 to 2000 in steps of 250.
samples = [500, 750, 1000, 1250, 1500, 1750]
# P1: one seed for everything, so that nothing tells chance from effect. Better: seeds = [1, 2, 3].
seeds = [1337]
# Of class_pairs below. P1 draws other classes for every model and size, which mixes their effects; here a
# study draws once.
class_seed = 1337
# P1: 750 test images. Its sets hold slices and radiographs of one patient on both sides: name the patients
# by group_column, and nobody is on both sides.
test_samples = 750
# 0.13 GB for a ResNet-18, 1.6 GB for a VGG: kept only where you want to use the networks later.
keep_checkpoints = false

# P1: 224 x 224, every image stretched so that its maximum is 255, natural images in colour and medical ones in
# grey. Label sharpness depends on all of it: an image of three equal channels has 1 / sqrt(3) of it.
# To compare domains, give all of them channels = "grey" (as P2's protocol "miccai2022" does).
protocol = "iclr2024"
# size = 224
# channels = "auto"        # "grey", "rgb"
# compat = "iclr2024-code" # the published code's arithmetic of grey levels, a level darker here and there

[recipe]
name = "iclr2024"          # "fathom" is one that trains better in fewer epochs: docs/train.md
# The published code's values; each line changes one.
# epochs = 100
# optimizer = "adam"       # learning rate 0.001 for ResNets, 0.0001 for VGGs (on SVHN: below)
# batch_size = 40          # by model: 40, 25, 12, 6. Its table says 200, 128, 64, 32, and its loader divides by 5
# weight_decay = 0.0001
# schedule = "constant"
# normalize = false        # the network is given pixels of 0..255
# head = "published"       # 1000 outputs for two classes; "labels": one a class
# flip = false
# shift = 0.0              # no augmentation

# P1, SVHN alone. Further ones for other data sets or models, with any of the fields above:
[[recipe_for]]
datasets = ["svhn"]
models = ["vgg13", "vgg16", "vgg19"]
learning_rate = 0.000001

[measure]
# On the training images of every cell.
estimator = "mle"
k = 20
variant = "pooled"         # P1 and P2: "as_published", which is 5.3 % low at k = 20 (k - 2 for k - 1)

[attack]
method = "fgsm"            # P1; "pgd" is stronger: method = ["fgsm", "pgd"]
epsilon = [1, 2, 4, 8]     # grey levels of 0..255 (P1, 1/255 to 8/255)

[represent]
layers = "last"            # P1: the last hidden layer; "published": all layers of P3 (arXiv 2408.08381)
estimator = "twonn"
variant = "ml"             # P1: "as_published", which one pair of near-duplicates can decide

# P1's data sets are licensed by their owners: put them where these lines say, and remove those you lack.

[[dataset]]
name = "brats"
path = "brats"
domain = "medical"
# group_column = "patient" # of a table of paths and labels

[[dataset]]
name = "chexpert"
path = "chexpert"
domain = "medical"

[[dataset]]
name = "dbc"
path = "dbc"
domain = "medical"

[[dataset]]
name = "mura"
path = "mura"
domain = "medical"

[[dataset]]
name = "oai"
path = "oai"
domain = "medical"

[[dataset]]
name = "prostate"          # ultrasound in P1's copy; slices of one volume are near-duplicates
path = "prostate"
domain = "medical"

[[dataset]]
name = "rsna"
path = "rsna"
domain = "medical"

# P1's code labels some of the natural images wrongly (about 1 to 2 %, and up to a quarter of SVHN's): not here.

[[dataset]]
name = "cifar10"
path = "cifar-10-batches-bin"
domain = "natural"
class_pairs = 5            # P1's error bars: five pairs of classes

[[dataset]]
name = "imagenet"          # P1's code shows the same two classes, whichever pair it draws: not here
path = "imagenet"
domain = "natural"
class_pairs = 5

[[dataset]]
name = "mnist"
path = "mnist"
domain = "natural"
class_pairs = 5

[[dataset]]
name = "svhn"
path = "svhn"
domain = "natural"
class_pairs = 5
)";
}

}  // namespace fathom
