// The goals of speed, measured: one table after the other, on standard output. Arguments name the tables to print.
#include <cstdio>
#include <cstring>

#include "bench/goals/rows.h"

namespace {

struct Group {
  const char* name;
  void (*print)();
};
// Those that measure memory come first, while this process is small.
constexpr Group kGroups[] = {
    {"walk", stateroom::bench::walk_rows},
    {"growth", stateroom::bench::growth_rows},
    {"hostile", stateroom::bench::hostile_rows},
    {"resolution", stateroom::bench::resolution_rows},
    {"conflicts", stateroom::bench::small_conflict_rows},
    {"rules", stateroom::bench::rule_rows},
    {"import", stateroom::bench::import_rows},
};

}  // namespace

int main(int count, char** names) {
  for (int i = 1; i < count; ++i) {
    bool known = false;
    for (const Group& group : kGroups) known = known || std::strcmp(group.name, names[i]) == 0;
    if (known) continue;
    std::fprintf(stderr, "no table is called %s; there are:", names[i]);
    for (const Group& group : kGroups) std::fprintf(stderr, " %s", group.name);
    std::fprintf(stderr, "\n");
    return 2;
  }
  for (const Group& group : kGroups) {
    bool wanted = count == 1;
    for (int i = 1; i < count; ++i) wanted = wanted || std::strcmp(group.name, names[i]) == 0;
    if (wanted) group.print();
  }
  return 0;
}
