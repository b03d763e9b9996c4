// expect: fusebox: a C array of tensors. Use std::array or std::vector.
#include "module.h"

struct Model {
#ifdef FUSEBOX_FIXED
  std::array<Linear, 1> layers;
#else
  Linear layers[1];
#endif
};

template void fill(Model&);
