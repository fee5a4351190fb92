// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>

#include "icnn/core/error.hpp"

namespace icnn::inline ICNN_ISA {

/// A member of objects that others refer to: it dies with its object, whose copies have lives of their own. One allocation.
class Lifetime {
 public:
  Lifetime() = default;
  Lifetime(const Lifetime&) : Lifetime() {}
  Lifetime(Lifetime&&) noexcept : Lifetime() {}
  Lifetime& operator=(const Lifetime&) noexcept { return *this; }
  Lifetime& operator=(Lifetime&&) noexcept { return *this; }
  ~Lifetime() = default;

  [[nodiscard]] std::weak_ptr<const char> watch() const noexcept { return token_; }

  friend bool operator==(const Lifetime&, const Lifetime&) noexcept { return true; }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

namespace detail {

/// Whether objects of this type have one; views, which refer to others, have none.
template <class T>
inline constexpr bool has_lifetime = true;
struct NoLifetime {};

}  // namespace detail

/// Refers to an object with a lifetime().
template <class T>
class Watched {
 public:
  explicit Watched(const T& object) noexcept : object_(&object), life_(object.lifetime().watch()) {}

  Watched(const Watched&) = default;  // said for the sake of -Weffc++, beside a pointer
  Watched& operator=(const Watched&) = default;

  [[nodiscard]] bool is_alive() const noexcept { return !life_.expired(); }
  /// Throws Error where the object is gone.
  [[nodiscard]] const T& get() const {
    if (!is_alive()) [[unlikely]] {
      fail({"icnn", "the network or function that this one refers to", "none: it has been destroyed, or moved elsewhere",
            "keep it as long as what was made from it, or hand it over with std::move"});
    }
    return *object_;
  }

 private:
  const T* object_;
  std::weak_ptr<const char> life_;
};

}  // namespace icnn::inline ICNN_ISA
