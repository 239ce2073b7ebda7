#include "fathom/relate/reference_values.h"

#include <charconv>

#include "fathom/core/error.h"
#include "fathom/read/table.h"
#include "relate/reference_table.h"

namespace fathom {

namespace {

template <class Number>
std::optional<Number> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  FATHOM_CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

std::vector<ReferenceValue> parsed() {
  const Table table = parse_table(reference_table(), "reference_values.csv");
  std::vector<ReferenceValue> values;
  for (const std::vector<std::string>& row : table.rows) {
    const auto text = [&](const char* column) { return row[table.column(column)]; };
    ReferenceValue value;
    value.paper = text("paper");
    value.location = text("location");
    value.reading = text("reading");
    value.quantity = text("quantity");
    value.dataset = text("dataset");
    value.domain = text("domain");
    value.model = text("model");
    value.samples = number<std::size_t>(text("samples"));
    value.neighbors = number<std::size_t>(text("neighbors"));
    value.value = number<double>(text("value")).value();
    if (const auto low = number<double>(text("low")))
      value.bar = {*low, number<double>(text("high")).value()};
    value.tolerance = number<double>(text("tolerance")).value();
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

std::span<const ReferenceValue> reference_values() {
  static const std::vector<ReferenceValue> values = parsed();
  return values;
}

}  // namespace fathom
