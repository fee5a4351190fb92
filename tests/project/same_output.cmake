# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# cmake -DA=program -DB=program -P same_output.cmake: both succeed, and print the same.
foreach(program A B)
  execute_process(COMMAND ${${program}} OUTPUT_VARIABLE output_${program} RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${${program}} ended with ${code}: ${output_${program}}")
  endif()
endforeach()
if(NOT output_A STREQUAL output_B)
  message(FATAL_ERROR "different outputs:\n${output_A}\n${output_B}")
endif()
