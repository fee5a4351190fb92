# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# Sourced by examples/run, tests/run and benchmarks/run: finds out what is missing, says so, and installs it.
# POSIX sh. ICNN_NO_INSTALL=1 refuses to install and prints the line that would.

# header NAME: whether the compiler, or a folder of CMAKE_PREFIX_PATH, finds <NAME>
header() {
  for prefix in $(printf '%s' "${CMAKE_PREFIX_PATH:-}" | tr ';:' '  ') /usr /usr/local /opt/homebrew; do
    for folder in include include/eigen3 include/clp; do
      if [ -e "$prefix/$folder/$1" ]; then return 0; fi
    done
  done
  return 1
}

# need KIND NAME APT DNF PACMAN BREW: notes the packages of what is not there; KIND is tool, header or library
missing_apt= missing_dnf= missing_pacman= missing_brew=
need() {
  case $1 in
    tool) command -v "$2" > /dev/null 2>&1 && return 0 ;;
    header) header "$2" && return 0 ;;
  esac
  missing_apt="$missing_apt $3" missing_dnf="$missing_dnf $4" missing_pacman="$missing_pacman $5" missing_brew="$missing_brew $6"
}

need_compiler() {
  need tool cmake cmake cmake cmake cmake
  need tool make make make make make
  command -v c++ > /dev/null 2>&1 || need tool g++ g++ gcc-c++ gcc gcc
  need header Eigen/Core libeigen3-dev eigen3-devel eigen eigen
}

install_missing() {
  [ -n "$missing_apt" ] || return 0
  sudo=
  if [ "$(id -u)" != 0 ] && command -v sudo > /dev/null 2>&1; then sudo="sudo "; fi
  untested=
  if command -v apt-get > /dev/null 2>&1; then
    line="${sudo}apt-get install -y --no-install-recommends$missing_apt"
    before="${sudo}apt-get update"
  elif command -v dnf > /dev/null 2>&1; then
    line="${sudo}dnf install -y$missing_dnf" before=: untested=" (untested with dnf)"
  elif command -v pacman > /dev/null 2>&1; then
    line="${sudo}pacman -S --noconfirm --needed$missing_pacman" before=: untested=" (untested with pacman)"
  elif command -v brew > /dev/null 2>&1; then
    line="brew install$missing_brew" before=: untested=" (untested with brew)"
  else
    echo "icnn: missing:$missing_apt (names of the Debian packages); no package manager was found" >&2
    exit 1
  fi
  if [ -n "${ICNN_NO_INSTALL:-}" ]; then
    echo "icnn: missing:$missing_apt. ICNN_NO_INSTALL is set, so nothing is installed. This would do it:" >&2
    echo "  $line$untested" >&2
    exit 1
  fi
  echo "icnn: missing:$missing_apt. Installing: $line$untested"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  quietly sh -c "$before" || true
  quietly sh -c "$line" || {
    echo "icnn: the installation failed" >&2
    exit 1
  }
}

# workflow PRESET OPTION: configure and build the preset; CMake before 3.25 does not know workflows and gets the OPTION
workflow() {
  if newer_cmake; then
    cmake --workflow --preset "$1"
  else
    cmake -S . -B "build/$1" -DCMAKE_BUILD_TYPE=Release -DICNN_BUILD_TESTS=OFF -DICNN_BUILD_EXAMPLES=OFF -D"$2"=ON &&
      cmake --build "build/$1" --parallel 2 && { [ "$2" != ICNN_BUILD_TESTS ] || (cd "build/$1" && ctest --output-on-failure -j 2); }
  fi
}
# configure PRESET OPTION: the first step of that alone
configure() {
  if newer_cmake; then
    cmake --preset "$1"
  else
    cmake -S . -B "build/$1" -DCMAKE_BUILD_TYPE=Release -DICNN_BUILD_TESTS=OFF -DICNN_BUILD_EXAMPLES=OFF -D"$2"=ON
  fi
}
newer_cmake() {
  version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  # shellcheck disable=SC2086
  set -- $version
  [ "$1" -gt 3 ] || [ "$2" -ge 25 ]
}

# want KIND NAME APT DNF PACMAN BREW: installs at once what can be done without, where it can be had
want() {
  (
    missing_apt= missing_dnf= missing_pacman= missing_brew=
    need "$@"
    install_missing
  ) || echo "icnn: going on without $2" >&2
}

# quietly COMMAND...: its output only if it fails
quietly() {
  log=$(mktemp)
  if "$@" > "$log" 2>&1; then
    rm -f "$log"
  else
    status=$?
    cat "$log" >&2
    rm -f "$log"
    return $status
  fi
}
