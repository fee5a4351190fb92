# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# cmake -DCXX=compiler -DFILE=x.cpp -DINCLUDES="dir;dir" -DHEADER=precompiled.hpp -P compile_fail.cmake
# The file fails to compile, and the first lines of the first error hold its sentence and its name (the comments
# '// sentence:' and '// names:').  -Wfatal-errors ends there. '// flags:' has flags for that. The header, which may be
# precompiled without flags, is included where there are none. That it compiles with WELL_FORMED defined is tried for all
# files at once.

set(flags -std=c++20 -fsyntax-only)
foreach(dir IN LISTS INCLUDES)
  list(APPEND flags -isystem ${dir})
endforeach()

file(STRINGS ${FILE} more REGEX "^// flags: ")
string(REPLACE "// flags: " "" more "${more}")
separate_arguments(more)
if(NOT more)
  set(more -include ${HEADER})
endif()
execute_process(COMMAND ${CXX} ${flags} ${more} -Wfatal-errors ${FILE} RESULT_VARIABLE code ERROR_VARIABLE errors)
if(code EQUAL 0)
  message(FATAL_ERROR "it compiles, and should not")
endif()

file(STRINGS ${FILE} comments REGEX "^// (sentence|names): ")
string(REGEX REPLACE ".*// sentence: ([^;]*).*" "\\1" sentence "${comments}")
string(REGEX REPLACE ".*// names: ([^;]*).*" "\\1" names "${comments}")
string(REPLACE ";" "," errors "${errors}")
string(FIND "${errors}" "error: " first)
string(SUBSTRING "${errors}" ${first} -1 rest)
string(FIND "${rest}" "\n" length)
string(SUBSTRING "${rest}" 0 ${length} error_line)
math(EXPR shown "${first} + ${length}")
string(SUBSTRING "${errors}" 0 ${shown} until_error)
string(FIND "${error_line}" "${sentence}" has_sentence)
string(FIND "${until_error}" "${names}" has_name)
if(has_sentence EQUAL -1 OR has_name EQUAL -1)
  message(FATAL_ERROR "the first error should say '${sentence}' and name '${names}':\n${errors}")
endif()
