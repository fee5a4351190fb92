// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// A malloc that aborts. In a file of its own: where a compiler sees it beside its callers, what it knows of malloc is
/// wrong.

#include "tests/project/no_malloc.hpp"

#include <cstdlib>

namespace icnn::test {

bool malloc_aborts = false;

namespace {

alignas(64) unsigned char before_main[1 << 20];
std::size_t used = 0;

void* allocate(std::size_t alignment, std::size_t size) {
  if (malloc_aborts) std::abort();
  used = (used + alignment - 1) / alignment * alignment;
  if (size > sizeof before_main - used) std::abort();
  used += size;
  return before_main + used - size;
}

}  // namespace
}  // namespace icnn::test

extern "C" {
void* malloc(std::size_t size) { return icnn::test::allocate(64, size); }
void* calloc(std::size_t count, std::size_t size) { return icnn::test::allocate(64, count * size); }  // still zero
void* realloc(void*, std::size_t) { std::abort(); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return icnn::test::allocate(alignment, size); }
void* memalign(std::size_t alignment, std::size_t size) { return icnn::test::allocate(alignment, size); }
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  *p = icnn::test::allocate(alignment, size);
  return 0;
}
void free(void*) {}
}
