#include "fathom/report/study_json.h"

#include "fathom/core/version.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

template <class T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

void put_changes(Json& json, const RecipeChanges& changes) {
  put(json, "optimizer", changes.optimizer);
  put(json, "learning_rate", changes.learning_rate);
  put(json, "momentum", changes.momentum);
  put(json, "weight_decay", changes.weight_decay);
  put(json, "decay", changes.decay);
  put(json, "epochs", changes.epochs);
  put(json, "batch_size", changes.batch_size);
  put(json, "schedule", changes.schedule);
  put(json, "warmup", changes.warmup);
  put(json, "flip", changes.flip);
  put(json, "shift", changes.shift);
  put(json, "normalize", changes.normalize);
  put(json, "head", changes.head);
  put(json, "patience", changes.patience);
}

Json recipe_json(const Study& study) {
  Json json{{"name", study.recipe}};
  put_changes(json, study.changes);
  return json;
}

Json rules_json(const Study& study) {
  Json list = Json::array();
  for (const RecipeRule& rule : study.recipe_rules) {
    Json json = Json::object();
    if (!rule.data_sets.empty()) json["datasets"] = rule.data_sets;
    if (!rule.models.empty()) json["models"] = rule.models;
    put(json, "name", rule.recipe);
    put_changes(json, rule.changes);
    list.push_back(std::move(json));
  }
  return list;
}

Json estimator_json(const EstimatorChoice& choice) {
  Json json{{"estimator", choice.estimator}, {"variant", choice.variant}};
  if (choice.estimator == "mle") json["k"] = choice.k;
  return json;
}

Json attack_json(const std::optional<AttackOptions>& attack) {
  if (!attack) return nullptr;
  Json methods = Json::array();
  for (const AttackMethod method : attack->methods) methods.push_back(attack_method_name(method));
  Json json{{"method", methods}, {"epsilon", attack->epsilons}, {"steps", attack->steps}};
  put(json, "step_size", attack->step_size);
  return json;
}

Json represent_json(const std::optional<RepresentChoice>& represent) {
  if (!represent) return nullptr;
  Json json{{"layers", represent->layers}, {"pool", represent->pool}};
  json.update(estimator_json(represent->estimator));
  return json;
}

Json data_set_json(const StudyDataSet& set) {
  Json json{{"path", set.path},
            {"domain", set.domain},
            {"protocol", set.protocol.name()},
            {"samples", set.samples}};
  if (!set.classes.empty()) json["classes"] = set.classes;
  if (set.class_pairs > 0) json["class_pairs"] = set.class_pairs;
  put(json, "positive", set.positive);
  put(json, "test_samples", set.test_samples);
  if (set.uneven) json["uneven"] = true;
  put(json, "images", set.images);
  if (set.split) json["split"] = split_name(*set.split);
  return json;
}

Json settings_json(const Study& study) {
  Json json{{"models", study.models}, {"seeds", study.seeds}, {"class_seed", study.class_seed}};
  put(json, "split_seed", study.split_seed);
  json["recipe"] = recipe_json(study);
  if (!study.recipe_rules.empty()) json["recipe_for"] = rules_json(study);
  json["measure"] = estimator_json(study.measure);
  json["attack"] = attack_json(study.attack);
  json["represent"] = represent_json(study.represent);
  json["dataset"] = Json::object();
  for (const StudyDataSet& set : study.data_sets) json["dataset"][set.name] = data_set_json(set);
  return json;
}

Json of(const std::optional<double>& value) {
  return value ? known(*value) : Json(nullptr);
}

Json with_interval(const std::optional<double>& value, const std::optional<Interval>& interval) {
  if (!value) return nullptr;
  return {
      {"value", known(*value)},
      {"interval", interval ? Json::array({known(interval->low), known(interval->high)}) : Json(nullptr)}};
}

Json difference(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? known(*a - *b) : Json(nullptr);
}

Json attacks_json(const CellResult& result) {
  Json json = Json::array();
  for (const AttackOutcome& attack : result.attacks) {
    json.push_back({{"method", attack.method},
                    {"epsilon", attack.epsilon},
                    {"loss", known(attack.loss)},
                    {"accuracy", known(attack.accuracy)},
                    {"loss_penalty", difference(attack.loss, result.test_loss)},
                    {"accuracy_penalty", difference(result.test_accuracy, attack.accuracy)}});
  }
  return json;
}

Json layers_json(const CellResult& result) {
  Json json = Json::array();
  for (const LayerDimension& layer : result.layers) {
    json.push_back({{"name", layer.name},
                    {"relative_depth", layer.relative_depth},
                    {"dimension", known(layer.dimension)}});
  }
  return json;
}

Json cell_json(const StoredCell& cell) {
  const CellOutcome& outcome = *cell.outcome;
  const CellResult& result = outcome.result;
  return {{"dataset", result.dataset},
          {"classes", result.classes},
          {"domain", result.domain},
          {"model", result.model},
          {"samples", result.samples},
          {"seed", result.seed},
          {"dimension", with_interval(result.dimension, outcome.dimension_interval)},
          {"label_sharpness", with_interval(result.label_sharpness, std::nullopt)},
          {"dimension_repr", with_interval(result.representation_dimension, outcome.representation_interval)},
          {"layers", layers_json(result)},
          {"test_loss", of(result.test_loss)},
          {"test_accuracy", of(result.test_accuracy)},
          {"best_test_accuracy", of(result.best_test_accuracy)},
          {"attacks", attacks_json(result)},
          {"epochs", outcome.epochs},
          {"device", outcome.device},
          {"threads", outcome.threads},
          {"seconds", known(cell.seconds)}};
}

Json parsed(const std::string& text, Json otherwise) {
  return text.empty() ? std::move(otherwise) : Json::parse(text);
}

}  // namespace

std::string study_json(const Study& study, std::span<const StoredCell> cells, const StudyParts& parts,
                       std::span<const std::string> command) {
  Json done = Json::array(), failed = Json::array();
  for (const StoredCell& cell : cells) {
    if (cell.outcome) done.push_back(cell_json(cell));
    if (cell.state == CellState::failed)
      failed.push_back({{"cell", text_of(cell.name)}, {"error", cell.error}});
  }
  return text_of(Json{{"schema", "fathom.study/1"},
                      {"version", version()},
                      {"command", command},
                      {"name", study.name},
                      {"study", settings_json(study)},
                      {"cells", done},
                      {"relate", parsed(parts.relate, nullptr)},
                      {"reference", parsed(parts.reference, Json::array())},
                      {"failed", failed},
                      {"warnings", parts.warnings}});
}

}  // namespace fathom
