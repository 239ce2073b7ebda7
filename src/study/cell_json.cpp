#include "study/cell_json.h"

#include <nlohmann/json.hpp>

namespace fathom {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json of(const std::optional<double>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json of(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

std::optional<double> number_from(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

std::optional<Interval> interval_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return Interval{json.at(0).get<double>(), json.at(1).get<double>()};
}

template <class Read>
auto read_json(const std::string& text, const std::string& file, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception&) {
    throw StoreError(file, "holds a result that cannot be read",
                     "move it away to begin the study anew; checkpoints are used again");
  }
}

Json result_json(const CellResult& result) {
  Json json{{"dataset", result.dataset},
            {"domain", result.domain},
            {"classes", result.classes},
            {"model", result.model},
            {"samples", result.samples},
            {"seed", result.seed},
            {"dimension", of(result.dimension)},
            {"label_sharpness", of(result.label_sharpness)},
            {"representation_dimension", of(result.representation_dimension)}};
  json["layers"] = Json::array();
  for (const LayerDimension& layer : result.layers) {
    json["layers"].push_back(
        {{"name", layer.name}, {"relative_depth", layer.relative_depth}, {"dimension", layer.dimension}});
  }
  json["test_loss"] = of(result.test_loss);
  json["test_accuracy"] = of(result.test_accuracy);
  json["best_test_accuracy"] = of(result.best_test_accuracy);
  json["attacks"] = Json::array();
  for (const AttackOutcome& attack : result.attacks) {
    json["attacks"].push_back({{"method", attack.method},
                               {"epsilon", attack.epsilon},
                               {"loss", attack.loss},
                               {"accuracy", attack.accuracy}});
  }
  return json;
}

CellResult result_from(const Json& json) {
  CellResult result;
  json.at("dataset").get_to(result.dataset);
  json.at("domain").get_to(result.domain);
  json.at("classes").get_to(result.classes);
  json.at("model").get_to(result.model);
  json.at("samples").get_to(result.samples);
  json.at("seed").get_to(result.seed);
  result.dimension = number_from(json.at("dimension"));
  result.label_sharpness = number_from(json.at("label_sharpness"));
  result.representation_dimension = number_from(json.at("representation_dimension"));
  for (const Json& layer : json.at("layers")) {
    result.layers.push_back({layer.at("name").get<std::string>(), layer.at("relative_depth").get<double>(),
                             layer.at("dimension").get<double>()});
  }
  result.test_loss = number_from(json.at("test_loss"));
  result.test_accuracy = number_from(json.at("test_accuracy"));
  result.best_test_accuracy = number_from(json.at("best_test_accuracy"));
  for (const Json& attack : json.at("attacks")) {
    result.attacks.push_back({attack.at("method").get<std::string>(), attack.at("epsilon").get<double>(),
                              attack.at("loss").get<double>(), attack.at("accuracy").get<double>()});
  }
  return result;
}

}  // namespace

std::string json_of(const CellOutcome& outcome) {
  return text_of_json({{"result", result_json(outcome.result)},
                       {"dimension_interval", of(outcome.dimension_interval)},
                       {"representation_interval", of(outcome.representation_interval)},
                       {"epochs", outcome.epochs},
                       {"device", outcome.device},
                       {"threads", outcome.threads},
                       {"fathom_version", outcome.fathom_version},
                       {"torch_version", outcome.torch_version}});
}

CellOutcome outcome_from(const std::string& text, const std::string& file) {
  return read_json(text, file, [](const Json& json) {
    CellOutcome outcome;
    outcome.result = result_from(json.at("result"));
    outcome.dimension_interval = interval_from(json.at("dimension_interval"));
    outcome.representation_interval = interval_from(json.at("representation_interval"));
    json.at("epochs").get_to(outcome.epochs);
    json.at("device").get_to(outcome.device);
    json.at("threads").get_to(outcome.threads);
    json.at("fathom_version").get_to(outcome.fathom_version);
    json.at("torch_version").get_to(outcome.torch_version);
    return outcome;
  });
}

std::string json_of(const MeasuredImages& measured) {
  return text_of_json({{"dimension", measured.dimension},
                       {"dimension_interval", of(measured.dimension_interval)},
                       {"label_sharpness", measured.label_sharpness}});
}

MeasuredImages measured_from(const std::string& text, const std::string& file) {
  return read_json(text, file, [](const Json& json) {
    MeasuredImages measured;
    json.at("dimension").get_to(measured.dimension);
    measured.dimension_interval = interval_from(json.at("dimension_interval"));
    json.at("label_sharpness").get_to(measured.label_sharpness);
    return measured;
  });
}

std::string json_of(const SettingTexts& settings) {
  return text_of_json(Json(settings));
}

std::string json_of(const std::vector<std::string>& words) {
  return text_of_json(Json(words));
}

std::vector<std::string> words_from(const std::string& text, const std::string& file) {
  return read_json(text, file, [](const Json& json) { return json.get<std::vector<std::string>>(); });
}

}  // namespace fathom
