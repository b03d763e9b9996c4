// expect: fusebox: a C array of tensors. Use std::array or std::vector.
#include "module.h"

struct Model {
  Linear embed_tokens;
#ifdef FUSEBOX_FIXED
  std::array<Linear, 3> layers;
#else
  Linear layers[3];
#endif
  Linear lm_head;
};

template void fill(Model&);
