#include "read/workbook.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <pugixml.hpp>
#include <string_view>
#include <utility>

#include "fathom/core/error.h"
#include "read/table_text.h"
#include "read/workbook_numbers.h"

namespace fathom {

namespace {

constexpr const char* copy_or_save_as_csv = "copy or download the file again, or save the sheet as CSV";
constexpr std::size_t most_rows = 1'048'576, most_columns = 16'384;  // ECMA-376 programs' limits

/// Without the prefix that a writer may give its namespace.
std::string_view local_name(const char* name) {
  const char* colon = std::strrchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}
bool is(const pugi::xml_node& node, std::string_view name) {
  return local_name(node.name()) == name;
}
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([name](const pugi::xml_node& node) { return is(node, name); });
}
std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  return node
      .find_attribute([name](const pugi::xml_attribute& each) { return local_name(each.name()) == name; })
      .value();
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// One part of the archive, parsed.
class Part {
 public:
  Part(const ZipArchive& archive, std::size_t member, const std::string& name) {
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    const std::unique_ptr<ByteSource> source = archive.open(member, name);
    if (source->at_most() > most) {
      throw InputError(name,
                       "takes " + std::to_string(source->at_most()) + " bytes unpacked, too many to be read",
                       "save the sheet as CSV");
    }
    text_.resize(source->at_most());
    text_.resize(source->read(std::as_writable_bytes(std::span(text_))));
    constexpr unsigned options =
        pugi::parse_default | pugi::parse_ws_pcdata_single | pugi::parse_embed_pcdata;
    const pugi::xml_parse_result result = document_.load_buffer_inplace(text_.data(), text_.size(), options);
    if (!result) {
      throw InputError(name, std::string("is not well-formed XML (") + result.description() + ")",
                       copy_or_save_as_csv);
    }
  }

  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  pugi::xml_node root() const { return document_.document_element(); }

 private:
  std::string text_;  ///< the document's own strings lie in it
  pugi::xml_document document_;
};

class Workbook {
 public:
  explicit Workbook(const ZipArchive& archive) : archive_(archive) {
    for (std::size_t i = 0; i < archive.members().size(); ++i) members_.emplace(archive.members()[i], i);
    const std::map<std::string, Relation> roots = relations("_rels/.rels", "");
    const auto book = std::find_if(roots.begin(), roots.end(), [](const auto& each) {
      return std::string_view(each.second.type).ends_with("/officeDocument");
    });
    if (book == roots.end()) {
      throw InputError(archive.name(), "is a zip archive without a workbook in it",
                       "give an .xlsx file, or save the sheet as CSV");
    }
    read_book(book->second.target);
  }

  WorkbookSheet sheet(const std::optional<std::string>& wanted) {
    const auto found = wanted ? std::find_if(sheets_.begin(), sheets_.end(),
                                             [&](const Sheet& each) { return each.name == *wanted; })
                              : sheets_.begin();
    if (found == sheets_.end()) refuse_sheet(wanted);
    const Part part = open(found->target);
    WorkbookSheet result{found->name, {}};
    const pugi::xml_node rows = child(part.root(), "sheetData");
    std::size_t number = 0;
    for (const pugi::xml_node& node : rows.children()) {
      if (is(node, "row")) read_row(node, number, result);
    }
    return result;
  }

 private:
  struct Relation {
    std::string type, target;
  };
  struct Sheet {
    std::string name, target;
  };

  std::string part_name(const std::string& member) const { return archive_.name() + " (" + member + ")"; }

  bool has(const std::string& member) const { return members_.count(member) > 0; }
  Part open(const std::string& member) const {
    const auto found = members_.find(member);
    if (found == members_.end()) {
      throw InputError(archive_.name(), "has no part " + shown(member), copy_or_save_as_csv);
    }
    return {archive_, found->second, part_name(member)};
  }

  /// The relations of a part by their id; targets are members of the archive. None where there is no such
  /// file.
  std::map<std::string, Relation> relations(const std::string& member, const std::string& folder) const {
    std::map<std::string, Relation> result;
    if (!has(member)) return result;
    const Part part = open(member);
    for (const pugi::xml_node& node : part.root().children()) {
      if (!is(node, "Relationship")) continue;
      std::string target(attribute(node, "Target"));
      target = target.starts_with('/') ? target.substr(1) : folder + target;
      result[std::string(attribute(node, "Id"))] = {std::string(attribute(node, "Type")), std::move(target)};
    }
    return result;
  }

  void read_book(const std::string& member) {
    const std::size_t slash = member.rfind('/') + 1;  // npos + 1 is 0
    const std::string folder = member.substr(0, slash);
    const auto related = relations(folder + "_rels/" + member.substr(slash) + ".rels", folder);
    const Part book = open(member);
    const std::string_view dates = attribute(child(book.root(), "workbookPr"), "date1904");
    from_1904_ = dates == "1" || dates == "true";
    for (const pugi::xml_node& node : child(book.root(), "sheets").children()) {
      if (!is(node, "sheet")) continue;
      const auto target =
          related.find(std::string(node.find_attribute([](const pugi::xml_attribute& each) {
                                         return std::string_view(each.name()).ends_with(":id");
                                       })
                                       .value()));
      // Sheets of charts and macros hold no cells.
      if (target == related.end() || !std::string_view(target->second.type).ends_with("/worksheet")) continue;
      sheets_.push_back({std::string(attribute(node, "name")), target->second.target});
    }
    for (const auto& each : related) {
      const std::string_view type = each.second.type;
      if (type.ends_with("/sharedStrings")) read_shared_strings(each.second.target);
      if (type.ends_with("/styles")) read_styles(each.second.target);
    }
  }

  [[noreturn]] void refuse_sheet(const std::optional<std::string>& wanted) const {
    if (!wanted || sheets_.empty()) {
      throw InputError(archive_.name(), "is a workbook without a sheet of cells", copy_or_save_as_csv);
    }
    std::string names;
    for (const Sheet& each : sheets_) names += (names.empty() ? "" : ", ") + shown(each.name);
    throw InputError(archive_.name(), "has no sheet " + shown(*wanted) + " (its sheets: " + names + ")",
                     "name one of its sheets");
  }

  /// The text of a string: of itself or of its formatted runs, without how it is pronounced.
  static std::string text_of(const pugi::xml_node& string) {
    std::string text;
    for (const pugi::xml_node& node : string.children()) {
      if (is(node, "t")) text += node.child_value();
      if (is(node, "r")) text += child(node, "t").child_value();
    }
    return text;
  }

  void read_shared_strings(const std::string& member) {
    const Part part = open(member);
    for (const pugi::xml_node& node : part.root().children()) {
      if (is(node, "si")) shared_strings_.push_back(text_of(node));
    }
  }

  void read_styles(const std::string& member) {
    const Part part = open(member);
    std::map<unsigned, NumberKind> custom;
    for (const pugi::xml_node& node : child(part.root(), "numFmts").children()) {
      const auto number = whole_number<unsigned>(attribute(node, "numFmtId"));
      if (number) custom[*number] = kind_of_format_code(attribute(node, "formatCode"));
    }
    for (const pugi::xml_node& node : child(part.root(), "cellXfs").children()) {
      if (!is(node, "xf")) continue;
      const unsigned number = whole_number<unsigned>(attribute(node, "numFmtId")).value_or(0);
      const auto found = custom.find(number);
      styles_.push_back(found != custom.end() ? found->second : kind_of_built_in_format(number));
    }
  }

  [[noreturn]] void refuse_cell(std::size_t row, const std::string& reason) const {
    throw InputError(line_of(archive_.name(), row), reason, copy_or_save_as_csv);
  }

  void read_row(const pugi::xml_node& node, std::size_t& number, WorkbookSheet& sheet) const {
    const std::string_view given = attribute(node, "r");
    const std::size_t here = given.empty() ? number + 1 : whole_number<std::size_t>(given).value_or(0);
    if (here <= number || here > most_rows)
      refuse_cell(number + 1, "a row is out of order or numbered wrongly");
    number = here;
    WorkbookRow row{number, {}};
    std::size_t next = 0;
    for (const pugi::xml_node& cell : node.children()) {
      if (!is(cell, "c")) continue;
      const std::size_t column = column_of(cell, next, number);
      next = column + 1;
      std::string text = cell_text(cell, number);
      if (!text.empty()) row.cells.push_back({column, std::move(text)});
    }
    if (!row.cells.empty()) sheet.rows.push_back(std::move(row));
  }

  /// "C12" is column 2; a cell that does not say is the one behind the last.
  std::size_t column_of(const pugi::xml_node& cell, std::size_t next, std::size_t row) const {
    const std::string_view reference = attribute(cell, "r");
    std::size_t column = reference.empty() ? next + 1 : 0;
    for (const char c : reference) {
      if (std::isalpha(static_cast<unsigned char>(c)) == 0 || column > most_columns) break;
      column = column * 26 + static_cast<std::size_t>(std::toupper(static_cast<unsigned char>(c)) - 'A') + 1;
    }
    if (column <= next || column > most_columns) {
      refuse_cell(row, "a cell is out of order or has no proper place");
    }
    return column - 1;
  }

  std::string cell_text(const pugi::xml_node& cell, std::size_t row) const {
    const std::string_view type = attribute(cell, "t");
    if (type == "inlineStr") return text_of(child(cell, "is"));
    const std::string_view value = child(cell, "v").child_value();
    if (type == "s") {
      const auto index = whole_number<std::size_t>(trimmed(value));
      if (!index || *index >= shared_strings_.size()) {
        refuse_cell(row, "a cell refers to a shared text that is not there");
      }
      return shared_strings_[*index];
    }
    if (type == "b") return value.empty() ? "" : value == "0" || value == "false" ? "FALSE" : "TRUE";
    if (!type.empty() && type != "n") return std::string(value);  // formula's text, error, ISO 8601 date
    const std::string_view number = trimmed(value);
    const auto style = whole_number<std::size_t>(attribute(cell, "s")).value_or(0);
    const NumberKind kind = style < styles_.size() ? styles_[style] : NumberKind::number;
    return kind == NumberKind::number ? number_text(number) : date_text(number, kind, from_1904_);
  }

  const ZipArchive& archive_;
  std::map<std::string, std::size_t> members_;
  std::vector<Sheet> sheets_;
  std::vector<std::string> shared_strings_;
  std::vector<NumberKind> styles_;  ///< of each cell style
  bool from_1904_ = false;
};

}  // namespace

ZipWords workbook_words() {
  return {".xlsx workbook", "save it again as .xlsx, or the sheet as CSV", copy_or_save_as_csv};
}

WorkbookSheet read_workbook_sheet(const ZipArchive& archive, const std::optional<std::string>& wanted) {
  return Workbook(archive).sheet(wanted);
}

}  // namespace fathom
