// expect: fusebox: tensors in a class of the standard library that they are not seen in. These are:
// expect: std::vector, std::array
#include "module.h"

struct Model {
#ifdef FUSEBOX_FIXED
  std::unique_ptr<Linear> lm_head;
#else
  std::shared_ptr<Linear> lm_head;
#endif
};

template void fill(Model&);
