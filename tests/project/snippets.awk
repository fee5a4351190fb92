# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# The ```cpp blocks of a page as a test case in a namespace of their own: what follows an #include and what begins
# with a struct stands before it, the rest, in order, in one function, so that later blocks may use what earlier ones made.
/^```cpp/ { inside = 1; outside = 0; block = ""; next }
/^```/ && inside {
  inside = 0
  if (outside) top = top block "\n"; else body = body block "\n"
  next
}
inside && /^#include/ { includes = includes $0 "\n"; outside = 1; next }
inside && /^struct/ && block == "" { outside = 1 }
inside { block = block $0 "\n" }
END {
  page = FILENAME
  gsub(/.*\/|\..*/, "", page)
  gsub(/int main\(\)/, "void program()", top)
  print "#include <icnn/icnn.hpp>\n#include <iostream>\n\n#include \"tests/support/catch.hpp\"\n" includes "namespace page_" page " {\n" top
  print "TEST_CASE(\"page " page "\", \"[snippets]\") {\n" body "}\n}"
}
