#include "study_images.h"

#include <algorithm>
#include <span>
#include <utility>

#include "fathom/catalog/catalog.h"
#include "fathom/core/hash.h"
#include "fathom/prepare/select.h"
#include "redaction.h"

namespace fathom {

namespace {

/// With its length, so that no two lists of texts run together to the same bytes.
void append_text(std::string& all, const std::string& text) {
  all += std::to_string(text.size()) + ":" + text;
}

void append_record(std::string& all, const Record& record) {
  append_text(all, std::string(split_name(record.split)));
  append_text(all, record.group ? std::to_string(*record.group) : "");
}

std::string hash_of_text(const std::string& text) {
  return hash128(std::as_bytes(std::span<const char>(text))).text();
}

std::string content_of(const PreparedData& prepared) {
  std::string all = prepared.content_hash.text();
  for (const Record& record : prepared.records) append_record(all, record);
  return hash_of_text(all);
}

std::string key_of(const StudyDataSet& set, const std::vector<std::string>& classes) {
  std::string key;
  append_text(key, set.name);
  for (const std::string& name : classes) append_text(key, name);
  return key;
}

}  // namespace

void refuse_key(const Study& study, const std::string& prefix, const UsageError& error) {
  std::string key = error.where().substr(0, error.where().find(' '));
  key.erase(0, std::min(key.size(), key.find_first_not_of('-')));
  std::ranges::replace(key, '-', '_');
  throw InputError(place_of(study, prefix + key), key + ": " + error.reason(), error.remedy());
}

StudyImages::StudyImages(const Study& study, std::filesystem::path folder, unsigned threads,
                         const std::vector<std::string>& line)
    : study_(study), folder_(std::move(folder)), threads_(threads), line_(line) {}

std::string StudyImages::shown(const InputError& error) const {
  return shown_message(error, line_);
}

DataSet StudyImages::open(const StudyDataSet& set, Progress& progress) const {
  const std::string prefix = "dataset." + set.name + ".";
  try {
    ReadOptions options = set.read;
    options.threads = threads_;
    options.progress = &progress;
    if (options.labels) options.labels = folder_ / *options.labels;
    DataSet data = open_data(set.path, options, folder_);
    if (data.label_columns.size() != 1) {
      throw InputError(data.path,
                       data.label_columns.empty() ? "has no labels to learn" : "has several label columns",
                       data.label_columns.empty() ? "name a file of labels with labels = \"...\""
                                                  : "choose one with label_column = \"...\"");
    }
    if (data.pixels->vectors()) {
      throw InputError(data.path, "holds vectors, and networks take images", "give images");
    }
    return data;
  } catch (const UsageError& error) {
    refuse_key(study_, prefix, error);
  }
}

DataSet StudyImages::choose(DataSet opened, const StudyDataSet& set,
                            const std::vector<std::string>& classes) const {
  Selection selection;
  selection.classes = classes;
  selection.positive = set.positive;
  selection.split = set.split;
  selection.samples = set.images;
  selection.seed = study_.class_seed;
  selection.listing_order = set.protocol.published_code;
  try {
    select_records(opened, selection);
  } catch (const UsageError& error) {
    refuse_key(study_, "dataset." + set.name + ".", error);
  }
  if (redacts_paths(line_)) redact(opened);
  return opened;
}

std::string StudyImages::fingerprint(const DataSet& chosen, const StudyDataSet& set) {
  std::string all;
  append_text(all, set.protocol.name());
  for (const std::string& name : chosen.label_columns.front().classes) append_text(all, name);
  for (const Record& record : chosen.records) {
    append_text(all, chosen.pixels->identity(record.source).text());
    append_text(all, std::to_string(record.labels.front()));
    append_record(all, record);
  }
  return hash_of_text(all);
}

const ChosenImages& StudyImages::prepare_chosen(const StudyDataSet& set,
                                                const std::vector<std::string>& classes, DataSet chosen,
                                                Progress& progress) {
  kept_.reset();
  auto made = std::make_unique<ChosenImages>();
  made->data = std::move(chosen);
  PrepareOptions options;
  options.threads = threads_;
  options.skip_bad = set.skip_bad;
  options.keep_pixels = true;
  made->prepared = prepare(made->data, set.protocol, options, progress);
  made->content = content_of(made->prepared);
  kept_ = std::move(made);
  kept_key_ = key_of(set, classes);
  return *kept_;
}

const ChosenImages& StudyImages::images(const StudyDataSet& set, const std::vector<std::string>& classes,
                                        Progress& progress) {
  if (kept_ && kept_key_ == key_of(set, classes)) return *kept_;
  return prepare_chosen(set, classes, choose(open(set, progress), set, classes), progress);
}

}  // namespace fathom
