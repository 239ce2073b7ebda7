#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/nifti.h"
#include "read/file_identity.h"
#include "read/nifti_view.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

struct OpenVolume {
  NiftiVolume volume;
  NiftiView view;

  OpenVolume(const fs::path& path, const ImageLimits& limits, View how)
      : volume(path, limits), view(volume, how) {}
};

/// Volumes that are open, the least recently used closed first.
///
/// Who needs a volume that another thread is opening opens the next one meanwhile: so as many are unpacked at
/// once as there are threads, although slices are asked for in their order.
class OpenVolumes {
 public:
  OpenVolumes(std::vector<fs::path> files, std::vector<std::size_t> order, const ReadOptions& options)
      : files_(std::move(files)),
        order_(std::move(order)),
        limits_(options.limits),
        view_(options.view),
        most_(std::size_t{options.threads} + 1) {}

  /// How many are open at most.
  std::size_t most() const { return most_; }

  /// An open volume, which stays open until this is gone.
  class Lease {
   public:
    Lease(OpenVolumes& all, std::shared_ptr<const OpenVolume> volume)
        : all_(all), volume_(std::move(volume)) {}
    ~Lease() {
      const std::lock_guard lock(all_.mutex_);
      volume_.reset();
      all_.changed_.notify_all();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    const OpenVolume& operator*() const { return *volume_; }

   private:
    OpenVolumes& all_;
    std::shared_ptr<const OpenVolume> volume_;
  };

  /// Throws ImageError.
  Lease lease(std::size_t file) {
    std::unique_lock lock(mutex_);
    while (true) {
      const auto found = find(file);
      if (found != places_.end() && found->state != State::opening) {
        found->state = State::used;
        found->last_use = ++uses_;
        if (!found->volume) throw ImageError(found->fault);
        return {*this, found->volume};
      }
      const bool needed = found == places_.end();
      const std::optional<std::size_t> next = needed ? std::optional(file) : next_of(file);
      if (next && make_room(needed)) {
        open(*next, lock);
      } else {
        changed_.wait(lock);
      }
    }
  }

 private:
  enum class State { opening, ahead, used };  ///< ahead: opened before anyone needed it

  struct Place {
    std::size_t file;
    State state = State::opening;
    std::shared_ptr<const OpenVolume> volume = nullptr;  ///< null where it cannot be opened
    std::string fault{};
    std::uint64_t last_use = 0;
  };

  std::vector<Place>::iterator find(std::size_t file) {
    return std::find_if(places_.begin(), places_.end(),
                        [file](const Place& place) { return place.file == file; });
  }

  /// The first volume needed behind `file` that nobody has opened yet.
  std::optional<std::size_t> next_of(std::size_t file) {
    auto next = std::find(order_.begin(), order_.end(), file);
    while (next != order_.end() && find(*next) != places_.end()) ++next;
    return next == order_.end() ? std::nullopt : std::optional(*next);
  }

  /// False when every place is in use. A volume that was opened ahead is closed only for one that is needed.
  bool make_room(bool needed) {
    if (places_.size() < most_) return true;
    auto oldest = places_.end();
    for (auto place = places_.begin(); place != places_.end(); ++place) {
      const bool idle = place->volume.use_count() <= 1;
      if (place->state == State::opening || !idle || (place->state == State::ahead && !needed)) continue;
      if (oldest == places_.end() || place->last_use < oldest->last_use) oldest = place;
    }
    if (oldest == places_.end()) return false;
    places_.erase(oldest);
    return true;
  }

  void open(std::size_t file, std::unique_lock<std::mutex>& lock) {
    places_.push_back({file});
    lock.unlock();
    Place opened{file, State::ahead};
    try {
      opened.volume = std::make_shared<const OpenVolume>(files_[file], limits_, view_);
    } catch (const InputError& error) {
      opened.fault = error.reason();
    }
    lock.lock();
    opened.last_use = ++uses_;
    *find(file) = std::move(opened);
    changed_.notify_all();
  }

  const std::vector<fs::path> files_;
  const std::vector<std::size_t> order_;
  const ImageLimits limits_;
  const View view_;
  const std::size_t most_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Place> places_;
  std::uint64_t uses_ = 0;
};

/// Volumes in the order in which slices first name them.
std::vector<std::size_t> order_of(const std::vector<NiftiSlice>& slices) {
  std::vector<std::size_t> order;
  std::set<std::size_t> seen;
  for (const NiftiSlice& slice : slices) {
    if (seen.insert(slice.volume).second) order.push_back(slice.volume);
  }
  return order;
}

class NiftiSlices : public PixelSource {
 public:
  NiftiSlices(const std::vector<fs::path>& files, std::vector<NiftiSlice> slices, std::size_t most_bytes,
              const ReadOptions& options)
      : slices_(std::move(slices)),
        limits_(options.limits),
        view_(options.view),
        most_bytes_(most_bytes),
        volumes_(std::make_unique<OpenVolumes>(files, order_of(slices_), options)) {
    for (const fs::path& file : files) whole_paths_.push_back(whole_path(file));
  }

  Image read(std::size_t source) const override {
    const NiftiSlice& slice = slices_[source];
    const OpenVolumes::Lease lease = volumes_->lease(slice.volume);
    const OpenVolume& open = *lease;
    try {
      return open.view(open.volume.slice(slice.axis, slice.index, slice.time), slice.time);
    } catch (const InputError& error) {
      throw ImageError(error.reason());
    }
  }

  Hash128 identity(std::size_t source) const override {
    const NiftiSlice& slice = slices_[source];
    return file_identity("/", whole_paths_[slice.volume],
                         {limits_.max_side, limits_.max_pixels, static_cast<std::uintmax_t>(view_),
                          static_cast<std::uintmax_t>(slice.axis), slice.index, slice.time});
  }

  std::size_t bytes_in_memory() const override { return most_bytes_ * volumes_->most(); }
  bool medical() const override { return true; }
  bool volumes() const override { return true; }

 private:
  std::vector<NiftiSlice> slices_;
  ImageLimits limits_;
  View view_;
  std::size_t most_bytes_;
  std::vector<std::string> whole_paths_;
  std::unique_ptr<OpenVolumes> volumes_;
};

}  // namespace

std::shared_ptr<const PixelSource> nifti_slices(const std::vector<fs::path>& volumes,
                                                std::vector<NiftiSlice> slices, const ReadOptions& options) {
  check_nifti_view(options.view);
  std::uint64_t most_bytes = 0;
  for (const fs::path& file : volumes) {
    const NiftiInfo info = read_nifti_info(file, options.limits);
    most_bytes = std::max(most_bytes, info.bytes_in_memory + bytes_of_view(info, options.view));
  }
  return std::make_shared<NiftiSlices>(volumes, std::move(slices), most_bytes, options);
}

}  // namespace fathom
