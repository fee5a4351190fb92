# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# The ```cpp blocks of a page as one C++ file: blocks with a main function or beginning with struct go to file scope, the
# rest, in order, into one function, so that later blocks may use what earlier ones made.
/^```cpp/ { inside = 1; block = ""; next }
/^```/ && inside {
  inside = 0
  if (block ~ /^(struct|#include)/) top = top block "\n"; else body = body block "\n"
  next
}
inside { block = block $0 "\n" }
END {
  gsub(/int main\(\)/, "void program()", top)
  print "#include <icnn/icnn.hpp>\n#include <iostream>\n" top
  print "int main() {\n" body "}"
}
