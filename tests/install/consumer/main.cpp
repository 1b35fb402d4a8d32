// A project of somebody else: it prints the names of all error codes. The unused variable and the narrowing are on
// purpose: the installed package must not bring our warnings, let alone make them errors.
#include <cstdio>

#include "model/base/error.h"

int main() {
  int unused;
  for (const auto code : stateroom::base::all_error_codes()) {
    const auto name = stateroom::base::name(code);
    const int length = name.size();
    std::printf("%.*s\n", length, name.data());
  }
}
