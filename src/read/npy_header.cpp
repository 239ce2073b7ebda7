#include "read/npy_header.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// As many as NumPy allows.
constexpr std::size_t most_axes = 32;

/// Text of the file made fit for a one-line message.
std::string quoted(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string shown = "\"";
  for (const char c : text.substr(0, most)) shown += (c >= ' ' && c <= '~') ? c : '?';
  return shown + (text.size() > most ? "...\"" : "\"");
}

const char* name_of_kind(char kind) {
  switch (kind) {
    case 'O':
      return "Python objects";
    case 'c':
      return "complex numbers";
    case 'S':
    case 'a':
    case 'U':
      return "text";
    case 'M':
    case 'm':
      return "dates or times";
    case 'V':
      return "records";
    case 'f':
      return "long doubles";
    default:
      return "values of an unknown kind";
  }
}

[[noreturn]] void refuse_type(std::string_view descr, const char* what, const std::string& name) {
  throw InputError(name, std::string("holds ") + what + " (dtype " + quoted(descr) + "), not plain numbers",
                   "save it as integers or floats, such as array.astype(\"float64\")");
}

std::optional<StoredType> plain_number(char kind, std::string_view digits) {
  if (digits.size() != 1) return std::nullopt;
  const auto bytes = static_cast<std::size_t>(digits[0] - '0');
  const bool integer_size = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  if (kind == 'b' && bytes == 1) return StoredType{StoredType::Kind::unsigned_integer, 1, false};
  if (kind == 'u' && integer_size) return StoredType{StoredType::Kind::unsigned_integer, bytes, false};
  if (kind == 'i' && integer_size) return StoredType{StoredType::Kind::signed_integer, bytes, false};
  if (kind == 'f' && integer_size && bytes > 1) return StoredType{StoredType::Kind::real, bytes, false};
  return std::nullopt;
}

StoredType parse_type(std::string_view descr, const std::string& name) {
  std::string_view rest = descr;
  bool big_endian = false;
  if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
    big_endian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  const char kind = rest.empty() ? '\0' : rest[0];
  std::optional<StoredType> type = rest.empty() ? std::nullopt : plain_number(kind, rest.substr(1));
  if (!type) refuse_type(descr, name_of_kind(kind), name);
  type->big_endian = big_endian;
  return *type;
}

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      parse_entry();
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (!rest_.empty()) refuse("goes on after its dictionary with " + quoted(rest_));
    if (!type_) refuse("lacks the key \"descr\"");
    if (!order_) refuse("lacks the key \"fortran_order\"");
    if (!shape_) refuse("lacks the key \"shape\"");
    return {*type_, *order_, *shape_};
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(name_, "its .npy header " + what, "write the file again with numpy.save");
  }

  void skip_space() {
    const std::size_t start = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(start, rest_.size()));
  }

  bool accept(char wanted) {
    skip_space();
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) refuse(std::string("lacks a ") + wanted + " before " + quoted(rest_));
  }

  bool accept_word(std::string_view word) {
    skip_space();
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string_view parse_string() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_[0];
    const std::size_t end = (quote == '\'' || quote == '"') ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) refuse("lacks a quoted string at " + quoted(rest_));
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (text.find('\\') != std::string_view::npos) refuse("escapes a character in " + quoted(text));
    return text;
  }

  void parse_entry() {
    const std::string_view key = parse_string();
    expect(':');
    if (key == "descr" && !type_) {
      type_ = parse_descr();
    } else if (key == "fortran_order" && !order_) {
      order_ = parse_order();
    } else if (key == "shape" && !shape_) {
      shape_ = parse_shape();
    } else {
      refuse("has an unknown or repeated key " + quoted(key));
    }
  }

  StoredType parse_descr() {
    skip_space();
    const bool nested = !rest_.empty() && (rest_[0] == '[' || rest_[0] == '(');
    if (nested) refuse_type(rest_.substr(0, rest_.find(", 'fortran_order'")), "records", name_);
    return parse_type(parse_string(), name_);
  }

  AxisOrder parse_order() {
    if (accept_word("True")) return AxisOrder::first_fastest;
    if (accept_word("False")) return AxisOrder::last_fastest;
    refuse("has a \"fortran_order\" that is neither True nor False");
  }

  std::vector<std::size_t> parse_shape() {
    std::vector<std::size_t> shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == most_axes) refuse("has more than " + std::to_string(most_axes) + " axes");
      shape.push_back(parse_length());
      if (accept(',')) continue;
      expect(')');
      // Without its comma (5) is a number in Python, and no tuple.
      if (shape.size() == 1) refuse("has a \"shape\" that is not a tuple");
      break;
    }
    return shape;
  }

  std::size_t parse_length() {
    skip_space();
    std::size_t length = 0;
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
    if (parsed.ec == std::errc::result_out_of_range)
      refuse("has an axis beyond any memory: " + quoted(rest_));
    if (parsed.ec != std::errc()) refuse("has an axis that is no whole number: " + quoted(rest_));
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
    // Python 2 wrote long integers so.
    if (!rest_.empty() && rest_[0] == 'L') rest_.remove_prefix(1);
    return length;
  }

  std::string_view rest_;
  const std::string& name_;
  std::optional<StoredType> type_;
  std::optional<AxisOrder> order_;
  std::optional<std::vector<std::size_t>> shape_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& name) {
  return HeaderParser(text, name).parse();
}

}  // namespace fathom
