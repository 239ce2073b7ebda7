// Where the values of large tensors live.
#pragma once

namespace fathom {

/// From now on LibTorch has the memory of tensors of 8 MB and more in large pages, which the system clears
/// several times faster than small ones, and a block that is freed serves the next tensor of its length
/// alone. malloc would cut it up for smaller ones, so that a network's largest tensors find no place where
/// others were: up to 30 % more memory (docs/performance.md). For the whole process; a second call
/// changes nothing. Where large pages are switched off, small ones serve.
void use_large_pages_for_tensors();

}  // namespace fathom
