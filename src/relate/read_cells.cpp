#include "fathom/relate/read_cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/table.h"
#include "relate/cell_variables.h"

namespace fathom {

namespace {

/// One field of one row.
struct Field {
  const Table& table;
  std::size_t row, column;

  std::string_view text() const {
    const std::string& cell = table.rows[row][column];
    const std::size_t first = cell.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return std::string_view(cell).substr(first, cell.find_last_not_of(" \t") - first + 1);
  }

  [[noreturn]] void refuse(const std::string& reason, const std::string& remedy) const {
    throw InputError(table.name + ":" + std::to_string(table.lines[row]),
                     table.header[column] + " \"" + std::string(text()) + "\" " + reason, remedy);
  }
};

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 8> words{"", "nan", "NaN", "NAN", "NA", "N/A", "null", "None"};
  return std::ranges::find(words, text) != words.end();
}

std::optional<double> number(const Field& field) {
  std::string_view text = field.text();
  if (is_missing(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    field.refuse("is no number", "write it as 1.5 or 1.5e-4, or leave it empty where it is not known");
  }
  return value;
}

std::optional<double> positive(const Field& field) {
  const std::optional<double> value = number(field);
  if (value && *value <= 0.0) field.refuse("is not above 0", "leave it empty where it is not known");
  return value;
}

std::optional<double> not_negative(const Field& field) {
  const std::optional<double> value = number(field);
  if (value && *value < 0.0) field.refuse("is below 0", "give the cross-entropy in nats");
  return value;
}

std::optional<double> from_0_to_1(const Field& field) {
  const std::optional<double> value = number(field);
  if (value && (*value < 0.0 || *value > 1.0)) {
    field.refuse("is not within 0..1", "give shares, not percentages");
  }
  return value;
}

/// pandas writes whole numbers with gaps as 1000.0.
std::uint64_t whole(const Field& field, double least) {
  constexpr double most = 9007199254740992.0;  // 2^53: whole numbers are exact in float64 up to here
  const std::optional<double> value = number(field);
  if (!value || *value < least || *value > most || std::floor(*value) != *value) {
    field.refuse("is no whole number of " + std::to_string(static_cast<int>(least)) + " or more",
                 "give every row one");
  }
  return static_cast<std::uint64_t>(*value);
}

/// Seeds use all of 64 bits, which float64 does not hold.
std::uint64_t seed(const Field& field) {
  const std::string_view text = field.text();
  if (is_missing(text)) return 0;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return whole(field, 0);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  }
  return parts;
}

using Setter = std::function<void(CellResult&, const Field&)>;

Setter into(std::optional<double> CellResult::*member, std::optional<double> (*value)(const Field&)) {
  return [=](CellResult& cell, const Field& field) { cell.*member = value(field); };
}

LayerDimension& peak_of(CellResult& cell) {
  constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
  if (cell.layers.empty()) cell.layers.push_back({std::string(kPeakAlone), not_known, not_known});
  return cell.layers.front();
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all{
      {"dataset",
       [](CellResult& cell, const Field& field) {
         cell.dataset = field.text();
         if (cell.dataset.empty()) field.refuse("is missing", "name the data set in every row");
       }},
      {"domain", [](CellResult& cell, const Field& field) { cell.domain = field.text(); }},
      {"classes", [](CellResult& cell, const Field& field) { cell.classes = split(field.text(), ';'); }},
      {"model", [](CellResult& cell, const Field& field) { cell.model = field.text(); }},
      {"samples", [](CellResult& cell, const Field& field) { cell.samples = whole(field, 1); }},
      {"seed", [](CellResult& cell, const Field& field) { cell.seed = seed(field); }},
      {"dimension", into(&CellResult::dimension, positive)},
      {"label_sharpness", into(&CellResult::label_sharpness, positive)},
      {"representation_dimension", into(&CellResult::representation_dimension, positive)},
      {"test_loss", into(&CellResult::test_loss, not_negative)},
      {"test_accuracy", into(&CellResult::test_accuracy, from_0_to_1)},
      {"best_test_accuracy", into(&CellResult::best_test_accuracy, from_0_to_1)},
      {"peak_dimension",
       [](CellResult& cell, const Field& field) {
         if (const auto value = positive(field)) peak_of(cell).dimension = *value;
       }},
      {"peak_relative_depth",
       [](CellResult& cell, const Field& field) {
         if (const auto value = from_0_to_1(field)) peak_of(cell).relative_depth = *value;
       }},
  };
  return all;
}

/// All layers, as `fathom study results` writes them; the columns of the peak say what laws need.
constexpr std::string_view kLayers = "layers";

struct AttackColumn {
  std::string method;
  double epsilon = 0.0;
  bool loss = false;  ///< otherwise accuracy
};

/// "fgsm_2_loss", "pgd_0.5_accuracy".
std::optional<AttackColumn> attack_column(const std::string& name) {
  const std::vector<std::string> parts = split(name, '_');
  if (parts.size() != 3 || parts[0].empty() || (parts[2] != "loss" && parts[2] != "accuracy"))
    return std::nullopt;
  AttackColumn column{parts[0], 0.0, parts[2] == "loss"};
  const std::string& number = parts[1];
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), column.epsilon);
  if (error != std::errc() || end != number.data() + number.size() || !(column.epsilon > 0.0))
    return std::nullopt;
  return column;
}

/// Places of the two columns of an attack.
struct AttackColumns {
  std::optional<std::size_t> loss, accuracy;
};

/// What the columns of a table are.
struct Layout {
  std::vector<std::pair<std::size_t, Setter>> values;
  std::map<std::pair<std::string, double>, AttackColumns> attacks;
  std::vector<std::string> unused;
};

Layout layout_of(const Table& table) {
  Layout layout;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    const std::string& name = table.header[c];
    if (const auto setter = setters().find(name); setter != setters().end()) {
      layout.values.emplace_back(c, setter->second);
    } else if (const auto attack = attack_column(name)) {
      AttackColumns& columns = layout.attacks[{attack->method, attack->epsilon}];
      std::optional<std::size_t>& place = attack->loss ? columns.loss : columns.accuracy;
      if (place) {
        throw InputError(table.name, name + " and " + table.header[*place] + " are the same column",
                         "leave one out");
      }
      place = c;
    } else if (!name.empty() && name != kLayers) {
      layout.unused.push_back(name);
    }
  }
  for (const auto& entry : layout.attacks) {
    const AttackColumns& columns = entry.second;
    if (columns.loss && columns.accuracy) continue;
    const std::string& there = table.header[columns.loss ? *columns.loss : *columns.accuracy];
    throw InputError(table.name, "has " + there + " and not its " + (columns.loss ? "accuracy" : "loss"),
                     "give both columns of an attack");
  }
  return layout;
}

void add_attacks(CellResult& cell, const Table& table, std::size_t row, const Layout& layout) {
  for (const auto& entry : layout.attacks) {
    const Field loss_field{table, row, *entry.second.loss};
    const std::optional<double> loss = not_negative(loss_field);
    const std::optional<double> accuracy = from_0_to_1({table, row, *entry.second.accuracy});
    if (loss.has_value() != accuracy.has_value()) {
      loss_field.refuse("and the accuracy beside it are not both there", "give both, or neither");
    }
    if (loss) cell.attacks.push_back({entry.first.first, entry.first.second, *loss, *accuracy});
  }
}

void add_cells(CellTable& out, const Table& table, bool of_datasets = true) {
  if (of_datasets) table.column("dataset");
  table.column("samples");
  if (table.rows.empty()) throw InputError(table.name, "has a header and no rows", "give one row a cell");
  const Layout layout = layout_of(table);
  for (const std::string& name : layout.unused) {
    if (std::ranges::find(out.unused_columns, name) == out.unused_columns.end())
      out.unused_columns.push_back(name);
  }
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    CellResult cell;
    for (const auto& value : layout.values) value.second(cell, {table, row, value.first});
    add_attacks(cell, table, row, layout);
    // A depth without a dimension says nothing of the peak.
    std::erase_if(cell.layers, [](const LayerDimension& layer) { return std::isnan(layer.dimension); });
    out.cells.push_back(std::move(cell));
  }
}

std::size_t repeated(const std::vector<CellResult>& cells) {
  std::set<std::tuple<std::string, std::vector<std::string>, std::string, std::size_t, std::uint64_t>> seen;
  std::size_t count = 0;
  for (const CellResult& cell : cells) {
    if (!seen.emplace(cell.dataset, cell.classes, cell.model, cell.samples, cell.seed).second) ++count;
  }
  return count;
}

}  // namespace

CellTable read_cells(std::span<const std::filesystem::path> files) {
  CellTable out;
  for (const std::filesystem::path& file : files) add_cells(out, read_table(file));
  out.repeated = repeated(out.cells);
  return out;
}

CellTable read_curve(const std::filesystem::path& file) {
  CellTable out;
  add_cells(out, read_table(file), false);
  for (const CellResult& cell : out.cells) {
    if (cell.dataset == out.cells.front().dataset) continue;
    throw InputError(file.string(), "holds several data sets, and a pilot is of one",
                     "keep the rows of one, or give the table without --pilot");
  }
  return out;
}

CellTable parse_cells(std::string_view text, const std::string& name) {
  CellTable out;
  add_cells(out, parse_table(text, name));
  out.repeated = repeated(out.cells);
  return out;
}

}  // namespace fathom
