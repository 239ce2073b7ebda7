#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fathom/read/tensor_file.h"
#include "unit/read/tensor_files.h"

namespace fathom {
namespace {

using Names = std::vector<std::string>;
using Shape = std::vector<std::int64_t>;
using Members = std::vector<std::pair<std::string, std::string>>;

const std::string twelve = packed<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
const std::string storage = pickled_storage("FloatStorage", "0", 12);
const std::string whole_view = pickled_view(storage, 0, {3, 4}, {4, 1});

class PyTorchFile : public ArrayFiles {
 protected:
  std::string zipped(const Members& members, zip_int32_t method = ZIP_CM_STORE) const {
    return zip_of(folder() / "made.zip", members, method);
  }
  /// As torch.save writes it, with one storage "0" of the floats 0 to 11.
  std::string saved(const std::string& value) const {
    return zipped({{"w/data.pkl", pickle_of(value)}, {"w/data/0", twelve}, {"w/version", "3\n"}});
  }
  static std::string refusal(const std::string& file) {
    return message_of([&] { TensorFile::parse(bytes_of(file), "w.pth"); });
  }
  /// Of the dict {"x": value}.
  std::string refusal_of(const std::string& value) const {
    return refusal(saved(pickled_dict({{"x", value}})));
  }
};

TEST_F(PyTorchFile, ReadsADictOfTensors) {
  const std::string parameter = pickled_name("torch._utils", "_rebuild_parameter") + "(" + whole_view +
                                "\x88" + pickled_ordered_dict + "tR";
  const std::string file =
      saved(pickled_ordered_dict + "(" + pickled_text("a.weight") + parameter + pickled_text("row") +
            pickled_view(storage, 4, {4}, {1}) + pickled_text("value") + pickled_view(storage, 11, {}, {}) +
            pickled_text("none") + pickled_view(storage, 0, {0, 5}, {5, 1}) + "u}" +
            pickled_text("_metadata") + pickled_ordered_dict + "sb");
  const TensorFile read = TensorFile::open(write("w.bin", file));
  EXPECT_EQ(read.format(), TensorFile::Format::pytorch);
  EXPECT_EQ(names_of(read), (Names{"a.weight", "row", "value", "none"}));
  EXPECT_EQ(read.find("a.weight")->shape, (Shape{3, 4}));
  EXPECT_EQ(packed(values_of<float>(*read.find("a.weight"))), twelve);
  EXPECT_EQ(values_of<float>(*read.find("row")), (std::vector<float>{4, 5, 6, 7}));
  EXPECT_EQ(values_of<float>(*read.find("value")), (std::vector<float>{11}));
  EXPECT_EQ(read.find("none")->bytes.size(), 0u);
}

TEST_F(PyTorchFile, WhatNewerVersionsAddIsNoTrouble) {
  // The members of torch.save in PyTorch 2.7.
  const std::string file = zipped({{"w/data.pkl", pickle_of(pickled_dict({{"x", whole_view}}))},
                                   {"w/.format_version", "1"},
                                   {"w/.storage_alignment", "64"},
                                   {"w/byteorder", "little"},
                                   {"w/data/0", twelve},
                                   {"w/version", "3\n"},
                                   {"w/.data/serialization_id", std::string(40, '7')}});
  EXPECT_EQ(names_of(TensorFile::parse(bytes_of(file), "w.pth")), Names{"x"});
}

TEST_F(PyTorchFile, MakesViewsContiguous) {
  const std::string file = saved(pickled_dict({{"turned", pickled_view(storage, 0, {4, 3}, {1, 4})},
                                               {"every_other", pickled_view(storage, 1, {2, 3}, {4, 1})},
                                               {"one", pickled_view(storage, 2, {1, 2}, {77, 1})}}));
  const TensorFile read = TensorFile::parse(bytes_of(file), "w.pth");
  EXPECT_EQ(values_of<float>(*read.find("turned")),
            (std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(values_of<float>(*read.find("every_other")), (std::vector<float>{1, 2, 3, 5, 6, 7}));
  EXPECT_EQ(values_of<float>(*read.find("one")), (std::vector<float>{2, 3}));
}

TEST_F(PyTorchFile, OfACheckpointTheWeightsAreTaken) {
  const std::string weights = pickled_dict({{"w", whole_view}});
  const std::string state = pickled_dict({{"state", pickled_dict({{"momentum", whole_view}})}});
  for (const char* key : {"state_dict", "model_state_dict", "model", "net"}) {
    const std::string file =
        saved(pickled_dict({{"epoch", "K\5"},
                            {"rates", "](G" + std::string(8, '\0') + "\x8a\2\1\1N\x88" + "C\2ab" + "e"},
                            {"best", pickled_view(storage, 0, {1}, {1})},
                            {"optimizer", state},
                            {key, weights}}));
    EXPECT_EQ(names_of(TensorFile::parse(bytes_of(file), "w.pth")), Names{"w"}) << key;
  }
  const std::string beside = saved(pickled_dict({{"epoch", "K\5"}, {"w", whole_view}, {"inner", weights}}));
  EXPECT_EQ(names_of(TensorFile::parse(bytes_of(beside), "w.pth")), Names{"w"});
  EXPECT_TRUE(says(refusal(saved(pickled_dict({{"epoch", "K\5"}}))), {"dict without tensors"}));
  EXPECT_TRUE(says(refusal(saved("](" + whole_view + "e")), {"something else than a dict"}));
  EXPECT_TRUE(says(refusal(saved(whole_view)), {"something else than a dict", "state_dict()"}));
}

TEST_F(PyTorchFile, OfTheSameKeyTheLastCounts) {
  const std::string file = saved(
      pickled_dict({{"x", pickled_view(storage, 0, {1}, {1})}, {"x", pickled_view(storage, 7, {1}, {1})}}));
  const TensorFile read = TensorFile::parse(bytes_of(file), "w.pth");
  EXPECT_EQ(values_of<float>(*read.find("x")), std::vector<float>{7});
  EXPECT_EQ(read.tensors().size(), 1u);
}

TEST_F(PyTorchFile, ReadsProtocol4) {
  const std::string body = "}\x94(\x8c\1x\x94" + pickled_name("torch._utils", "_rebuild_tensor_v2") + "(" +
                           storage + "K\2K\1\x85K\1\x85\x89\x8c\x0b" + "collections\x8c\x0b" +
                           "OrderedDict\x93)R\x94tRu.";
  const std::string pickle = "\x80\4\x95" + little(body.size(), 8) + body;
  const std::string file = zipped({{"w/data.pkl", pickle}, {"w/data/0", twelve}});
  EXPECT_EQ(values_of<float>(*TensorFile::parse(bytes_of(file), "w.pth").find("x")), std::vector<float>{2});
}

TEST_F(PyTorchFile, APickleOfAnythingElseIsNamedAndNotRun) {
  EXPECT_TRUE(says(refusal(saved(pickled_name("os", "system") + "(" + pickled_text("touch ran") + "tR")),
                   {"w.pth", "is a pickle of os.system, not of tensors", "nothing in it was run",
                    "torch.save(model.state_dict(), FILE)"}));
  EXPECT_TRUE(
      says(refusal_of(pickled_name("builtins", "eval") + "(" + pickled_text("1") + "tR"), {"builtins.eval"}));
  EXPECT_TRUE(
      says(refusal_of("\x8c\x08" + std::string("builtins") + "\x8c\4" + "exec\x93"), {"builtins.exec"}));
  EXPECT_TRUE(says(refusal_of(pickled_name("torchvision.models.resnet", "ResNet")),
                   {"torchvision.models.resnet.ResNet"}));
  // Attributes of what is allowed are not.
  EXPECT_TRUE(says(refusal_of(pickled_name("collections", "OrderedDict.fromkeys")), {"fromkeys"}));
  EXPECT_TRUE(says(refusal_of(pickled_name("torch", "ComplexFloatStorage")),
                   {"refers to torch.ComplexFloatStorage, which is not read", "float()"}));
  EXPECT_LT(refusal_of(pickled_name("x", std::string(100'000, 'y'))).size(), 400u);
}

TEST_F(PyTorchFile, ATensorMustLieInItsStorage) {
  EXPECT_EQ(refusal_of(pickled_view(storage, 8, {4}, {1})), "");
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 9, {4}, {1})), {"\"x\"", "reaches beyond its storage"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 12, {}, {})), {"beyond its storage"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0, {2, 2}, {0x7fffffff, 1})), {"beyond its storage"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0, {0x7fffffff, 0x7fffffff, 0x7fffffff}, {0, 0, 0})),
                   {"impossible shape"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0, {100}, {0})), {"repeats the values"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0xffffffff, {1}, {1})), {"before its storage"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0, {0xffffffff}, {1})), {"negative count"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(storage, 0, {1, 1}, {1})), {"too few strides"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(pickled_storage("FloatStorage", "0", 13), 0, {13}, {1})),
                   {"data/0", "too few for its 13 values of float32"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(pickled_storage("DoubleStorage", "0", 12), 0, {12}, {1})),
                   {"too few for its 12 values of float64"}));
  EXPECT_TRUE(says(refusal_of(pickled_view(pickled_storage("FloatStorage", "1", 1), 0, {1}, {1})),
                   {"w/data/1", "is not in the archive"}));
}

TEST_F(PyTorchFile, ManyCopiesOfOneStorageAreRefused) {
  std::vector<std::pair<std::string, std::string>> views;
  for (int i = 0; i < 17; ++i)
    views.emplace_back(std::string("x") + std::to_string(i), pickled_view(storage, 0, {4, 3}, {1, 4}));
  EXPECT_TRUE(says(refusal(saved(pickled_dict(views))), {"\"x16\"", "one of many views", "contiguous()"}));
}

TEST_F(PyTorchFile, AMisledPickleIsRefused) {
  const auto pickle = [&](const std::string& text) { return refusal(saved(text)); };
  EXPECT_TRUE(says(pickle("h\7"), {"recalls what it never noted", "at byte 4"}));
  EXPECT_TRUE(says(pickle("q\1"), {"takes a value that is not there"}));
  EXPECT_TRUE(says(pickle("t"), {"mark that is not there"}));
  EXPECT_TRUE(says(pickle("}NN(s"), {"takes a value"}));  // nothing below the mark
  EXPECT_TRUE(says(pickle("}(Nu"), {"key without a value"}));
  EXPECT_TRUE(says(pickle("Na"), {"takes a value"}));
  EXPECT_TRUE(says(pickle("NNa"), {"needs a list"}));
  EXPECT_TRUE(says(pickle("]NNs"), {"needs a dict"}));
  EXPECT_TRUE(says(pickle("N)R"), {"needs a name"}));
  EXPECT_TRUE(says(pickle(pickled_name("torch", "FloatStorage") + ")R"), {"calls a type of storage"}));
  EXPECT_TRUE(says(pickle("NQ"), {"needs a storage"}));
  EXPECT_TRUE(
      says(pickle(std::string("(") + pickled_text("module") + "NNNNtQ"), {"refers to what is no storage"}));
  EXPECT_TRUE(says(pickle("i"), {"an instruction that pickles of tensors do not have", "at byte 2"}));
  EXPECT_TRUE(says(pickle("X\xff\xff\xff\xffy"), {"ends too early"}));
  EXPECT_TRUE(says(pickle(std::string("\x8d") + std::string(8, '\xff')), {"ends too early"}));
  EXPECT_TRUE(says(pickle("cos"), {"ends within a name"}));
  EXPECT_TRUE(says(pickle("\x80\1"), {"protocol is 1"}));
  EXPECT_TRUE(says(pickle(""), {"takes a value"}));
}

TEST_F(PyTorchFile, AListThatContainsItselfIsNoTrouble) {
  const std::string loop = "]q\1h\1a";
  EXPECT_EQ(names_of(TensorFile::parse(
                bytes_of(saved(pickled_dict({{"loop", loop},
                                             {"deep", std::string(100'000, ']') + std::string(99'999, 'a')},
                                             {"x", whole_view}}))),
                "w.pth")),
            Names{"x"});
  EXPECT_TRUE(says(refusal(saved("}q\1" + pickled_text("model") + "h\1s")), {"dict without tensors"}));
}

TEST_F(PyTorchFile, ADamagedArchiveIsRefused) {
  std::string file = saved(pickled_dict({{"x", whole_view}}));
  EXPECT_TRUE(
      says(refusal(file.substr(0, file.size() / 2)), {"not a readable archive of PyTorch", "download"}));
  file[file.find(twelve) + 3] ^= 1;
  EXPECT_TRUE(says(refusal(file), {"w/data/0", "CRC"}));
  EXPECT_TRUE(says(refusal(zipped({{"a.txt", "x"}})), {"zip archive, but not of PyTorch"}));
  EXPECT_TRUE(says(refusal(zipped({{"w/data.pkl", pickle_of("}")}, {"w/byteorder", "big"}})),
                   {"another byte order"}));
  EXPECT_TRUE(says(refusal(zipped({{"m/data.pkl", ""}, {"m/constants.pkl", ""}, {"m/code/m.py", ""}})),
                   {"is a TorchScript program"}));
  EXPECT_FALSE(refusal(std::string("PK\5\6") + std::string(18, '\0')).empty());
}

TEST_F(PyTorchFile, TorchScriptIsRecognised) {
  const Members members = {{"m/data.pkl", ""}, {"m/code/m.py", ""}, {"m/constants.pkl", ""}};
  EXPECT_TRUE(is_torchscript_file(write("a", zipped(members))));
  EXPECT_FALSE(is_torchscript_file(write("b", saved(pickled_dict({{"x", whole_view}})))));
  EXPECT_FALSE(is_torchscript_file(write("c", safetensors("{}", ""))));
  EXPECT_TRUE(says(message_of([&] { is_torchscript_file(folder() / "none"); }), {"none", "cannot be read"}));
}

/// As torch.save wrote before PyTorch 1.6.
std::string plain(const std::string& value, const std::string& keys, const std::string& storages) {
  return std::string(
             "\x80\x02\x8a\x0al\xfc\x9c"
             "F\xf9 j\xa8P\x19.") +
         pickle_of("M\xe9\3") + pickle_of("}") + pickle_of(value) + pickle_of(keys) + storages;
}

TEST_F(PyTorchFile, ReadsThePlainPickleOfOldFiles) {
  const std::string value =
      pickled_dict({{"turned", pickled_view(storage, 0, {4, 3}, {1, 4})},
                    {"steps", pickled_view(pickled_storage("LongStorage", "s", 1), 0, {}, {})}});
  const std::string keys = "](" + pickled_text("s") + pickled_text("0") + "e";
  const std::string storages = little(1, 8) + little(9, 8) + little(12, 8) + twelve;
  const TensorFile read = TensorFile::open(write("old.pth", plain(value, keys, storages)));
  EXPECT_EQ(read.format(), TensorFile::Format::pytorch);
  EXPECT_EQ(values_of<float>(*read.find("turned")),
            (std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(values_of<std::int64_t>(*read.find("steps")), std::vector<std::int64_t>{9});
  for (const std::string& wrong :
       {plain(value, keys, storages.substr(0, storages.size() - 1)), plain(value, keys, ""),
        plain(value, keys, little(1, 8) + little(9, 8) + little(~0ULL, 8) + twelve),
        plain(value, keys, little(1, 8) + little(9, 8) + little(1ULL << 62, 8) + twelve),
        plain(value, "](" + pickled_text("s") + "e", storages), plain(value, "K\1", storages),
        plain(value, "](K\1e", storages)}) {
    EXPECT_TRUE(says(refusal(wrong), {"w.pth", "cut short or damaged"}));
  }
  EXPECT_TRUE(says(refusal(plain(pickled_name("os", "system"), keys, storages)), {"os.system"}));
}

TEST_F(PyTorchFile, AnyOtherPickleIsSaidToBeOne) {
  EXPECT_TRUE(
      says(refusal(pickle_of(pickled_name("sklearn.svm", "SVC"))), {"is a pickle of sklearn.svm.SVC"}));
  EXPECT_TRUE(says(refusal(pickle_of("}")), {"is a pickle that torch.save did not write"}));
}

}  // namespace
}  // namespace fathom
