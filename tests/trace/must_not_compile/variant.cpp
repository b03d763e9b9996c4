// expect: fusebox: tensors in a class of the standard library that they are not seen in.
#include <variant>

#include "module.h"

struct Model {
#ifdef FUSEBOX_FIXED
  std::variant<int, float> lm_head;
#else
  std::vector<std::variant<int, Linear>> lm_head;
#endif
};

template void fill(Model&);
