// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// A target for libFuzzer: whatever the bytes, a file is refused with an Error, or read into a network that is admissible;
/// and memory stays within the file's size. An input that begins with { is a header, up to its last }, whose length is put
/// before it, so that a mutation of the header does not fail at its length.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <icnn/io/load.hpp>
#include <string>

#include <sanitizer/allocator_interface.h>

namespace {

std::size_t live = 0, most = 0;

void count(const volatile void* pointer, std::size_t size) {
  static_cast<void>(pointer);
  live += size;
  most = std::max(most, live);
}
void uncount(const volatile void* pointer) {
  const std::size_t size = pointer == nullptr ? 0 : __sanitizer_get_allocated_size(const_cast<const void*>(pointer));
  live -= std::min(live, size);
}

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "%s: %zu bytes at most\n", what, most);
  std::abort();
}

template <class F>
void attempt(std::span<const std::byte> bytes, icnn::Positivity positivity) {
  try {
    const F f = icnn::load<F>(bytes, {.positivity = positivity});
    require(icnn::audit(f.layout(), f.parameters().vector()).empty(), "a network that is not admissible");
  } catch (const icnn::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int hooks = __sanitizer_install_malloc_and_free_hooks(count, uncount);
  require(hooks > 0, "no hooks of the allocator");
  std::string file(reinterpret_cast<const char*>(data), size);
  if (file.starts_with('{')) {
    std::string header = file.substr(0, file.find_last_of('}') + 1);
    const std::string numbers = file.substr(header.size());
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    file.assign(8, '\0');
    std::memcpy(file.data(), &length, 8);
    file += header + numbers;
  }
  const auto bytes = std::as_bytes(std::span(file.data(), file.size()));
  live = most = 0;
  bool good = true;
  try {
    (void)icnn::open_safetensors(bytes);
  } catch (const icnn::Error&) {
    good = false;
  }
  require(most <= 2 * file.size() + (1U << 20U), "opening a file takes more memory than it may");
  if (!good) return 0;  // every type of network begins with the same
  live = most = 0;
  attempt<icnn::AnyFicnn<double>>(bytes, icnn::Positivity::refuse);
  attempt<icnn::AnyPicnn<float>>(bytes, icnn::Positivity::project);
  attempt<icnn::AnyFeedForward<double>>(bytes, icnn::Positivity::refuse);
  require(most <= 6 * file.size() + (1U << 20U),
          "loading a network takes more memory than it may");  // F16 as double: four times
  return 0;
}
