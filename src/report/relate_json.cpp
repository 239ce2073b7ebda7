#include "report/relate_json.h"

#include <utility>

namespace fathom {

namespace {

Json interval(const Interval& interval) {
  return Json::array({known(interval.low), known(interval.high)});
}

Json interval(const std::optional<Interval>& ends) {
  return ends ? interval(*ends) : Json();
}

Json errors(const Uncertainty& uncertainty) {
  return {{"std_error", known(uncertainty.std_error)}, {"interval", interval(uncertainty.interval)}};
}

Json errors(const std::optional<Uncertainty>& uncertainty) {
  return uncertainty ? errors(*uncertainty) : Json();
}

Json errors(const std::optional<AdjustedUncertainty>& uncertainty) {
  if (!uncertainty) return {};
  return {{"std_error", known(uncertainty->std_error)},
          {"interval", interval(uncertainty->interval)},
          {"degrees_of_freedom", known(uncertainty->degrees_of_freedom)}};
}

Json subset_of(const CellSubset& subset) {
  return {{"model", or_null(subset.model)},
          {"domain", or_null(subset.domain)},
          {"samples", or_null(subset.samples)}};
}

Json json_of(const Coefficient& term) {
  Json json{{"name", term.name}, {"estimate", known(term.estimate)}};
  json.update(errors(term.classical));
  json["robust"] = errors(term.robust);
  json["cluster"] = errors(term.cluster);
  json["jackknife"] = errors(term.jackknife);
  return json;
}

Json json_of(const LeftOutFit& left) {
  Json terms = Json::array();
  for (const TermEstimate& term : left.terms) {
    terms.push_back({{"name", term.name}, {"estimate", known(term.estimate)}});
  }
  return {{"left_out", left.left_out},
          {"n", left.n},
          {"r_squared", known(left.r_squared)},
          {"terms", std::move(terms)}};
}

Json json_of(const LawComparison& comparison) {
  return {{"law", name_of(comparison.law)},
          {"name", comparison.name},
          {"full", comparison.full},
          {"reduced", comparison.reduced},
          {"subset", subset_of(comparison.subset)},
          {"n", comparison.n},
          {"likelihood_ratio", known(comparison.test.likelihood_ratio)},
          {"degrees_of_freedom", comparison.test.degrees_of_freedom},
          {"p_value", known(comparison.test.p_value)},
          {"delta_aic", known(comparison.test.delta_aic)},
          {"delta_bic", known(comparison.test.delta_bic)}};
}

Json json_of(const CorrelationCoefficient& coefficient) {
  return {{"r", known(coefficient.r)},
          {"interval", interval(coefficient.interval)},
          {"bootstrap_interval", interval(coefficient.bootstrap_interval)},
          {"p_value", known(coefficient.p_value)}};
}

Json json_of(const LawCorrelation& law) {
  Json influence = Json::array();
  for (const LeftOutCorrelation& left : law.influence) {
    influence.push_back(
        {{"left_out", left.left_out}, {"pearson", known(left.pearson)}, {"slope", known(left.slope)}});
  }
  return {{"law", name_of(law.law)},
          {"x", law.x},
          {"y", law.y},
          {"subset",
           {{"model", or_null(law.subset.model)},
            {"method", or_null(law.subset.method)},
            {"epsilon", or_null(law.subset.epsilon)}}},
          {"level", name_of(law.level)},
          {"n", law.correlation.n},
          {"datasets", law.datasets},
          {"pearson", json_of(law.correlation.pearson)},
          {"spearman", json_of(law.correlation.spearman)},
          {"slope", known(law.correlation.slope)},
          {"intercept", known(law.correlation.intercept)},
          {"influence", std::move(influence)},
          {"indispensable", law.indispensable}};
}

Json json_of(const ShareBelow& share) {
  return {{"name", share.name}, {"model", or_null(share.model)}, {"below", share.below},
          {"n", share.n},       {"share", share.share},          {"interval", interval(share.interval)}};
}

Json json_of(const SkippedLaw& skipped) {
  return {{"law", skipped.law},
          {"name", skipped.name},
          {"subset", subset_of(skipped.subset)},
          {"reason", skipped.reason}};
}

template <class Part>
Json list_of(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(json_of(part));
  return list;
}

}  // namespace

Json json_of(const LawFit& fit) {
  return {{"law", name_of(fit.law)},
          {"name", fit.name},
          {"response", fit.response},
          {"subset", subset_of(fit.subset)},
          {"n", fit.model.n},
          {"datasets", fit.datasets},
          {"terms", list_of(fit.model.terms)},
          {"r_squared", known(fit.model.r_squared)},
          {"adjusted_r_squared", known(fit.model.adjusted_r_squared)},
          {"sigma", known(fit.model.sigma)},
          {"log_likelihood", known(fit.model.log_likelihood)},
          {"aic", known(fit.model.aic)},
          {"bic", known(fit.model.bic)},
          {"influence", list_of(fit.influence)},
          {"indispensable", fit.indispensable}};
}

Json relate_document(const RelateRecord& record, std::span<const std::string> command) {
  const Relations& relations = record.relations;
  Json json = document_head("fathom.relate/1", command);
  json.update({{"reference", record.reference},
               {"confidence", record.options.confidence},
               {"bootstrap", {{"resamples", record.options.resamples}, {"seed", record.options.seed}}},
               {"cells", relations.cells},
               {"datasets", relations.datasets},
               {"models", relations.models},
               {"domains", relations.domains},
               {"fits", list_of(relations.fits)},
               {"comparisons", list_of(relations.comparisons)},
               {"correlations", list_of(relations.correlations)},
               {"shares", list_of(relations.shares)},
               {"skipped", list_of(relations.skipped)},
               {"warnings", relate_warnings(record)}});
  return json;
}

std::string relate_json(const RelateRecord& record, std::span<const std::string> command) {
  return text_of(relate_document(record, command));
}

}  // namespace fathom
