#include "learn/tensor_memory.h"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <torch/version.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace fathom {

namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 4 * kLargePage;
/// Where few large tensors follow each other, the peak alone would leave no room for the one not in use.
constexpr std::size_t kKeptBeyondPeak = 16 * kLargePage;
/// Above LibTorch's own, which has 0.
constexpr std::uint8_t kPriority = 1;

std::size_t beyond_large_page(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) % kLargePage;
}

/// From the system, at a large page. `length`: a multiple of large pages.
void* map_large_pages(std::size_t length) {
  // One page more, so that a whole one can be the first.
  void* const start =
      mmap(nullptr, length + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  auto* const mapped = static_cast<std::byte*>(start);
  const std::size_t before = (kLargePage - beyond_large_page(mapped)) % kLargePage;
  std::byte* const block = mapped + before;
  if (before > 0) munmap(mapped, before);
  munmap(block + length, kLargePage - before);
  madvise(block, length, MADV_HUGEPAGE);  // a wish: refused, all goes on
  return block;
}

/// Blocks that begin at large pages. A freed one is kept for the next of its length, as long as all blocks,
/// used and kept, take not much more than the used ones once did: what is kept hardly raises the peak.
class LargeBlocks {
 public:
  void* take(std::size_t bytes) {
    const std::size_t length = (bytes + kLargePage - 1) / kLargePage * kLargePage;
    if (length + kLargePage < bytes) throw std::bad_alloc();
    const std::scoped_lock lock(mutex_);
    used_bytes_ += length;
    most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
    try {
      void* block = take_kept(length);
      if (block == nullptr) {
        unmap_kept_beyond(most_used_bytes_ - used_bytes_ + kKeptBeyondPeak);
        block = map_large_pages(length);
      }
      lengths_.emplace(block, length);
      return block;
    } catch (...) {
      used_bytes_ -= length;
      throw;
    }
  }

  /// False where the block is not one of these.
  bool give_back(void* block) {
    if (beyond_large_page(block) != 0) return false;
    const std::scoped_lock lock(mutex_);
    const auto found = lengths_.find(block);
    if (found == lengths_.end()) return false;
    used_bytes_ -= found->second;
    kept_bytes_ += found->second;
    kept_.push_back({block, found->second});
    lengths_.erase(found);
    return true;
  }

 private:
  struct Kept {
    void* block;
    std::size_t length;
  };

  /// The last one freed, which may be in a cache; null where there is none.
  void* take_kept(std::size_t length) {
    const auto found = std::find_if(kept_.rbegin(), kept_.rend(),
                                    [length](const Kept& kept) { return kept.length == length; });
    if (found == kept_.rend()) return nullptr;
    void* const block = found->block;
    kept_bytes_ -= length;
    kept_.erase(std::next(found).base());
    return block;
  }

  void unmap_kept_beyond(std::size_t bytes) {
    auto first_left = kept_.begin();
    for (; kept_bytes_ > bytes; ++first_left) {
      munmap(first_left->block, first_left->length);
      kept_bytes_ -= first_left->length;
    }
    kept_.erase(kept_.begin(), first_left);
  }

  std::mutex mutex_;
  std::unordered_map<void*, std::size_t> lengths_;  ///< of blocks in use
  std::vector<Kept> kept_;                          ///< in the order they were freed
  std::size_t used_bytes_ = 0, kept_bytes_ = 0, most_used_bytes_ = 0;
};

/// Never destroyed: tensors of static storage may be freed after everything else.
LargeBlocks& large_blocks() {
  static auto* const blocks = new LargeBlocks;
  return *blocks;
}

c10::Allocator& smaller_blocks() {
  static c10::Allocator& allocator = *c10::GetDefaultCPUAllocator();
  return allocator;
}

void give_back(void* block) {
  if (block != nullptr && !large_blocks().give_back(block)) smaller_blocks().raw_deallocate(block);
}

class TensorMemory final : public c10::Allocator {
 public:
#if TORCH_VERSION_MAJOR == 1
  c10::DataPtr allocate(std::size_t bytes) const override {
    return block_of(bytes);
  }
#else
  c10::DataPtr allocate(std::size_t bytes) override {
    return block_of(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
#endif

  c10::DeleterFnPtr raw_deleter() const override {
    return give_back;
  }

 private:
  static c10::DataPtr block_of(std::size_t bytes) {
    void* const block = bytes < kLarge ? smaller_blocks().raw_allocate(bytes) : large_blocks().take(bytes);
    return {block, block, give_back, c10::Device(c10::DeviceType::CPU)};
  }
};

}  // namespace

void use_large_pages_for_tensors() {
  static auto* const memory = new TensorMemory;
  c10::SetCPUAllocator(memory, kPriority);
}

}  // namespace fathom
