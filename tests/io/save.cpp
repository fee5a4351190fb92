// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/save.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

#if defined(__linux__)
#include <sys/resource.h>
#include <csignal>
#endif

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a file is written whole, in place of the one that was there", "[io]") {
  const Folder folder("save");
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {300, 20}});
  randomize(f, random);
  const std::string path = folder / "f.safetensors";
  save(f, path);
  CHECK(read_bytes(path) == saved(f));
  CHECK(load<Ficnn<double, Softplus>>(path) == f);
  randomize(f, random);
  save(f, path);
  CHECK(load<Ficnn<double, Softplus>>(path) == f);
  CHECK(folder.files() == 1);
  CHECK(saved(f).size() % 8 == 0);
  CHECK(header_of(saved(f)).size() % 8 == 0);
}

TEST_CASE("what cannot be written is an error, and leaves nothing behind", "[io]") {
  const Folder folder("save_errors");
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  CHECK_ERROR(save(f, folder / "missing/f.safetensors"), "No such file or directory");
  std::filesystem::create_directory(folder / "there");
  write_bytes(folder / "there/inside", "x");
  CHECK_ERROR(save(f, folder / "there"), "a file that can be written");
  CHECK(folder.files() == 1);
}

#if defined(__linux__)
TEST_CASE("where the disk is full, the old file stays as it was", "[io]") {
  const Folder folder("save_full");
  const std::string path = folder / "f.safetensors";
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  save(f, path);
  const std::string before = read_bytes(path);
  const Ficnn<double, Softplus> large({.inputs = 20, .hidden = {300, 300}});
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t room : {rlim_t{0}, rlim_t{100}, rlim_t{100000}}) {  // of the header, of the numbers
    rlimit small = limit;
    small.rlim_cur = room;
    setrlimit(RLIMIT_FSIZE, &small);
    std::string message;
    try {
      save(large, path);
    } catch (const Error& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &limit);
    CHECK(contains(message, "File too large"));
    CHECK(read_bytes(path) == before);
    CHECK(folder.files() == 1);
  }
  std::signal(SIGXFSZ, handler);
}
#endif
