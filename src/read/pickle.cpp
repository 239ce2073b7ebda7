#include "read/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "fathom/core/error.h"
#include "read/tensor_contents.h"

namespace fathom {

namespace {

static_assert(std::endian::native == std::endian::little);

/// Python, Lib/pickle.py.
enum class Op : unsigned char {
  mark = '(',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  binfloat = 'G',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binstring = 'T',
  short_binstring = 'U',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  binbytes = 'B',
  short_binbytes = 'C',
  empty_list = ']',
  empty_tuple = ')',
  empty_dict = '}',
  proto = 0x80,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  long4 = 0x8b,
  short_binunicode = 0x8c,
  binunicode8 = 0x8d,
  binbytes8 = 0x8e,
  empty_set = 0x8f,
  additems = 0x90,
  frozenset = 0x91,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
};

constexpr std::size_t kMostKeyBytes = 64;

struct StorageType {
  const char* name;
  TensorType type;
};
constexpr std::array<StorageType, 10> kStorageTypes = {{{"HalfStorage", TensorType::float16},
                                                        {"BFloat16Storage", TensorType::bfloat16},
                                                        {"FloatStorage", TensorType::float32},
                                                        {"DoubleStorage", TensorType::float64},
                                                        {"CharStorage", TensorType::int8},
                                                        {"ByteStorage", TensorType::uint8},
                                                        {"ShortStorage", TensorType::int16},
                                                        {"IntStorage", TensorType::int32},
                                                        {"LongStorage", TensorType::int64},
                                                        {"BoolStorage", TensorType::boolean}}};

std::optional<TensorType> storage_type(const PickledGlobal& global) {
  if (global.module != "torch" && global.module != "torch.cuda") return std::nullopt;
  for (const StorageType& known : kStorageTypes) {
    if (global.name == known.name) return known.type;
  }
  return std::nullopt;
}

bool is(const PickledGlobal& global, std::string_view module, std::string_view name) {
  return global.module == module && global.name == name;
}

bool is_allowed(const PickledGlobal& global) {
  return storage_type(global) || is(global, "collections", "OrderedDict") || is(global, "torch", "Size") ||
         is(global, "torch._utils", "_rebuild_tensor") || is(global, "torch._utils", "_rebuild_tensor_v2") ||
         is(global, "torch._utils", "_rebuild_parameter");
}

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  Pickle run() {
    while (result_.root == nullptr) step(static_cast<Op>(take(1)[0]));
    result_.bytes = at_;
    return std::move(result_);
  }

 private:
  using Value = const PickledValue*;

  [[noreturn]] void damaged(const std::string& what) const {
    throw InputError(name_, "is a damaged pickle: " + what + " at byte " + std::to_string(at_),
                     "copy or download the file again");
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) damaged("it ends too early");
    at_ += static_cast<std::size_t>(count);
    return bytes_.subspan(at_ - static_cast<std::size_t>(count), static_cast<std::size_t>(count));
  }

  /// `count` bytes, least first.
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(count).data(), count);
    return value;
  }

  std::string text(std::uint64_t count) {
    const std::span<const std::byte> bytes = take(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::string line() {
    const auto rest = bytes_.subspan(at_);
    const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
    if (end == rest.end()) damaged("it ends within a name");
    std::string found = text(static_cast<std::uint64_t>(end - rest.begin()));
    take(1);
    return found;
  }

  template <class T>
  PickledValue* push(T value) {
    result_.values.push_back(PickledValue{std::move(value)});
    stack_.push_back(&result_.values.back());
    return stack_.back();
  }

  /// Nothing below a mark can be reached before the mark is.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickledValue* top() const {
    if (stack_.size() <= floor()) damaged("it takes a value that is not there");
    return stack_.back();
  }

  PickledValue* pop() {
    PickledValue* const value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<Value> pop_to_mark() {
    if (marks_.empty()) damaged("it goes back to a mark that is not there");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Value> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }

  std::vector<Value> pop_last(std::size_t count) {
    std::vector<Value> values(count);
    for (std::size_t i = count; i-- > 0;) values[i] = pop();
    return values;
  }

  template <class T>
  T& as(PickledValue* value, const char* what) const {
    T* const found = std::get_if<T>(&value->value);
    if (found == nullptr) damaged(std::string("it needs ") + what);
    return *found;
  }

  template <class T>
  const T& as(Value value, const char* what) const {
    const T* const found = value->as<T>();
    if (found == nullptr) damaged(std::string("it needs ") + what);
    return *found;
  }

  void step(Op op) {
    switch (op) {
      case Op::proto:
        return check_protocol(number(1));
      case Op::frame:
        take(8);
        return;
      case Op::stop:
        result_.root = pop();
        return;
      case Op::mark:
        marks_.push_back(stack_.size());
        return;
      case Op::pop:
        return drop();
      case Op::pop_mark:
        pop_to_mark();
        return;
      case Op::none:
      case Op::newtrue:
      case Op::newfalse:
      case Op::empty_set:
        push(PickledOther{});
        return;
      case Op::binfloat:
        take(8);
        push(PickledOther{});
        return;
      case Op::binint:
        push(std::int64_t{static_cast<std::int32_t>(number(4))});
        return;
      case Op::binint1:
        push(static_cast<std::int64_t>(number(1)));
        return;
      case Op::binint2:
        push(static_cast<std::int64_t>(number(2)));
        return;
      case Op::long1:
        return push_long(number(1));
      case Op::long4:
        return push_long(number(4));
      case Op::short_binstring:
      case Op::short_binunicode:
        push(text(number(1)));
        return;
      case Op::binstring:
      case Op::binunicode:
        push(text(number(4)));
        return;
      case Op::binunicode8:
        push(text(number(8)));
        return;
      case Op::short_binbytes:
        take(number(1));
        push(PickledOther{});
        return;
      case Op::binbytes:
        take(number(4));
        push(PickledOther{});
        return;
      case Op::binbytes8:
        take(number(8));
        push(PickledOther{});
        return;
      case Op::empty_tuple:
      case Op::empty_list:
        push(PickledSequence{});
        return;
      case Op::tuple:
        return push_sequence(pop_to_mark());
      case Op::tuple1:
        return push_sequence(pop_last(1));
      case Op::tuple2:
        return push_sequence(pop_last(2));
      case Op::tuple3:
        return push_sequence(pop_last(3));
      case Op::append:
        return append({pop()});
      case Op::appends:
        return append(pop_to_mark());
      case Op::empty_dict:
        push(PickledDict{});
        return;
      case Op::setitem:
        return set_items(pop_last(2));
      case Op::setitems:
        return set_items(pop_to_mark());
      case Op::additems:
        pop_to_mark();
        as<PickledOther>(top(), "a set");
        return;
      case Op::frozenset:
        pop_to_mark();
        push(PickledOther{});
        return;
      case Op::binput:
        return remember(number(1));
      case Op::long_binput:
        return remember(number(4));
      case Op::memoize:
        return remember(memo_.size());
      case Op::binget:
        return recall(number(1));
      case Op::long_binget:
        return recall(number(4));
      case Op::global:
        return push_global();
      case Op::stack_global:
        return push_stack_global();
      case Op::binpersid:
        push(storage_of(pop()));
        return;
      case Op::reduce:
        return reduce();
      case Op::build:
        return build();
    }
    --at_;
    damaged("it has an instruction that pickles of tensors do not have");
  }

  void check_protocol(std::uint64_t version) const {
    if (version < 2 || version > 5) damaged("its protocol is " + std::to_string(version));
  }

  /// What lies above a mark goes before the mark does.
  void drop() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }

  /// Two's complement, least byte first.
  void push_long(std::uint64_t count) {
    const std::span<const std::byte> bytes = take(count);
    if (count > 8) {
      push(PickledOther{});
      return;
    }
    const bool negative = count > 0 && (bytes.back() & std::byte{0x80}) != std::byte{0};
    std::int64_t value = negative ? -1 : 0;
    if (count > 0) std::memcpy(&value, bytes.data(), bytes.size());
    push(value);
  }

  void push_sequence(std::vector<Value> items) { push(PickledSequence{std::move(items)}); }

  void append(const std::vector<Value>& items) {
    auto& list = as<PickledSequence>(top(), "a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }

  void set_items(const std::vector<Value>& items) {
    if (items.size() % 2 != 0) damaged("it has a key without a value");
    auto& dict = as<PickledDict>(top(), "a dict").items;
    for (std::size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
  }

  void remember(std::uint64_t place) { memo_[place] = top(); }

  void recall(std::uint64_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) damaged("it recalls what it never noted");
    stack_.push_back(found->second);
  }

  void push_global() {
    std::string module = line();
    push_checked({std::move(module), line()});
  }

  void push_stack_global() {
    const std::vector<Value> names = pop_last(2);
    push_checked({as<std::string>(names[0], "a name"), as<std::string>(names[1], "a name")});
  }

  void push_checked(PickledGlobal global) {
    if (!is_allowed(global)) refuse(global);
    push(std::move(global));
  }

  [[noreturn]] void refuse(const PickledGlobal& global) const {
    constexpr std::size_t most = 100;
    std::string full = global.module + "." + global.name;
    if (full.size() > most) full = full.substr(0, most) + "...";
    const bool of_torch =
        global.module == "torch" || global.module == "torch._utils" || global.module == "torch.storage";
    if (of_torch) {
      throw InputError(name_, "refers to " + full + ", which is not read; nothing in it was run",
                       "save the weights alone, with torch.save(model.float().state_dict(), FILE)");
    }
    throw InputError(name_, "is a pickle of " + full + ", not of tensors; nothing in it was run",
                     "save the weights alone, with torch.save(model.state_dict(), FILE)");
  }

  /// ("storage", type, key, device, number of values[, view]), see torch/serialization.py, persistent_id.
  PickledStorage storage_of(Value value) const {
    const auto& parts = as<PickledSequence>(value, "a storage").items;
    if (parts.size() < 5 || parts.size() > 6) damaged("it has a storage of another form");
    if (as<std::string>(parts[0], "a storage") != "storage") damaged("it refers to what is no storage");
    if (parts.size() == 6 && parts[5]->as<PickledOther>() == nullptr) {
      damaged("it has a storage that is part of another");
    }
    const std::optional<TensorType> type = storage_type(as<PickledGlobal>(parts[1], "a type of storage"));
    if (!type) damaged("it has a storage of no type");
    const std::int64_t values = as<std::int64_t>(parts[4], "the length of a storage");
    if (values < 0) damaged("it has a storage of negative length");
    const auto& key = as<std::string>(parts[2], "the key of a storage");
    // One key may stand for many storages, and is copied.
    if (key.size() > kMostKeyBytes) damaged("it has a storage with too long a key");
    return {*type, key, values};
  }

  void reduce() {
    const std::vector<Value> call = pop_last(2);
    const auto& global = as<PickledGlobal>(call[0], "a name");
    const auto& arguments = as<PickledSequence>(call[1], "arguments").items;
    if (global.module == "collections") {
      if (!arguments.empty()) damaged("it has a dict of another form");
      push(PickledDict{});
    } else if (global.name == "Size") {
      if (arguments.size() != 1) damaged("it has a shape of another form");
      push(PickledOther{});
    } else if (global.name == "_rebuild_parameter") {
      if (arguments.empty()) damaged("it has a parameter of nothing");
      push(as<PickledTensor>(arguments[0], "a tensor"));
    } else if (global.module == "torch._utils") {
      push(tensor_of(arguments));
    } else {
      damaged("it calls a type of storage");
    }
  }

  /// (storage, offset, shape, strides[, requires_grad, hooks[, flags]]), see torch/_utils.py.
  PickledTensor tensor_of(const std::vector<Value>& arguments) const {
    if (arguments.size() < 4 || arguments.size() > 7) damaged("it has a tensor of another form");
    if (arguments.size() == 7) check_flags(arguments[6]);
    PickledTensor tensor;
    tensor.storage = &as<PickledStorage>(arguments[0], "a storage");
    tensor.offset = as<std::int64_t>(arguments[1], "an offset");
    tensor.shape = counts(arguments[2]);
    tensor.strides = counts(arguments[3]);
    if (tensor.shape.size() != tensor.strides.size()) damaged("it has a tensor with too few strides");
    if (tensor.offset < 0) damaged("it has a tensor before its storage");
    return tensor;
  }

  /// A tensor may be marked as the negative or the conjugate of what is stored.
  void check_flags(Value flags) const {
    const auto* const dict = flags->as<PickledDict>();
    if (dict != nullptr && !dict->items.empty()) {
      throw InputError(name_, "holds a tensor that is stored as a lazy negative or conjugate",
                       "save it again after tensor.resolve_neg()");
    }
  }

  /// No more than a tensor can have: one list may stand for the shape of many.
  std::vector<std::int64_t> counts(Value value) const {
    const auto& items = as<PickledSequence>(value, "a shape").items;
    if (items.size() > kMostDimensions) damaged("it has a tensor of too many dimensions");
    std::vector<std::int64_t> numbers;
    for (const Value item : items) {
      const std::int64_t number = as<std::int64_t>(item, "a count");
      if (number < 0) damaged("it has a negative count");
      numbers.push_back(number);
    }
    return numbers;
  }

  /// Attributes: an OrderedDict of weights has the versions of its modules, which nothing here needs.
  void build() {
    pop();
    as<PickledDict>(top(), "a dict");
  }

  std::span<const std::byte> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  Pickle result_;
  std::vector<PickledValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickledValue*> memo_;
};

}  // namespace

Pickle read_pickle(std::span<const std::byte> bytes, const std::string& name) {
  return Machine(bytes, name).run();
}

}  // namespace fathom
