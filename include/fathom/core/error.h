// Errors: what the user gave wrongly (InputError), what we got wrong (InternalError), and a run that was
// stopped.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace fathom {

/// Something wrong in what the user gave.
///
/// what() reads "WHERE: REASON; REMEDY" in one line: the file or option, what is wrong with it, what to do.
class InputError : public std::runtime_error {
 public:
  /// usage: an option is wrong (exit code 2). data: a file or the data as a whole is unusable (exit code 3).
  enum class Kind { usage, data };

  InputError(std::string where, std::string reason, std::string remedy, Kind kind = Kind::data);

  const std::string& where() const { return where_; }
  const std::string& reason() const { return reason_; }
  const std::string& remedy() const { return remedy_; }
  Kind kind() const { return kind_; }

 private:
  std::string where_, reason_, remedy_;
  Kind kind_;
};

/// An option that is wrong in itself or together with others: exit code 2.
class UsageError : public InputError {
 public:
  UsageError(std::string option, std::string reason, std::string remedy)
      : InputError(std::move(option), std::move(reason), std::move(remedy), Kind::usage) {}
};

/// A broken invariant: a fault of Fathom, never of its input.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// The progress sink asked to stop.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted; nothing was written") {}
  /// What has been done is kept in a folder, and the same run goes on from there.
  explicit Interrupted(const std::string& folder,
                       const std::string& remedy = "run the same command again to go on")
      : std::runtime_error("interrupted; progress kept in " + folder + "; " + remedy) {}
};

namespace detail {
[[noreturn]] void fail_check(const char* condition, const char* file, int line);
}

}  // namespace fathom

/// Holds in every build: a wrong number is worse than a stopped run.
#define FATHOM_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::fathom::detail::fail_check(#condition, __FILE__, __LINE__))
