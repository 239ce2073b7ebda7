#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "fathom/report/catalog_report.h"
#include "fathom/report/printable.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

constexpr std::size_t kWidth = 100, kLabel = 11;

/// "label      words that go on" in lines that begin below the words.
std::string paragraph(const std::string& label, const std::string& text) {
  std::string out = fmt::format("{:<{}}", label, kLabel);
  std::size_t column = kLabel;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (column > kLabel && column + 1 + word.size() > kWidth) {
      out += '\n';
      out.append(kLabel, ' ');
      column = kLabel;
    } else if (column > kLabel) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out + "\n";
}

/// The label stands before the first alone.
std::string paragraphs(const std::string& label, const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += paragraph(out.empty() ? label : "", text);
  return out;
}

std::vector<std::string> task_texts(const CatalogCard& card) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < card.tasks.size(); ++i) {
    const CatalogTask& task = card.tasks[i];
    const bool as_before = i > 0 && task.rule == card.tasks[i - 1].rule;
    texts.push_back(task.name + ": " + (as_before ? "likewise" : task.rule));
  }
  if (texts.empty()) texts.emplace_back("none: dimension alone");
  return texts;
}

std::vector<std::string> file_texts(const CatalogCard& card) {
  std::vector<std::string> texts;
  for (const CatalogFile& file : card.files) {
    texts.push_back(file.path + ": " + file.holds + (file.needed ? "" : " (not needed)"));
  }
  return texts;
}

std::vector<std::string> column_texts(const CatalogCard& card) {
  std::vector<std::string> texts;
  for (const CatalogColumn& column : card.columns) {
    texts.push_back(column.table + ", " + column.column + ": " + column.meaning);
  }
  return texts;
}

std::string task_names(const CatalogCard& card) {
  constexpr std::size_t most = 4;
  std::string names = card.tasks.empty() ? "dimension alone" : "";
  for (std::size_t i = 0; i < std::min(card.tasks.size(), most); ++i) {
    names += (i == 0 ? "" : ", ") + card.tasks[i].name;
  }
  return names + (card.tasks.size() > most ? fmt::format(", ... ({} tasks)", card.tasks.size()) : "");
}

std::string counts_text(const CatalogCard& card) {
  std::string text;
  for (const CatalogCount& count : card.counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count.count, count.of);
  }
  return text;
}

std::string counted(const std::vector<std::pair<std::string, std::size_t>>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  return text;
}

}  // namespace

std::string catalog_list(std::span<const CatalogCard> cards) {
  std::string out;
  for (const CatalogCard& card : cards) {
    out += fmt::format("{:<{}}{}; {}\n", card.name, kLabel, card.title, task_names(card));
  }
  return out +
         "\nfathom catalog NAME prints a card; DATA is NAME:DIR, or NAME:TASK:DIR for another than the first "
         "task.\n";
}

std::string catalog_card_text(const CatalogCard& card) {
  std::string out = paragraph(card.name, card.title + ", " + card.version + "; " + card.publisher);
  out += paragraph("domain", card.domain);
  out += paragraphs("tasks", task_texts(card));
  out += paragraphs("files", file_texts(card));
  out += paragraphs("columns", column_texts(card));
  out += paragraph("group", card.group);
  if (!card.counts.empty()) out += paragraph("counts", counts_text(card));
  out += paragraphs("traps", card.traps);
  out += paragraph("published", card.published);
  return out + paragraph("fathom", card.fathom);
}

std::string catalog_check_text(const CatalogCheck& check) {
  std::string out = fmt::format("{} images", check.images);
  if (check.groups > 0) out += fmt::format(" in {} groups", check.groups);
  if (check.groups > 0 && check.ungrouped > 0) out += fmt::format(", {} in none", check.ungrouped);
  out += "\n";
  if (!check.classes.empty() && check.classes.size() <= 20)
    out += "classes: " + counted(check.classes) + "\n";
  if (check.classes.size() > 20) out += fmt::format("classes: {}\n", check.classes.size());
  if (!check.splits.empty()) out += "splits: " + counted(check.splits) + "\n";
  for (const CatalogComparison& one : check.comparisons) {
    out += fmt::format("{}: {} of {}{}\n", one.of, one.found, one.published,
                       one.good ? (one.found == 0 ? " (not needed)" : "") : ": not what the publisher has");
  }
  out += fmt::format("{} images read, {} unreadable\n", check.decoded, check.unreadable.size());
  for (const CatalogUnreadable& image : check.unreadable) {
    out += printable(image.path + ": " + image.reason) + "\n";
  }
  for (const std::string& note : check.notes) out += "note: " + printable(note) + "\n";
  return out;
}

}  // namespace fathom
