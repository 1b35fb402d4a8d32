#include <iostream>

#include "certificate/check.h"

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: check_certificate FOLDER\n";
    return 2;
  }
  const auto checked = stateroom::certificate::check(words[1]);
  if (!checked.accepted) {
    std::cerr << "refused: " << checked.wrong << "\n";
    return 1;
  }
  std::cout << "accepted: " << checked.property << " in " << checked.version << ", up to " << checked.events
            << " events, " << checked.shapes << " shapes, " << checked.clauses << " clauses, " << checked.steps
            << " steps\n";
  return 0;
}
