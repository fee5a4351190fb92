// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/npy.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// A file of version 1.0 with such a dictionary, and these bytes behind it.
std::string npy(const std::string& header, const std::string& numbers) {
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() % 256) +
         static_cast<char>(header.size() / 256) + header + numbers;
}
std::string bytes_in(const std::vector<double>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)};
}

}  // namespace

TEST_CASE("matrices and vectors are the same when they are read again", "[io]") {
  const Folder folder("npy");
  const std::string path = folder / "m.npy";
  Random random(1);
  const auto m = random_matrix<double>(random, 200, 300);
  save_npy(m, path);
  CHECK(load_npy(path) == m);
  CHECK((read_bytes(path).size() - 200 * 300 * 8) % 64 == 0);
  save_npy(m.transpose(), path);
  CHECK(load_npy(path) == m.transpose());
  const auto v = random_vector<float>(random, 5);
  save_npy(v, path);
  CHECK(contains(read_bytes(path), "'<f4', 'fortran_order': True, 'shape': (5,)"));
  CHECK(load_npy<float>(path) == v);
  CHECK(load_npy(path) == v.cast<double>());
  save_npy(Matrix<double>(0, 3), path);
  CHECK(load_npy(path).cols() == 3);
  CHECK(load_npy(path).rows() == 0);
  CHECK(folder.files() == 1);
}

TEST_CASE("what NumPy writes is read, by rows and by columns", "[io]") {
  const Folder folder("npy_numpy");
  const std::string path = folder / "m.npy";
  const auto read = [&](const std::string& header, const std::string& numbers) {
    write_bytes(path, npy(header, numbers));
    return load_npy(path);
  };
  const std::string six = bytes_in({1, 2, 3, 4, 5, 6});
  CHECK(read("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }          \n", six) ==
        Matrix<double>{{1, 2, 3}, {4, 5, 6}});
  CHECK(read("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n", six) == Matrix<double>{{1, 3, 5}, {2, 4, 6}});
  CHECK(read("{'shape':(6,),'descr':'<f8','fortran_order':False}", six).rows() == 6);
  CHECK(read("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", bytes_in({7}))(0, 0) == 7);
  CHECK(read("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }\n", std::string("\x00\x3E\x00\xC0", 4)) ==
        Matrix<double>{{1.5, -2}});
  std::string second = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", bytes_in({7}));
  second[6] = 2;  // the length has four bytes
  second.insert(10, 2, '\0');
  write_bytes(path, second);
  CHECK(load_npy(path)(0, 0) == 7);
}

TEST_CASE("damaged and other .npy files are refused", "[io]") {
  const Folder folder("npy_errors");
  const std::string path = folder / "m.npy";
  const auto refused = [&](const std::string& bytes, const char* part) {
    write_bytes(path, bytes);
    CHECK_ERROR(load_npy(path), part);
  };
  const std::string eight(8, '\0');
  const auto header = [&](const char* descr, const char* order, const char* shape) {
    return npy(std::string("{'descr': ") + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}", eight);
  };
  refused("", "12 bytes or more");
  refused("PK\x03\x04 and so on", "begins with");
  refused(replaced(header("'<f8'", "False", "(1,)"), "\x01", "\x04"), "version 1.0, 2.0 or 3.0, got 4.0");
  refused(header("'>f8'", "False", "(1,)"), "astype('<f8')");
  refused(header("'|O'", "False", "(1,)"), "numbers of type");
  refused(header("'<f8'", "0", "(1,)"), "expected False");
  refused(header("'<f8'", "False", "(-1,)"), "a whole number");
  refused(header("'<f8'", "False", "(1.5,)"), "a comma or )");
  refused(header("'<f8'", "False", "(1,1,1)"), "at most two dimensions");
  refused(header("'<f8'", "False", "(99999999999999999999,)"), "a whole number");
  refused(header("'<f8'", "False", "(2,)"), "2 x 1 numbers of 8 bytes, got 8 bytes");
  refused(header("'<f8'", "False", "(4294967296, 4294967296)"), "4294967296 x 4294967296 numbers");  // which wraps to 0
  refused(header("'<f8'", "False", "(0, 5)"), "0 x 5 numbers");
  refused(npy("{'descr': '<f8', 'shape': (1,)}", eight), "the keys descr, fortran_order and shape");
  refused(npy("{'descr': '<f8', 'descr': '<f8'}", eight), "once each");
  refused(npy("{'descr': '<f8', 'order': 1}", eight), "once each");
  refused(npy("{'descr': '<f8' 'shape': (1,)}", eight), "a comma or }");
  refused(npy("{'descr", eight), "a closing '");
  refused(npy("", eight), "expected {");
  refused(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", eight), "nothing behind the dictionary");
  const std::string good = header("'<f8'", "False", "(1,)");
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_bytes(path, good.substr(0, size));
    CHECK_THROWS_AS(load_npy(path), Error);
  }
  write_bytes(path, good);
  CHECK_ERROR(load_npy<float>(path), "F64 in the array");
  CHECK_ERROR(load_npy(folder / "missing.npy"), "no such file");
}
