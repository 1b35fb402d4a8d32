// The tests of the rules of the texts that come with the package, compiled by the build.
//
// In:  nothing: write_tests.cpp runs while building, and writes a C++ function for each form that a test of a rule has
//      in a text of this folder, under any choice of its readings.
// Out: a table for rules::Program::compile. A rule is found in it by what it says, whatever version it stands in.
#pragma once

#include "model/rules/program.h"

namespace stateroom::versions {

rules::CompiledTests compiled_tests();

}  // namespace stateroom::versions
