#include "report/table_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "fathom/report/printable.h"

namespace fathom {

namespace {

/// Characters a UTF-8 text takes on a terminal, near enough: its code points.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string aligned(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Cells& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string space(widths[c] - width(row[c]), ' ');
      line += (c == 0 ? "" : "  ") + (c == 0 ? row[c] + space : space + row[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string with_interval(const DimensionEstimate* estimate) {
  if (estimate == nullptr) return "-";
  if (!estimate->uncertainty) return fmt::format("{:.2f}", estimate->value);
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", estimate->value, estimate->uncertainty->interval.low,
                     estimate->uncertainty->interval.high);
}

std::string protocol_text(const Protocol& protocol, const std::optional<ImageSize>& size,
                          std::size_t channels, const std::optional<PixelRange>& range) {
  std::string text = protocol.name();
  if (size) text += fmt::format(", {} x {} x {}", size->height, size->width, channels);
  if (range) text += fmt::format(", {:g}..{:g}", range->low, range->high);
  return text;
}

std::string network_text(const UsedNetwork& network) {
  const std::string outputs = network.outputs > 0 ? fmt::format(", {} outputs", network.outputs) : "";
  return fmt::format("{} ({}{})", printable(network.path),
                     printable(network.model.empty() ? network.form : network.model), outputs);
}

}  // namespace fathom
