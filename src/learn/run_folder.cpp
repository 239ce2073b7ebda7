#include "learn/run_folder.h"

#include <string>
#include <system_error>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  made_ = fs::create_directories(path_, error);
  if (error) {
    throw InputError(path_.string(), "cannot be made (" + error.message() + ")",
                     "choose a folder that exists, is writable and has space");
  }
  lock_ = std::make_unique<FileLock>(path_ / "run.lock");
  remove_unfinished();
}

void RunFolder::remove_unfinished() const {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
    const std::string name = entry.path().filename().string();
    for (const fs::path& file : {checkpoint(), log()}) {
      if (name.starts_with(file.filename().string() + ".")) fs::remove(entry.path(), ignored);
    }
  }
}

RunFolder::~RunFolder() {
  lock_.reset();
  std::error_code not_empty;
  if (made_) fs::remove(path_, not_empty);
}

}  // namespace fathom
